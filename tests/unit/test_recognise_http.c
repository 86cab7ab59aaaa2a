/* test_recognise_http.c - HTTP, what its requests make of a connection, and where a tunnel begins.
 */
#include "recognise/tunnel.h"
#include "recognise_feed.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void
test_http(void **state)
{
	static const struct conversation talks[] = {
		{ "a page", APP_HTTP, SURE_CONFIRMED, false,
		    { C("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"),
			S("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") } },
		{ "1.0 without fields", APP_HTTP, SURE_CONFIRMED, false,
		    { C("HEAD /x HTTP/1.0\r\n\r\n"), S("HTTP/1.0 404 \r\n\r\n") } },
		{ "no blank behind the status", APP_HTTP, SURE_CONFIRMED, false,
		    { C("GET / HTTP/1.1\r\n\r\n"), S("HTTP/1.1 304\r\n\r\n") } },
		{ "WebDAV", APP_HTTP, SURE_CONFIRMED, false,
		    { C("PROPFIND /share/ HTTP/1.1\r\nHost: h\r\nDepth: 1\r\n\r\n"),
			S("HTTP/1.1 207 Multi-Status\r\n\r\n") } },
		{ "a method of one's own", APP_HTTP, SURE_CONFIRMED, false,
		    { C("X-do.it /y HTTP/1.1\r\n\r\n"), S("HTTP/1.1 501 x\r\n\r\n") } },
		{ "lines end with LF alone", APP_HTTP, SURE_CONFIRMED, false,
		    { C("GET / HTTP/1.1\nHost: h\n\n"), S("HTTP/1.1 200 OK\n\n") } },
		{ "empty lines before it", APP_HTTP, SURE_CONFIRMED, false,
		    { C("\r\n\r\nGET / HTTP/1.1\r\n\r\n"), S("HTTP/1.1 200 OK\r\n\r\n") } },
		{ "a blank in the target", APP_HTTP, SURE_CONFIRMED, false,
		    { C("GET /a b HTTP/1.1\r\n\r\n"), S("HTTP/1.1 200 OK\r\n\r\n") } },
		{ "an interim answer", APP_HTTP, SURE_CONFIRMED, false,
		    { C("PUT /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"),
			S("HTTP/1.1 100 Continue\r\n\r\n"), C("x"),
			S("HTTP/1.1 201 Created\r\n\r\n") } },
		{ "two lengths and chunks", APP_HTTP, SURE_CONFIRMED, false,
		    { C("POST / HTTP/1.1\r\nContent-Length: 6\r\nContent-Length: 5\r\n"
			"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nG"),
			S("HTTP/1.1 200 OK\r\n\r\n") } },
		{ "absolute, of a proxy", APP_HTTP, SURE_CONFIRMED, false,
		    { C("GET http://a.example/ HTTP/1.1\r\n\r\n"),
			S("HTTP/1.1 502 Bad Gateway\r\n\r\n") } },
		{ "the answer first", APP_HTTP, SURE_CONFIRMED, false,
		    { S("HTTP/1.1 408 Request Timeout\r\n\r\n"), C("GET / HTTP/1.1\r\n\r\n") } },
		{ "the head is not finished", APP_HTTP, SURE_CONFIRMED, false,
		    { C("GET / HTTP/1.1\r\nHost: h\r\n"), S("HTTP/1.1 400 Bad\r\n\r\n") } },
		{ "no answer", APP_HTTP, SURE_LIKELY, false, { C("GET / HTTP/1.1\r\n\r\n") } },
		{ "only an answer", APP_HTTP, SURE_LIKELY, false,
		    { S("HTTP/1.1 200 OK\r\n\r\n") } },
		{ "only an interim answer", APP_HTTP, SURE_LIKELY, false,
		    { C("GET / HTTP/1.1\r\n\r\n"), S("HTTP/1.1 103 Early Hints\r\nLink: x\r\n") } },
	};

	(void)state;
	check_conversations(talks, COUNT(talks));
}

static void
test_not_http(void **state)
{
	static const struct conversation talks[] = {
		{ "0.9", APP_UNKNOWN, SURE_NOT, false, { C("GET /\r\n"), S("<html>") } },
		{ "RTSP", APP_UNKNOWN, SURE_NOT, false,
		    { C("DESCRIBE rtsp://h/x RTSP/1.0\r\nCSeq: 1\r\n\r\n"),
			S("RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n") } },
		{ "ICAP", APP_UNKNOWN, SURE_NOT, false,
		    { C("OPTIONS icap://h/x ICAP/1.0\r\n\r\n"), S("ICAP/1.0 200 OK\r\n\r\n") } },
		{ "SHOUTcast", APP_UNKNOWN, SURE_NOT, false,
		    { C("GET / HTTP/1.0\r\n\r\n"), S("ICY 200 OK\r\n\r\n") } },
		{ "an SSH server answers", APP_UNKNOWN, SURE_NOT, false,
		    { C("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), S("SSH-2.0-OpenSSH_9.2\r\n") } },
		{ "an HTTP server is asked by TLS", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x16\x03\x01\x00\x05hello"), S("HTTP/1.1 400 Bad Request\r\n\r\n") } },
		{ "no target", APP_UNKNOWN, SURE_NOT, false,
		    { C("GET HTTP/1.1\r\n\r\n"), S("HTTP/1.1 200 OK\r\n\r\n") } },
		{ "no method", APP_UNKNOWN, SURE_NOT, false,
		    { C(" / HTTP/1.1\r\n\r\n"), S("HTTP/1.1 200 OK\r\n\r\n") } },
		{ "a method that is no token", APP_UNKNOWN, SURE_NOT, false,
		    { C("G(T / HTTP/1.1\r\n\r\n"), S("HTTP/1.1 200 OK\r\n\r\n") } },
		{ "a NUL in the target", APP_UNKNOWN, SURE_NOT, false,
		    { C("GET /\0 HTTP/1.1\r\n\r\n"), S("HTTP/1.1 200 OK\r\n\r\n") } },
		{ "a method of 33 letters", APP_UNKNOWN, SURE_NOT, false,
		    { C("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1\r\n\r\n"),
			S("HTTP/1.1 200 OK\r\n\r\n") } },
		{ "a status of two digits", APP_UNKNOWN, SURE_NOT, false,
		    { C("GET / HTTP/1.1\r\n\r\n"), S("HTTP/1.1 20 OK\r\n\r\n") } },
		{ "a status of four digits", APP_UNKNOWN, SURE_NOT, false,
		    { C("GET / HTTP/1.1\r\n\r\n"), S("HTTP/1.1 2000 OK\r\n\r\n") } },
		{ "a version of no digit", APP_UNKNOWN, SURE_NOT, false,
		    { C("GET / HTTP/1./\r\n\r\n"), S("HTTP/1.1 200 OK\r\n\r\n") } },
		{ "a deletion in the target", APP_UNKNOWN, SURE_NOT, false,
		    { C("GET /\x7f HTTP/1.1\r\n\r\n"), S("HTTP/1.1 200 OK\r\n\r\n") } },
		{ "version 1.10", APP_UNKNOWN, SURE_NOT, false,
		    { C("GET / HTTP/1.10\r\n\r\n"), S("HTTP/1.1 200 OK\r\n\r\n") } },
		{ "a cut request line", APP_UNKNOWN, SURE_NOT, false,
		    { C("GET / HTTP/1.1"), S("HTTP/1.1 400 Bad\r\n\r\n") } },
		{ "a cut status line", APP_UNKNOWN, SURE_NOT, false,
		    { C("GET / HTTP/1.1\r\n\r\n"), S("HTTP/1.1 20") } },
	};

	(void)state;
	check_conversations(talks, COUNT(talks));
}

static void
test_http2(void **state)
{
	static const struct conversation talks[] = {
		{ "prior knowledge", APP_HTTP2, SURE_CONFIRMED, false,
		    { C("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
			"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64"),
			S("\0\0\x00\x04\0\0\0\0\0") } },
		{ "the server's settings first", APP_HTTP2, SURE_CONFIRMED, false,
		    { S("\0\0\x0c\x04\0\0\0\0\0\0\x03\0\0\0\x64\0\x04\0\0\xff\xff"),
			C("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") } },
		{ "no answer", APP_HTTP2, SURE_LIKELY, false,
		    { C("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") } },
		{ "settings that acknowledge", APP_UNKNOWN, SURE_NOT, false,
		    { C("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), S("\0\0\0\x04\x01\0\0\0\0") } },
		{ "another frame", APP_UNKNOWN, SURE_NOT, false,
		    { C("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), S("\0\0\0\0\0\0\0\0\0") } },
		{ "settings of five bytes", APP_UNKNOWN, SURE_NOT, false,
		    { C("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), S("\0\0\x05\x04\0\0\0\0\0") } },
		{ "settings of a stream", APP_UNKNOWN, SURE_NOT, false,
		    { C("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), S("\0\0\0\x04\0\0\0\0\1") } },
		{ "the server closes with GOAWAY", APP_UNKNOWN, SURE_NOT, false,
		    { C("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
			S("\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\1") } },
		{ "an HTTP/1 server", APP_UNKNOWN, SURE_NOT, false,
		    { C("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
			S("HTTP/1.1 400 Bad Request\r\n\r\n") } },
		{ "half of the preface", APP_UNKNOWN, SURE_NOT, false,
		    { C("PRI * HTTP/2.0\r\n\r\n"), S("\0\0\0\x04\0\0\0\0\0") } },
		{ "upgraded", APP_HTTP2, SURE_CONFIRMED, false,
		    { C("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\n"
			"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"),
			S("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
			  "Upgrade: h2c\r\n\r\n\0\0\0\x04\0\0\0\0\0") } },
		{ "not upgraded", APP_HTTP, SURE_CONFIRMED, false,
		    { C("GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"),
			S("HTTP/1.1 200 OK\r\n\r\n") } },
		{ "asked to", APP_HTTP2, SURE_LIKELY, false,
		    { C("GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n") } },
	};

	(void)state;
	check_conversations(talks, COUNT(talks));
}

#define WS_ASK                                                                                     \
	"GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade"   \
	"\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
#define WS_SWITCH                                                                                  \
	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"

static void
test_websocket(void **state)
{
	static const struct conversation talks[] = {
		{ "RFC 6455, 1.3", APP_WEBSOCKET, SURE_CONFIRMED, false,
		    { C(WS_ASK), S(WS_SWITCH "Sec-WebSocket-Accept: "
					     "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n") } },
		{ "answered before it asks", APP_WEBSOCKET, SURE_CONFIRMED, false,
		    { C("GET / HTTP/1.1\r\n"), S(WS_SWITCH "Sec-WebSocket-Accept: x\r\n\r\n"),
			C("Upgrade: websocket\r\nConnection: Upgrade\r\n"
			  "Sec-WebSocket-Key: x\r\n\r\n") } },
		{ "switched to two", APP_WEBSOCKET, SURE_CONFIRMED, false,
		    { C("GET / HTTP/1.1\r\nUpgrade: h2c, websocket\r\nConnection: Upgrade\r\n"
			"Sec-WebSocket-Key: x\r\n\r\n"),
			S("HTTP/1.1 101 x\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n"
			  "Sec-WebSocket-Accept: x\r\n\r\n") } },
		{ "a wrong accept", APP_WEBSOCKET, SURE_CONFIRMED, false,
		    { C(WS_ASK), S(WS_SWITCH "sec-websocket-accept: x\r\n\r\n") } },
		{ "no accept", APP_WEBSOCKET, SURE_LIKELY, false,
		    { C(WS_ASK), S(WS_SWITCH "\r\n") } },
		{ "no key", APP_WEBSOCKET, SURE_LIKELY, false,
		    { C("GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"),
			S(WS_SWITCH "Sec-WebSocket-Accept: x\r\n\r\n") } },
		{ "several to choose from", APP_WEBSOCKET, SURE_CONFIRMED, false,
		    { C("GET / HTTP/1.1\r\nUpgrade: h2c, websocket/13\r\nConnection: Upgrade\r\n"
			"Sec-WebSocket-Key: x\r\n\r\n"),
			S(WS_SWITCH "Sec-WebSocket-Accept: x\r\n\r\n") } },
		{ "the answer is cut", APP_WEBSOCKET, SURE_LIKELY, false,
		    { C(WS_ASK), S("HTTP/1.1 101 Switching Protocols\r\nUpgrade: webso") } },
		{ "no answer", APP_WEBSOCKET, SURE_LIKELY, false, { C(WS_ASK) } },
		{ "refused", APP_HTTP, SURE_CONFIRMED, false,
		    { C(WS_ASK), S("HTTP/1.1 403 Forbidden\r\n\r\n") } },
		{ "one that nobody asked for", APP_HTTP, SURE_LIKELY, false,
		    { C("GET / HTTP/1.1\r\n\r\n"), S(WS_SWITCH "\r\n") } },
		{ "to something else", APP_HTTP, SURE_LIKELY, false,
		    { C("POST /attach HTTP/1.1\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n"),
			S("HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n") } },
		{ "the word elsewhere", APP_HTTP, SURE_CONFIRMED, false,
		    { C("GET / HTTP/1.1\r\nX-Upgrade: websocket\r\nUpgrade: websockets\r\n\r\n"),
			S("HTTP/1.1 200 OK\r\n\r\n") } },
	};

	(void)state;
	check_conversations(talks, COUNT(talks));
}

static void
test_gateway(void **state)
{
	static const struct conversation talks[] = {
		{ "RDG_OUT_DATA", APP_RDG, SURE_CONFIRMED, false,
		    { C("RDG_OUT_DATA /remoteDesktopGateway/ HTTP/1.1\r\nHost: g\r\n\r\n"),
			S("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n") } },
		{ "by WebSocket", APP_RDG, SURE_CONFIRMED, false,
		    { C("GET /remotedesktopgateway/ HTTP/1.1\r\nUpgrade: websocket\r\n"
			"Connection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n"),
			S(WS_SWITCH "Sec-WebSocket-Accept: x\r\n\r\n") } },
		{ "RPC", APP_RDG, SURE_CONFIRMED, false,
		    { C("RPC_IN_DATA /rpc/rpcproxy.dll?localhost:3388 HTTP/1.1\r\n\r\n"),
			S("HTTP/1.1 200 OK\r\n\r\n") } },
		{ "RPC of no host", APP_HTTP, SURE_CONFIRMED, false,
		    { C("RPC_IN_DATA :3388 HTTP/1.1\r\n\r\n"), S("HTTP/1.1 200 OK\r\n\r\n") } },
		{ "RPC of a mail server", APP_HTTP, SURE_CONFIRMED, false,
		    { C("RPC_OUT_DATA /rpc/rpcproxy.dll?mail:6001 HTTP/1.1\r\n\r\n"),
			S("HTTP/1.1 200 OK\r\n\r\n") } },
		{ "no answer", APP_RDG, SURE_LIKELY, false,
		    { C("RDG_IN_DATA /remoteDesktopGateway/ HTTP/1.1\r\n\r\n") } },
		{ "another path", APP_HTTP, SURE_CONFIRMED, false,
		    { C("GET /a/remoteDesktopGateway/ HTTP/1.1\r\n\r\n"),
			S("HTTP/1.1 404 x\r\n\r\n") } },
		{ "a printer", APP_IPP, SURE_CONFIRMED, false,
		    { C("POST /ipp/print HTTP/1.1\r\nContent-Type: application/ipp\r\n"
			"Content-Length: 4\r\n\r\n\2\0\0\x0b"),
			S("HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\n\r\n") } },
		{ "a printer that answers at once", APP_IPP, SURE_CONFIRMED, false,
		    { C("POST / HTTP/1.1\r\n"), S("HTTP/1.1 200 OK\r\n\r\n"),
			C("Content-Type: application/ipp\r\n\r\n") } },
		{ "a printer, with a parameter", APP_IPP, SURE_CONFIRMED, false,
		    { C("POST / HTTP/1.1\r\ncontent-type:Application/IPP; x=y\r\n\r\n"),
			S("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n") } },
		{ "no printer's method", APP_HTTP, SURE_CONFIRMED, false,
		    { C("PUT / HTTP/1.1\r\nContent-Type: application/ipp\r\n\r\n"),
			S("HTTP/1.1 200 OK\r\n\r\n") } },
		{ "a printer's page", APP_HTTP, SURE_CONFIRMED, false,
		    { C("POST / HTTP/1.1\r\nContent-Type: application/ippx\r\n\r\n"),
			S("HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\n\r\n") } },
	};

	(void)state;
	check_conversations(talks, COUNT(talks));
}

#define ASK	"CONNECT h:22 HTTP/1.1\r\nHost: h:22\r\n\r\n"
#define DENY	"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: NTLM\r\n"
#define NOTHING "Content-Length: 0\r\n\r\n"
#define ONE	"CONNECT h HTTP/1.0\r\n\r\n"
#define NINE	ONE ONE ONE ONE ONE ONE ONE ONE ONE
#define DENIED	"HTTP/1.0 403 x\r\n" NOTHING
#define OPEN	"HTTP/1.1 200 Connection established\r\n\r\n"

/* Each with where its tunnel begins on both sides, or zeros. */
static const struct {
	struct conversation talk;
	uint16_t client, server;
} connects[] = {
	{ { "SSH inside", APP_HTTP_CONNECT, SURE_CONFIRMED, false,
	      { C(ASK), S(OPEN "SSH-2.0-x\r\n"), C("SSH-2.0-y\r\n") } },
	    sizeof ASK - 1, sizeof OPEN - 1 },
	{ { "mail inside", APP_HTTP_CONNECT, SURE_CONFIRMED, false,
	      { C("CONNECT h:25 HTTP/1.0\n\n"), S("HTTP/1.0 200 OK\nServer: x\n\n220 h ESMTP\r\n"),
		  C("EHLO c\r\n") } },
	    21 + 2, 16 + 10 + 1 },
	{ { "nobody waits", APP_HTTP_CONNECT, SURE_CONFIRMED, false,
	      { C(ASK "SSH-2.0-y\r\n"),
		  S("HTTP/1.1 204 x\r\nContent-Length: 9\r\n\r\nSSH-2.0-x\r\n") } },
	    sizeof ASK - 1, 16 + 19 + 2 },
	{ { "asked again", APP_HTTP_CONNECT, SURE_CONFIRMED, false,
	      { C(ASK), S(DENY "Content-Length: 6\r\n\r\nDenied"), C(ASK), S(OPEN) } },
	    2 * (sizeof ASK - 1), sizeof DENY - 1 + 21 + 6 + sizeof OPEN - 1 },
	{ { "asked again, chunks", APP_HTTP_CONNECT, SURE_CONFIRMED, false,
	      { C(ASK),
		  S(DENY "Transfer-Encoding: chunked\r\n\r\n3\r\nDen\r\n10;x\r\n0123456789abcdef"
			 "\r\n0\r\n\r\n"),
		  C(ASK), S(OPEN) } },
	    2 * (sizeof ASK - 1), sizeof DENY - 1 + 30 + 8 + 24 + 5 + sizeof OPEN - 1 },
	{ { "asked twice again", APP_HTTP_CONNECT, SURE_CONFIRMED, false,
	      { C(ASK), S(DENY NOTHING), C(ASK), S(DENY "Content-Length: 1\r\n\r\n."), C(ASK),
		  S(OPEN), C("x") } },
	    3 * (sizeof ASK - 1), 2 * (sizeof DENY - 1 + 21) + 1 + sizeof OPEN - 1 },
	{ { "in small letters, as Squid takes it", APP_HTTP_CONNECT, SURE_CONFIRMED, false,
	      { C("connect h:22 HTTP/1.1\r\n\r\n"), S(DENY NOTHING),
		  C("Connect h:22 HTTP/1.1\r\n\r\n"), S(OPEN) } },
	    2 * 25, sizeof DENY - 1 + 21 + sizeof OPEN - 1 },
	{ { "the ninth time", APP_HTTP_CONNECT, SURE_CONFIRMED, false,
	      { C(NINE), S(DENIED DENIED DENIED DENIED DENIED DENIED DENIED DENIED OPEN) } },
	    9 * 22, 8 * 37 + sizeof OPEN - 1 },
	{ { "answered before it asks", APP_HTTP_CONNECT, SURE_CONFIRMED, false,
	      { S(DENY NOTHING DENY NOTHING OPEN), C(ASK ASK ASK) } },
	    3 * (sizeof ASK - 1), 2 * (sizeof DENY - 1 + 21) + sizeof OPEN - 1 },
	{ { "an answer without an end", APP_HTTP, SURE_CONFIRMED, false,
	      { C(ASK), S(DENY "\r\nDenied"), C(ASK) } },
	    0, 0 },
	{ { "asked again, no answer", APP_HTTP_CONNECT, SURE_LIKELY, false,
	      { C(ASK), S(DENY NOTHING), C(ASK) } },
	    0, 0 },
	{ { "the answer is longer than what is seen", APP_HTTP_CONNECT, SURE_LIKELY, false,
	      { C(ASK), S(DENY "Content-Length: 9999\r\n\r\n..."), C(ASK) } },
	    0, 0 },
	{ { "the question is cut", APP_HTTP_CONNECT, SURE_CONFIRMED, false,
	      { C("CONNECT h:22 HTTP/1.1\r\nHost"), S(OPEN) } },
	    0, 0 },
	{ { "a chunk of no size", APP_HTTP_CONNECT, SURE_LIKELY, false,
	      { C(ASK), S(DENY "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n" OPEN), C(ASK) } },
	    0, 0 },
	{ { "a chunk that is longer than it says", APP_HTTP_CONNECT, SURE_LIKELY, false,
	      { C(ASK), S(DENY "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n" OPEN),
		  C(ASK) } },
	    0, 0 },
	{ { "chunks without an end", APP_HTTP_CONNECT, SURE_LIKELY, false,
	      { C(ASK), S(DENY "Transfer-Encoding: chunked\r\n\r\n0\r\nHTTP/1.1 200 x"), C(ASK) } },
	    0, 0 },
	{ { "a length of ten digits", APP_HTTP, SURE_CONFIRMED, false,
	      { C(ASK), S(DENY "Content-Length: 4294967296\r\n\r\n" OPEN), C(ASK) } },
	    0, 0 },
	{ { "no answer", APP_HTTP_CONNECT, SURE_LIKELY, false, { C(ASK) } }, 0, 0 },
	{ { "refused", APP_HTTP, SURE_CONFIRMED, false,
	      { C(ASK), S("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n") } },
	    0, 0 },
	{ { "refused and closed", APP_HTTP, SURE_CONFIRMED, false,
	      { C(ASK), S(DENY "Connection: close\r\n\r\nDenied") } },
	    0, 0 },
	{ { "refused, then a page", APP_HTTP, SURE_CONFIRMED, false,
	      { C(ASK), S(DENY NOTHING), C("GET http://h/ HTTP/1.1\r\n\r\n"),
		  S("HTTP/1.1 200 OK\r\n\r\n") } },
	    0, 0 },
	{ { "refused, and the client goes on", APP_HTTP, SURE_CONFIRMED, false,
	      { C(ASK "\x16\x03\x01"), S("HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n") } },
	    0, 0 },
	{ { "the head of the answer is cut", APP_HTTP_CONNECT, SURE_CONFIRMED, false,
	      { C(ASK), S("HTTP/1.1 200 OK\r\nVia: p") } },
	    0, 0 },
	{ { "no proxy", APP_UNKNOWN, SURE_NOT, false, { C(ASK), S("SSH-2.0-x\r\n") } }, 0, 0 },
};

static void
test_connect(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(connects); i++) {
		uint16_t begin[2];
		struct fed f = feed(&connects[i].talk, SIZE_MAX, true);
		bool known = http_tunnel(&f.talk, begin);

		if (known != (connects[i].client > 0) ||
		    (known && (begin[0] != connects[i].client || begin[1] != connects[i].server)))
			fail_msg("%s: %u %u", connects[i].talk.name, begin[0], begin[1]);
		fed_free(&f);
		check_conversations(&connects[i].talk, 1);
	}
}

/* Heads that are longer than what is looked at: PREFIX, then letters up to the limit. */
static void
test_long(void **state)
{
	static const struct {
		const char *prefix, *answer;
		uint8_t app, sure;
	} rows[] = {
		{ "GET / HTTP/1.1\r\nX: ", "HTTP/1.1 200 OK\r\n", APP_HTTP, SURE_CONFIRMED },
		{ "GET /", "HTTP/1.1 414 URI Too Long\r\n\r\n", APP_HTTP, SURE_LIKELY },
		{ "GET /", "", APP_UNKNOWN, SURE_NOT },
		{ "hello", "", APP_UNKNOWN, SURE_NOT },
		{ "CONNECT h:1 HTTP/1.1\r\nX: ", OPEN, APP_HTTP_CONNECT, SURE_CONFIRMED },
		{ "GET / HTTP/1.1\r\nX: ", WS_SWITCH "Sec-WebSocket-Accept: x\r\n\r\n",
		    APP_WEBSOCKET, SURE_LIKELY },
		{ "GET /", WS_SWITCH "\r\n", APP_WEBSOCKET, SURE_LIKELY },
		{ "RDG_IN_DATA / HTTP/1.1\r\nX: ", "HTTP/1.1 200 OK\r\n", APP_RDG, SURE_CONFIRMED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		static char bytes[RECOGNISE_BYTES];
		size_t n = strlen(rows[i].prefix);

		memcpy(bytes, rows[i].prefix, n);
		memset(bytes + n, 'a', sizeof bytes - n);
		struct conversation talk = { rows[i].prefix, rows[i].app, rows[i].sure, false,
			{ { rows[i].answer, strlen(rows[i].answer), TALK_SERVER },
			    { bytes, sizeof bytes, TALK_CLIENT } } };
		struct recognition growing = { .app = 0 };
		size_t size = sizeof bytes + strlen(rows[i].answer);

		for (size_t cut = 1; cut < size && growing.sure != SURE_CONFIRMED; cut += 101)
			check_cut(&talk, &growing, cut, false);
		if (growing.sure != SURE_CONFIRMED)
			check_cut(&talk, &growing, size, true);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_http),
		cmocka_unit_test(test_not_http),
		cmocka_unit_test(test_http2),
		cmocka_unit_test(test_websocket),
		cmocka_unit_test(test_gateway),
		cmocka_unit_test(test_connect),
		cmocka_unit_test(test_long),
	};

	return UNIT_RUN(tests);
}
