// LoadGenerator: puts an exact load on a pipeline and says what became of every message.
//
//   Arrivals/ (when)  ─┐
//                      ├─► Schedule ─► PublisherLoop × connections ══► broker
//   Messages/ (what)  ─┘                    │ sent, confirmed, returned          ║ processed, failed queues
//                                           ▼                                    ▼
//                                        Ledger ◄───────────────────── CollectorLoop × connections
//                                           │
//                                           ▼
//                               LedgerBooks, LoadOutcome: each message ended in exactly one place
//
// Arrivals and messages are values made from the scenario's seed: the same on any number of connections. Each loop
// lives on an event loop and shares nothing with the others but the ledger's bytes.
