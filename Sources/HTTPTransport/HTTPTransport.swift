// HTTPTransport: the client side of HTTP.
//
//   Transport          the seam: send a request, or stream its response. Tests fill it in memory
//   Message/           HTTPRequest, HTTPResponse, HTTPHeaders, TLSOptions, StreamedResponse and its ResponseBody
//   TransportError     what can go wrong before there is a response
//   Lines/             LineSplitter: chunks of bytes in, lines out
//   Curl/              CurlTransport: the seam over libcurl's multi interface, on threads of its own
