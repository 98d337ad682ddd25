// Tests of HTTPServer: `Codec` runs the parser without I/O, `Server` talks to a listening server over raw sockets (for
// what no client library would send) and over libcurl.
