/* test_speak.c - what a flow speaks as part of its life: when there is an answer, and what becomes
 * of it where there is none; workers that are killed, other policies, too many flows at once. What
 * bytes speak is test_recognise's. */
#include "bench_chat.h"

#include <errno.h>

#include "model/journal.h"
#include "model/traffic.h"
#include "worker/opening.h"

/* Clients are C in lgwan, servers S in internet. Nobody expects anything on ports from 9000 on. */
#define PLAIN                                                                                      \
	"{ id = \"named\"; from = \"lgwan\"; to = \"internet\"; services = (\"tcp/22 ssh\", "      \
	"\"udp/53 dns\"); }, "                                                                     \
	"{ id = \"any\"; from = \"lgwan\"; to = \"internet\"; services = (\"tcp/9000-9999\", "     \
	"\"udp/9000-9999\"); }"

static const char plain_rules[] = "conduits = ( " PLAIN " );";
static const char screen_rules[] =
    "streams = { total = \"1 MiB\"; }; conduits = ( { id = \"screen\"; from = \"lgwan\"; to = "
    "\"internet\"; services = (\"tcp/1-65535\", \"udp/1-65535\"); require = \"screen-transfer\"; "
    "} );";
static const char file_rules[] =
    "conduits = ( { id = \"files\"; from = \"lgwan\"; to = \"internet\"; services = "
    "(\"tcp/1-65535\"); require = \"sanitised-files\"; } );";
static const char no_rules[] = "conduits = ( );";

enum { SSH = 22, ANY = 9000 };

/* 100 bytes: so many of them that the smallness of packets does not matter. */
#define LONG                                                                                       \
	"??????????????????????????????????????????????????"                                       \
	"??????????????????????????????????????????????????"

static const struct chat begun = { .port = 40000, .to = SSH, .seq = { UINT32_MAX - 3, 9000 } };

static int
speak_setup(void **state)
{
	return bench_setup_with(state, plain_rules, false);
}

static int
speak_setup6(void **state)
{
	return bench_setup_with(state, plain_rules, true);
}

static void
datagram(struct bench *b, struct chat *t, unsigned side, const char *bytes, unsigned size)
{
	uint8_t *p = b->bytes + 34;

	put16(p, side == CLIENT ? t->port : t->to);
	put16(p + 2, side == CLIENT ? t->to : t->port);
	put16(p + 4, 8 + size);
	put16(p + 6, 0);
	memcpy(p + 8, bytes, size);
	wrap_side(b, t, side, 17, 8 + size);
	judge(b, t->t += NS_MSEC);
}

/* What was said is of this id and word, about this protocol; of id 0, nothing was said. */
static void
check(struct bench *b, unsigned id, uint64_t what, unsigned app)
{
	for (unsigned i = 1; i < b->n; i++) {
		assert_int_equal(b->found[i].id, b->found[0].id);
		assert_int_equal(b->found[i].what, b->found[0].what);
	}
	if (b->n && !id)
		for (unsigned i = 0; i < b->n; i++)
			print_message("%u %llx %u\n", b->found[i].id,
			    (unsigned long long)b->found[i].what, b->found[i].app);
	assert_int_equal(b->n > 0, id != 0);
	if (id == 0)
		return;
	assert_int_equal(b->found[0].id, id);
	assert_int_equal(b->found[0].what, what);
	assert_int_equal(b->found[0].app, app);
}

static void
test_named(void **state)
{
	struct bench *b = *state;
	struct chat t = begun;

	greet(b, &t);
	say(b, &t, CLIENT, "SS");
	say(b, &t, SERVER, "SSH-2.0-b\r\n");
	say(b, &t, CLIENT, "H-2.0-a\r\n");
	worker_finish(b->worker);
	check(b, 0, 0, 0);
	assert_flows(b, 1, 1, 0);
}

static void
test_another(void **state)
{
	struct bench *b = *state;
	struct chat t = begun;

	greet(b, &t);
	say(b, &t, SERVER, "RFB 003.008\n");
	check(b, 0, 0, 0);
	say(b, &t, CLIENT, "RFB 003.008\n");
	check(b, 4007, 0, APP_VNC);
	assert_int_equal(b->found[0].expected, APP_SSH);
	assert_int_equal(b->found[0].rule, 0);
	assert_int_equal(b->found[0].n, 4);
	assert_int_equal(b->found[0].outcome, OUTCOME_ANSWERED);
	worker_finish(b->worker);
	check(b, 4007, 0, APP_VNC);
	assert_flows(b, 1, 0, 0);
	assert_int_equal(counter(b, COUNTER_suspected) + counter(b, COUNTER_violations), 1);
}

/* The second half comes before the first, of both sides. */
static void
test_out_of_order(void **state)
{
	struct bench *b = *state;
	struct chat t = begun;

	t.to = ANY;
	greet(b, &t);
	for (unsigned side = CLIENT; side <= SERVER; side++) {
		segment(b, &t, side, ACK, t.seq[side] + 5, ".0-b\r\n", 6);
		segment(b, &t, side, ACK, t.seq[side] - 1, "?", 1); /* keeps alive */
		segment(b, &t, side, ACK, t.seq[side], "SSH-2", 5);
	}
	worker_finish(b->worker);
	check(b, 4007, 0, APP_SSH);
	assert_false(b->found[0].flags & FINDING_LIKELY); /* both sides were read */
}

/* The first SYN has data (RFC 7413): the opening begins before the server says where its stream
 * does. */
static void
test_data_in_syn(void **state)
{
	struct bench *b = *state;
	struct chat t = begun;

	t.to = ANY;
	segment(b, &t, CLIENT, SYN, t.seq[CLIENT]++, "SSH", 3);
	t.seq[CLIENT] += 3;
	segment(b, &t, SERVER, SYN | ACK, t.seq[SERVER]++, "", 0);
	segment(b, &t, SERVER, ACK, t.seq[SERVER] + 4, "2.0-b\r\n", 7);
	segment(b, &t, SERVER, ACK, t.seq[SERVER], "SSH-", 4);
	say(b, &t, CLIENT, "-2.0-a\r\n");
	worker_finish(b->worker);
	check(b, 4007, 0, APP_SSH);
	assert_false(b->found[0].flags & FINDING_LIKELY); /* both sides were read */
}

/* The client gave up, and began again with the same ports and another number; or somebody else did
 * so in its name. The server says which one it means. */
static void
test_begins_twice(void **state)
{
	struct bench *b = *state;
	struct chat t = begun;

	t.to = ANY;
	segment(b, &t, CLIENT, SYN, 77777, "", 0);
	segment(b, &t, CLIENT, SYN, t.seq[CLIENT]++, "", 0);
	segment(b, &t, CLIENT, SYN, 99999, "", 0);
	segment(b, &t, SERVER, SYN | ACK, t.seq[SERVER]++, "", 0);
	segment(b, &t, CLIENT, SYN, 88888, "", 0);
	say(b, &t, CLIENT, "SSH-2.0-a\r\n");
	say(b, &t, SERVER, "SSH-2.0-a\r\n");
	worker_finish(b->worker);
	check(b, 4007, 0, APP_SSH);
	assert_false(b->found[0].flags & FINDING_LIKELY); /* both sides were read */
}

/* The same, where the server's SYN is not seen: the client's newest counts. */
static void
test_begins_twice_unanswered(void **state)
{
	struct bench *b = *state;
	struct chat t = begun;

	t.to = ANY;
	segment(b, &t, CLIENT, SYN, 77777, "", 0);
	segment(b, &t, CLIENT, SYN, t.seq[CLIENT]++, "", 0);
	say(b, &t, CLIENT, "SSH-2.0-a\r\n");
	say(b, &t, SERVER, "SSH-2.0-a\r\n");
	worker_finish(b->worker);
	check(b, 4007, WHAT_AMBIGUOUS, APP_SSH);
	assert_false(b->found[0].flags & FINDING_LIKELY);
}

static void
test_midstream(void **state)
{
	struct bench *b = *state;
	struct chat t = begun, other = { .port = 40001, .to = ANY, .seq = { 1, 1 } };

	say(b, &t, CLIENT, "SSH-2.0-a\r\n");
	check(b, 0, 0, 0);
	worker_tick(b->worker, t.t + 10 * NS_SEC);
	check(b, 2011, WHAT_MIDSTREAM, 0);
	say(b, &other, CLIENT, "SSH-2.0-a\r\n");
	worker_finish(b->worker);
	check(b, 2011, WHAT_MIDSTREAM, 0);
}

/* The opening of a worker that was killed is gone with it: what comes is not the beginning. */
static void
test_killed(void **state)
{
	for (unsigned i = 0; i < 2; i++) {
		struct bench *b = *state;
		struct chat t = begun;
		struct published last;

		if (i == 0)
			bench_survive(b);
		t.port += i;
		t.to = i ? ANY : SSH;
		greet(b, &t);
		say(b, &t, CLIENT, "SSH-2.0-a\r\n");
		last = bench_publish(b);
		bench_restart(b, b->policy, &last);
		say(b, &t, CLIENT, "RFB 003.008\n");
		say(b, &t, SERVER, "RFB 003.008\n");
	}
	worker_finish(((struct bench *)*state)->worker);
	check(*state, 2011, WHAT_LOST, 0);
}

static void
test_killed_with_datagrams(void **state)
{
	struct bench *b = *state;
	struct chat t = { .port = 40000, .to = 53 };
	struct published last;

	bench_survive(b);
	datagram(b, &t, CLIENT, "\x12\x34\x01\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1", 19);
	check(b, 0, 0, 0);
	last = bench_publish(b);
	bench_restart(b, b->policy, &last);
	datagram(b, &t, CLIENT, "no name", 7);
	datagram(b, &t, SERVER, "at all?", 7);
	worker_finish(b->worker);
	check(b, 2011, WHAT_LOST, 0);
}

/* Two sides of which only one speaks: that is known after a while, and costs nothing more. */
static void
test_one_sided(void **state)
{
	struct bench *b = *state;
	struct chat t = { .port = 40000, .to = ANY, .seq = { 1000, 9000 } };

	greet(b, &t);
	say(b, &t, SERVER, "SSH-2.0-a\r\n");
	for (unsigned i = 2; i < OPENING_PATIENCE; i++)
		say(b, &t, SERVER, LONG);
	check(b, 0, 0, 0);
	say(b, &t, SERVER, LONG);
	check(b, 4007, 0, APP_SSH);
	assert_int_equal(b->found[0].flags & FINDING_LIKELY, FINDING_LIKELY);
	worker_finish(b->worker);
	check(b, 4007, 0, APP_SSH);
}

/* Its first byte never comes, or late: nobody can say that it is nothing. */
static void
test_never_begins(void **state)
{
	struct bench *b = *state;
	struct chat t = { .port = 40000, .to = ANY, .seq = { 1000, 9000 } };

	greet(b, &t);
	for (unsigned i = 0; i < OPENING_PATIENCE; i++) {
		check(b, 0, 0, 0);
		segment(b, &t, CLIENT, ACK, t.seq[CLIENT] + 1 + 100 * i, LONG, 100);
	}
	check(b, 2011, WHAT_LIMIT, 0);
	worker_finish(b->worker);
	check(b, 2011, WHAT_LIMIT, 0);
}

/* Byte by byte it is the same; and what never becomes anything has an end, too. */
static void
test_byte_by_byte(void **state)
{
	struct bench *b = *state;
	struct chat t = begun, endless = { .port = 40001, .to = ANY, .seq = { 1000, 9000 } };

	greet(b, &t);
	for (const char *at = "SSH-2.0-a\r\n"; *at; at++)
		for (unsigned side = CLIENT; side <= SERVER; side++)
			say(b, &t, side, (const char[]){ *at, 0 });
	greet(b, &endless);
	for (unsigned i = 1; i < RECOGNISE_SMALL; i++)
		for (unsigned side = CLIENT; side <= SERVER; side++)
			segment(b, &endless, side, ACK, endless.seq[side] + i, "x", 1);
	check(b, 0, 0, 0);
	for (unsigned side = CLIENT; side <= SERVER; side++)
		segment(b, &endless, side, ACK, endless.seq[side] + 2000, "x", 1);
	check(b, 2011, WHAT_LIMIT, 0);
	assert_int_equal(b->found[0].sport, 40001);
}

static void
test_unknown(void **state)
{
	struct bench *b = *state;
	struct chat t = { .port = 40000, .to = ANY, .seq = { 1000, 9000 } };

	greet(b, &t);
	say(b, &t, CLIENT, "\xff\xfe\xfd\xfc\xfb");
	say(b, &t, SERVER, "\xff\xfe\xfd\xfc\xfb");
	worker_finish(b->worker);
	check(b, 0, 0, 0);
	assert_flows(b, 1, 1, 0);
}

/* --- other bytes in place of those that were seen --- */

/* What is no protocol, whatever follows, when both sides say it. */
#define NOTHING "\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7\xf6\xf5\xf4\xf3\xf2\xf1\xf0"
enum { NOTHING_SIZE = sizeof NOTHING - 1 };

/* Bytes of the client that its receiver may not take, and others in their place. */
static void
test_other_bytes(void **state)
{
	static const struct {
		const char *first, *then;
		unsigned to, id, app;
	} rows[] = {
		{ NOTHING, "SSH-2.0-a\r\n", ANY, 2011, 0 }, /* nothing, at once */
		{ "SSH-2.0-b\r\n", "SSH-2.0-a\r\n", ANY, 4007, APP_SSH },
		{ "SSH-2.0-b\r\n", "SSH-2.0-a\r\n", SSH, 2011, APP_SSH },
		{ "SSH-2.0-a\r\n", "SSH-2.0-a\r\n", SSH, 0, 0 },
		{ "SSH-2.0-a\r\n", "SSH-2", SSH, 0, 0 },
	};
	struct bench *b = *state;

	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct chat t = { .port = 40000 + i, .to = rows[i].to, .seq = { 1000, 9000 } };

		b->n = 0;
		bench_start(b, b->policy);
		greet(b, &t);
		segment(b, &t, CLIENT, ACK, t.seq[CLIENT], rows[i].first, strlen(rows[i].first));
		check(b, 0, 0, 0);
		say(b, &t, CLIENT, rows[i].then);
		say(b, &t, SERVER, "SSH-2.0-a\r\n");
		worker_finish(b->worker);
		check(b, rows[i].id, rows[i].id ? WHAT_AMBIGUOUS : 0, rows[i].app);
	}
}

/* What its receiver has it takes no more from others: an acknowledgement without payload says so,
 * and the flow is looked at no longer. */
static void
test_other_bytes_too_late(void **state)
{
	struct bench *b = *state;
	struct chat t = { .port = 40000, .to = ANY, .seq = { 1000, 9000 } };

	greet(b, &t);
	say(b, &t, SERVER, NOTHING);
	say(b, &t, CLIENT, NOTHING);
	segment(b, &t, SERVER, ACK, t.seq[SERVER], "", 0);
	segment(b, &t, CLIENT, ACK, t.seq[CLIENT] - NOTHING_SIZE, "SSH-2.0-a\r\n", 11);
	worker_finish(b->worker);
	check(b, 0, 0, 0);
	assert_flows(b, 1, 1, 0);
}

/* An acknowledgement of less than was seen, or of another stream, does not. */
static void
test_other_bytes_in_time(void **state)
{
	struct bench *b = *state;
	struct chat t = { .port = 40000, .to = ANY, .seq = { 1000, 9000 } };

	greet(b, &t);
	say(b, &t, SERVER, NOTHING);
	say(b, &t, CLIENT, NOTHING);
	for (unsigned i = 1; i <= 2; i++) {
		t.seq[CLIENT] -= i == 1 ? 2 : 2000000000;
		segment(b, &t, SERVER, ACK, t.seq[SERVER], "", 0);
		t.seq[CLIENT] += i == 1 ? 2 : 2000000000;
	}
	segment(b, &t, CLIENT, ACK, t.seq[CLIENT] - 2, "SS", 2);
	worker_finish(b->worker);
	check(b, 2011, WHAT_AMBIGUOUS, 0);
	assert_int_equal(b->found[0].n, 7);
}

/* A receiver that was there acknowledges nothing, however much is sent. */
static void
test_never_acknowledged(void **state)
{
	struct bench *b = *state;
	struct chat t = { .port = 40000, .to = ANY, .seq = { 1000, 9000 } };
	struct chat alone = { .port = 40001, .to = ANY, .seq = { 1000, 9000 } };

	segment(b, &alone, CLIENT, SYN, alone.seq[CLIENT]++, "", 0); /* the server is not seen */
	for (unsigned i = 0; i < OPENING_FLIGHT / 100 + 1; i++)
		say(b, &alone, CLIENT, "\xff" LONG);
	check(b, 0, 0, 0);
	greet(b, &t);
	for (unsigned i = 0; i < OPENING_FLIGHT / 101; i++)
		say(b, &t, CLIENT, "\xff" LONG);
	check(b, 0, 0, 0);
	say(b, &t, CLIENT, "\xff" LONG);
	check(b, 2011, WHAT_LIMIT, 0);
	assert_int_equal(b->found[0].sport, 40000);
}

/* That it was ambiguous stays so under another policy. */
static void
test_other_bytes_and_rules(void **state)
{
	struct bench *b = *state;
	struct chat t = { .port = 40000, .to = SSH, .seq = { 1000, 9000 } };

	greet(b, &t);
	segment(b, &t, CLIENT, ACK, t.seq[CLIENT], "SSH-2.0-b\r\n", 11);
	say(b, &t, CLIENT, "SSH-2.0-a\r\n");
	say(b, &t, SERVER, "SSH-2.0-a\r\n");
	check(b, 2011, WHAT_AMBIGUOUS, APP_SSH);
	b->n = 0;
	bench_reload(b, bench_zones, plain_rules);
	say(b, &t, CLIENT, "more");
	worker_finish(b->worker);
	check(b, 2011, WHAT_AMBIGUOUS, APP_SSH);
	assert_int_equal(b->found[0].generation, 2);
}

/* A flow whose answer is held gives way to others: what is known of it is the answer. */
static void
test_held_gives_way(void **state)
{
	struct bench *b = *state;
	struct chat t = { .port = 1000, .to = ANY, .seq = { 1000, 9000 } };

	greet(b, &t);
	say(b, &t, SERVER, NOTHING);
	say(b, &t, CLIENT, NOTHING);
	for (unsigned i = 0; i < OPENINGS; i++) {
		struct chat other = { .port = 40000 + i, .to = ANY, .seq = { 1, 1 }, .t = t.t };

		greet(b, &other);
		say(b, &other, CLIENT, "S");
	}
	say(b, &t, CLIENT, "more");
	worker_finish(b->worker);
	check(b, 0, 0, 0);
}

/* The server answers another SYN than the one that had data. */
static void
test_data_in_another_syn(void **state)
{
	struct bench *b = *state;
	struct chat t = begun;

	t.to = ANY;
	segment(b, &t, CLIENT, SYN, 50000, "GET / HTTP/1.1\r\n\r\n", 18);
	greet(b, &t);
	say(b, &t, CLIENT, "SSH-2.0-a\r\n");
	say(b, &t, SERVER, "SSH-2.0-a\r\n");
	check(b, 4007, 0, APP_SSH);
	assert_false(b->found[0].flags & FINDING_LIKELY);
}

/* --- fragments --- */

/* 24 bytes of the client in each piece of 48, the second one LATE. */
static void
in_pieces(struct bench *b, struct chat *t, bool stream, const char *bytes, bool late)
{
	for (unsigned i = 0; i < 2; i++) {
		if (i != late) {
			memcpy(b->bytes + 34, bytes + (stream ? 4 : 16), 24);
		} else if (stream) {
			put_segment(b, t, CLIENT, ACK, t->seq[CLIENT], t->seq[SERVER], bytes, 4);
		} else {
			put16(b->bytes + 34, t->port);
			put16(b->bytes + 36, t->to);
			put16(b->bytes + 38, 48);
			put16(b->bytes + 40, 0);
			memcpy(b->bytes + 42, bytes, 16);
		}
		piece(b, t->t += NS_MSEC, stream ? 6 : 17, i == late ? 0 : 24, i == late);
	}
	t->seq[CLIENT] += 28;
}

/* A segment in pieces, of which none shows enough; the last one may be the first. */
static void
test_in_pieces(void **state)
{
	struct bench *b = *state;

	for (unsigned i = 0; i < 2; i++) {
		struct chat t = { .port = 40000 + i, .to = ANY, .seq = { 1000, 9000 } };

		b->n = 0;
		bench_start(b, b->policy);
		greet(b, &t);
		in_pieces(b, &t, true, "SSH-2.0-0123456789012345\r\n..", i);
		say(b, &t, SERVER, "SSH-2.0-a\r\n");
		worker_finish(b->worker);
		check(b, 4007, 0, APP_SSH);
		assert_false(b->found[0].flags & FINDING_LIKELY);
	}
}

/* A question of DNS in pieces, and its answer. */
static void
test_datagram_in_pieces(void **state)
{
	static const char question[40] = "\x12\x34\x01\0\0\1\0\0\0\0\0\0\x16"
					 "abcdefghijklmnopqrstuv\0\0\1\0\1";
	char answer[40];
	struct bench *b = *state;

	memcpy(answer, question, sizeof answer);
	answer[2] = (char)0x81;
	for (unsigned i = 0; i < 4; i++) {
		struct chat t = { .port = 40000 + i, .to = i < 2 ? ANY : 53 };

		b->n = 0;
		bench_start(b, b->policy);
		in_pieces(b, &t, false, question, i & 1);
		datagram(b, &t, SERVER, answer, sizeof answer);
		worker_finish(b->worker);
		check(b, i < 2 ? 4007 : 0, 0, APP_DNS);
	}
}

/* The other piece never comes. */
static void
test_piece_alone(void **state)
{
	struct bench *b = *state;
	struct chat t = { .port = 40000, .to = ANY, .seq = { 1000, 9000 } };

	greet(b, &t);
	put_segment(b, &t, CLIENT, ACK, t.seq[CLIENT], t.seq[SERVER], "SSH-", 4);
	piece(b, t.t += NS_MSEC, 6, 0, true);
	say(b, &t, SERVER, "ok");
	worker_finish(b->worker);
	check(b, 2011, WHAT_INCOMPLETE_FRAGMENTS, 0);
}

/* Another one comes in its place. */
static void
test_pieces_differ(void **state)
{
	struct bench *b = *state;
	struct chat t = { .port = 40000, .to = ANY, .seq = { 1000, 9000 } };

	greet(b, &t);
	memset(b->bytes + 34, '?', 24);
	piece(b, t.t += NS_MSEC, 6, 24, false);
	in_pieces(b, &t, true, "\xff\xfe\xfd\xfc........................", true);
	say(b, &t, SERVER, "ok");
	worker_finish(b->worker);
	check(b, 2011, WHAT_AMBIGUOUS, 0);
}

/* A frame that was not captured as a whole. */
static void
test_truncated(void **state)
{
	struct bench *b = *state;
	struct chat t = { .port = 40000, .to = ANY, .seq = { 1000, 9000 } };

	greet(b, &t);
	for (unsigned side = CLIENT; side <= SERVER; side++) {
		put_segment(b, &t, side, ACK, t.seq[side], t.seq[side ^ 1], "SSH-2.0-a\r\n", 11);
		wrap_side(b, &t, side, 6, 31);
		b->frame.caplen -= 10;
		judge(b, t.t += NS_MSEC);
	}
	worker_finish(b->worker);
	check(b, 2011, WHAT_TRUNCATED, 0);
}

/* More flows than are looked at together: of the one that rested longest the rest cannot be told,
 * if there is any. */
static void
test_too_many(void **state)
{
	struct bench *b = *state;
	struct chat t[OPENINGS + 2];

	for (unsigned i = 0; i < OPENINGS + 2; i++) {
		t[i] = (struct chat){
			.port = 40000 + i, .to = ANY, .seq = { 1, 1 }, .t = i * NS_MSEC
		};
		greet(b, &t[i]);
		say(b, &t[i], CLIENT, "S");
	}
	check(b, 0, 0, 0);
	say(b, &t[0], CLIENT, "SH-2.0-a\r\n");
	say(b, &t[0], SERVER, "SSH-2.0-a\r\n");
	check(b, 2011, WHAT_LIMIT, 0);
	worker_finish(b->worker); /* the other one had no rest */
	check(b, 2011, WHAT_LIMIT, 0);
	assert_int_equal(b->found[0].sport, 40000);
}

/* A flow can end, or give way, under a policy that never judged it, and has no conduit or line of
 * its number. */
static void
test_ends_under_other_rules(void **state)
{
	enum { BEFORE = 2000 };
	struct bench *b = *state;
	struct chat t = { .port = 40000, .to = SSH, .seq = { 1000, 9000 } };

	bench_begin_behind(b, BEFORE, PLAIN);
	greet(b, &t);
	say(b, &t, SERVER, "RFB 003.008\n");
	bench_reload(b, bench_zones, no_rules);
	worker_finish(b->worker);
	check(b, 4007, 0, APP_VNC);
	assert_int_equal(b->found[0].generation, 1);
	assert_int_equal(b->found[0].rule, BEFORE);
}

/* The same of a screen session, which counts as what was worst in it. */
static void
test_session_ends_under_other_rules(void **state)
{
	enum { BEFORE = 2000 };
	struct bench *b = *state;
	struct chat t = { .port = 40000, .to = 3389, .seq = { 1000, 9000 } };

	bench_begin_behind(b, BEFORE,
	    "{ id = \"screen\"; from = \"lgwan\"; to = \"internet\"; services = (\"tcp/3389\"); "
	    "require = \"screen-transfer\"; }");
	greet(b, &t);
	segment(b, &t, CLIENT, ACK, t.seq[CLIENT] + 9, "late", 4);
	bench_reload(b, bench_zones, no_rules);
	worker_finish(b->worker);
	check(b, 3203, WHAT_LOST, 0);
	assert_int_equal(b->found[0].rule, BEFORE);
	assert_int_equal(counter(b, COUNTER_unverifiable), 1);
}

/* A session goes on under another policy: what was found in it holds, and is said of that one. */
static void
test_session_goes_on(void **state)
{
	struct bench *b = *state;
	struct chat t = { .port = 40000, .to = 3389, .seq = { 1000, 9000 } };

	bench_begin(b, screen_rules);
	greet(b, &t);
	say(b, &t, SERVER, "SSH-2.0-a\r\n");
	say(b, &t, CLIENT, "SSH-2.0-a\r\n");
	check(b, 3201, 0, APP_SSH);
	bench_reload(b, bench_zones, screen_rules);
	b->n = 0;
	say(b, &t, CLIENT, "more");
	say(b, &t, SERVER, "more");
	worker_finish(b->worker);
	check(b, 3201, 0, APP_SSH);
	assert_int_equal(b->found[0].generation, 2);
	assert_flows(b, 1, 0, 1);
}

/* In the middle of its opening, or when it is known, a flow becomes one whose content is read: its
 * beginning is gone, and what was looked at says nothing more. */
static void
test_becomes_inspected(void **state)
{
	static const struct {
		const char *rules;
		unsigned id;
		uint64_t what;
	} rows[] = { { screen_rules, 3203, WHAT_LOST }, { file_rules, 3303, WHAT_NOT_INSPECTED } };
	struct bench *b = *state;

	for (unsigned i = 0; i < 4; i++) {
		struct chat t = { .port = 40000 + i, .to = SSH, .seq = { 1000, 9000 } };

		free(b->next);
		b->n = 0;
		bench_start(b, b->policy);
		greet(b, &t);
		say(b, &t, CLIENT, "SSH-2.0-a\r\n");
		if (i & 1)
			say(b, &t, SERVER, "SSH-2.0-a\r\n");
		bench_reload(b, bench_zones, rows[i >> 1].rules);
		say(b, &t, SERVER, "RFB 003.008\n");
		say(b, &t, CLIENT, "RFB 003.008\n");
		worker_finish(b->worker);
		check(b, rows[i >> 1].id, rows[i >> 1].what, 0);
		assert_int_equal(b->found[0].generation, 2);
	}
}

/* Nothing is said by it afterwards: nor is anything said of it. */
static void
test_becomes_inspected_and_rests(void **state)
{
	static const char *const rules[] = { screen_rules, file_rules };
	struct bench *b = *state;

	for (unsigned i = 0; i < 2; i++) {
		struct chat t = { .port = 40000 + i, .to = SSH, .seq = { 1000, 9000 } };

		free(b->next);
		bench_start(b, b->policy);
		greet(b, &t);
		say(b, &t, SERVER, "RFB 003.008\n");
		bench_reload(b, bench_zones, rules[i]);
		say(b, &t, CLIENT, "");
		worker_finish(b->worker);
		check(b, 0, 0, 0);
	}
}

/* The new policy permits what it did not permit before, when nobody looked at it. */
static void
test_becomes_permitted(void **state)
{
	struct bench *b = *state;
	struct chat t = { .port = 40000, .to = SSH, .seq = { 1000, 9000 } };

	bench_begin(b, no_rules);
	greet(b, &t);
	say(b, &t, CLIENT, "SSH-2.0-a\r\n");
	b->n = 0;
	bench_reload(b, bench_zones, plain_rules);
	say(b, &t, SERVER, "SSH-2.0-a\r\n");
	b->n = 0; /* of the old one, and the new one */
	worker_finish(b->worker);
	assert_int_equal(counter(b, COUNTER_unverifiable), 1);
}

/* What it speaks stays known; the new policy names another one, or the same. */
static void
test_known_stays(void **state)
{
	struct bench *b = *state;
	struct chat t = { .port = 40000, .to = ANY, .seq = { 1000, 9000 } };

	greet(b, &t);
	say(b, &t, CLIENT, "SSH-2.0-a\r\n");
	say(b, &t, SERVER, "SSH-2.0-a\r\n");
	check(b, 4007, 0, APP_SSH);
	b->n = 0;
	bench_reload(b, bench_zones,
	    "conduits = ( { id = \"a\"; from = \"lgwan\"; to = \"internet\"; services = "
	    "(\"tcp/9000 ssh\"); } );");
	say(b, &t, CLIENT, "more");
	assert_flows(b, 1, 1, 0);
	free(b->policy);
	b->policy = b->next;
	b->next = bench_policy(b, bench_zones,
	    "conduits = ( { id = \"a\"; from = \"lgwan\"; to = \"internet\"; services = "
	    "(\"tcp/9000 dns\"); } );",
	    3);
	b->n = 0;
	worker_policy(b->worker, b->next);
	say(b, &t, CLIENT, "more");
	worker_finish(b->worker);
	check(b, 4007, 0, APP_SSH);
	assert_int_equal(b->found[0].expected, APP_DNS);
	assert_int_equal(b->found[0].generation, 3);
}

/* It ends while the hub takes nothing: it waits with what it has to say. */
static void
test_hub_is_behind(void **state)
{
	struct bench *b = *state;
	struct chat t = { .port = 40000, .to = ANY, .seq = { 1000, 9000 } };

	greet(b, &t);
	say(b, &t, SERVER, "SSH-2.0-a\r\n");
	b->full = true;
	for (unsigned i = 1; i < 200; i++)
		worker_tick(b->worker, t.t + i * NS_MIN);
	b->full = false;
	for (unsigned i = 200; i < 400; i++)
		worker_tick(b->worker, t.t + i * NS_MIN);
	check(b, 4007, 0, APP_SSH);
}

/* --- anything, in any order --- */

enum { POLICIES = 16, TALKS = 64, ROOM = 1 << 20 };

static struct {
	struct policy *policy[POLICIES]; /* by generation */
	struct journal_head *head;
	struct journal writer;
	struct journal_reader reader;
	uint64_t packets, sessions;
} any;

/* The hub: each finding is one of its generation's. */
static bool
take_any(void *ctx, const struct finding *f)
{
	struct bench *b = ctx;

	if (b->full)
		return false;
	assert_true(f->generation < POLICIES && any.policy[f->generation]);
	assert_true(finding_valid(f, any.policy[f->generation]));
	b->n++;
	return true;
}

/* And so is each record. False when no more are there. */
static bool
take_record(struct traffic *t)
{
	struct journal j = { .head = any.head, .data = (uint8_t *)(any.head + 1), .size = ROOM };
	uint64_t lost = 0;
	uint32_t kind;
	int size;

	while ((size = journal_take(&j, &any.reader, &kind, t, sizeof *t, &lost)) == -EAGAIN)
		;
	if (size == 0)
		return false;
	assert_int_equal(size, sizeof *t);
	assert_int_equal(lost, 0);
	assert_true(t->generation < POLICIES && any.policy[t->generation]);
	assert_true(traffic_valid(t, any.policy[t->generation]));
	return true;
}

static void
read_records(void)
{
	struct traffic t;

	while (take_record(&t)) {
		any.packets += t.packets;
		any.sessions += t.mails[TRAFFIC_MAIL_CONFORMING] + t.mails[TRAFFIC_MAIL_VIOLATING] +
				t.mails[TRAFFIC_MAIL_UNVERIFIABLE];
	}
}

static void
start_any(struct bench *b, const struct policy *p)
{
	int error;

	worker_free(b->worker);
	b->worker = worker_new(p, &b->net, &b->key, b->flows_fd, take_any, b, &error);
	assert_non_null(b->worker);
	any.writer = journal_writer(any.head, (uint8_t *)(any.head + 1), ROOM);
	worker_traffic(b->worker, &any.writer);
}

/* Records and findings from now on, under a first policy. */
static void
start_records(struct bench *b, const char *rules)
{
	memset(&any, 0, sizeof any);
	any.head = mmap(NULL, sizeof *any.head + ROOM, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(any.head, MAP_FAILED);
	any.policy[1] = bench_policy(b, bench_zones, rules, 1);
	start_any(b, any.policy[1]);
}

static void
end_records(struct bench *b)
{
	b->n = 0;
	for (unsigned i = 1; i < POLICIES; i++)
		free(any.policy[i]);
	munmap(any.head, sizeof *any.head + ROOM);
}

/* One packet of one of a few talks that are anything. */
static void
send_any(struct bench *b, struct chat *t, unsigned r)
{
	static const char *const texts[] = { "SSH-2.0-a\r\n", "RFB 003.008\n", "S", "x",
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
		"\x03\0\0\x0b\x06\xe0\0\0\0\0", "CONNECT a:443 HTTP/1.1\r\n\r\n", LONG, "" };
	static const uint8_t flags[] = { ACK, ACK, ACK, ACK, ACK, SYN, SYN | ACK, FIN | ACK, RST,
		ACK | 32 };
	const char *text = texts[r % (sizeof texts / sizeof *texts)];
	unsigned side = r >> 4 & 1, size = (unsigned)strlen(text);
	uint32_t seq = t->seq[side] + ((r >> 5) % 8 == 0 ? (r >> 8) % 300 - 150 : 0);

	if (t->to & 1) {
		datagram(b, t, side, text, size);
	} else if ((r >> 12) % 32 == 0) {
		put_segment(b, t, CLIENT, ACK, t->seq[CLIENT], 0, "SSH-", 4);
		piece(b, t->t += NS_MSEC, 6, (r >> 17) % 3 * 8, r >> 20 & 1);
	} else {
		segment(b, t, side, flags[(r >> 13) % sizeof flags], seq, text, size);
		t->seq[side] += (r >> 18) % 8 ? size : 0;
	}
}

/* Random talks over policies that come and go, with a worker that is killed now and then: every
 * finding and every record is one that the hub believes, and each packet is in one record. */
static void
test_anything(void **state)
{
	static const char *const rules[] = { plain_rules, screen_rules, plain_rules, file_rules,
		screen_rules, no_rules, plain_rules };
	struct bench *b = *state;
	static struct chat t[TALKS];
	struct published last;
	unsigned seed = 1, generation = 1;
	uint64_t frames = 0;

	bench_survive(b);
	start_records(b, rules[0]);
	for (unsigned i = 0; i < TALKS; i++)
		t[i] = (struct chat){ .port = 40000 + i, .to = 9000 + i % 4, .seq = { 1, 1 } };
	for (unsigned n = 0; n < 60000; n++) {
		unsigned r = (unsigned)rand_r(&seed);
		struct chat *one = &t[(unsigned)rand_r(&seed) % TALKS];

		b->full = n % 64 ? b->full : r >> 20 & 1;
		one->t = n * NS_MSEC * 50;
		if (r % 400 == 0) /* a new flow begins */
			one->port = 41000 + n % 20000;
		send_any(b, one, (unsigned)rand_r(&seed));
		frames++;
		if (n % 4500 == 4499 && generation + 1 < POLICIES) {
			generation++;
			any.policy[generation] = bench_policy(b, bench_zones,
			    rules[generation % (sizeof rules / sizeof *rules)], generation);
			worker_policy(b->worker, any.policy[generation]);
		}
		if (n % 3000 == 2000) {
			last = bench_publish(b);
			start_any(b, any.policy[generation]);
			worker_resume(b->worker, last.count, last.events, last.released);
		}
		read_records();
	}
	b->full = false;
	while (worker_finish_some(b->worker, 4))
		read_records();
	read_records();
	assert_true(b->n > 1000 && any.sessions > 100);
	assert_int_equal(any.packets, frames);
	end_records(b);
}

/* A reload takes a session from its conduit, where it counts with what was found and seen up to
 * then; one that stays is counted when it is over. */
static void
test_session_taken(void **state)
{
	static const struct {
		const char *rules;
		bool violating;
		unsigned taken; /* sessions that count for the first policy */
	} rows[] = { { plain_rules, true, 1 }, { file_rules, false, 1 }, { no_rules, true, 1 },
		{ screen_rules, true, 0 } };
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct chat t = { .port = 40000, .to = 5900, .seq = { 1000, 9000 } };
		uint64_t n[2][TRAFFIC_MAILS] = { 0 };
		struct traffic record;

		start_records(b, screen_rules);
		greet(b, &t);
		say(b, &t, SERVER, rows[i].violating ? "SSH-2.0-a\r\n" : "RFB 003.008\n");
		say(b, &t, CLIENT, rows[i].violating ? "SSH-2.0-ab\r\n" : "RFB 003.008\n");
		any.policy[2] = bench_policy(b, bench_zones, rows[i].rules, 2);
		worker_policy(b->worker, any.policy[2]);
		say(b, &t, CLIENT, "more");
		worker_finish(b->worker);
		while (take_record(&record))
			for (unsigned k = 0; k < TRAFFIC_MAILS; k++)
				n[record.generation - 1][k] += record.mails[k];
		for (unsigned k = 0; k < 2; k++) {
			bool here = rows[i].taken == (k == 0);

			assert_int_equal(n[k][TRAFFIC_MAIL_CONFORMING], here && !rows[i].violating);
			assert_int_equal(n[k][TRAFFIC_MAIL_VIOLATING], here && rows[i].violating);
			assert_int_equal(n[k][TRAFFIC_MAIL_UNVERIFIABLE], 0);
			assert_int_equal(n[k][TRAFFIC_UP], here ? 12 + 4 * k : 0);
			assert_int_equal(n[k][TRAFFIC_DOWN], here ? 11 + !rows[i].violating : 0);
		}
		end_records(b);
	}
}

#define SPEAK_TEST(name)                                                                           \
	cmocka_unit_test_setup_teardown(name, speak_setup, bench_teardown),                        \
	{                                                                                          \
#name " (IPv6)", name, speak_setup6, bench_teardown, NULL                          \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SPEAK_TEST(test_named),
		SPEAK_TEST(test_another),
		SPEAK_TEST(test_out_of_order),
		SPEAK_TEST(test_data_in_syn),
		SPEAK_TEST(test_begins_twice),
		SPEAK_TEST(test_begins_twice_unanswered),
		SPEAK_TEST(test_midstream),
		SPEAK_TEST(test_killed),
		SPEAK_TEST(test_killed_with_datagrams),
		SPEAK_TEST(test_one_sided),
		SPEAK_TEST(test_never_begins),
		SPEAK_TEST(test_byte_by_byte),
		SPEAK_TEST(test_unknown),
		SPEAK_TEST(test_other_bytes),
		SPEAK_TEST(test_other_bytes_too_late),
		SPEAK_TEST(test_other_bytes_in_time),
		SPEAK_TEST(test_never_acknowledged),
		SPEAK_TEST(test_other_bytes_and_rules),
		SPEAK_TEST(test_held_gives_way),
		SPEAK_TEST(test_data_in_another_syn),
		SPEAK_TEST(test_in_pieces),
		SPEAK_TEST(test_datagram_in_pieces),
		SPEAK_TEST(test_piece_alone),
		SPEAK_TEST(test_pieces_differ),
		SPEAK_TEST(test_truncated),
		SPEAK_TEST(test_too_many),
		SPEAK_TEST(test_ends_under_other_rules),
		SPEAK_TEST(test_session_ends_under_other_rules),
		SPEAK_TEST(test_session_goes_on),
		SPEAK_TEST(test_session_taken),
		SPEAK_TEST(test_becomes_inspected),
		SPEAK_TEST(test_becomes_inspected_and_rests),
		SPEAK_TEST(test_becomes_permitted),
		SPEAK_TEST(test_known_stays),
		SPEAK_TEST(test_hub_is_behind),
		SPEAK_TEST(test_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
