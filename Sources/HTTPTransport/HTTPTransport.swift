// HTTPTransport: HTTP requests and streamed bodies, through libcurl's multi interface.
