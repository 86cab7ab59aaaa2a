/* fuzz_smtp.c - any bytes as a mail connection: what is said of it does not depend on the segments
 * in which it came, and each message has one verdict.
 *
 * The input is records: a byte that says what it is (0 client, 1 server, 2 and 3 bytes missing
 * there, 4 a note, 5 new rules, 6 one byte of the client again and again, 7 a note for every
 * message), a length of two bytes, the bytes. The first byte says, too, whether the connection is
 * midstream (8), and in its four highest bits what is compared with whole records: pieces of so
 * many bytes, or of any size (0).
 */
#include "fuzz.h"
#include "segments.h"
#include "worker/smtp.h"

enum { SAID = 4096, LINES = 64 };

/* What was said of a connection. */
struct said {
	size_t n;
	uint32_t last; /* number of the message that had its verdict last */
	struct one {
		uint64_t words, size;
		struct mime_culprit culprit;
		uint32_t message;
	} one[SAID];
};

#define WHAT(bit, name, word, id) | ((id) == 3102 ? WHAT_##name : 0)
static const uint64_t ambiguous = 0
#include "model/what.def"
    ;
#undef WHAT

static void
say(void *ctx, const struct smtp_verdict *v)
{
	struct said *to = ctx;
	struct one *o = &to->one[to->n];

	if (to->n == SAID)
		return;
	to->n++;
	memset(o, 0, sizeof *o);
	o->words = v->words;
	o->size = v->size;
	o->message = v->message;
	CHECK(!(v->words & ~what_all));
	CHECK(!(v->words & ambiguous) || (v->words & WHAT_AMBIGUOUS));
	if (v->message) {
		CHECK(v->message == to->last + 1);
		to->last = v->message;
	} else {
		CHECK(v->words && !v->culprit);
	}
	if (v->culprit) {
		CHECK(v->culprit->words && !(v->culprit->words & ~v->words));
		CHECK(v->culprit->ntype <= sizeof v->culprit->type);
		CHECK(v->culprit->nname <= sizeof v->culprit->name);
		o->culprit.words = v->culprit->words;
		o->culprit.part = v->culprit->part;
		memcpy(o->culprit.type, v->culprit->type, v->culprit->ntype);
		memcpy(o->culprit.name, v->culprit->name, v->culprit->nname);
	}
}

static void
push(void *ctx, bool client, const uint8_t *bytes, size_t size)
{
	smtp_push(ctx, client, bytes, size);
}

static void
run(const uint8_t *data, size_t size, int each, struct said *to)
{
	static const struct mime_rules rules[2] = {
		{ .allow = "text/plain\0", .charsets = 7, .depth = 20, .max_size = 2000 },
		{ .allow = "text/plain\0multipart/mixed\0",
		    .charsets = 127,
		    .depth = 2,
		    .max_size = 1 << 20,
		    .images = true },
	};
	static struct smtp s;
	struct segments to_smtp = {
		.push = push, .ctx = &s, .each = each, .seed = (unsigned)size, .repeats = REPEATED
	};
	struct wire input = wire_of(data, size);
	unsigned which = 0;
	uint8_t kind;
	size_t n;

	to->n = to->last = 0;
	smtp_begin(&s, &rules[which], size > 0 && (data[0] & 8), say, to);
	while (segments_record(&input, &kind, &n)) {
		kind &= 7;
		if (kind <= 1) {
			segments_take(&to_smtp, kind == 0, &input, n);
		} else if (kind <= 3) {
			smtp_lost(&s, kind == 2, n + 1);
		} else if (kind == 4) {
			smtp_note(&s, n & 1 ? WHAT_OVERLAP : WHAT_TRUNCATED);
		} else if (kind == 5) {
			which = !which;
			smtp_rules(&s, &rules[which]);
		} else if (kind == 7) {
			smtp_all(&s, WHAT_NOT_INSPECTED);
		} else if (kind == 6 && wire_left(&input) > 0) {
			uint8_t byte = wire_u8(&input);

			segments_repeat(
			    &to_smtp, true, byte, n % (byte == '\n' ? LINES : REPEATED));
		}
	}
	smtp_end(&s);
	smtp_push(&s, true, (const uint8_t *)"QUIT\r\n", 6);
	smtp_end(&s);
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
