// WebLogs: access logs of web servers, line by line, on bytes. No input or output.
//
//   bytes of a line ─► AccessLogLine (where each field stands) ─► CleanedLine (what the fields say)
//                          └─► LineFault: the column where reading stopped, and what was expected there
//
// Read are the `combined` and `common` formats of nginx and Apache, with or without the virtual host before them and with
// any further fields behind them:
//
//   [vhost ]client identity user [21/Nov/2026:02:48:49 +0000] "GET /path HTTP/1.1" 200 512[ "referer" "agent"][ more …]
