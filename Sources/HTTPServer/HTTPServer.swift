// HTTPServer: a strict HTTP/1.1 server over epoll, with TLS through OpenSSL.
