/* fuzz_mime.c - any bytes as a message: what is said of it is the same whatever the pieces in which
 * it comes, its words are words of a mail, and the part to name has one of them.
 *
 * The first byte chooses, from its lowest bit on: the rules; how large the pieces are, 1 to 16
 * bytes (four bits); whether the transaction is SMTPUTF8, and messages are small; and two bits: 1,
 * the message is written shorter than it is: a byte 1 and a number mean that the byte behind them
 * comes 32 times as often; 3, bytes are missing in the middle. The rest is the message.
 */
#include "fuzz.h"
#include "../unit/mime_feed.h"

enum { PARTS = 2 * MIME_PARTS, LONGEST = MIME_FIELD + 2048, SMALL = 600 };

/* A message, and how it is read. LOST: bytes are missing behind the first that many. */
struct mail {
	const struct mime_rules *rules;
	const uint8_t *bytes;
	size_t size, lost;
	bool utf8, hole;
};

/* What is said of a message. */
struct said {
	uint64_t words, size;
	struct mime_culprit culprit;
	size_t n;
	struct one {
		struct mime_part part;
		char type[MIME_TYPE + 1], name[FINDING_NAME];
	} one[PARTS];
};

static void
take_part(void *ctx, const struct mime_part *p)
{
	struct said *to = ctx;
	size_t ntype = strlen(p->type);
	struct one *o = &to->one[to->n];

	CHECK(to->n++ < PARTS && ntype <= MIME_TYPE && p->nname <= FINDING_NAME);
	o->part = *p;
	memcpy(o->type, p->type, ntype + 1);
	memcpy(o->name, p->name, p->nname);
}

/* Bytes in pieces of at most CUT; 0: whole, and without what nobody reads, as smtp does it. */
static void
push(struct mime *m, struct lines *l, const uint8_t *bytes, size_t size, size_t cut)
{
	struct line_piece piece;

	for (size_t n, left; size > 0; size -= n) {
		n = left = cut && cut < size ? cut : size;
		do {
			size_t dull = cut ? 0 : mime_skip(m, l, bytes, left);

			bytes += dull;
			left -= dull;
			if (!lines_next(l, &bytes, &left, &piece))
				break;
			mime_line(m, &piece);
		} while (true);
	}
}

/* Reads a message into memory that holds FILL, as mime_begin() sets what it needs. */
static void
judge(struct said *to, const struct mail *mail, size_t cut, int fill)
{
	static struct mime m;
	struct lines l = { .cr = false };
	struct line_piece piece;
	size_t first = mail->hole ? mail->lost : mail->size;

	memset(&m, fill, sizeof m);
	to->n = 0;
	mime_begin(&m, mail->rules, take_part, to);
	if (mail->utf8)
		mime_utf8(&m);
	push(&m, &l, mail->bytes, first, cut);
	if (mail->hole) {
		mime_lost(&m);
		l = (struct lines){ .cr = false };
		push(&m, &l, mail->bytes + first, mail->size - first, cut);
	}
	if (lines_end(&l, &piece))
		mime_line(&m, &piece);
	mime_end(&m);
	to->words = mime_words(&m);
	to->size = mime_size(&m);
	to->culprit = *mime_culprit(&m);
}

static void
check_said(const struct said *s, const struct mail *mail)
{
	const struct mime_culprit *c = &s->culprit;

	CHECK((s->words & ~what_all) == 0);
	CHECK((s->words == 0) == (c->words == 0) || mail->hole);
	CHECK((c->words & ~s->words) == 0);
	CHECK(s->size == mail->size || mail->hole);
	CHECK(c->ntype <= sizeof c->type && c->nname <= sizeof c->name);
	CHECK(!mail->hole || (s->words & WHAT_LOST));
}

static void
check_same(const struct said *a, const struct said *b)
{
	const struct mime_culprit *c = &a->culprit, *d = &b->culprit;

	CHECK(a->words == b->words && a->size == b->size && a->n == b->n);
	CHECK(c->words == d->words);
	if (c->words) {
		CHECK(c->part == d->part && c->ntype == d->ntype && c->nname == d->nname);
		CHECK(memcmp(c->type, d->type, c->ntype) == 0);
		CHECK(memcmp(c->name, d->name, c->nname) == 0);
	}
	for (size_t i = 0; i < a->n; i++) {
		const struct one *o = &a->one[i], *p = &b->one[i];

		CHECK(o->part.depth == p->part.depth && o->part.number == p->part.number);
		CHECK(o->part.size == p->part.size && o->part.read == p->part.read);
		CHECK(strcmp(o->part.encoding, p->part.encoding) == 0);
		CHECK(strcmp(o->type, p->type) == 0 && o->part.nname == p->part.nname);
		CHECK(memcmp(o->name, p->name, o->part.nname) == 0);
	}
}

/* Writes out a message that is written shorter, up to the room there is. */
static void
write_out(struct mail *mail)
{
	static uint8_t room[LONGEST];
	const uint8_t *from = mail->bytes, *end = from + mail->size;
	size_t n = 0;

	for (; from < end && n < sizeof room; from++) {
		size_t times = 1;

		if (*from == 1 && end - from > 2) {
			times = from[1] * (size_t)32;
			from += 2;
		}
		if (times > sizeof room - n)
			times = sizeof room - n;
		memset(room + n, *from, times);
		n += times;
	}
	mail->bytes = memmove(room + sizeof room - n, room, n);
	mail->size = n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct said whole, parts;
	struct mime_rules rules;
	struct mail mail;
	size_t cut;

	if (size < 1)
		return 0;
	cut = 1 + (data[0] >> 1) % 16;
	rules = data[0] & 1 ? rules_mixed : rules_text;
	if (data[0] & 0x20)
		rules.max_size = SMALL;
	mail = (struct mail){ .rules = &rules,
		.bytes = data + 1,
		.size = size - 1,
		.utf8 = data[0] & 0x20,
		.hole = data[0] >> 6 == 3 };
	if (data[0] >> 6 == 1)
		write_out(&mail);
	mail.lost = mail.size * cut / 17;
	judge(&whole, &mail, 0, 0xa5);
	check_said(&whole, &mail);
	judge(&parts, &mail, cut, 0x5a);
	check_said(&parts, &mail);
	check_same(&whole, &parts);
	return 0;
}
