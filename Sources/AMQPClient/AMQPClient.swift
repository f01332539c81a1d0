// AMQPClient: AMQP 0-9-1 on SwiftNIO sockets, on the client's state machines of AMQPProtocol.
//
//   URI ─► AMQPConfiguration ─► AMQPConnection.connect ─► TCP ─► (TLS) ─► ConnectionHandler
//                                                                            │ frames ⇄ state machines
//        RecoveringConnection: nodes, back-off,      AMQPChannel (number) ◄──┤
//        topology and channel set-up replayed              │                 └─► heartbeats, close, blocked
//                                                          ▼
//                                   AMQPChannelDelegate: deliveries, confirms, returns
//
// Two ways in. The async functions of AMQPChannel await the broker's answer: set-up, tests, rare messages. The hot way is
// for the connection's event loop alone: `writePublishes` takes whole frames, the delegate gets deliveries and confirms as
// views into the socket's buffer; nothing is allocated, promised or hopped for a single message.
//
// Errors: a soft one closes its channel and fails that channel's calls, a hard one ends the connection and with it every
// channel; both carry the server's own words. No password reaches a description or a log.
