// What the tests share: where things are, real servers, programs to run, deadlines.
//
//   Places          the package's folder, the built `rafale`, temporary folders, free ports
//   Program         runs an executable and keeps what it wrote, with signals on the way
//   Deadlines       a test that waits says for how long
//   ScriptedServer  a private RabbitMQ or MariaDB (scripts/), gone when the test process is gone
//   Requirements    what a test needs of the machine: elsewhere skipped with a word, an error in CI
//
// Nothing here knows a module of the product.
