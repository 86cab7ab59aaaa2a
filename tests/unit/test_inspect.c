/* test_inspect.c - content as part of a flow's life: what is said of messages, and when; workers
 * that are killed, other policies, too many connections. What a message is, is test_mime's; what a
 * dialogue is, test_smtp's. */
#include "bench_chat.h"

#include "model/traffic.h"

/* The client of mail is S in internet, its server C in lgwan. */
static const char mail_rules[] =
    "streams = { total = \"1 MiB\"; }; conduits = ( { id = \"mail\"; from = \"internet\"; to = "
    "\"lgwan\"; services = (\"tcp/25\"); require = \"text-mail\"; } );";
static const char short_rules[] =
    "streams = { total = \"1 MiB\"; }; mail = { max_size = \"1 KiB\"; }; conduits = ( { id = "
    "\"mail\"; from = \"internet\"; to = \"lgwan\"; services = (\"tcp/25\"); require = "
    "\"text-mail\"; } );";
static const char no_rules[] = "conduits = ( );";

static int
mail_setup(void **state)
{
	return bench_setup_with(state, mail_rules, false);
}

static int
mail_setup6(void **state)
{
	return bench_setup_with(state, mail_rules, true);
}

/* A connection from that port, at that time. */
static struct chat
mail_from(unsigned port, nstime t)
{
	struct chat chat = {
		.port = port, .to = 25, .inwards = true, .seq = { 1000, 9000 }, .t = t
	};

	return chat;
}

static void
client(struct bench *b, struct chat *t, const char *text)
{
	say(b, t, CLIENT, text);
}

static void
server(struct bench *b, struct chat *t, const char *text)
{
	say(b, t, SERVER, text);
}

/* From the handshake to the server's 354. */
static void
begin(struct bench *b, struct chat *t)
{
	greet(b, t);
	server(b, t, "220 a ESMTP\r\n");
	client(b, t, "EHLO b\r\n");
	server(b, t, "250 a\r\n");
	client(b, t, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
	server(b, t, "250 ok\r\n250 ok\r\n354 go on\r\n");
}

static void
end(struct bench *b, struct chat *t)
{
	client(b, t, ".\r\n");
	server(b, t, "250 taken\r\n");
	client(b, t, "QUIT\r\n");
	server(b, t, "221 bye\r\n");
}

static void
test_text_is_silent(void **state)
{
	struct bench *b = *state;
	struct chat t = mail_from(40000, 0);
	static uint64_t mails[8][TRAFFIC_MAILS];

	memset(mails, 0, sizeof mails);
	worker_mails(b->worker, mails);
	begin(b, &t);
	client(b, &t, "Subject: a\r\n\r\ntext\r\n");
	end(b, &t);
	worker_finish(b->worker);
	assert_int_equal(b->n, 0);
	assert_flows(b, 1, 1, 0);
	assert_int_equal(mails[0][TRAFFIC_MAIL_CONFORMING], 1);
	assert_int_equal(mails[0][TRAFFIC_MAIL_VIOLATING], 0);
	assert_int_equal(mails[0][TRAFFIC_MAIL_UNVERIFIABLE], 0);
}

/* Each message is said by itself, with the packets since the one before; what conforms between them
 * is nobody's. */
static void
test_each_message(void **state)
{
	struct bench *b = *state;
	struct chat t = mail_from(40000, 0);

	begin(b, &t); /* 7 packets */
	client(b, &t, "Content-Type: text/html\r\nMIME-Version: 1.0\r\n\r\na\r\n.\r\n");
	assert_int_equal(b->n, 0);
	server(b, &t, "250 ok\r\n");
	assert_found(b, 0, 3101, 9, 1);
	assert_int_equal(b->found[0].what, WHAT_HTML);
	assert_int_equal(b->found[0].message, 1);
	assert_int_equal(b->found[0].size, 49);
	assert_string_equal(b->found[0].type, "text/html");
	assert_int_equal(b->found[0].outcome, OUTCOME_ANSWERED);
	assert_int_equal(b->found[0].rule, 0);
	client(b, &t, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
	server(b, &t, "250 ok\r\n250 ok\r\n354 go on\r\n");
	client(b, &t, "Subject: a\r\n\r\ntext\r\n.\r\n");
	server(b, &t, "250 ok\r\n");
	client(b, &t, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
	server(b, &t, "250 ok\r\n250 ok\r\n354 go on\r\n");
	client(b, &t, "Content-Type: text/html\r\nMIME-Version: 1.0\r\n\r\na\r\n.\r\n");
	server(b, &t, "250 ok\r\n");
	assert_int_equal(b->n, 2);
	assert_found(b, 1, 3101, 4, 1);
	assert_int_equal(b->found[1].message, 3);
	worker_finish(b->worker);
	assert_int_equal(b->n, 2);
	assert_flows(b, 1, 0, 1);
}

/* What the hub does not take now is said later. */
static void
test_hub_is_behind(void **state)
{
	struct bench *b = *state;
	struct chat t = mail_from(40000, 0);

	begin(b, &t);
	b->full = true;
	client(b, &t, "Content-Type: text/html\r\nMIME-Version: 1.0\r\n\r\na\r\n.\r\n");
	server(b, &t, "250 ok\r\n");
	assert_int_equal(b->n, 0);
	b->full = false;
	worker_tick(b->worker, t.t + 2 * NS_SEC);
	assert_found(b, 0, 3101, 9, 1);
	assert_int_equal(b->found[0].what, WHAT_HTML);
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
}

/* The streams of a worker that was killed are gone with it; its flows are not. */
static void
test_killed(void **state)
{
	struct bench *b = *state;
	struct chat t = mail_from(40000, 0);
	struct published last;

	bench_survive(b);
	begin(b, &t);
	last = bench_publish(b);
	bench_restart(b, b->policy, &last);
	client(b, &t, "Subject: a\r\n\r\ntext\r\n");
	assert_found(b, 0, 3103, 8, 1);
	assert_int_equal(b->found[0].what, WHAT_LOST);
	end(b, &t);
	worker_finish(b->worker);
	assert_int_equal(counter(b, COUNTER_unverifiable), 1);
}

/* The rules of a message can change in its middle. */
static void
test_other_rules(void **state)
{
	struct bench *b = *state;
	struct chat t = mail_from(40000, 0);

	begin(b, &t);
	client(b, &t, "Subject: a\r\n\r\n");
	bench_reload(b, bench_zones, short_rules);
	for (unsigned i = 0; i < 20; i++)
		client(b, &t, "123456789 123456789 123456789 123456789 123456789 12345678\r\n");
	end(b, &t);
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 3103);
	assert_int_equal(b->found[0].what, WHAT_LIMIT);
	assert_int_equal(b->found[0].generation, 2);
}

/* No conduit permits it any more: that is what is said, and nothing of its content. */
static void
test_no_rules(void **state)
{
	struct bench *b = *state;
	struct chat t = mail_from(40000, 0);

	begin(b, &t);
	bench_reload(b, bench_zones, no_rules);
	client(b, &t, "Content-Type: text/html\r\nMIME-Version: 1.0\r\n\r\na\r\n.\r\n");
	end(b, &t);
	worker_finish(b->worker);
	for (unsigned i = 0; i < b->n; i++)
		assert_int_equal(b->found[i].id, 2002);
	assert_true(b->n > 0);
}

/* A flow can end under a policy that never judged it, and has no conduit of its number. */
static void
test_ends_under_other_rules(void **state)
{
	enum { BEFORE = 2000 };
	struct bench *b = *state;
	struct chat t = mail_from(40000, 0);

	bench_begin_behind(b, BEFORE,
	    "{ id = \"mail\"; from = \"internet\"; to = \"lgwan\"; services = (\"tcp/25\"); "
	    "require = \"text-mail\"; }");
	begin(b, &t);
	client(b, &t, "Content-Type: text/html\r\nMIME-Version: 1.0\r\n\r\na\r\n");
	bench_reload(b, bench_zones, no_rules);
	worker_finish(b->worker);
	assert_found(b, 0, 3101, 8, 1);
	assert_int_equal(b->found[0].what, WHAT_HTML | WHAT_LOST);
	assert_int_equal(b->found[0].rule, BEFORE);
	assert_int_equal(b->n, 1);
}

/* More connections than there is room for: those that rested longest cannot be read on, and each of
 * them says so; those that are over lose nothing. */
static void
test_too_many(void **state)
{
	enum { MANY = 60 };
	struct bench *b = *state;
	struct chat t[MANY];
	unsigned limits = 0;

	for (unsigned i = 0; i < MANY; i++) {
		t[i] = mail_from(40000 + i, i * NS_SEC);
		begin(b, &t[i]);
		client(b, &t[i], "Subject: a\r\n\r\ntext\r\n");
	}
	for (unsigned i = 0; i < b->n; i++) {
		assert_int_equal(b->found[i].id, 3103);
		assert_int_equal(b->found[i].what & WHAT_LIMIT, WHAT_LIMIT);
		assert_int_equal(b->found[i].sport, 40000 + i); /* the longest idle first */
		limits++;
	}
	assert_in_range(limits, 30, MANY - 10); /* half of 1 MiB in places of 20 to 25 KiB */
	assert_int_equal(counter(b, COUNTER_streams_evicted), limits);
	end(b, &t[MANY - 1]);
	assert_int_equal(b->n, limits);
	worker_finish(b->worker);
	assert_int_equal(counter(b, COUNTER_unverifiable), MANY - 1);
	assert_int_equal(counter(b, COUNTER_conforming), 1);
}

static void
test_closed_ones_lose_nothing(void **state)
{
	enum { MANY = 60 };
	struct bench *b = *state;
	struct chat slow = mail_from(39999, 0);

	begin(b, &slow); /* rests longest, and goes on in the end */
	for (unsigned i = 0; i < MANY; i++) {
		struct chat t = mail_from(40000 + i, i * NS_MSEC);

		begin(b, &t);
		client(b, &t, "Subject: a\r\n\r\ntext\r\n");
		end(b, &t);
		segment(b, &t, CLIENT, FIN | ACK, t.seq[CLIENT], "", 0);
		segment(b, &t, SERVER, FIN | ACK, t.seq[SERVER], "", 0);
	}
	slow.t = MANY * NS_MSEC;
	client(b, &slow, "Subject: a\r\n\r\ntext\r\n");
	end(b, &slow);
	worker_finish(b->worker);
	assert_int_equal(b->n, 0);
	assert_int_equal(counter(b, COUNTER_streams_evicted), 0);
	assert_flows(b, MANY + 1, MANY + 1, 0);
}

/* What TCP does that no honest sender does. */
static void
test_odd_tcp(void **state)
{
	static const struct {
		const char *name;
		uint8_t flags;
		int seq; /* from what is next */
		const char *text;
		uint64_t what;
	} rows[] = {
		{ "a reset with the right number, and it goes on", RST, 0, "", 0 },
		{ "a reset with another number", RST, 500, "", 0 },
		{ "a SYN with another number", SYN, 500, "", WHAT_AMBIGUOUS | WHAT_OVERLAP },
		{ "urgent data", ACK | 32, 0, "x\r\n", WHAT_AMBIGUOUS | WHAT_URGENT },
		{ "the same bytes again", ACK, -6, "text\r\n", 0 },
		{ "other bytes", ACK, -6, "TEXT\r\n", WHAT_AMBIGUOUS | WHAT_OVERLAP },
		{ "far outside", ACK, INT32_MAX, "x", WHAT_AMBIGUOUS | WHAT_OVERLAP },
	};
	struct bench *b = *state;

	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct chat t = mail_from(40000 + i, i * NS_SEC);
		unsigned before = b->n;

		begin(b, &t);
		client(b, &t, "Subject: a\r\n\r\ntext\r\n");
		segment(b, &t, CLIENT, rows[i].flags, t.seq[CLIENT] + (uint32_t)rows[i].seq,
		    rows[i].text, strlen(rows[i].text));
		if (rows[i].flags & 32)
			t.seq[CLIENT] += 3;
		end(b, &t);
		assert_int_equal(b->n - before, rows[i].what ? 1 : 0);
		if (rows[i].what) {
			assert_int_equal(b->found[before].id, 3102);
			assert_int_equal(b->found[before].what, rows[i].what);
		}
	}
}

/* What came last was not seen at all; that the connection ended behind it shows that there was
 * something. */
static void
test_lost_before_the_end(void **state)
{
	struct bench *b = *state;
	struct chat t = mail_from(40000, 0);

	begin(b, &t);
	client(b, &t, "Subject: a\r\n\r\ntext\r\n");
	end(b, &t);
	t.seq[CLIENT] += 100;
	segment(b, &t, CLIENT, FIN | ACK, t.seq[CLIENT], "", 0);
	segment(b, &t, SERVER, FIN | ACK, t.seq[SERVER], "", 0);
	assert_int_equal(b->n, 0);
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 3103);
	assert_int_equal(b->found[0].what, WHAT_LOST);
	assert_int_equal(b->found[0].message, 0);
}

/* A second beginning while no message is in hand is the connection's. */
static void
test_begins_twice(void **state)
{
	struct bench *b = *state;
	struct chat t = mail_from(40000, 0);

	greet(b, &t);
	server(b, &t, "220 a ESMTP\r\n");
	client(b, &t, "EHLO b\r\n");
	segment(b, &t, CLIENT, SYN, 5000, "", 0);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 3102);
	assert_int_equal(b->found[0].what, WHAT_AMBIGUOUS | WHAT_OVERLAP);
	assert_int_equal(b->found[0].message, 0);
	segment(b, &t, SERVER, SYN | ACK, 5000, "", 0);
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
}

/* Of a datagram in pieces one comes twice, with other bytes, before there was anything to read; the
 * rest never comes. */
static void
test_pieces_before_all_else(void **state)
{
	struct bench *b = *state;
	struct chat t = mail_from(40000, 0);

	greet(b, &t);
	for (unsigned i = 0; i < 2; i++) {
		put_tcp(b, 25, t.port, ACK, 4);
		b->bytes[34 + 20] = (uint8_t)('1' + i);
		piece(b, t.t += NS_MSEC, 6, 0, true);
	}
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 3102);
	assert_int_equal(b->found[0].what, WHAT_AMBIGUOUS | WHAT_OVERLAP);
	worker_finish(b->worker);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->found[1].id, 3103);
	assert_int_equal(b->found[1].what, WHAT_INCOMPLETE_FRAGMENTS);
}

/* Of a datagram that is all that a connection has, the rest never comes. */
static void
test_a_piece_and_nothing_else(void **state)
{
	struct bench *b = *state;
	struct chat t = mail_from(40000, 0);

	greet(b, &t);
	put_tcp(b, 25, t.port, ACK, 4);
	piece(b, t.t += NS_MSEC, 6, 0, true);
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 3103);
	assert_int_equal(b->found[0].what, WHAT_INCOMPLETE_FRAGMENTS);
}

/* Anything, in any order, on a few connections in little room: every finding is valid
 * (bench_take()) and the counts add up (bench_teardown()). */
static void
test_anything(void **state)
{
	static const char *const texts[] = { "220 a\r\n", "250 ok\r\n", "354 go on\r\n",
		"554 no\r\n", "EHLO b\r\n", "MAIL FROM:<a@b>\r\n", "RCPT TO:<c@d>\r\n", "DATA\r\n",
		"BDAT 9 LAST\r\n", "Subject: a\r\n\r\ntext\r\n", "Content-Type: text/html\r\n\r\n",
		".\r\n", "\n.\n", "QUIT\r\n", "STARTTLS\r\n", "x", "" };
	static const uint8_t flags[] = { ACK, ACK, ACK, ACK, SYN, SYN | ACK, FIN | ACK, RST,
		ACK | 32, 0 };
	struct bench *b = *state;
	struct chat t[8];
	unsigned seed = 1;

	for (unsigned i = 0; i < 8; i++)
		t[i] = mail_from(40000 + i, 0);
	for (unsigned n = 0; n < 30000; n++) {
		unsigned r = (seed = seed * 1103515245 + 12345) >> 8;
		struct chat *one = &t[r % 8];
		unsigned side = r >> 3 & 1 ? CLIENT : SERVER;
		const char *text = texts[(r >> 4) % (sizeof texts / sizeof *texts)];
		uint32_t *seq = &one->seq[side];
		uint32_t off = (r >> 9) % 8 == 0 ? (r >> 12) % 200 - 100 : 0;

		if (n % 64 == 0)
			b->full = r >> 20 & 1;
		one->t = n * NS_MSEC * 20;
		segment(
		    b, one, side, flags[(r >> 14) % sizeof flags], *seq + off, text, strlen(text));
		if ((r >> 17) % 16)
			*seq += (uint32_t)strlen(text);
		b->n = 0;
	}
	b->full = false;
	for (bool more = true; more; b->n = 0)
		more = worker_finish_some(b->worker, 4);
}

/* Mail to a port of mail that is no TCP. */
static void
test_not_tcp(void **state)
{
	static const char any[] =
	    "conduits = ( { id = \"mail\"; from = \"lgwan\"; to = \"internet\"; services = "
	    "(\"udp/25\"); require = \"text-mail\"; } );";
	struct bench *b = *state;

	bench_reload(b, bench_zones, any);
	udp(b, 0, LGWAN, C, 5000, S, 25);
	udp(b, 1, LGWAN, C, 5000, S, 25);
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 3104);
	assert_int_equal(b->found[0].what, WHAT_UNKNOWN_PROTOCOL);
}

#define MAIL_TEST(name)                                                                            \
	cmocka_unit_test_setup_teardown(name, mail_setup, bench_teardown),                         \
	{                                                                                          \
#name " (IPv6)", name, mail_setup6, bench_teardown, NULL                           \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		MAIL_TEST(test_text_is_silent),
		MAIL_TEST(test_each_message),
		MAIL_TEST(test_hub_is_behind),
		MAIL_TEST(test_killed),
		MAIL_TEST(test_other_rules),
		MAIL_TEST(test_no_rules),
		MAIL_TEST(test_ends_under_other_rules),
		MAIL_TEST(test_too_many),
		MAIL_TEST(test_closed_ones_lose_nothing),
		MAIL_TEST(test_odd_tcp),
		MAIL_TEST(test_lost_before_the_end),
		MAIL_TEST(test_begins_twice),
		MAIL_TEST(test_pieces_before_all_else),
		MAIL_TEST(test_a_piece_and_nothing_else),
		MAIL_TEST(test_anything),
		MAIL_TEST(test_not_tcp),
	};

	return UNIT_RUN(tests);
}
