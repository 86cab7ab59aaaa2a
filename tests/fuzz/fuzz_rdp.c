/* fuzz_rdp.c - any bytes as an RDP connection: what is said of it does not depend on the segments
 * in which it came, and nothing is said twice.
 *
 * The input is records: a byte that says what it is (0 client, 1 server, 2 and 3 bytes missing
 * there), a length of two bytes, the bytes. In the four highest bits of the first byte is what is
 * compared with whole records: pieces of so many bytes, or of any size (0).
 */
#include "fuzz.h"
#include "segments.h"
#include "worker/rdp.h"

enum { SAID = 64 };

/* What was said of a connection. */
struct said {
	size_t n;
	uint64_t words[3];
	struct one {
		uint16_t id;
		uint64_t words;
		uint8_t nname;
		char name[FINDING_NAME];
	} one[SAID];
};

static void
say(void *ctx, const struct screen_verdict *v)
{
	struct said *to = ctx;
	struct one *o = &to->one[to->n++];

	CHECK(to->n < SAID);
	CHECK(v->id >= 3201 && v->id <= 3203);
	CHECK(v->words != 0 && !(v->words & to->words[v->id - 3201]));
	CHECK(v->nname <= FINDING_NAME && (v->nname > 0) == (v->name != NULL));
	to->words[v->id - 3201] |= v->words;
	memset(o, 0, sizeof *o);
	o->id = v->id;
	o->words = v->words;
	o->nname = v->nname;
	memcpy(o->name, v->name ? v->name : "", v->nname);
}

static void
push(void *ctx, bool client, const uint8_t *bytes, size_t size)
{
	rdp_push(ctx, client, bytes, size);
}

static void
run(const uint8_t *data, size_t size, int each, struct said *to)
{
	static struct rdp r;
	struct segments to_rdp = { .push = push, .ctx = &r, .each = each, .seed = (unsigned)size };
	struct wire input = wire_of(data, size);
	uint8_t kind;
	size_t n;

	memset(to, 0, sizeof *to);
	rdp_begin(&r, say, to);
	while (segments_record(&input, &kind, &n)) {
		kind &= 3;
		if (kind <= 1)
			segments_take(&to_rdp, kind == 0, &input, n);
		else
			rdp_lost(&r, kind == 2, n + 1);
	}
	rdp_end(&r);
	rdp_push(&r, true, (const uint8_t *)"\x03", 1);
	rdp_end(&r);
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
