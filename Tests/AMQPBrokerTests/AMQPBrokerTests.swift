import Testing

@Suite struct AMQPBrokerPlaceholder {}
