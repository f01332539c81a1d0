// AMQPBroker
