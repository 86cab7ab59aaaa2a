/* fuzz_rfb.c - any bytes as an RFB session: what is said of it does not depend on the segments in
 * which it came, and no word is said twice.
 *
 * The input is records: a byte that says what it is (0 of who connected, 1 of who took the
 * connection, 2 and 3 bytes missing there, 4 and 5 the same byte again and again), a length of two
 * bytes, the bytes. The first byte says, too, whether the session is open already (8), and in its
 * four highest bits what is compared with whole records: pieces of so many bytes, or of any size
 * (0).
 */
#include "fuzz.h"
#include "segments.h"
#include "worker/rfb.h"

enum { SAID = 16, REPEATS = 4096 };

/* What was said of a session. */
struct said {
	size_t n;
	uint64_t words[3];
	struct one {
		uint64_t words;
		uint16_t id;
		uint8_t nname;
		char name[FINDING_NAME];
	} one[SAID];
};

static void
say(void *ctx, const struct screen_verdict *v)
{
	static const uint64_t may[3] = { WHAT_UNKNOWN_PROTOCOL | WHAT_REVERSE,
		WHAT_CLIPBOARD | WHAT_FILE_TRANSFER | WHAT_CHAT | WHAT_CHANNEL,
		WHAT_ENCRYPTED | WHAT_UNKNOWN_PROTOCOL | WHAT_MALFORMED | WHAT_LOST |
		    WHAT_ONE_SIDED };
	struct said *to = ctx;
	struct one *o = &to->one[to->n];

	CHECK(v->id >= 3201 && v->id <= 3203);
	CHECK(v->words && !(v->words & ~may[v->id - 3201]));
	CHECK(!(v->words & to->words[v->id - 3201]));
	CHECK(v->nname <= FINDING_NAME);
	to->words[v->id - 3201] |= v->words;
	CHECK(to->n < SAID);
	to->n++;
	memset(o, 0, sizeof *o);
	o->words = v->words;
	o->id = v->id;
	o->nname = v->nname;
	memcpy(o->name, v->name, v->nname);
}

static void
push(void *ctx, bool client, const uint8_t *bytes, size_t size)
{
	rfb_push(ctx, client, bytes, size);
}

/* Version 3.8, no security, a screen of 64 x 48. */
static void
open_session(struct rfb *r)
{
	static const uint8_t version[] = "RFB 003.008\n", types[] = { 1, 1 }, ok[4], one[] = { 1 },
			     screen[24] = { 0, 64, 0, 48, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16,
				     8 };

	rfb_push(r, false, version, 12);
	rfb_push(r, true, version, 12);
	rfb_push(r, false, types, sizeof types);
	rfb_push(r, true, one, sizeof one);
	rfb_push(r, false, ok, sizeof ok);
	rfb_push(r, true, one, sizeof one);
	rfb_push(r, false, screen, sizeof screen);
}

static void
run(const uint8_t *data, size_t size, int each, struct said *to)
{
	static struct rfb r;
	struct segments to_rfb = {
		.push = push, .ctx = &r, .each = each, .seed = (unsigned)size, .repeats = REPEATS
	};
	struct wire input = wire_of(data, size);
	uint8_t kind;
	size_t n;

	memset(to, 0, sizeof *to);
	rfb_begin(&r, say, to);
	if (size > 0 && (data[0] & 8))
		open_session(&r);
	while (segments_record(&input, &kind, &n)) {
		kind &= 7;
		if (kind <= 1)
			segments_take(&to_rfb, kind == 0, &input, n);
		else if (kind <= 3)
			rfb_lost(&r, kind == 2, n + 1);
		else if (kind <= 5 && wire_left(&input) > 0)
			segments_repeat(&to_rfb, kind == 4, wire_u8(&input), n);
	}
	rfb_end(&r);
	rfb_push(&r, true, (const uint8_t *)"\6\0\0\0\0\0\0\1x", 9);
	rfb_lost(&r, false, 1);
	rfb_end(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct said whole, other;

	run(data, size, WHOLE, &whole);
	run(data, size, size > 0 ? data[0] >> 4 : ANY, &other);
	CHECK(other.n == whole.n);
	CHECK(memcmp(other.one, whole.one, whole.n * sizeof whole.one[0]) == 0);
	return 0;
}
