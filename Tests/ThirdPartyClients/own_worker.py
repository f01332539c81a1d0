"""A worker of somebody's own, for the tests of runs with `workers.command`: it says which message a result is of in the
way it is told, and may misbehave.

    own_worker.py header | message_id | correlation_id | field | nothing | twice | eats

What the run tells its workers is read from the environment.
"""

import json
import os
import signal
import sys
import uuid

import pika


def answers(mode, properties, body):
    """The properties and the body of each result of a message."""
    if mode == "eats" and properties.message_id.endswith("0"):
        return []
    if mode == "header":
        own = pika.BasicProperties(message_id=properties.message_id, headers=properties.headers)
    elif mode == "message_id":
        own = pika.BasicProperties(message_id=properties.message_id)
    elif mode == "field":
        own = pika.BasicProperties(message_id=str(uuid.uuid4()))
    elif mode == "nothing":
        own = pika.BasicProperties(content_type="application/json")
    else:
        own = pika.BasicProperties(message_id=str(uuid.uuid4()), correlation_id=properties.message_id)
    result = json.dumps({"words": len(body.split()), "source": {"id": json.loads(body)["id"]}})
    return [(own, result)] * (2 if mode == "twice" else 1)


def main():
    mode = sys.argv[1]
    connection = pika.BlockingConnection(pika.URLParameters(os.environ["RAFALE_BROKER_URL"]))
    channel = connection.channel()
    channel.basic_qos(prefetch_count=int(os.environ["RAFALE_PREFETCH"]))

    def work(_, method, properties, body):
        for own, result in answers(mode, properties, body):
            channel.basic_publish("", os.environ["RAFALE_PROCESSED"], result, own)
        channel.basic_ack(method.delivery_tag)

    def stop(*_):
        connection.add_callback_threadsafe(channel.stop_consuming)

    signal.signal(signal.SIGTERM, stop)
    for queue in os.environ["RAFALE_INCOMING"].split(","):
        channel.basic_consume(queue, work)
    channel.start_consuming()
    connection.close()


main()
