import Testing

@Suite struct AMQPClientPlaceholder {}
