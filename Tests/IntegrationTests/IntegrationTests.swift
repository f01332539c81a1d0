// The whole program from outside: the built `rafale` against the embedded broker and against real servers.
//
// Nothing here imports a module to look inside: a user's command goes in, its output and exit code come out.
