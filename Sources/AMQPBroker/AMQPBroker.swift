// AMQPBroker: an AMQP 0-9-1 server in memory, for runs and tests that need no other.
//
//   socket ─► ConnectionHandler ─► ServerConnectionState, ServerChannelState    (what the protocol allows: AMQPProtocol)
//                   │    ▲
//           events  ▼    │ deliveries, notices
//               BrokerCore ──► VirtualHost                                      (what the broker decides: Model, no IO)
//
// One event loop owns all of it: nothing is locked and nothing waits. Each burst of a socket's reads is parsed where it
// lies; what it brings about is written to each connection concerned in one piece when the burst is over.
//
// In memory only: durable queues and persistent messages are accepted and do not outlive the process. Quorum queues are
// kept like classic ones; streams are refused. The reference for what a client sees is RabbitMQ 3.10.
