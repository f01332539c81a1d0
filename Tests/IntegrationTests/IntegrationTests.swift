// The whole program from outside: the built `rafale` against the embedded broker and against real servers.
//
//   EndToEnd/   a user's command goes in; exit code, words and report come out
//   Tidy/       the rules of the house
//
// Only the result's own type is imported, to read what a run wrote.
