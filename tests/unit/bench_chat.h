/* bench_chat.h - connections on the bench of a worker: what both sides say, a frame each.
 *
 * Knows: the numbers of TCP (RFC 9293, 3.1), written down a second time. Owns nothing. Included by
 * the tests of what flows carry (test_inspect.c, test_speak.c). Never judges: what is right stands
 * in the tests.
 */
#ifndef SEGAUDIT_BENCH_CHAT_H
#define SEGAUDIT_BENCH_CHAT_H

#include "worker_bench.h"

#include "base/text.h"

enum { CLIENT, SERVER };

/* One connection: its ports and what both sides have sent. */
struct chat {
	unsigned port, to; /* of the client, of the server */
	bool inwards;	   /* the client is S in internet, its server C in lgwan; else C and S */
	uint32_t seq[2];
	nstime t;
};

/* The bench begins anew, with other conduits. */
static inline void
bench_begin(struct bench *b, const char *rules)
{
	free(b->policy);
	b->policy = bench_policy(b, bench_zones, rules, 1);
	bench_start(b, b->policy);
}

/* A bench with other conduits, as a setup of cmocka needs it. */
static inline int
bench_setup_with(void **state, const char *rules, bool is6)
{
	int error = bench_setup(state);
	struct bench *b = *state;

	bench_begin(b, rules);
	b->is6 = is6;
	return error;
}

/* The bench begins anew, with BEFORE conduits that nothing here is in, and one or more behind them.
 */
static inline void
bench_begin_behind(struct bench *b, unsigned before, const char *last)
{
	static char bytes[1 << 19];
	struct text rules = text_of(bytes, sizeof bytes);

	text_string(&rules, "conduits = (");
	for (unsigned i = 0; i < before; i++)
		text_add(&rules,
		    "{ id = \"c%u\"; from = \"lgwan\"; to = \"internet\"; services = (\"tcp/%u\"); "
		    "},",
		    i, 10000 + i);
	text_add(&rules, "%s );", last);
	assert_false(rules.cut);
	bench_begin(b, bytes);
}

/* A segment of SIZE bytes with these flags and numbers, into b->bytes. */
static inline void
put_segment(struct bench *b, const struct chat *t, unsigned side, uint8_t flags, uint32_t seq,
    uint32_t ack, const char *bytes, size_t size)
{
	uint8_t *p = b->bytes + 34;

	put_tcp(b, side == CLIENT ? t->port : t->to, side == CLIENT ? t->to : t->port, flags,
	    (unsigned)size);
	put16(p + 4, seq >> 16);
	put16(p + 6, seq & 0xffff);
	put16(p + 8, ack >> 16);
	put16(p + 10, ack & 0xffff);
	if (size)
		memcpy(p + 20, bytes, size);
}

/* What is around SIZE bytes of one side, at bytes + 34. */
static inline void
wrap_side(struct bench *b, const struct chat *t, unsigned side, uint8_t proto, unsigned size)
{
	bool from_c = (side == CLIENT) != t->inwards;

	wrap(b, from_c ? LGWAN : INTERNET, false, from_c ? C : S, from_c ? S : C, proto, size);
}

static inline void
segment(struct bench *b, struct chat *t, unsigned side, uint8_t flags, uint32_t seq,
    const char *bytes, size_t size)
{
	put_segment(b, t, side, flags, seq, t->seq[side ^ 1], bytes, size);
	wrap_side(b, t, side, 6, 20 + (unsigned)size);
	judge(b, t->t += NS_MSEC);
}

/* What one side says next. */
static inline void
say(struct bench *b, struct chat *t, unsigned side, const char *text)
{
	segment(b, t, side, ACK, t->seq[side], text, strlen(text));
	t->seq[side] += (uint32_t)strlen(text);
}

/* The handshake. */
static inline void
greet(struct bench *b, struct chat *t)
{
	segment(b, t, CLIENT, SYN, t->seq[CLIENT]++, "", 0);
	segment(b, t, SERVER, SYN | ACK, t->seq[SERVER]++, "", 0);
}

#endif
