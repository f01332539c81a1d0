// The scenario language: one YAML file says what load is put on which pipeline and what must come out of it.
//
//      file ──► YAML nodes with their places ──► overrides (--set) ──► decoding by the table of keys ──► Scenario
//                                                                        │        (checked, immutable)
//                                                                        └──► JSON schema, reference, nearest key
//
// `Model/` holds what a scenario is, `Language/` how it is written. Every mistake of a file is reported, each with
// its file:line:column; nothing a file holds can stop the process.
