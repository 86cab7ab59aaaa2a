/* craft.h - what the files of the test tool craft share: one frame in the making, and the helpers
 * of its layers.
 *
 * Knows: the arguments of a layer, and the bytes written so far. Owns one frame at a time. Included
 * by craft*.c only.
 */
#ifndef SEGAUDIT_CRAFT_H
#define SEGAUDIT_CRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CRAFT_LAYERS = 48,
	CRAFT_ARGS = 40,
	CRAFT_ROOM = 600000,
	CRAFT_FIELD = 2048,
	CRAFT_NONE = -1
};

struct craft;

struct arg {
	char *text;
	int col;
	bool used;
};

/* How a layer is written, and by which numbers the layer around it names it; CRAFT_NONE when there
 * is none. */
struct kind {
	const char *name;
	void (*put)(struct craft *c, unsigned i);
	int type, proto;
};

struct layer {
	const char *name;
	int col;
	const struct kind *kind;
	unsigned n;
	struct arg arg[CRAFT_ARGS];
};

/* Bytes grow from the end of `room` to its start: the inside is there before the header around it.
 */
struct craft {
	const char *file;
	int line;
	unsigned n;
	struct layer layer[CRAFT_LAYERS];
	size_t at;
	uint8_t room[CRAFT_ROOM];
	int64_t base, time; /* ns since 1970: what offsets count from; of this frame */
	uint64_t cut, wire; /* UINT64_MAX: not given */
};

/* The table of layers: a row by its name, or NULL. */
const struct kind *craft_kind(const char *name);

/* Says FILE:LINE:COL: and a message, and ends with status 1. */
void fail(const struct craft *c, int col, const char *format, ...)
    __attribute__((noreturn, format(printf, 3, 4)));

/* N bytes of zero in front of what is there; the same with bytes of its own; how much is there. */
uint8_t *front(struct craft *c, size_t n);
void put_bytes(struct craft *c, const void *bytes, size_t n);
size_t size(const struct craft *c);

void be16(uint8_t *to, uint64_t v);
void be32(uint8_t *to, uint64_t v);

/* RFC 1071: adds N bytes to the sum S. */
uint32_t sum(uint32_t s, const uint8_t *p, size_t n);

/* The value of key=value, or NULL. *COL is its column. */
const char *value(struct layer *l, const char *key, int *col);

/* A number, from text or from a key. */
uint64_t number(const struct craft *c, const char *text, int col, uint64_t max);
uint64_t num(struct craft *c, struct layer *l, const char *key, uint64_t otherwise, uint64_t max);

/* Pairs of digits to bytes; returns how many. From a key: 0 when it is not given. */
size_t hex(const struct craft *c, const char *text, int col, uint8_t *to, size_t room);
size_t hex_of(struct craft *c, struct layer *l, const char *key, uint8_t to[CRAFT_FIELD]);

/* The next argument without a key; NULL when there is none and it is not NEEDED. */
struct arg *next(const struct craft *c, struct layer *l, bool needed, const char *what);

/* The next argument, split in two at BY (`>` or `.`): texts, numbers, addresses of FAMILY. */
void two(const struct craft *c, struct layer *l, char by, const char *what, char first[64],
    char second[64], int *col);
void two_numbers(
    struct craft *c, struct layer *l, char by, const char *what, uint64_t max, uint64_t v[2]);
void
addresses(const struct craft *c, struct layer *l, int family, uint8_t src[16], uint8_t dst[16]);
void mac(const struct craft *c, const char *text, int col, uint8_t *to);

/* OFFSET or OFFSET+, in bytes: the field of both IP versions without flags, in units of 8, and
 * whether more follow. */
uint16_t offset(const struct craft *c, const char *text, int col, bool *more);

/* The layer inside layer I; the numbers by which layer I names it, when no key says otherwise. */
const struct kind *inner(const struct craft *c, unsigned i);
bool inner_is(const struct craft *c, unsigned i, const char *name);
uint64_t type_of(struct craft *c, unsigned i, const char *key);
uint64_t proto_of(struct craft *c, unsigned i);

/* The sum of the pseudo-header of PROTO from the IP layer around layer I; the checksum at AT over
 * all that is there, beginning with S. */
uint32_t pseudo(struct craft *c, unsigned i, uint8_t proto);
void checksum(struct craft *c, struct layer *l, size_t at, uint32_t s, bool zero_is_none);

#endif
