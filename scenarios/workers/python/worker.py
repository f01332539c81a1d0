"""The worker that people write in Python: aio-pika, a pool of processes for the analysis, SQLite.

    worker.py [--broker URL] [--store sqlite:FILE|none] [--incoming QUEUE] [--processed QUEUE] [--lanes N] …

Takes updates and deletes from the incoming queue, analyses the texts in the pool, writes to the store, publishes each
result with confirms and acknowledges the message: what Rafale's own worker does, a message at a time. What it cannot
process it rejects, so that the broker dead-letters it. SIGTERM finishes what is in hand.

What a run of Rafale tells its workers stands in the environment; the flags outdo it.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import sqlite3
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta, timezone

import aio_pika

WORD = re.compile(r"\b[\w']+\b")
SENTENCE_END = re.compile(r"[.!?؟]+")
POSITIVE = frozenset("good great excellent amazing love happy best nice perfect bon excellent parfait super جيد ممتاز".split())
NEGATIVE = frozenset("bad terrible awful hate sad worst poor slow broken mauvais terrible lent nul سيئ بطيء".split())
FREQUENT = {
    "en": frozenset("the a an and or but of to in on for with is are was were it this that not have you we they".split()),
    "fr": frozenset("le la les de et en un une que qui dans pour pas sur au avec ce il elle est nous vous ne se".split()),
    "ar": frozenset("في من على إلى عن أن هذا هذه التي الذي كان مع هو هي لا ما كل بعد قبل".split()),
}
STOP_WORDS = frozenset().union(*FREQUENT.values())


def analyse(text):
    """Counts, sentiment, key words and language of a text."""
    words = [word.lower() for word in WORD.findall(text)]
    sentences = [part for part in SENTENCE_END.split(text) if part.strip()]
    counts = Counter(words)
    positive = sum(count for word, count in counts.items() if word in POSITIVE)
    negative = sum(count for word, count in counts.items() if word in NEGATIVE)
    score = (positive - negative) / (positive + negative) if positive + negative else 0.0
    keywords = Counter({word: count for word, count in counts.items() if len(word) > 3 and word not in STOP_WORDS})
    languages = {name: sum(counts[word] for word in frequent) for name, frequent in FREQUENT.items()}
    language = max(languages, key=languages.get)
    return {
        "characters": len(text),
        "words": len(words),
        "unique_words": len(counts),
        "sentences": len(sentences),
        "mean_word_length": sum(map(len, words)) / len(words) if words else 0,
        "mean_sentence_words": len(words) / len(sentences) if sentences else 0,
        "sentiment": "positive" if score > 0.1 else "negative" if score < -0.1 else "neutral",
        "sentiment_score": score,
        "keywords": [{"word": word, "count": count} for word, count in keywords.most_common(10)],
        "language": language if languages[language] else "unknown",
    }


EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def version(document):
    """When the change was made, in milliseconds since 1970; now where the message does not say."""
    timestamp = document.get("timestamp")
    if timestamp is None:
        return time.time_ns() // 1_000_000
    if not isinstance(timestamp, str):
        raise TypeError("timestamp is not a string")
    moment = datetime.fromisoformat(timestamp.replace("Z", "+00:00"))
    return ((moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)) - EPOCH) // timedelta(milliseconds=1)


class Store:
    """The table of results; several workers may share its file.

    Messages come in no certain order, and perhaps again: an older change does not undo a newer one, and what was deleted
    leaves its id and version behind.
    """

    def __init__(self, path):
        self.connection = sqlite3.connect(path, timeout=30, isolation_level=None)
        self._use_write_ahead_log()
        self.connection.execute("pragma synchronous = normal")
        self.connection.execute(
            "create table if not exists texts (id text primary key, user_id integer, text text, timestamp text, analysis text,"
            " processed_at text, version integer not null, deleted integer not null)")

    def _use_write_ahead_log(self):
        """Unlike a statement this does not wait for a lock, which another worker may hold that starts at the same time."""
        for attempt in range(100):
            try:
                self.connection.execute("pragma journal_mode = wal")
                return
            except sqlite3.OperationalError:
                time.sleep(0.05 + 0.001 * attempt)
        raise SystemExit("the store stays locked: is another program using it?")

    def upsert(self, document, result, version):
        self._write(
            (result["id"], result["user_id"], document["text"], document.get("timestamp"), json.dumps(result["analysis"]),
             result["processed_at"], version, 0))

    def delete(self, identifier, version):
        self._write((identifier, None, None, None, None, None, version, 1))

    def _write(self, row):
        """Of equal versions an update writes again, and a delete wins."""
        self.connection.execute(
            "insert into texts values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do update set user_id = excluded.user_id,"
            " text = excluded.text, timestamp = excluded.timestamp, analysis = excluded.analysis,"
            " processed_at = excluded.processed_at, version = excluded.version, deleted = excluded.deleted"
            " where excluded.version > version or excluded.version = version and excluded.deleted >= deleted", row)


class Worker:
    def __init__(self, options, pool):
        self.options = options
        self.pool = pool
        self.store = None if options.store == "none" else Store(options.store.removeprefix("sqlite:"))
        self.in_hand = 0
        self.idle = asyncio.Event()

    async def run(self):
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        connection = await aio_pika.connect_robust(self.options.broker)
        self.channel = await connection.channel(publisher_confirms=True)
        await self.channel.set_qos(prefetch_count=self.options.prefetch)
        consumers = []
        for name in self.options.incoming.split(","):
            queue = await self.channel.get_queue(name, ensure=False)
            consumers.append((queue, await queue.consume(self.take)))
        print("ready", flush=True)
        await stop.wait()
        for queue, tag in consumers:
            await queue.cancel(tag)
        while self.in_hand:
            self.idle.clear()
            await self.idle.wait()
        await connection.close()

    async def take(self, message):
        self.in_hand += 1
        try:
            await self.process(message)
        finally:
            self.in_hand -= 1
            self.idle.set()

    async def process(self, message):
        try:
            document = json.loads(message.body)
            result = await self.work_on(document)
        except (ValueError, KeyError, TypeError) as error:
            print(f"rejected {message.message_id}: {error!r}", file=sys.stderr)
            await message.reject(requeue=False)
            return
        answer = aio_pika.Message(
            json.dumps(result).encode(), content_type="application/json", correlation_id=message.message_id)
        await self.channel.default_exchange.publish(answer, routing_key=self.options.processed)
        await message.ack()

    async def work_on(self, document):
        result = {"id": str(document["id"]), "type": document["type"]}
        made = version(document)
        if document["type"] == "delete":
            if self.store:
                self.store.delete(result["id"], made)
        elif document["type"] == "update":
            if not isinstance(document["text"], str):
                raise TypeError("text is not a string")
            analysis = None
            if self.options.analysis:
                analysis = await asyncio.get_running_loop().run_in_executor(self.pool, analyse, document["text"])
            result |= {"user_id": int(document["user_id"]), "analysis": analysis}
        else:
            raise ValueError(f"unknown type {document['type']!r}")
        result["processed_at"] = datetime.now(timezone.utc).isoformat()
        if self.store and document["type"] == "update":
            self.store.upsert(document, result, made)
        return result


async def work(options, pool):
    await Worker(options, pool).run()


def main():
    told = os.environ.get
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--broker", default=told("RAFALE_BROKER_URL", "amqp://guest:guest@127.0.0.1:5672/"))
    parser.add_argument("--incoming", default=told("RAFALE_INCOMING", "incoming_texts"), help="queues, with commas")
    parser.add_argument("--processed", default=told("RAFALE_PROCESSED", "processed_texts"))
    parser.add_argument("--store", default=told("RAFALE_STORE_URL", "sqlite:worker.db"))
    parser.add_argument("--lanes", type=int, default=int(told("RAFALE_LANES", "1")), help="processes that analyse")
    parser.add_argument("--prefetch", type=int, default=int(told("RAFALE_PREFETCH", "100")))
    parser.add_argument("--no-analysis", dest="analysis", action="store_false")
    options = parser.parse_args()
    with ProcessPoolExecutor(options.lanes) as pool:
        asyncio.run(work(options, pool))


if __name__ == "__main__":
    main()
