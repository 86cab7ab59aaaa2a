/* http.c - HTTP/1 (RFC 9112) and what its requests make of a connection: WebSocket (RFC 6455, 4),
 * HTTP/2 by upgrade (RFC 7540, 3.2), a tunnel by CONNECT (RFC 9110, 9.3.6), RD Gateway ([MS-TSGU]
 * 2.1, 3.3.5.1; its RPC endpoint is 3388, others are not its), IPP (RFC 8010, 4). And HTTP/2 with
 * prior knowledge (RFC 9113, 3.4).
 *
 * All of them come from one reading of both sides, so only one is ever confirmed. The first
 * exchange decides; but a refused CONNECT is often asked again, with credentials.
 */
#include "recognise/http_head.h"
#include "recognise/rows.h"
#include "recognise/tunnel.h"

enum {
	EXCHANGES_MAX = 256, /* more cannot be in what is looked at */
	FRAME_MAX = 16384,
};

struct verdict {
	uint8_t app;
	enum sure sure; /* that it is APP; when SURE_NOT or SURE_OPEN of them all */
	bool tunnel;	/* where it begins is in `begin` */
	uint16_t begin[2];
};

static bool
is_gateway(const struct http_head *q)
{
	static const char path[] = "/remoteDesktopGateway/", endpoint[] = ":3388";
	struct phrase target = q->target;
	size_t n = sizeof endpoint - 1;

	if (phrase_is(q->method, "RDG_OUT_DATA") || phrase_is(q->method, "RDG_IN_DATA"))
		return true;
	if (phrase_is(q->method, "RPC_OUT_DATA") || phrase_is(q->method, "RPC_IN_DATA"))
		return target.size > n && memcmp(target.at + target.size - n, endpoint, n) == 0;
	if (target.size > sizeof path - 1)
		target.size = sizeof path - 1;
	return phrase_like(target, path);
}

/* Methods are told apart by the case of their letters (RFC 9110, 9.1), but Squid takes this one in
 * any. */
static bool
is_connect(const struct http_head *q)
{
	return phrase_like(q->method, "CONNECT");
}

/* What a request asks for, as far as its head is there. */
static uint8_t
asked(const struct http_head *q)
{
	if (is_gateway(q))
		return APP_RDG;
	if (is_connect(q))
		return APP_HTTP_CONNECT;
	if (phrase_is(q->method, "POST") && q->says & HTTP_IPP)
		return APP_IPP;
	if (q->says & HTTP_WEBSOCKET)
		return APP_WEBSOCKET;
	return q->says & HTTP_H2C ? APP_HTTP2 : APP_HTTP;
}

static struct verdict
likely(uint8_t app)
{
	return (struct verdict){ .app = app, .sure = SURE_LIKELY };
}

static struct verdict
confirmed(uint8_t app)
{
	return (struct verdict){ .app = app, .sure = SURE_CONFIRMED };
}

/* The server switches protocols: to what both name, or to what one of them does where the other's
 * words cannot be seen or are not there. */
static struct verdict
switched(const struct http_head *q, const struct http_head *a)
{
	const uint8_t client = HTTP_UPGRADES | HTTP_WEBSOCKET | HTTP_KEY;
	const uint8_t server = HTTP_WEBSOCKET | HTTP_KEY;

	if (a->says & HTTP_WEBSOCKET && (q->says & HTTP_WEBSOCKET || !q->ended)) {
		bool full = (q->says & client) == client && (a->says & server) == server;

		return full ? confirmed(APP_WEBSOCKET) : likely(APP_WEBSOCKET);
	}
	if (a->says & HTTP_H2C && (q->says & HTTP_H2C || !q->ended))
		return q->says & HTTP_H2C ? confirmed(APP_HTTP2) : likely(APP_HTTP2);
	return likely(asked(q));
}

/* A CONNECT was refused: goes past that answer's content. True: it may be asked again. */
static bool
asked_again(struct wire *s, const struct http_head *a)
{
	bool bounded = a->says & HTTP_CHUNKED || a->length >= 0;

	(void)http_content(s, a); /* when it is not there, nothing follows */
	return bounded || !a->ended;
}

static struct verdict
tunnel(const struct talk *t, const struct wire *c, const struct wire *s, const struct http_head *q,
    const struct http_head *a)
{
	struct verdict v = confirmed(APP_HTTP_CONNECT);

	v.tunnel = q->ended && a->ended;
	v.begin[TALK_CLIENT] = (uint16_t)(c->p - t->side[TALK_CLIENT].bytes);
	v.begin[TALK_SERVER] = (uint16_t)(s->p - t->side[TALK_SERVER].bytes);
	return v;
}

/* One CONNECT after the other, until one succeeds. C and S are behind the heads Q and A. */
static struct verdict
connects(
    const struct talk *t, struct wire *c, struct wire *s, struct http_head *q, struct http_head *a)
{
	const struct opening *client = &t->side[TALK_CLIENT], *server = &t->side[TALK_SERVER];

	for (unsigned i = 0; i < EXCHANGES_MAX; i++) {
		if (a->status / 100 == 2)
			return tunnel(t, c, s, q, a);
		if (!q->ended && !client->whole)
			return likely(APP_HTTP);
		if (!q->ended || !asked_again(s, a))
			break;
		switch (wire_left(c) > 0 ? http_request(c, client->whole, q) : SURE_OPEN) {
		case SURE_NOT:
			return confirmed(APP_HTTP);
		case SURE_OPEN:
		case SURE_LIKELY:
			if (client->whole)
				return confirmed(APP_HTTP);
			return likely(APP_HTTP);
		case SURE_CONFIRMED:
			http_fields(c, q);
			break;
		}
		if (!is_connect(q))
			break;
		if (http_answer(s, server->whole, a) != SURE_CONFIRMED)
			return likely(APP_HTTP_CONNECT);
		http_fields(s, a);
	}
	return confirmed(APP_HTTP);
}

/* Both start lines are there, and what there is of the request's fields is read. */
static struct verdict
exchange(
    const struct talk *t, struct wire *c, struct wire *s, struct http_head *q, struct http_head *a)
{
	const struct opening *client = &t->side[TALK_CLIENT], *server = &t->side[TALK_SERVER];
	uint8_t app = asked(q);

	if (!q->ended && !client->whole)
		return likely(app);
	if (app == APP_RDG || app == APP_IPP)
		return confirmed(app);
	if (app == APP_HTTP_CONNECT || a->status == 101)
		http_fields(s, a);
	if (app == APP_HTTP_CONNECT)
		return connects(t, c, s, q, a);
	if (a->status == 101 && !a->ended && !server->whole)
		return likely(app);
	if (a->status == 101)
		return switched(q, a);
	return q->cut ? likely(APP_HTTP) : confirmed(APP_HTTP);
}

static struct verdict
judge(const struct talk *t)
{
	const struct opening *client = &t->side[TALK_CLIENT], *server = &t->side[TALK_SERVER];
	struct wire c = look_stream(client), s = look_stream(server);
	struct http_head q, a;
	enum sure asks = http_request(&c, client->whole, &q), answers = SURE_NOT;

	if (asks != SURE_NOT)
		answers = http_answer(&s, server->whole, &a);
	if (answers == SURE_NOT)
		return (struct verdict){ .sure = SURE_NOT };
	if (asks == SURE_CONFIRMED)
		http_fields(&c, &q);
	if (asks == SURE_CONFIRMED && answers == SURE_CONFIRMED)
		return exchange(t, &c, &s, &q, &a);
	if (asks == SURE_CONFIRMED && !q.cut)
		return likely(asked(&q));
	if (answers == SURE_CONFIRMED && client->size == 0)
		return likely(APP_HTTP);
	return (struct verdict){ .sure = SURE_OPEN };
}

enum sure
look_http(const struct talk *t)
{
	return judge(t).sure;
}

uint8_t
name_http(const struct talk *t)
{
	return judge(t).app;
}

/* The server's preface: a SETTINGS frame of stream 0 that acknowledges nothing. */
static enum sure
settings(const struct opening *o)
{
	struct wire w = look_stream(o);
	uint8_t high = wire_u8(&w);
	uint16_t size = wire_be16(&w);
	uint8_t type = wire_u8(&w), flags = wire_u8(&w);
	uint32_t stream = wire_be32(&w);

	if (high != 0 || size > FRAME_MAX)
		return SURE_NOT;
	if (!w.ok)
		return look_short(o);
	return size % 6 == 0 && type == 4 && flags == 0 && stream == 0 ? SURE_CONFIRMED : SURE_NOT;
}

enum sure
look_http2(const struct talk *t)
{
	static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
	const struct opening *client = &t->side[TALK_CLIENT], *server = &t->side[TALK_SERVER];
	enum sure asks = look_prefix(client, preface, sizeof preface - 1);
	enum sure answers = server->size > 0 ? settings(server) : SURE_OPEN;

	return look_either(asks, answers);
}

bool
http_tunnel(const struct talk *t, uint16_t begin[2])
{
	struct verdict v = judge(t);

	begin[TALK_CLIENT] = v.begin[TALK_CLIENT];
	begin[TALK_SERVER] = v.begin[TALK_SERVER];
	return v.tunnel;
}
