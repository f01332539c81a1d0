"""The worker that people write in Python: aio-pika, a pool of processes for the analysis, SQLite.

    worker.py [--broker URL] [--store FILE|none] [--processes N] [--prefetch N] [--no-analysis]

Takes the texts of the incoming queue, analyses each in the pool, stores the result, publishes it with confirms and
acknowledges the message: what Rafale's own worker does, a message at a time. Prints `ready` when it consumes.
"""

import argparse
import asyncio
import json
import re
import sqlite3
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timezone

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


def open_store(path):
    """The table of results; none where the path says so."""
    if path == "none":
        return None
    store = sqlite3.connect(path)
    store.execute("pragma journal_mode = wal")
    store.execute("pragma synchronous = normal")
    store.execute("create table if not exists texts (id text primary key, user_id integer, text text, analysis text, processed_at text)")
    return store


async def work(options, pool):
    loop = asyncio.get_running_loop()
    store = open_store(options.store)
    connection = await aio_pika.connect_robust(options.broker)
    channel = await connection.channel(publisher_confirms=True)
    await channel.set_qos(prefetch_count=options.prefetch)
    queue = await channel.get_queue("incoming_texts", ensure=False)

    async def process(message):
        document = json.loads(message.body)
        analysis = await loop.run_in_executor(pool, analyse, document["text"]) if options.analysis else None
        result = {
            "id": document["id"],
            "type": document["type"],
            "user_id": document["user_id"],
            "analysis": analysis,
            "processed_at": datetime.now(timezone.utc).isoformat(),
        }
        if store:
            store.execute(
                "insert or replace into texts values (?, ?, ?, ?, ?)",
                (result["id"], result["user_id"], document["text"], json.dumps(analysis), result["processed_at"]))
            store.commit()
        answer = aio_pika.Message(
            json.dumps(result).encode(), content_type="application/json", message_id=message.message_id,
            correlation_id=message.message_id, headers={"x-rafale-intended": message.headers["x-rafale-intended"]})
        await channel.default_exchange.publish(answer, routing_key="processed_texts")
        await message.ack()

    await queue.consume(process)
    print("ready", flush=True)
    await asyncio.Future()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--broker", default="amqp://guest:guest@127.0.0.1:5672/")
    parser.add_argument("--store", default="worker.db")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--prefetch", type=int, default=100)
    parser.add_argument("--no-analysis", dest="analysis", action="store_false")
    options = parser.parse_args()
    with ProcessPoolExecutor(options.processes) as pool:
        asyncio.run(work(options, pool))


if __name__ == "__main__":
    main()
