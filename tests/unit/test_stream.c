/* test_stream.c - segments as they come, and the bytes that they are in order. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define MODEL_ASSERT(condition) assert_true(condition)
#include "stream_model.h"

enum { POOL = 4 << 20 };

static unsigned
next(unsigned *seed)
{
	return (*seed = *seed * 1103515245 + 12345) >> 16;
}

static void
take_text(void *ctx, const uint8_t *bytes, size_t size)
{
	if (bytes)
		text_add(ctx, "%.*s", (int)size, (const char *)bytes);
	else
		text_add(ctx, "<%zu>", size);
}

static void
tell_events(struct text *to, unsigned events)
{
	if (events)
		text_add(to, "{%s%s%s%s}", events & STREAM_OVERLAP ? "overlap" : "",
		    events & STREAM_LOST ? "lost" : "", events & STREAM_LIMIT ? "limit" : "",
		    events & STREAM_OUTSIDE ? "outside" : "");
}

/* Plays a script and tells what was delivered. Words: OFFSET=bytes is a segment, ~N behind it bytes
 * that were not captured; ^OFFSET an acknowledgement; $ the end; %N blocks that the stream may hold
 * from now on. Delivered bytes stand for themselves, <N> are lost ones, {…} events. */
static void
play(struct text *to, struct stream_pool *pool, uint32_t isn, const char *script)
{
	struct stream s = { .begun = false };
	uint32_t most = 64;

	stream_begin(&s, isn);
	while (*script) {
		char *at = NULL;

		if (*script == '^') {
			stream_acked(pool, &s, isn + (uint32_t)strtoll(script + 1, &at, 10));
		} else if (*script == '%') {
			most = (uint32_t)strtoul(script + 1, &at, 10);
		} else if (*script == '$') {
			tell_events(to, stream_end(pool, &s, take_text, to));
			at = (char *)(uintptr_t)(script + 1);
		} else {
			uint32_t seq = isn + (uint32_t)strtoll(script, &at, 10);
			const uint8_t *bytes = (const uint8_t *)at + 1;
			size_t size = strcspn(at + 1, " ~");

			assert_int_equal(*at, '=');
			at += 1 + size;
			size_t missing = *at == '~' ? strtoul(at + 1, &at, 10) : 0;
			tell_events(to,
			    stream_push(pool, &s, seq, bytes, size, missing, most, take_text, to));
		}
		script = at + strspn(at, " ");
	}
	assert_int_equal(stream_pool_used(pool), s.blocks);
	stream_drop(pool, &s);
	assert_int_equal(stream_pool_used(pool), 0);
}

struct row {
	const char *script, *want;
};

/* Every row at several places of the sequence numbers, 2^32 among its bytes in most of them. */
static void
play_rows(const struct row *row, size_t n)
{
	static const uint32_t isns[] = { 0, 1000, UINT32_MAX, UINT32_MAX - 1, UINT32_MAX - 3,
		UINT32_MAX - 7, UINT32_MAX - 20, 0x7fffffff, 0x80000000 };
	struct stream_pool *pool = stream_pool_new(POOL);

	assert_non_null(pool);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sizeof isns / sizeof *isns; k++) {
			char bytes[512];
			struct text got = text_of(bytes, sizeof bytes);

			play(&got, pool, isns[k], row[i].script);
			if (strcmp(bytes, row[i].want) != 0)
				print_error("isn %u: %s\n", isns[k], row[i].script);
			assert_string_equal(bytes, row[i].want);
		}
	stream_pool_free(pool);
}

#define PLAY(rows) play_rows(rows, sizeof rows / sizeof *rows)

static void
test_order(void **state)
{
	static const struct row rows[] = {
		{ "0=abc 3=def", "abcdef" }, { "3=def 0=abc", "abcdef" },
		{ "5=f 3=d 1=b 4=e 2=c 0=a", "abcdef" }, { "1=b 3=d 0=a 2=c", "abcd" },
		{ "0=abc 0=abc 0=abcdef 2=cdefgh", "abcdefgh" }, /* sent again, in other sizes */
		{ "0=a 1=b 2=c 0=abc 3=d", "abcd" },
		{ "4=ef 0=abcdefgh", "abcdefgh" }, /* larger over a held one */
		{ "2=cd 6=gh 1=bcdefgh 0=a", "abcdefgh" },
		{ "-3=xyzabc", "abc" }, /* begins before the stream */
		{ "-3=xyz 0=abc", "abc" }, { "0=", "" }, { "0=abc ^3 0=abc 1=bcd", "abcd" },
		{ "0=abc ^3 ^2 ^9 ^-5 3=def ^6 $", "abcdef" },
		{ "0=abc ^4 3=d", "abcd" }, /* the ACK of a FIN that came early */
	};

	(void)state;
	PLAY(rows);
}

static void
test_holes(void **state)
{
	static const struct row rows[] = {
		{ "0=abc 5=fg $", "abc<2>fg{lost}" },
		{ "2=c 5=f $", "<2>c<2>f{lost}" },
		{ "0=abc 5=fg 3=de $", "abcdefg" },
		{ "0=abc ^7 5=fg ^7 $", "abc<2>fg{lost}" }, /* acknowledged, never captured */
		{ "0=abc 5=fg ^7 3=de 3=xy $", "abcdefg" },
		/* cut by the capture */
		{ "0=abc~3 6=ghi", "abc<3>{lost}ghi" },
		{ "0=~3 3=def", "<3>{lost}def" },
		{ "0=abc~3 3=def 6=g", "abc<3>{lost}g" },
		{ "4=e 0=abc~5 8=i", "abc<1>e<3>{lost}i" },
		{ "3=def~3 0=abc $", "abcdef<3>{lost}" },
		{ "3=def~3 0=abc 6=ghi", "abcdefghi" },
		{ "0=abcdef 0=abc~5 8=i", "abcdef<2>{lost}i" },
		{ "-4=xy~4 2=c", "<2>{lost}c" },
		{ "-4=xy~1 0=a", "a" },
	};

	(void)state;
	PLAY(rows);
}

static void
test_overlaps(void **state)
{
	static const struct row rows[] = {
		/* not acknowledged: the first copy stays */
		{ "0=abc 0=aXc 3=d", "abc{overlap}d" },
		{ "0=abc 1=Xcde", "abcde{overlap}" },
		{ "2=cd 0=abXY 4=e", "abcd{overlap}e" },
		{ "2=cd 1=XYZ 0=a", "{overlap}aXcd" },
		/* Allen's 13 relations of CD at 2 to what comes behind it */
		{ "2=CD 5=f 0=ab 4=e", "abCDef" },	   /* before */
		{ "2=CD 4=ef 0=ab", "abCDef" },		   /* meets */
		{ "2=CD 3=def 0=ab", "{overlap}abCDef" },  /* overlaps */
		{ "2=CD 2=cdef 0=ab", "{overlap}abCDef" }, /* starts */
		{ "2=CD 1=bcdef 0=a", "{overlap}abCDef" }, /* during */
		{ "2=CD 1=bcd 0=a", "{overlap}abCD" },	   /* finishes */
		{ "2=CD 2=cd 0=ab", "{overlap}abCD" },	   /* equal */
		{ "2=CD 3=d 0=ab", "{overlap}abCD" },	   /* finished by */
		{ "2=CDE 3=d 0=ab", "{overlap}abCDE" },	   /* contains */
		{ "2=CD 2=c 0=ab", "{overlap}abCD" },	   /* started by */
		{ "2=CD 1=bc 0=a", "{overlap}abCD" },	   /* overlapped by */
		{ "2=CD 0=ab", "abCD" },		   /* met by */
		{ "2=CD 0=a 1=b", "abCD" },		   /* after */
		/* acknowledged: no receiver takes the second copy */
		{ "0=abc ^3 0=XYZ 3=d", "abcd" },
		{ "0=abc ^4 3=d 3=X", "abcd{overlap}" }, /* as of the FIN's number: not of d */
		{ "0=abc ^1 0=Xbc", "abc" },
		{ "0=abc ^1 0=XYc", "abc{overlap}" },
		{ "0=abc ^2 1=XYde", "abcde{overlap}" },
		{ "0=abcdef ^3 0=XYZ 3=X", "abcdef{overlap}" },
		{ "3=def ^6 3=XYZ 0=abc", "abcdef" },
		/* a keep-alive, idle: everything is acknowledged */
		{ "0=abc ^3 2=X 2=X 3=d", "abcd" },
		{ "0=abc ^3 2=c 2= 3=d", "abcd" },
		{ "0=abc 2=X 3=d", "abcd" }, /* the receiver was never heard */
		/* single bytes, each sent twice: no keep-alives */
		{ "^0 0=a 0=X 1=b 1=X", "a{overlap}b{overlap}" },
		/* a hole that was given up stays one */
		{ "0=abc~3 3=xyz 6=g", "abc<3>{lost}g" },
	};

	(void)state;
	PLAY(rows);
}

static void
test_limits(void **state)
{
	static const struct row rows[] = {
		/* no block at all: what is in order goes on, a hole is given up at once */
		{ "%0 0=abc 3=def", "abcdef" },
		{ "%0 0=abc 4=efg 7=h", "abc<1>efg{lostlimit}h" },
		{ "%0 0=abc 0=abc", "abc{limit}" },
		{ "%0 0=abc ^3 0=abc 3=d", "abcd" },
		/* one: the far byte has none */
		{ "%1 1=b 3000=x 0=a", "<1>b<2998>x{lostlimit}{limit}" },
		{ "%1 1=b 3=d 3000=x 0=a", "<1>b<1>d<2996>x{lostlimit}{limit}" },
		/* too far */
		{ "0=abc 1073741828=x 3=d", "abc{outside}d" },
		{ "0=abc 1073741827=x $", "abc<1073741824>x{lost}" },
		{ "0=abc -1073741822=x 3=d", "abc{outside}d" },
	};
	(void)state;
	PLAY(rows);
}

static void
take_count(void *ctx, const uint8_t *bytes, size_t size)
{
	uint64_t *sum = ctx;

	sum[bytes ? 0 : 1] += size;
}

/* A sender that never fills a hole: it is given up when more than 64 KiB of newer bytes came. */
static void
test_hole_given_up(void **state)
{
	struct stream_pool *pool = stream_pool_new(POOL);
	struct stream s = { .begun = false };
	uint8_t bytes[1024] = { 0 };
	uint64_t sum[2] = { 0, 0 };

	(void)state;
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(
		    stream_push(pool, &s, 100 + i * 1024, bytes, 1024, 0, 512, take_count, sum), 0);
	assert_int_equal(sum[0] + sum[1], 0);
	assert_int_equal(
	    stream_push(pool, &s, 100 + 64 * 1024, bytes, 1, 0, 512, take_count, sum), STREAM_LOST);
	assert_int_equal(sum[0], 64 * 1024 + 1);
	assert_int_equal(sum[1], 100);
	assert_int_equal(stream_end(pool, &s, take_count, sum), 0);
	assert_int_equal(stream_pool_used(pool), 0);
	stream_pool_free(pool);
}

/* More than 4 GiB: offsets do not wrap where numbers do. */
static void
test_long(void **state)
{
	struct stream_pool *pool = stream_pool_new(POOL);
	struct stream s = { .begun = false };
	uint64_t sum[2] = { 0, 0 }, at = 0;
	uint8_t bytes[1000];

	(void)state;
	memset(bytes, 'a', sizeof bytes);
	stream_begin(&s, 0xfffffff0);
	for (unsigned i = 0; i < 5; i++) {
		uint32_t seq = 0xfffffff0 + (uint32_t)at;

		assert_int_equal(
		    stream_push(pool, &s, seq, bytes, 1000, 1 << 30, 512, take_count, sum),
		    STREAM_LOST);
		at += 1000 + (1 << 30);
		seq = 0xfffffff0 + (uint32_t)at;
		stream_acked(pool, &s, seq);
		assert_int_equal(s.acked, at);
		assert_int_equal(
		    stream_push(pool, &s, seq + 500, bytes, 500, 0, 512, take_count, sum), 0);
		assert_int_equal(
		    stream_push(pool, &s, seq, bytes, 600, 0, 512, take_count, sum), 0);
		bytes[0] = 'b';
		assert_int_equal(stream_push(pool, &s, seq, bytes, 600, 0, 512, take_count, sum),
		    STREAM_OVERLAP);
		bytes[0] = 'a';
		at += 1000;
	}
	assert_int_equal(s.next, at);
	assert_int_equal(sum[0], 5 * 2000);
	assert_int_equal(sum[1], UINT64_C(5) << 30);
	assert_int_equal(stream_end(pool, &s, take_count, sum), 0);
	assert_int_equal(stream_pool_used(pool), 0);
	stream_pool_free(pool);
}

/* A super-frame of an offload, with as few blocks as there may be; and what of it can be compared.
 */
static void
test_super_frame(void **state)
{
	enum { SIZE = 256 * 1024 };
	struct stream_pool *pool = stream_pool_new(POOL);
	uint8_t *bytes = calloc(1, SIZE);

	(void)state;
	for (uint32_t most = 0; most < 200; most += most < 3 ? 1 : 50) {
		struct stream s = { .begun = false };
		uint64_t sum[2] = { 0, 0 };

		stream_begin(&s, UINT32_MAX - 100000);
		stream_acked(pool, &s, s.isn);
		assert_int_equal(
		    stream_push(pool, &s, s.isn, bytes, SIZE, 0, most, take_count, sum), 0);
		assert_int_equal(sum[0], SIZE);
		assert_int_equal(s.blocks, most < 128 ? most : 128);
		assert_int_equal(
		    stream_push(pool, &s, s.isn, bytes, SIZE, 0, most, take_count, sum),
		    most < 128 ? STREAM_LIMIT : 0);
		bytes[SIZE - 1] = 1;
		assert_int_equal(stream_push(pool, &s, s.isn + SIZE - 2, bytes + SIZE - 2, 2, 0,
				     most, take_count, sum),
		    most == 0 ? STREAM_LIMIT : STREAM_OVERLAP);
		bytes[SIZE - 1] = 0;
		/* not in order: it comes behind a hole of one byte, which it closes at once */
		assert_int_equal(
		    stream_push(pool, &s, s.isn + SIZE + 1, bytes, SIZE, 0, most, take_count, sum),
		    STREAM_LOST | (most < 33 ? STREAM_LIMIT : 0));
		assert_int_equal(sum[0], 2 * SIZE);
		assert_int_equal(sum[1], 1);
		stream_acked(pool, &s, s.isn + 2 * SIZE + 1);
		assert_int_equal(s.blocks, 0);
		assert_int_equal(stream_end(pool, &s, take_count, sum), 0);
	}
	free(bytes);
	stream_pool_free(pool);
}

/* A receiver that is never heard: 64 KiB are kept, and what is older cannot be compared. */
static void
test_never_heard(void **state)
{
	struct stream_pool *pool = stream_pool_new(POOL);
	struct stream s = { .begun = false };
	uint64_t sum[2] = { 0, 0 };
	uint8_t bytes[1000] = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		assert_int_equal(
		    stream_push(pool, &s, i * 1000, bytes, 1000, 0, 512, take_count, sum), 0);
		assert_in_range(s.blocks, 0, 34);
	}
	assert_int_equal(
	    stream_push(pool, &s, 934 * 1000 + 500, bytes, 1000, 0, 512, take_count, sum), 0);
	assert_int_equal(
	    stream_push(pool, &s, 930 * 1000, bytes, 1000, 0, 512, take_count, sum), STREAM_LIMIT);
	bytes[0] = 1;
	assert_int_equal(stream_push(pool, &s, 999 * 1000, bytes, 1000, 0, 512, take_count, sum),
	    STREAM_OVERLAP);
	assert_int_equal(stream_end(pool, &s, take_count, sum), 0);
	assert_int_equal(sum[0], 1000 * 1000);
	stream_pool_free(pool);
}

/* An empty pool: streams that came first keep what they have, others go on without. */
static void
test_pool_is_empty(void **state)
{
	struct stream_pool *pool = stream_pool_new(stream_pool_bytes(0) * 4);
	struct stream a = { .begun = false }, b = a;
	uint64_t sum[2] = { 0, 0 };
	uint8_t bytes[STREAM_BLOCK] = { 0 };
	uint32_t n = stream_pool_blocks(pool);

	(void)state;
	assert_in_range(n, 3, 4);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(
		    stream_push(pool, &a, 1 + i * STREAM_BLOCK, bytes, 1, 0, 512, take_count, sum),
		    0);
	assert_int_equal(stream_pool_used(pool), n);
	assert_int_equal(stream_push(pool, &b, 0, bytes, 10, 0, 512, take_count, sum), 0);
	assert_int_equal(sum[0], 10);
	assert_int_equal(stream_push(pool, &b, 20, bytes, 10, 0, 512, take_count, sum),
	    STREAM_LOST | STREAM_LIMIT);
	assert_int_equal(sum[0], 20);
	assert_int_equal(sum[1], 10);
	assert_int_equal(stream_end(pool, &b, take_count, sum), 0);
	assert_int_equal(stream_end(pool, &a, take_count, sum), STREAM_LOST);
	assert_int_equal(stream_pool_used(pool), 0);
	stream_pool_free(pool);
}

/* Random segments of a text: in any order, twice, with other bytes, acknowledged or not, against
 * the model. TIGHT: with few blocks. */
static void
random_segments(struct model *m, struct stream_pool *pool, unsigned seed, bool tight)
{
	uint32_t most = tight ? next(&seed) % 4 : 512;
	unsigned span = 1 + next(&seed) % 5000,
		 longest = 1 + next(&seed) % (next(&seed) % 2 ? 9 : 3000);
	unsigned odd = next(&seed) % 3 ? 0 : 50;
	bool heard = next(&seed) % 4;
	uint8_t bytes[3000];

	model_begin(m, pool, next(&seed) << 16 | next(&seed), most, tight);
	for (unsigned i = 0; i < 300; i++) {
		uint64_t at = m->out + next(&seed) % span;
		size_t size = 1 + next(&seed) % longest,
		       missing = next(&seed) % 50 ? 0 : next(&seed) % 100;

		at -= at < span / 2 ? at : span / 2;
		for (size_t k = 0; k < size; k++)
			bytes[k] = (uint8_t)((at + k) * 31 >> 3);
		if (odd && next(&seed) % odd == 0)
			bytes[next(&seed) % size] ^= 1;
		model_push(m, at, bytes, size, missing);
		if (heard && next(&seed) % 3 == 0)
			model_acked(m, m->out + (next(&seed) % 5 ? 0 : next(&seed) % span));
	}
	model_end(m);
}

static void
test_random(void **state)
{
	struct stream_pool *pool = stream_pool_new(POOL);
	struct model *m = calloc(1, sizeof *m);

	(void)state;
	assert_non_null(pool);
	assert_non_null(m);
	for (unsigned seed = 0; seed < 1000; seed++)
		random_segments(m, pool, seed, seed % 3 == 0);
	free(m);
	stream_pool_free(pool);
}

/* Bytes FROM up to TO, in units of CELL, with other ones in the cells of the bits OTHER. */
struct chunk {
	unsigned from, to, other;
};

enum { CELLS = 5, CELL = 500 };

/* Do two of three hold a cell in which they differ? */
static bool
differ(const struct chunk *c)
{
	for (unsigned i = 0; i < 3; i++)
		for (unsigned k = 0; k < i; k++)
			for (unsigned cell = 0; cell < CELLS; cell++)
				if (cell >= c[i].from && cell < c[i].to && cell >= c[k].from &&
				    cell < c[k].to && ((c[i].other ^ c[k].other) >> cell & 1))
					return true;
	return false;
}

/* Three chunks as they come; HELD: behind a hole, that is closed at last. */
static void
arrange(struct model *m, struct stream_pool *pool, const struct chunk *c, bool held)
{
	static uint8_t bytes[CELLS * CELL];
	unsigned events = 0, base = held ? 1500 : 0;

	model_begin(m, pool, UINT32_MAX - 2000, 512, false);
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned cell = c[i].from; cell < c[i].to; cell++)
			memset(bytes + cell * CELL,
			    (int)('a' + 2 * cell + (c[i].other >> cell & 1)), CELL);
		events |= model_push(m, base + c[i].from * CELL, bytes + c[i].from * CELL,
		    (c[i].to - c[i].from) * CELL, 0);
	}
	if (held)
		events |= model_push(m, 0, bytes, base, 0);
	if (((events & STREAM_OVERLAP) != 0) != differ(c))
		for (unsigned i = 0; i < 3; i++)
			print_error("%u-%u %#x\n", c[i].from, c[i].to, c[i].other);
	assert_int_equal((events & STREAM_OVERLAP) != 0, differ(c));
	assert_int_equal(events & ~(unsigned)STREAM_OVERLAP, 0);
	model_end(m);
}

/* All triples of intervals, and with them each order of arrival and all 13 relations of any two;
 * each with the bytes of the others, with others everywhere, in the first, in the last cell. */
static void
test_three_chunks(void **state)
{
	enum { ALL = CELLS * (CELLS + 1) / 2 * 4 };
	struct stream_pool *pool = stream_pool_new(POOL);
	struct model *m = calloc(1, sizeof *m);
	struct chunk all[ALL];
	unsigned n = 0;

	(void)state;
	for (unsigned from = 0; from < CELLS; from++)
		for (unsigned to = from + 1; to <= CELLS; to++) {
			all[n++] = (struct chunk){ from, to, 0 };
			all[n++] = (struct chunk){ from, to, ~0u };
			all[n++] = (struct chunk){ from, to, 1u << from };
			all[n++] = (struct chunk){ from, to, 1u << (to - 1) };
		}
	for (unsigned i = 0; i < n * n * n; i++) {
		const struct chunk c[3] = { all[i / n / n], all[i / n % n], all[i % n] };

		arrange(m, pool, c, false);
		arrange(m, pool, c, true);
	}
	free(m);
	stream_pool_free(pool);
}

struct bytes {
	uint8_t at[4096];
	size_t size;
};

static void
take_bytes(void *ctx, const uint8_t *bytes, size_t size)
{
	struct bytes *to = ctx;

	assert_non_null(bytes);
	assert_true(size <= sizeof to->at - to->size);
	memcpy(to->at + to->size, bytes, size);
	to->size += size;
}

/* Two connections in turn, both with the last segment first. */
static void
test_interleaved(void **state)
{
	struct stream_pool *pool = stream_pool_new(POOL);
	struct stream s[2] = { { .isn = 7 }, { .isn = UINT32_MAX - 2000 } };
	struct bytes want[2] = { { .size = 0 } }, got[2] = { { .size = 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof want[0].at; i++) {
		want[0].at[i] = (uint8_t)(i * 7);
		want[1].at[i] = (uint8_t)(i * 11 >> 2);
	}
	for (size_t i = sizeof want[0].at; i > 0; i -= 8)
		for (unsigned k = 0; k < 2; k++)
			assert_int_equal(stream_push(pool, &s[k], s[k].isn + (uint32_t)i - 8,
					     want[k].at + i - 8, 8, 0, 512, take_bytes, &got[k]),
			    0);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(got[k].size, sizeof got[k].at);
		assert_memory_equal(got[k].at, want[k].at, sizeof got[k].at);
		assert_int_equal(stream_end(pool, &s[k], take_bytes, &got[k]), 0);
	}
	assert_int_equal(stream_pool_used(pool), 0);
	stream_pool_free(pool);
}

/* Some KiB in segments of one byte in any order: nothing is lost. */
static void
test_single_bytes(void **state)
{
	enum { SIZE = 16 * 1024 };
	struct stream_pool *pool = stream_pool_new(POOL);
	struct model *m = calloc(1, sizeof *m);
	uint16_t *order = calloc(SIZE, sizeof *order);
	unsigned seed = 5;

	(void)state;
	for (unsigned i = 0; i < SIZE; i++) {
		unsigned k = next(&seed) % (i + 1);

		order[i] = order[k];
		order[k] = (uint16_t)i;
	}
	for (unsigned i = 0; i < SIZE; i++) {
		uint8_t byte = (uint8_t)(order[i] * 31 >> 3);

		if (i == 0)
			model_begin(m, pool, UINT32_MAX - 5000, 512, false);
		model_push(m, order[i], &byte, 1, 0);
	}
	assert_int_equal(m->out, SIZE);
	assert_int_equal(model_end(m), 0);
	free(order);
	free(m);
	stream_pool_free(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_overlaps),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_hole_given_up),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_super_frame),
		cmocka_unit_test(test_never_heard),
		cmocka_unit_test(test_pool_is_empty),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_three_chunks),
		cmocka_unit_test(test_interleaved),
		cmocka_unit_test(test_single_bytes),
	};

	return UNIT_RUN(tests);
}
