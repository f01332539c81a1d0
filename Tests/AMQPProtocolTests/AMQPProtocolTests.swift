import Testing

@Suite struct AMQPProtocolPlaceholder {}
