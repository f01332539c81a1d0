"""What aio-pika's users do. Passes on RabbitMQ 3.10 as well: that is the reference."""

import asyncio
import sys

import aio_pika
from aio_pika.exceptions import ChannelPreconditionFailed, DeliveryError, QueueEmpty

from checks import main, unique


async def check_publish_with_confirms_and_consume(url):
    async with await aio_pika.connect_robust(url) as connection:
        channel = await connection.channel(publisher_confirms=True)
        await channel.set_qos(prefetch_count=10)
        queue = await channel.declare_queue(unique("aio"), auto_delete=True, durable=True)
        for number in range(100):
            message = aio_pika.Message(
                f"{number}".encode(), delivery_mode=aio_pika.DeliveryMode.PERSISTENT, message_id=f"{number}",
                headers={"number": number})
            await channel.default_exchange.publish(message, queue.name)
        got = []
        async with queue.iterator() as messages:
            async for message in messages:
                async with message.process():
                    got.append((int(message.body), message.headers["number"], message.message_id))
                if len(got) == 100:
                    break
        assert got == [(n, n, f"{n}") for n in range(100)]


async def check_many_at_once(url):
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await asyncio.gather(
            *(channel.default_exchange.publish(aio_pika.Message(b"x" * n), queue.name) for n in range(1000)))
        assert (await channel.declare_queue(queue.name, passive=True)).declaration_result.message_count == 1000
        assert (await queue.purge()).message_count == 1000


async def check_mandatory(url):
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(on_return_raises=True)
        try:
            await channel.default_exchange.publish(aio_pika.Message(b"lost"), "no-such-queue", mandatory=True)
        except DeliveryError:
            return
        raise AssertionError("an unroutable mandatory message was not returned")


async def check_dead_letters(url):
    async with await aio_pika.connect_robust(url) as connection:
        channel = await connection.channel()
        exchange = await channel.declare_exchange(unique("dlx"), aio_pika.ExchangeType.TOPIC, auto_delete=True)
        dead = await channel.declare_queue(exclusive=True)
        await dead.bind(exchange, "dead.#")
        queue = await channel.declare_queue(
            unique("aio"), exclusive=True,
            arguments={"x-dead-letter-exchange": exchange.name, "x-dead-letter-routing-key": "dead.letter"})
        await channel.default_exchange.publish(aio_pika.Message(b"bad"), queue.name)
        message = await queue.get()
        await message.reject(requeue=False)
        for _ in range(100):
            letter = await dead.get(fail=False)
            if letter:
                break
            await asyncio.sleep(0.02)
        assert letter.body == b"bad" and letter.routing_key == "dead.letter"
        assert letter.headers["x-death"][0]["reason"] == "rejected"
        await letter.ack()


async def check_transaction(url):
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(publisher_confirms=False)
        queue = await channel.declare_queue(exclusive=True)
        async with channel.transaction():
            for _ in range(5):
                await channel.default_exchange.publish(aio_pika.Message(b"kept"), queue.name)
        try:
            async with channel.transaction():
                await channel.default_exchange.publish(aio_pika.Message(b"forgotten"), queue.name)
                raise KeyError("rolls back")
        except KeyError:
            pass
        assert [(await queue.get(no_ack=True)).body for _ in range(5)] == [b"kept"] * 5
        try:
            await queue.get(no_ack=True)
            raise AssertionError("a rolled back message arrived")
        except QueueEmpty:
            pass


async def check_precondition(url):
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(unique("aio"), exclusive=True)
        try:
            await channel.declare_queue(queue.name, exclusive=True, arguments={"x-max-length": 1})
        except ChannelPreconditionFailed as error:
            assert "inequivalent arg 'x-max-length'" in str(error)
            return
        raise AssertionError("a declaration with other arguments was accepted")


if __name__ == "__main__":
    main(sys.modules["__main__"])
