/* fuzz_rdp.c - any bytes as an RDP connection: what is said of it does not depend on the segments
 * in which it came, and nothing is said twice.
 *
 * The input is records: a byte that says what it is (0 client, 1 server, 2 and 3 bytes missing
 * there), a length of two bytes, the bytes. In the four highest bits of the first byte is what is
 * compared with whole records: pieces of so many bytes, or of any size (0).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/rdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(holds) ((holds) ? (void)0 : broken(__LINE__, #holds))

enum { SAID = 64, PIECE = 40 };

/* How records are cut, beside pieces of some bytes each. */
enum { WHOLE = -1, ANY = 0 };

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

static void __attribute__((noreturn)) broken(int line, const char *what)
{
	fprintf(stderr, "fuzz_rdp.c:%d: does not hold: %s\n", line, what);
	abort();
}

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

/* Bytes whole, or in pieces: of EACH bytes, or of any size, by SEED. A piece lies at the end of its
 * room, so that a sanitizer sees a read behind it. */
static void
push(struct rdp *r, bool client, const uint8_t *bytes, size_t size, int each, unsigned *seed)
{
	static uint8_t room[PIECE];

	if (each == WHOLE) {
		rdp_push(r, client, bytes, size);
		return;
	}
	for (size_t n; size > 0; bytes += n, size -= n) {
		n = (size_t)each;
		if (each == ANY) {
			*seed = *seed * 1103515245 + 12345;
			n = 1 + (*seed >> 16) % sizeof room;
		}
		if (n > size)
			n = size;
		memcpy(room + sizeof room - n, bytes, n);
		rdp_push(r, client, room + sizeof room - n, n);
	}
}

static void
run(const uint8_t *data, size_t size, int each, unsigned seed, struct said *to)
{
	static struct rdp r;

	memset(to, 0, sizeof *to);
	rdp_begin(&r, say, to);
	while (size >= 3) {
		unsigned kind = data[0] & 3;
		size_t n = (size_t)data[1] | (size_t)data[2] << 8;

		data += 3;
		size -= 3;
		if (kind >= 2) {
			rdp_lost(&r, kind == 2, n + 1);
			continue;
		}
		if (n > size)
			n = size;
		push(&r, kind == 0, data, n, each, &seed);
		data += n;
		size -= n;
	}
	rdp_end(&r);
	rdp_push(&r, true, (const uint8_t *)"\x03", 1);
	rdp_end(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct said whole, other;

	run(data, size, WHOLE, 0, &whole);
	run(data, size, size > 0 ? data[0] >> 4 : ANY, (unsigned)size, &other);
	CHECK(other.n == whole.n);
	CHECK(memcmp(other.one, whole.one, whole.n * sizeof whole.one[0]) == 0);
	return 0;
}
