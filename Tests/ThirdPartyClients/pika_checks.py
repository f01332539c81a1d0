"""What pika's users do, from declaring to dead-lettering. Passes on RabbitMQ 3.10 as well: that is the reference."""

import contextlib
import functools
import sys
import threading
import time

import pika
from pika.exceptions import (
    ChannelClosedByBroker,
    ConnectionClosedByBroker,
    NackError,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
    UnroutableError,
)

from checks import eventually, main, unique


@contextlib.contextmanager
def connection(url, **options):
    parameters = pika.URLParameters(url)
    for name, value in options.items():
        setattr(parameters, name, value)
    opened = pika.BlockingConnection(parameters)
    try:
        yield opened
    finally:
        if opened.is_open:
            opened.close()


@contextlib.contextmanager
def channel(url, confirm=False):
    with connection(url) as opened:
        made = opened.channel()
        if confirm:
            made.confirm_delivery()
        yield made


def bodies(ch, queue):
    """Everything in a queue, taken and acked."""
    taken = []
    while True:
        method, _, body = ch.basic_get(queue, auto_ack=True)
        if method is None:
            return taken
        taken.append(body.decode())


def fill(ch, queue, *texts, **properties):
    for text in texts:
        ch.basic_publish("", queue, text.encode(), pika.BasicProperties(**properties))


def wait_for_count(ch, queue, count, seconds=5):
    eventually(lambda: ch.queue_declare(queue, passive=True).method.message_count == count, seconds)


def queue_of(ch, **options):
    name = unique("q")
    ch.queue_declare(name, exclusive=True, **options)
    return name


def pump(opened, seconds=0.3):
    """Handles events for that long: process_data_events alone returns after the first of them."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        opened.process_data_events(time_limit=0.05)


def check_publish_and_get_keep_properties(url):
    with channel(url, confirm=True) as ch:
        queue = queue_of(ch)
        headers = {
            "text": "é", "int": 7, "big": 1 << 40, "yes": True, "list": [1, "two", {"three": 3}], "nothing": None,
            "table": {"inner": {"deep": b"\x00\xff"}},
        }
        sent = pika.BasicProperties(
            content_type="application/json", content_encoding="utf-8", headers=headers, delivery_mode=2, priority=3,
            correlation_id="c", reply_to="r", expiration="60000", message_id="m", timestamp=1_700_000_000, type="t",
            user_id="guest", app_id="a")
        ch.basic_publish("", queue, b"body", sent)
        method, got, body = ch.basic_get(queue)
        assert body == b"body" and not method.redelivered and method.message_count == 0
        assert method.exchange == "" and method.routing_key == queue
        for name in vars(sent):
            assert getattr(got, name) == getattr(sent, name), (name, getattr(got, name))
        ch.basic_ack(method.delivery_tag)
        assert ch.basic_get(queue) == (None, None, None)


def check_bodies_of_all_sizes(url):
    with channel(url, confirm=True) as ch:
        queue = queue_of(ch)
        for size in (0, 1, 4088, 131_063, 131_064, 131_065, 1_000_000):
            body = bytes(i % 251 for i in range(size))
            ch.basic_publish("", queue, body)
            assert ch.basic_get(queue, auto_ack=True)[2] == body, size


def check_small_frames(url):
    with connection(url, frame_max=4096) as opened:
        ch = opened.channel()
        queue = queue_of(ch)
        body = bytes(i % 251 for i in range(50_000))
        ch.basic_publish("", queue, body)
        assert ch.basic_get(queue, auto_ack=True)[2] == body


def check_consume_in_order_with_acks(url):
    with channel(url) as ch:
        queue = queue_of(ch)
        fill(ch, queue, *(str(i) for i in range(500)))
        ch.basic_qos(prefetch_count=50)
        got = []
        for method, _, body in ch.consume(queue, inactivity_timeout=2):
            if method is None:
                break
            got.append(int(body))
            if len(got) % 10 == 0:
                ch.basic_ack(method.delivery_tag, multiple=True)
            if len(got) == 500:
                break
        assert got == list(range(500)), got[:20]
        assert ch.cancel() == 0


def check_confirms_and_returns(url):
    with channel(url, confirm=True) as ch:
        queue = queue_of(ch)
        for _ in range(20):
            ch.basic_publish("", queue, b"x", mandatory=True)
        try:
            ch.basic_publish("", "no-such-queue", b"lost", mandatory=True)
            raise AssertionError("an unroutable mandatory message was not returned")
        except UnroutableError as error:
            [returned] = error.messages
            assert returned.method.reply_code == 312 and returned.method.reply_text == "NO_ROUTE"
            assert returned.body == b"lost"
        ch.basic_publish("", "no-such-queue", b"dropped without a word")
        wait_for_count(ch, queue, 20)


def check_full_queue_rejects(url):
    with channel(url, confirm=True) as ch:
        queue = queue_of(ch, arguments={"x-max-length": 3, "x-overflow": "reject-publish"})
        for _ in range(3):
            ch.basic_publish("", queue, b"fits")
        try:
            ch.basic_publish("", queue, b"does not")
            raise AssertionError("a full queue confirmed a message")
        except NackError:
            pass
        ch.basic_get(queue, auto_ack=True)
        ch.basic_publish("", queue, b"fits again")


def check_max_length_drops_head(url):
    with channel(url, confirm=True) as ch:
        queue = queue_of(ch, arguments={"x-max-length": 3})
        fill(ch, queue, *"abcde")
        assert bodies(ch, queue) == ["c", "d", "e"]
        queue = queue_of(ch, arguments={"x-max-length-bytes": 10})
        fill(ch, queue, "aaaa", "bbbb", "cccc", "dd")
        assert bodies(ch, queue) == ["bbbb", "cccc", "dd"], "ten bytes"


def check_exchanges_route(url):
    with channel(url, confirm=True) as ch:
        cases = {
            "direct": [("a", ["a"]), ("b", []), ("", [])],
            "fanout": [("a", ["*"]), ("anything", ["*"])],
            "topic": [
                ("eu.paris.warn", ["eu.#", "*.paris.*", "#"]), ("eu", ["eu.#", "#"]), ("us.paris.x", ["*.paris.*", "#"]),
                ("", ["#"]), ("a.b", ["#", "#.b"]), ("b", ["#", "#.b"]), ("eu..b", ["eu.#", "#", "#.b"]),
            ],
        }
        keys = {"direct": ["a"], "fanout": ["*"], "topic": ["eu.#", "*.paris.*", "#", "#.b"]}
        for kind, tries in cases.items():
            exchange = unique(kind)
            ch.exchange_declare(exchange, kind, auto_delete=True)
            queues = {}
            for key in keys[kind]:
                queues[key] = queue_of(ch)
                ch.queue_bind(queues[key], exchange, key)
            for routing_key, expected in tries:
                ch.basic_publish(exchange, routing_key, b"m")
                got = [key for key, queue in queues.items() if bodies(ch, queue)]
                assert sorted(got) == sorted(expected), (kind, routing_key, got)


def check_headers_exchange(url):
    with channel(url, confirm=True) as ch:
        for arguments, headers, matches in [
            ({"x-match": "all", "a": 1, "b": "x"}, {"a": 1, "b": "x", "c": 0}, True),
            ({"x-match": "all", "a": 1, "b": "x"}, {"a": 1}, False),
            ({"x-match": "any", "a": 1, "b": "x"}, {"a": 1}, True),
            ({"x-match": "any", "a": 1}, {"a": 2}, False),
            ({"a": None}, {"a": "whatever"}, True),
            ({"x-match": "any"}, {"a": 1}, False),
            ({}, None, True),
        ]:
            queue = queue_of(ch)
            ch.queue_bind(queue, "amq.headers", arguments=arguments)
            ch.basic_publish("amq.headers", "", b"m", pika.BasicProperties(headers=headers))
            assert bool(bodies(ch, queue)) == matches, (arguments, headers)
            ch.queue_unbind(queue, "amq.headers", arguments=arguments)
            ch.basic_publish("amq.headers", "", b"m", pika.BasicProperties(headers=headers))
            assert not bodies(ch, queue)


def check_exchange_bindings_and_alternate(url):
    with channel(url, confirm=True) as ch:
        source, target, other = unique("source"), unique("target"), unique("other")
        ch.exchange_declare(other, "fanout", auto_delete=True, internal=True)
        ch.exchange_declare(source, "direct", arguments={"alternate-exchange": other})
        ch.exchange_declare(target, "topic", auto_delete=True)
        ch.exchange_bind(target, source, "k")
        queue, rest = queue_of(ch), queue_of(ch)
        ch.queue_bind(queue, target, "k.#")
        ch.queue_bind(rest, other)
        ch.basic_publish(source, "k", b"through two", mandatory=True)
        ch.basic_publish(source, "else", b"alternate", mandatory=True)
        assert (bodies(ch, queue), bodies(ch, rest)) == (["through two"], ["alternate"])
        ch.exchange_unbind(target, source, "k")
        ch.basic_publish(source, "k", b"alternate too")
        assert (bodies(ch, queue), bodies(ch, rest)) == ([], ["alternate too"])
        ch.exchange_delete(source)


def deaths(properties):
    return [(d["queue"], d["reason"], d["count"], d["exchange"], d["routing-keys"]) for d in properties.headers["x-death"]]


def check_dead_letters_say_why(url):
    with channel(url, confirm=True) as ch:
        dead = queue_of(ch)
        arguments = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead}
        # rejected
        queue = queue_of(ch, arguments=arguments)
        fill(ch, queue, "r", headers={"mine": 1}, message_id="id")
        ch.basic_reject(ch.basic_get(queue)[0].delivery_tag, requeue=False)
        wait_for_count(ch, dead, 1)
        method, properties, body = ch.basic_get(dead, auto_ack=True)
        assert body == b"r" and properties.message_id == "id" and properties.headers["mine"] == 1
        assert method.routing_key == dead and method.exchange == ""
        assert deaths(properties) == [(queue, "rejected", 1, "", [queue])], properties.headers
        assert properties.headers["x-first-death-reason"] == "rejected"
        assert properties.headers["x-first-death-queue"] == queue
        assert properties.headers["x-first-death-exchange"] == ""
        assert "original-expiration" not in properties.headers["x-death"][0]
        # expired, by its own expiration, and again by the queue's
        queue = queue_of(ch, arguments=arguments)
        fill(ch, queue, "e", expiration="30")
        wait_for_count(ch, dead, 1)
        _, properties, _ = ch.basic_get(dead, auto_ack=True)
        assert deaths(properties) == [(queue, "expired", 1, "", [queue])]
        assert properties.expiration is None
        assert properties.headers["x-death"][0]["original-expiration"] == "30"
        ttl = queue_of(ch, arguments={**arguments, "x-message-ttl": 30})
        ch.basic_publish("", ttl, b"e", properties)
        wait_for_count(ch, dead, 1)
        _, properties, _ = ch.basic_get(dead, auto_ack=True)
        assert [d[:3] for d in deaths(properties)] == [(ttl, "expired", 1), (queue, "expired", 1)]
        ch.basic_publish("", ttl, b"e", properties)
        wait_for_count(ch, dead, 1)
        _, properties, _ = ch.basic_get(dead, auto_ack=True)
        assert [d[:3] for d in deaths(properties)] == [(ttl, "expired", 2), (queue, "expired", 1)]
        # maxlen
        queue = queue_of(ch, arguments={**arguments, "x-max-length": 1})
        fill(ch, queue, "old", "new")
        wait_for_count(ch, dead, 1)
        _, properties, body = ch.basic_get(dead, auto_ack=True)
        assert body == b"old" and deaths(properties)[0][1] == "maxlen"


def check_dead_letter_cycles_end(url):
    with channel(url, confirm=True) as ch:
        name = unique("cycle")
        ch.queue_declare(
            name, exclusive=True,
            arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": name, "x-message-ttl": 20})
        fill(ch, name, "round")
        wait_for_count(ch, name, 0)
        # Rejecting breaks no cycle: the client wants it.
        name = unique("cycle")
        ch.queue_declare(
            name, exclusive=True, arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": name})
        fill(ch, name, "round")
        for count in (1, 2, 3):
            ch.basic_nack(eventually(lambda: ch.basic_get(name)[0]).delivery_tag, requeue=False)
            wait_for_count(ch, name, 1)
        assert deaths(ch.basic_get(name, auto_ack=True)[1])[0][:3] == (name, "rejected", 3)


def check_time_to_live(url):
    with channel(url, confirm=True) as ch:
        queue = queue_of(ch, arguments={"x-message-ttl": 60})
        fill(ch, queue, "short", "lived")
        assert ch.queue_declare(queue, passive=True).method.message_count == 2
        wait_for_count(ch, queue, 0, seconds=2)
        queue = queue_of(ch)
        fill(ch, queue, "stays")
        fill(ch, queue, "behind it", expiration="20")
        time.sleep(0.1)
        # A message expires at the head only.
        assert bodies(ch, queue) == ["stays"]


def check_queue_expires(url):
    with channel(url) as ch:
        name = unique("expires")
        ch.queue_declare(name, arguments={"x-expires": 150})
        time.sleep(0.5)
        try:
            ch.queue_declare(name, passive=True)
            raise AssertionError("queue did not expire")
        except ChannelClosedByBroker as error:
            assert error.reply_code == 404


def check_priorities(url):
    with channel(url, confirm=True) as ch:
        queue = queue_of(ch, arguments={"x-max-priority": 5})
        for priority in (1, 5, 0, 3, 9, 5):
            fill(ch, queue, str(priority), priority=priority)
        fill(ch, queue, "none")
        assert bodies(ch, queue) == ["5", "9", "5", "3", "1", "0", "none"]


def check_requeue_keeps_order(url):
    with channel(url, confirm=True) as ch:
        queue = queue_of(ch)
        fill(ch, queue, *"abcde")
        tags = [ch.basic_get(queue)[0].delivery_tag for _ in range(4)]
        ch.basic_nack(tags[2], requeue=True)
        ch.basic_reject(tags[0], requeue=True)
        ch.basic_nack(tags[3], multiple=True, requeue=True)
        got = []
        for _ in range(5):
            method, _, body = ch.basic_get(queue, auto_ack=True)
            got.append((body.decode(), method.redelivered))
        assert got == [("a", True), ("b", True), ("c", True), ("d", True), ("e", False)], got


def check_closed_channel_gives_back(url):
    with connection(url) as opened:
        first, second = opened.channel(), opened.channel()
        queue = queue_of(first)
        fill(first, queue, *"abc")
        for _ in range(2):
            second.basic_get(queue)
        second.close()
        wait_for_count(first, queue, 3)
        assert bodies(first, queue) == ["a", "b", "c"]


def check_recover(url):
    with channel(url) as ch:
        queue = queue_of(ch)
        fill(ch, queue, *"abc")
        for _ in range(3):
            ch.basic_get(queue)
        ch.basic_recover(requeue=True)
        wait_for_count(ch, queue, 3)
        method, _, body = ch.basic_get(queue)
        assert body == b"a" and method.redelivered


def deliveries_within(opened, ch, queue, seconds, **options):
    got = []
    ch.basic_consume(queue, lambda c, method, p, body: got.append(method.delivery_tag), **options)
    pump(opened, seconds)
    return got


def check_prefetch(url):
    with connection(url) as opened:
        ch = opened.channel()
        queue = queue_of(ch)
        fill(ch, queue, *(str(i) for i in range(20)))
        ch.basic_qos(prefetch_count=3)
        got = deliveries_within(opened, ch, queue, 0.3)
        assert got == [1, 2, 3], got
        ch.basic_ack(2, multiple=True)
        pump(opened)
        assert got == [1, 2, 3, 4, 5], got
        ch.basic_nack(3, requeue=False)
        pump(opened)
        assert got[-1] == 6


def check_global_prefetch(url):
    with connection(url) as opened:
        ch = opened.channel()
        first, second = queue_of(ch), queue_of(ch)
        for queue in (first, second):
            fill(ch, queue, *(str(i) for i in range(10)))
        ch.basic_qos(prefetch_count=4, global_qos=True)
        got = []
        for queue in (first, second):
            ch.basic_consume(queue, lambda c, method, p, body: got.append(method.delivery_tag))
        pump(opened)
        assert len(got) == 4, got
        ch.basic_ack(got[-1], multiple=True)
        pump(opened)
        assert len(got) == 8, got


def check_round_robin_and_priority_of_consumers(url):
    with connection(url) as opened:
        ch = opened.channel()
        queue = queue_of(ch)
        counts = {"a": 0, "b": 0, "first": 0}

        def count(name, c, method, p, body):
            counts[name] += 1

        for name in "ab":
            ch.basic_consume(queue, functools.partial(count, name), auto_ack=True)
        fill(ch, queue, *(str(i) for i in range(10)))
        pump(opened)
        assert counts["a"] == counts["b"] == 5, counts
        ch.basic_consume(queue, functools.partial(count, "first"), auto_ack=True, arguments={"x-priority": 10})
        fill(ch, queue, *(str(i) for i in range(10)))
        pump(opened)
        assert counts["first"] == 10, counts


def check_single_active_consumer(url):
    with connection(url) as opened:
        ch = opened.channel()
        queue = queue_of(ch, arguments={"x-single-active-consumer": True})
        counts = {"a": 0, "b": 0}

        def count(name, c, method, p, body):
            counts[name] += 1

        for name in "ab":
            ch.basic_consume(queue, functools.partial(count, name), auto_ack=True, consumer_tag=name)
        fill(ch, queue, *"1234")
        pump(opened)
        assert counts == {"a": 4, "b": 0}, counts
        ch.basic_cancel("a")
        fill(ch, queue, *"12")
        pump(opened)
        assert counts == {"a": 4, "b": 2}, counts


def check_counts_of_purge_and_delete(url):
    with channel(url, confirm=True) as ch:
        queue = unique("counts")
        ch.queue_declare(queue)
        fill(ch, queue, *"abcde")
        unacked = ch.basic_get(queue)[0]
        assert ch.queue_purge(queue).method.message_count == 4
        ch.basic_nack(unacked.delivery_tag)
        wait_for_count(ch, queue, 1)
        assert ch.queue_delete(queue).method.message_count == 1
        assert ch.queue_delete(queue).method.message_count == 0
        ch.exchange_delete("no-such-exchange")


def check_transactions(url):
    with connection(url) as opened:
        ch, other = opened.channel(), opened.channel()
        queue = queue_of(ch)
        ch.tx_select()
        fill(ch, queue, *"ab")
        assert other.queue_declare(queue, passive=True).method.message_count == 0
        ch.tx_rollback()
        fill(ch, queue, *"cde")
        ch.tx_commit()
        wait_for_count(other, queue, 3)
        # An ack counts with its commit, and not at all when rolled back.
        tag = ch.basic_get(queue)[0].delivery_tag
        ch.basic_ack(tag)
        ch.tx_rollback()
        ch.basic_ack(tag)
        ch.tx_commit()
        tag = ch.basic_get(queue)[0].delivery_tag
        ch.basic_nack(tag, requeue=True)
        ch.tx_commit()
        wait_for_count(other, queue, 2)
        assert bodies(other, queue) == ["d", "e"]


def check_exclusive_queues(url):
    with connection(url) as owner, connection(url) as stranger:
        ch = owner.channel()
        queue = queue_of(ch)
        for operation in (
            lambda c: c.queue_declare(queue, passive=True), lambda c: c.queue_declare(queue, exclusive=True),
            lambda c: c.basic_consume(queue, print), lambda c: c.queue_purge(queue), lambda c: c.queue_delete(queue),
            lambda c: c.queue_bind(queue, "amq.direct", "x"),
        ):
            expect(stranger, operation, 405, "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue "
                   f"'{queue}' in vhost '/'. It could be originally declared on another connection or the exclusive "
                   "property value does not match that of the original declaration.")
        owner.close()

        def is_gone():
            try:
                stranger.channel().queue_declare(queue, passive=True)
                return False
            except ChannelClosedByBroker as error:
                return error.reply_code == 404

        eventually(is_gone)


def check_auto_delete(url):
    with connection(url) as opened:
        ch = opened.channel()
        queue, exchange = unique("auto"), unique("auto")
        ch.queue_declare(queue, auto_delete=True)
        ch.exchange_declare(exchange, "direct", auto_delete=True)
        ch.queue_bind(queue, exchange, "k")
        tag = ch.basic_consume(queue, lambda *_: None)
        ch.basic_cancel(tag)
        expect(opened, lambda c: c.queue_declare(queue, passive=True), 404, f"NOT_FOUND - no queue '{queue}' in vhost '/'")
        expect(opened, lambda c: c.exchange_declare(exchange, passive=True), 404,
               f"NOT_FOUND - no exchange '{exchange}' in vhost '/'")


def check_server_named_queues(url):
    with channel(url) as ch:
        first = ch.queue_declare("", exclusive=True).method.queue
        second = ch.queue_declare("", exclusive=True).method.queue
        assert first.startswith("amq.gen-") and first != second
        fill(ch, first, "m")
        wait_for_count(ch, first, 1)
        assert ch.queue_declare(first, passive=True).method.message_count == 1


def check_cancel_notification(url):
    with connection(url) as opened:
        ch, other = opened.channel(), opened.channel()
        queue = unique("notify")
        ch.queue_declare(queue)
        cancelled = []
        ch.add_on_cancel_callback(cancelled.append)
        tag = ch.basic_consume(queue, lambda *_: None)
        other.queue_delete(queue)
        pump(opened)
        assert [frame.method.consumer_tag for frame in cancelled] == [tag]


def expect(opened, operation, code, text):
    """The operation closes its channel with that code and text."""
    ch = opened.channel()
    try:
        operation(ch)
        opened.process_data_events(time_limit=1)
        ch.queue_declare("", passive=False, exclusive=True)
    except ChannelClosedByBroker as error:
        assert error.reply_code == code, error
        assert error.reply_text == text or text is None, f"\n{error.reply_text}\ninstead of\n{text}"
        return
    raise AssertionError(f"nothing happened instead of {code} {text}")


def check_refusals(url):
    with connection(url) as opened:
        ch = opened.channel()
        queue, exchange, inner = unique("refusals"), unique("refusals"), unique("inner")
        ch.queue_declare(queue, durable=True, arguments={"x-max-length": 5})
        ch.exchange_declare(exchange, "direct")
        ch.exchange_declare(inner, "fanout", internal=True)
        ch.queue_bind(queue, exchange, "k")
        fill(ch, queue, "m")
        q, e = f"queue '{queue}' in vhost '/'", f"exchange '{exchange}' in vhost '/'"
        table = [
            (lambda c: c.queue_declare("nope", passive=True), 404, "NOT_FOUND - no queue 'nope' in vhost '/'"),
            (lambda c: c.exchange_declare("nope", passive=True), 404, "NOT_FOUND - no exchange 'nope' in vhost '/'"),
            (lambda c: c.basic_publish("nope", "k", b""), 404, "NOT_FOUND - no exchange 'nope' in vhost '/'"),
            (lambda c: c.basic_publish(inner, "k", b""), 403,
             f"ACCESS_REFUSED - cannot publish to internal exchange '{inner}' in vhost '/'"),
            (lambda c: c.basic_get("nope"), 404, "NOT_FOUND - no queue 'nope' in vhost '/'"),
            (lambda c: c.basic_consume("nope", print), 404, "NOT_FOUND - no queue 'nope' in vhost '/'"),
            (lambda c: c.queue_bind("nope", exchange, "k"), 404, "NOT_FOUND - no queue 'nope' in vhost '/'"),
            (lambda c: c.queue_bind(queue, "nope", "k"), 404, "NOT_FOUND - no exchange 'nope' in vhost '/'"),
            (lambda c: c.queue_purge("nope"), 404, "NOT_FOUND - no queue 'nope' in vhost '/'"),
            (lambda c: c.exchange_bind("nope", exchange), 404, "NOT_FOUND - no exchange 'nope' in vhost '/'"),
            (lambda c: c.queue_declare(queue, durable=False, arguments={"x-max-length": 5}), 406,
             f"PRECONDITION_FAILED - inequivalent arg 'durable' for {q}: received 'false' but current is 'true'"),
            (lambda c: c.queue_declare(queue, durable=True, auto_delete=True, arguments={"x-max-length": 5}), 406,
             f"PRECONDITION_FAILED - inequivalent arg 'auto_delete' for {q}: received 'true' but current is 'false'"),
            (lambda c: c.queue_declare(queue, durable=True), 406,
             f"PRECONDITION_FAILED - inequivalent arg 'x-max-length' for {q}: received none but current is the value '5' of "
             "type 'signedint'"),
            (lambda c: c.queue_declare(queue, durable=True, arguments={"x-max-length": 6}), 406,
             f"PRECONDITION_FAILED - inequivalent arg 'x-max-length' for {q}: received '6' but current is '5'"),
            (lambda c: c.queue_declare(queue, durable=True, arguments={"x-max-length": "5"}), 406, None),
            (lambda c: c.queue_declare(queue, durable=True, arguments={"x-max-length": 5, "x-dead-letter-exchange": "d"}), 406,
             f"PRECONDITION_FAILED - inequivalent arg 'x-dead-letter-exchange' for {q}: received the value 'd' of type "
             "'longstr' but current is none"),
            (lambda c: c.exchange_declare(exchange, "fanout"), 406,
             f"PRECONDITION_FAILED - inequivalent arg 'type' for {e}: received 'fanout' but current is 'direct'"),
            (lambda c: c.exchange_declare(exchange, "direct", durable=True), 406,
             f"PRECONDITION_FAILED - inequivalent arg 'durable' for {e}: received 'true' but current is 'false'"),
            (lambda c: c.queue_declare("amq.mine"), 403,
             "ACCESS_REFUSED - queue name 'amq.mine' contains reserved prefix 'amq.*'"),
            (lambda c: c.queue_declare(ch.queue_declare("", exclusive=True).method.queue, exclusive=True), 403, None),
            (lambda c: c.exchange_declare("amq.mine", "direct"), 403,
             "ACCESS_REFUSED - exchange name 'amq.mine' contains reserved prefix 'amq.*'"),
            (lambda c: c.queue_bind(queue, "", "k"), 403, "ACCESS_REFUSED - operation not permitted on the default exchange"),
            (lambda c: c.exchange_delete(""), 403, "ACCESS_REFUSED - operation not permitted on the default exchange"),
            (lambda c: c.exchange_delete(exchange, if_unused=True), 406, f"PRECONDITION_FAILED - {e} in use"),
            (lambda c: c.queue_delete(queue, if_empty=True), 406, f"PRECONDITION_FAILED - {q} not empty"),
            (lambda c: c.basic_ack(99), 406, "PRECONDITION_FAILED - unknown delivery tag 99"),
            (lambda c: c.basic_nack(99, multiple=True), 406, "PRECONDITION_FAILED - unknown delivery tag 99"),
            (lambda c: c.basic_reject(99), 406, "PRECONDITION_FAILED - unknown delivery tag 99"),
            (lambda c: c.tx_commit(), 406, "PRECONDITION_FAILED - channel is not transactional"),
            (lambda c: c.tx_rollback(), 406, "PRECONDITION_FAILED - channel is not transactional"),
            (lambda c: (c.confirm_delivery(), c.tx_select()), 406,
             "PRECONDITION_FAILED - cannot switch from confirm to tx mode"),
            (lambda c: (c.tx_select(), c.confirm_delivery()), 406,
             "PRECONDITION_FAILED - cannot switch from tx to confirm mode"),
            (lambda c: c.basic_publish("", "k", b"", pika.BasicProperties(user_id="other")), 406,
             "PRECONDITION_FAILED - user_id property set to 'other' but authenticated user was 'guest'"),
            (lambda c: c.basic_publish("", "k", b"", pika.BasicProperties(expiration="soon")), 406, None),
            (lambda c: c.basic_publish("", "k", b"", pika.BasicProperties(expiration="-1")), 406, None),
            (lambda c: c.queue_declare(unique("bad"), arguments={"x-message-ttl": -1}), 406, None),
            (lambda c: c.queue_declare(unique("bad"), arguments={"x-message-ttl": "1"}), 406, None),
            (lambda c: c.queue_declare(unique("bad"), arguments={"x-expires": 0}), 406, None),
            (lambda c: c.queue_declare(unique("bad"), arguments={"x-max-priority": 256}), 406, None),
            (lambda c: c.queue_declare(unique("bad"), arguments={"x-overflow": "explode"}), 406, None),
            (lambda c: c.queue_declare(unique("bad"), arguments={"x-dead-letter-routing-key": "k"}), 406, None),
            (lambda c: c.queue_declare(unique("bad"), arguments={"x-queue-type": "fantasy"}), 406, None),
            (lambda c: c.queue_declare(unique("bad"), arguments={"x-queue-type": "quorum"}), 406, None),
            (lambda c: c.queue_bind(queue, "amq.headers", "", {"x-match": "some"}), 406, None),
        ]
        for operation, code, text in table:
            expect(opened, operation, code, text)
        ch.basic_consume(queue, lambda *_: None, exclusive=True, consumer_tag="one")
        expect(opened, lambda c: c.basic_consume(queue, print), 403, f"ACCESS_REFUSED - {q} in exclusive use")
        expect(opened, lambda c: c.queue_delete(queue, if_unused=True), 406, f"PRECONDITION_FAILED - {q} in use")
        ch.queue_delete(queue)
        ch.exchange_delete(exchange)
        ch.exchange_delete(inner)


def check_hard_refusals(url):
    """Errors that end the connection."""
    for operation, code, text in [
        (lambda c: c.exchange_declare(unique("x"), "fantasy"), 503, "COMMAND_INVALID - unknown exchange type 'fantasy'"),
        (lambda c: c.basic_recover(requeue=False), 540, "NOT_IMPLEMENTED - requeue=false"),
        (lambda c: c.basic_qos(prefetch_size=10), 540, "NOT_IMPLEMENTED - prefetch_size!=0 (10)"),
    ]:
        with connection(url) as opened:
            try:
                operation(opened.channel())
                raise AssertionError(f"nothing happened instead of {text}")
            except ConnectionClosedByBroker as error:
                assert (error.reply_code, error.reply_text) == (code, text), error


def check_logins(url):
    parameters = pika.URLParameters(url)
    for user, password in (("guest", "wrong"), ("nobody", "guest"), ("guest", "")):
        parameters.credentials = pika.PlainCredentials(user, password)
        try:
            pika.BlockingConnection(parameters)
            raise AssertionError(f"{user}:{password} got in")
        except ProbableAuthenticationError as error:
            assert "403" in str(error) and "Login was refused using authentication mechanism PLAIN" in str(error), error
    parameters = pika.URLParameters(url)
    parameters.virtual_host = "elsewhere"
    try:
        pika.BlockingConnection(parameters)
        raise AssertionError("a virtual host that is not there was opened")
    except (ProbableAccessDeniedError, ConnectionClosedByBroker) as error:
        assert "530" in str(error) and "vhost elsewhere not found" in str(error), error


def check_many_channels_and_threads(url):
    def work(number, failures):
        try:
            with connection(url) as opened:
                channels = [opened.channel() for _ in range(20)]
                queue = queue_of(channels[0])
                for ch in channels:
                    ch.confirm_delivery()
                    ch.basic_publish("", queue, f"{number}".encode(), mandatory=True)
                assert bodies(channels[-1], queue) == [f"{number}"] * 20
        except BaseException as error:  # pylint: disable=broad-except
            failures.append(error)

    failures = []
    threads = [threading.Thread(target=work, args=(number, failures)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failures, failures


if __name__ == "__main__":
    main(sys.modules["__main__"])
