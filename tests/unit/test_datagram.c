/* test_datagram.c - fragments as they come, and the datagrams that they are. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "worker/datagram.h"
#include "worker/fragment.h"

enum { ENTRIES = 3000, BLOCKS = 1600 };

static unsigned
next(unsigned *seed)
{
	return (*seed = *seed * 1103515245 + 12345) >> 16;
}

struct setup {
	struct stream_pool *pool;
	struct datagrams *datagrams;
};

static struct setup
start(uint32_t blocks)
{
	uint64_t block = stream_pool_bytes(UINT64_C(1) << 30) / stream_blocks_of(UINT64_C(1) << 30);
	struct setup s = { .pool = stream_pool_new((block + 1) * blocks) };

	assert_non_null(s.pool);
	assert_in_range(stream_pool_blocks(s.pool), blocks, blocks + 1);
	s.datagrams = datagrams_new(s.pool, ENTRIES);
	assert_non_null(s.datagrams);
	return s;
}

static void
end(struct setup *s)
{
	for (uint32_t n = 0; n < ENTRIES; n++)
		datagram_drop(s->datagrams, n);
	assert_int_equal(stream_pool_used(s->pool), 0);
	datagrams_free(s->datagrams);
	stream_pool_free(s->pool);
}

/* Plays a script and tells what came of it. Words: [N]OFFSET=bytes is a fragment of datagram N (0
 * if none is named), ^ before it the first one, + behind it one that others follow, ~ before that
 * one whose end was not captured. */
static void
play(struct text *to, const char *script)
{
	struct setup s = start(BLOCKS);

	while (*script) {
		struct piece p = { .segment = true };
		const uint8_t *whole = NULL;
		char *at = (char *)(uintptr_t)script;
		size_t size = 0;
		uint32_t n = 0;

		if (*at == '[')
			n = (uint32_t)strtoul(at + 1, &at, 10), at++;
		p.first = *at == '^';
		p.at = (uint16_t)strtoul(at + p.first, &at, 10);
		assert_int_equal(*at, '=');
		p.bytes = (const uint8_t *)at + 1;
		p.size = strcspn(at + 1, " +~");
		at += 1 + p.size;
		p.missing = *at == '~' ? 8 : 0;
		at += *at == '~';
		p.more = *at == '+';
		at += p.more;
		unsigned events = datagram_push(s.datagrams, n, &p, &whole, &size);
		if (events & DATAGRAM_WHOLE)
			text_add(to, "%.*s", (int)size, (const char *)whole);
		if (events & ~(unsigned)DATAGRAM_WHOLE)
			text_add(to, "{%s%s}", events & DATAGRAM_AMBIGUOUS ? "ambiguous" : "",
			    events & DATAGRAM_SPENT ? "spent" : "");
		text_add(to, events & DATAGRAM_WHOLE ? ";" : ".");
		script = at + strspn(at, " ");
	}
	end(&s);
}

/* A first fragment whose bytes are a TCP header, and four more; and what comes of it. */
#define FIRST	  "^0=abcdefghijklPpopqrstuvwx+"
#define WHOLE_ONE ".abcdefghijklPpopqrstuvwxyz;"

static void
test_known(void **state)
{
	static const struct {
		const char *script, *want;
	} rows[] = {
		{ "^0=abcdefgh+ 8=ijkl", ".abcdefghijkl;" },
		{ "8=ijkl ^0=abcdefgh+", ".abcdefghijkl;" },
		{ "16=q 8=ijklmnop+ ^0=abcdefgh+", "..abcdefghijklmnopq;" },
		{ "^0=abcdefgh+ ^0=abcdefgh+ 16=q 16=q 8=ijklmnop+", "....abcdefghijklmnopq;" },
		{ "^0=abcdefghijklmnop+ 8=ijklmnop+ 16=q", "..abcdefghijklmnopq;" },
		{ "^0=abcdefgh+ [1]^0=ABCDEFGH+ 8=i [1]8=I", "..abcdefghi;ABCDEFGHI;" },
		{ "^0=abcdefgh", "abcdefgh;" },
		{ "^0=abcdefgh+ 8=", ".abcdefgh;" },
		/* the next datagram of the same number */
		{ "^0=abcdefgh+ 8=i ^0=ABCDEFGH+ 8=IJ", ".abcdefghi;.ABCDEFGHIJ;" },
		/* further headers stand before that of the transport */
		{ "^8=ijklmnop+ 16=q", ".ijklmnopq;" },
		{ "16=q ^8=ijklmnop+", ".ijklmnopq;" },
		{ "^24=yzabcdef+ 32=g", ".yzabcdefg;" },
		{ "^16=qrstuvwx+ 8=ijklmnop+ 24=y", ".{ambiguous}.qrstuvwxy{ambiguous};" },
		{ "8=ijklmnop+ ^16=qrstuvwx+ 24=y", ".{ambiguous}.qrstuvwxy{ambiguous};" },
		{ "^8=ijklmnop+ ^0=abcdefgh+ 16=q", ".{ambiguous}.ijklmnopq{ambiguous};" },
		{ "^8=ijklmnop+ ^16=qrstuvwx+ 24=y", ".{ambiguous}.ijklmnopqrstuvwxy{ambiguous};" },
		{ "^264=abcdefgh+ 272=i", "{spent}.{spent}." },
		/* other bytes */
		{ "^0=abcdefgh+ ^0=abcdefgX+ 8=i", ".{ambiguous}.abcdefghi{ambiguous};" },
		{ "8=i 8=X ^0=abcdefgh+", ".{ambiguous}.abcdefghi{ambiguous};" },
		{ "^0=abcdefghijklmnop+ 8=XXXXXXXX+ 16=q",
		    ".{ambiguous}.abcdefghijklmnopq{ambiguous};" },
		/* two ends, or bytes behind the end */
		{ "8=ijkl 8=ijklm ^0=abcdefgh+", ".{ambiguous}.abcdefghijkl{ambiguous};" },
		{ "16=q 8=i ^0=abcdefgh+ 8=ijklmnop+", ".{ambiguous}.{ambiguous}."
						       "abcdefghijklmnopq{ambiguous};" },
		{ "16=qrstuvwx+ 8=ij ^0=abcdefgh+", ".{ambiguous}.abcdefghij{ambiguous};" },
		{ "8=ij 16=qrstuvwx+ ^0=abcdefgh+", ".{ambiguous}.abcdefghij{ambiguous};" },
		{ "8=ijklmnop 8=ijklmnop+ ^0=abcdefgh+",
		    ".{ambiguous}.abcdefghijklmnop{ambiguous};" },
		/* a size that only the last one has; an end past 65,535 */
		{ "^0=abcde+ 8=i", "{ambiguous}.{ambiguous}." },
		{ "65528=abcdefgh ^0=abcdefgh+ 8=i", "{ambiguous}.{ambiguous}."
						     "abcdefghi{ambiguous};" },
		{ "65528=abcdefg ^0=abcdefgh+", ".." },
		/* behind a whole one with a TCP header: segments of their own */
		{ FIRST " 24=yz 24=YZ", WHOLE_ONE "abcdefglijklP\x10opqrstYZ;" },
		{ FIRST " 24=yz 8=ijklPpopqrstUVWX+", WHOLE_ONE "abcdefghijklP\x10opqrstUVWX;" },
		{ FIRST " 24=yz 8=ijklPpox+", WHOLE_ONE "{ambiguous}." },
		{ FIRST " 24=yz " FIRST " 24=YZ",
		    WHOLE_ONE "abcdefghijklP\x10opqrstuvwx;abcdefghijklPpopqrstuvwxYZ;" },
		{ FIRST " 24=yz ^0=abcdefgXijklPpopqrstuvwx+ 24=YZ",
		    WHOLE_ONE ".abcdefgXijklPpopqrstuvwxYZ;" },
		{ FIRST " 24=yz ^8=abcdefghijklPpopqrstuvwx+ 32=YZ",
		    WHOLE_ONE ".abcdefghijklPpopqrstuvwxYZ;" },
		{ "^0=abcdefghijklPnopqrstuvwx+ 24=yz 24=YZ",
		    ".abcdefghijklPnopqrstuvwxyz;abcdefgmijklP\x10opqrstYZ;" }, /* SYN */
		{ "^0=abcdefghijkl@popqrstuvwx+ 24=yz 24=YZ",
		    ".abcdefghijkl@popqrstuvwxyz;." }, /* a header that is none */
		/* the capture lacks bytes */
		{ "^0=abcdefgh~+ 16=q", "{spent}.{spent}." },
		{ "16=q ^0=abcdefgh~+ ^0=abcdefghijklmnop+", ".{spent}.{spent}." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char bytes[256];
		struct text got = text_of(bytes, sizeof bytes);

		play(&got, rows[i].script);
		if (strcmp(bytes, rows[i].want) != 0)
			print_error("%s\n", rows[i].script);
		assert_string_equal(bytes, rows[i].want);
	}
}

/* Of a text, the bytes from AT up to END of datagram N. */
static struct piece
cut(const uint8_t *text, size_t at, size_t end, size_t total)
{
	return (struct piece){ .bytes = text + at,
		.size = end - at,
		.at = (uint16_t)at,
		.first = at == 0,
		.more = end < total,
		.segment = true };
}

/* Datagrams of every size in pieces of any, in any order, some twice, several at a time. */
static void
test_random(void **state)
{
	enum { AT_ONCE = 3, PIECES = 400 };
	struct setup s = start(BLOCKS);
	uint8_t *text = calloc(AT_ONCE, DATAGRAM_MAX);
	unsigned seed = 1;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < (size_t)AT_ONCE * DATAGRAM_MAX; i++)
		text[i] = (uint8_t)next(&seed);
	for (size_t k = 0; k < AT_ONCE; k++)
		text[k * DATAGRAM_MAX + 12] = 0; /* no TCP header: none is kept for what follows */
	for (unsigned t = 0; t < 100; t++) {
		struct piece piece[AT_ONCE * PIECES];
		uint32_t of[AT_ONCE * PIECES];
		size_t total[AT_ONCE], n = 0;
		unsigned whole = 0;

		for (uint32_t k = 0; k < AT_ONCE; k++) {
			total[k] = 1 + (next(&seed) << 4) % (t < 10 ? 300 : DATAGRAM_MAX - 1);
			size_t step = (total[k] / PIECES / 8 + 1 + next(&seed) % 200) * 8;

			for (size_t at = 0; at < total[k]; at += step) {
				size_t to = at + step < total[k] ? at + step : total[k];

				of[n] = k;
				piece[n++] = cut(text + (size_t)k * DATAGRAM_MAX, at, to, total[k]);
			}
		}
		for (size_t i = n - 1; i > 0; i--) {
			size_t k = next(&seed) % (i + 1);
			struct piece p = piece[i];
			uint32_t m = of[i];

			piece[i] = piece[k];
			piece[k] = p;
			of[i] = of[k];
			of[k] = m;
		}
		for (size_t i = 0; i < n; i++) {
			const uint8_t *bytes = NULL;
			size_t size = 0;
			unsigned events =
			    datagram_push(s.datagrams, of[i], &piece[i], &bytes, &size);

			assert_int_equal(events & ~(unsigned)DATAGRAM_WHOLE, 0);
			if (events) {
				assert_int_equal(size, total[of[i]]);
				assert_memory_equal(
				    bytes, text + (size_t)of[i] * DATAGRAM_MAX, size);
				whole++;
			} else if (next(&seed) % 4 == 0) {
				assert_int_equal(
				    datagram_push(s.datagrams, of[i], &piece[i], &bytes, &size), 0);
			}
		}
		assert_int_equal(whole, AT_ONCE);
		assert_int_equal(stream_pool_used(s.pool), 0);
	}
	free(text);
	end(&s);
}

/* Zeros over the headers that stand before that of the transport are no better than other bytes. */
static void
test_zeros(void **state)
{
	struct setup s = start(BLOCKS);
	static const uint8_t bytes[8] = { 0 };
	struct piece first = cut(bytes, 0, 8, 16), zeros = first;
	const uint8_t *whole = NULL;
	size_t size = 0;

	(void)state;
	first.at = 16;
	zeros.at = 8;
	zeros.first = false;
	assert_int_equal(datagram_push(s.datagrams, 0, &first, &whole, &size), 0);
	assert_int_equal(datagram_push(s.datagrams, 0, &zeros, &whole, &size), DATAGRAM_AMBIGUOUS);
	assert_int_equal(datagram_push(s.datagrams, 1, &zeros, &whole, &size), 0);
	assert_int_equal(datagram_push(s.datagrams, 1, &first, &whole, &size), DATAGRAM_AMBIGUOUS);
	end(&s);
}

/* What comes behind a whole datagram is missed when it began another one, not when it was of the
 * same. */
static void
test_incomplete(void **state)
{
	struct setup s = start(BLOCKS);
	uint8_t bytes[32] = { [7] = 1, [12] = 5 << 4 };
	struct piece first = cut(bytes, 0, 24, 32), last = cut(bytes, 24, 32, 32);
	const uint8_t *whole = NULL;
	size_t size = 0;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		bytes[7] = 1;
		assert_int_equal(datagram_push(s.datagrams, 0, &first, &whole, &size), 0);
		assert_int_equal(
		    datagram_push(s.datagrams, 0, &last, &whole, &size), DATAGRAM_WHOLE);
		bytes[7] = i == 1 ? 2 : 1;
		(void)datagram_push(s.datagrams, 0, i == 2 ? &last : &first, &whole, &size);
		assert_int_equal(datagram_drop(s.datagrams, 0), i == 1);
	}
	end(&s);
}

/* Fragments take a sixteenth of the blocks, and give them back. */
static void
test_share(void **state)
{
	struct setup s = start(BLOCKS);
	uint8_t bytes[4096] = { 0 };
	struct piece p = cut(bytes, 0, 8, 16), q = cut(bytes, 8, 16, 16);
	const uint8_t *whole = NULL;
	size_t size = 0;
	uint32_t n;

	(void)state;
	for (n = 0; n < BLOCKS / 16; n++)
		assert_int_equal(datagram_push(s.datagrams, n, &p, &whole, &size), 0);
	assert_int_equal(stream_pool_used(s.pool), BLOCKS / 16);
	assert_int_equal(datagram_push(s.datagrams, n, &p, &whole, &size), DATAGRAM_SPENT);
	assert_int_equal(datagram_push(s.datagrams, n, &q, &whole, &size), DATAGRAM_SPENT);
	assert_int_equal(stream_pool_used(s.pool), BLOCKS / 16);
	assert_int_equal(datagram_push(s.datagrams, 7, &q, &whole, &size), DATAGRAM_WHOLE);
	assert_int_equal(datagram_push(s.datagrams, n, &p, &whole, &size), DATAGRAM_SPENT);
	datagram_drop(s.datagrams, n);
	assert_int_equal(datagram_push(s.datagrams, n, &p, &whole, &size), 0);
	assert_int_equal(stream_pool_used(s.pool), BLOCKS / 16);
	assert_int_equal(datagram_push(s.datagrams, n, &q, &whole, &size), DATAGRAM_WHOLE);
	assert_int_equal(stream_pool_used(s.pool), BLOCKS / 16 - 1);
	end(&s);
}

/* --- three chunks in each arrangement --- */

enum { CELLS = 5, CELL = 8, HEADER = 24, WHOLE = HEADER + CELLS * CELL };

/* Cells FROM up to TO of a datagram, with other bytes in those of the bits OTHER. */
struct chunk {
	size_t from, to;
	unsigned other;
};

/* What is told of a datagram, and the stream that its segments are: first copies, by offset. */
struct told {
	bool ambiguous;
	uint8_t value[WHOLE];
	bool have[WHOLE];
};

static void
read_segment(struct told *t, const uint8_t *bytes, size_t size)
{
	size_t at = bytes[7] - 100u, n = size - 20;

	assert_true(size > 20 && at + n <= WHOLE && bytes[12] >> 4 == 5);
	for (size_t i = 0; i < n; i++) {
		t->ambiguous |= t->have[at + i] && t->value[at + i] != bytes[20 + i];
		if (!t->have[at + i])
			t->value[at + i] = bytes[20 + i];
		t->have[at + i] = true;
	}
}

/* Bytes FROM up to TO of the datagram behind START bytes of other headers: a TCP header whose
 * sequence number is 100, and letters. */
static void
push_bytes(struct setup *s, struct told *t, size_t start, size_t from, size_t to, unsigned other)
{
	uint8_t bytes[WHOLE] = { [7] = 100, [12] = 5 << 4, [13] = 16 };
	struct piece p = cut(bytes, from, to, WHOLE);
	const uint8_t *whole = NULL;
	size_t size = 0;
	unsigned events;

	for (size_t i = 20; i < WHOLE; i++)
		bytes[i] = (uint8_t)('A' + i);
	for (size_t i = HEADER; i < WHOLE; i++)
		bytes[i] = (uint8_t)(bytes[i] ^ (other >> (i - HEADER) / CELL & 1));
	p.at = (uint16_t)(from + start);
	events = datagram_push(s->datagrams, 0, &p, &whole, &size);
	assert_int_equal(events & DATAGRAM_SPENT, 0);
	t->ambiguous |= (events & DATAGRAM_AMBIGUOUS) != 0;
	if (events & DATAGRAM_WHOLE)
		read_segment(t, whole, size);
}

static void
push_chunk(struct setup *s, struct told *t, size_t start, const struct chunk *c)
{
	push_bytes(s, t, start, HEADER + c->from * CELL, HEADER + c->to * CELL, c->other);
}

/* Do two of them hold a cell in which they differ? */
static bool
differ(const struct chunk *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			for (size_t cell = 0; cell < CELLS; cell++)
				if (cell >= c[i].from && cell < c[i].to && cell >= c[k].from &&
				    cell < c[k].to && ((c[i].other ^ c[k].other) >> cell & 1))
					return true;
	return false;
}

/* Chunks as they come, the header before or behind them, and then what they lack. */
static void
arrange(struct setup *s, const struct chunk *c, size_t n, size_t start, bool last)
{
	struct told t = { .ambiguous = false };
	unsigned there = 0;
	bool incomplete;

	if (!last)
		push_bytes(s, &t, start, 0, HEADER, 0);
	for (size_t i = 0; i < n; i++) {
		push_chunk(s, &t, start, &c[i]);
		for (size_t cell = c[i].from; cell < c[i].to; cell++)
			there |= 1u << cell;
	}
	for (size_t cell = 0; cell < CELLS; cell++)
		if (!(there >> cell & 1))
			push_chunk(s, &t, start, &(struct chunk){ cell, cell + 1, 0 });
	if (last)
		push_bytes(s, &t, start, 0, HEADER, 0);
	incomplete = datagram_drop(s->datagrams, 0);
	if (t.ambiguous != differ(c, n) || incomplete)
		for (size_t i = 0; i < n; i++)
			print_error("%zu-%zu %#x\n", c[i].from, c[i].to, c[i].other);
	assert_int_equal(t.ambiguous, differ(c, n));
	assert_false(incomplete);
	for (size_t i = 4; i < WHOLE - 20; i++) { /* first copies, all of them */
		unsigned other = 0;

		for (size_t k = n; k-- > 0;)
			if (i - 4 >= c[k].from * CELL && i - 4 < c[k].to * CELL)
				other = c[k].other >> (i - 4) / CELL & 1;
		assert_true(t.have[i]);
		assert_int_equal(t.value[i], (uint8_t)('A' + 20 + i) ^ other);
	}
}

/* All triples of intervals, and with them each order of arrival; each with the bytes of the others,
 * with others everywhere, in the first, in the last cell. */
static void
test_three_chunks(void **state)
{
	enum { INTERVALS = CELLS * (CELLS + 1) / 2, KINDS = 4, ALL = INTERVALS * KINDS };
	struct setup s = start(BLOCKS);
	struct chunk all[ALL];
	size_t n = 0;

	(void)state;
	for (size_t from = 0; from < CELLS; from++)
		for (size_t to = from + 1; to <= CELLS; to++) {
			all[n++] = (struct chunk){ from, to, 0 };
			all[n++] = (struct chunk){ from, to, ~0u };
			all[n++] = (struct chunk){ from, to, 1u << from };
			all[n++] = (struct chunk){ from, to, 1u << (to - 1) };
		}
	assert_int_equal(n, ALL);
	for (size_t i = 0; i < n * n * n; i++) {
		const struct chunk c[3] = { all[i / n / n], all[i / n % n], all[i % n] };

		for (size_t start = 0; start <= 8; start += 8) {
			arrange(&s, c, 3, start, false);
			arrange(&s, c, 3, start, true);
		}
	}
	end(&s);
}

/* Entries of the fragment table that go take their bytes with them. */
static void
test_table(void **state)
{
	enum { N = FRAGMENT_SETS * FRAGMENT_WAYS };
	struct stream_pool *pool = stream_pool_new(UINT64_C(1) << 20);
	struct fragment_table t = { .entry = calloc(N, sizeof *t.entry),
		.datagrams = datagrams_new(pool, N) };
	struct packet packet = { .is4 = true, .proto = 6, .fragment = FRAGMENT_LATER };
	struct fragment other;
	uint8_t bytes[8] = { 0 };
	struct piece piece = cut(bytes, 0, 8, 16);
	const uint8_t *whole;
	size_t size;

	(void)state;
	assert_non_null(t.entry);
	assert_non_null(t.datagrams);
	hash_key_init(&t.key, 1);
	for (unsigned round = 0; round < 3; round++) {
		struct fragment *e = fragment_of(&t, &packet, 5, &other);

		assert_false(other.used && round < 2);
		assert_int_equal(
		    datagram_push(t.datagrams, fragment_number(&t, e), &piece, &whole, &size), 0);
		assert_int_equal(stream_pool_used(pool), 1);
		if (round == 0) { /* too old */
			while (!fragment_expire(&t, 6 + FRAGMENT_AGE, false, &other))
				assert_true(t.hand < N);
		} else if (round == 1) { /* too old, and its number comes again */
			e = fragment_of(&t, &packet, 6 + FRAGMENT_AGE, &other);
			assert_true(other.used);
			e->last = 5;
		} else { /* the end */
			assert_true(fragment_expire(&t, 6, true, &other));
		}
		assert_int_equal(stream_pool_used(pool), 0);
	}
	/* others take its place */
	for (packet.fragment_id = 0; packet.fragment_id < 4 * N; packet.fragment_id++) {
		const struct fragment *e = fragment_of(&t, &packet, 5, &other);

		if (packet.fragment_id < 20)
			(void)datagram_push(
			    t.datagrams, fragment_number(&t, e), &piece, &whole, &size);
		if (packet.fragment_id == 20)
			assert_int_equal(stream_pool_used(pool), 20);
	}
	assert_int_equal(stream_pool_used(pool), 0);
	free(t.entry);
	datagrams_free(t.datagrams);
	stream_pool_free(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_zeros),
		cmocka_unit_test(test_three_chunks),
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_table),
	};

	return UNIT_RUN(tests);
}
