/* craft_build.c - the bytes of a frame in the making, and the arguments of its layers. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "craft.h"

void
fail(const struct craft *c, int col, const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d:%d: ", c->file, c->line, col);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

/* --- bytes, put in front of what is there --- */

uint8_t *
front(struct craft *c, size_t n)
{
	if (n > c->at)
		fail(c, 1, "frame longer than %d bytes", CRAFT_ROOM);
	c->at -= n;
	return memset(c->room + c->at, 0, n);
}

void
put_bytes(struct craft *c, const void *bytes, size_t n)
{
	uint8_t *to = front(c, n);

	if (n > 0)
		memcpy(to, bytes, n);
}

void
be16(uint8_t *to, uint64_t v)
{
	to[0] = (uint8_t)(v >> 8);
	to[1] = (uint8_t)v;
}

void
be32(uint8_t *to, uint64_t v)
{
	be16(to, v >> 16);
	be16(to + 2, v);
}

uint32_t
sum(uint32_t s, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		s += (uint32_t)p[i] << (i & 1 ? 0 : 8);
		s = (s & 0xffff) + (s >> 16);
	}
	return s;
}

/* --- arguments of a layer --- */

static bool
is_key(const char *text, const char *key, const char **value)
{
	size_t n = strlen(key);

	if (strncmp(text, key, n) != 0 || text[n] != '=')
		return false;
	*value = text + n + 1;
	return true;
}

const char *
value(struct layer *l, const char *key, int *col)
{
	const char *v;

	for (unsigned i = 0; i < l->n; i++) {
		if (l->arg[i].text[0] != '"' && is_key(l->arg[i].text, key, &v)) {
			l->arg[i].used = true;
			*col = l->arg[i].col + (int)strlen(key) + 1;
			return v;
		}
	}
	return NULL;
}

uint64_t
number(const struct craft *c, const char *text, int col, uint64_t max)
{
	char *end;

	errno = 0;
	uint64_t v = strtoull(text, &end, 0);
	if (!isdigit((unsigned char)text[0]) || *end || errno)
		fail(c, col, "`%s`: a number is wanted", text);
	if (v > max)
		fail(c, col, "%s: at most %llu", text, (unsigned long long)max);
	return v;
}

uint64_t
num(struct craft *c, struct layer *l, const char *key, uint64_t otherwise, uint64_t max)
{
	int col = l->col;
	const char *v = value(l, key, &col);

	return v ? number(c, v, col, max) : otherwise;
}

size_t
hex(const struct craft *c, const char *text, int col, uint8_t *to, size_t room)
{
	size_t n = strlen(text);

	if (n % 2 || n / 2 > room || text[strspn(text, "0123456789abcdefABCDEF")])
		fail(c, col, "`%s`: up to %zu pairs of hexadecimal digits are wanted", text, room);
	for (size_t i = 0; i < n; i += 2) {
		char pair[3] = { text[i], text[i + 1], 0 };
		to[i / 2] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return n / 2;
}

size_t
hex_of(struct craft *c, struct layer *l, const char *key, uint8_t to[CRAFT_FIELD])
{
	int col;
	const char *v = value(l, key, &col);

	return v ? hex(c, v, col, to, CRAFT_FIELD) : 0;
}

/* The next argument that is no key, or NULL when it may be missing. */
struct arg *
next(const struct craft *c, struct layer *l, bool needed, const char *what)
{
	for (unsigned i = 0; i < l->n; i++) {
		if (!l->arg[i].used && (l->arg[i].text[0] == '"' || !strchr(l->arg[i].text, '='))) {
			l->arg[i].used = true;
			return &l->arg[i];
		}
	}
	if (needed)
		fail(c, l->col, "%s: %s is wanted", l->name, what);
	return NULL;
}

/* Splits A>B, or A.B. */
void
two(const struct craft *c, struct layer *l, char by, const char *what, char first[64],
    char second[64], int *col)
{
	struct arg *a = next(c, l, true, what);
	char *at = strchr(a->text, by);

	if (!at || at - a->text > 63 || strlen(at + 1) > 63)
		fail(c, a->col, "`%s`: %s is wanted", a->text, what);
	(void)snprintf(first, 64, "%.*s", (int)(at - a->text), a->text);
	(void)snprintf(second, 64, "%s", at + 1);
	*col = a->col;
}

void
two_numbers(
    struct craft *c, struct layer *l, char by, const char *what, uint64_t max, uint64_t v[2])
{
	char a[64], b[64];
	int col;

	two(c, l, by, what, a, b, &col);
	v[0] = number(c, a, col, max);
	v[1] = number(c, b, col + (int)strlen(a) + 1, max);
}

void
mac(const struct craft *c, const char *text, int col, uint8_t *to)
{
	int used = 0;
	unsigned v[6];

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5],
		&used) != 6 ||
	    text[used])
		fail(c, col, "`%s`: a MAC address is wanted", text);
	for (int i = 0; i < 6; i++)
		to[i] = (uint8_t)v[i];
}

/* The layers inside ask for the addresses too, for their checksums, so the argument is free again
 * each time. */
void
addresses(const struct craft *c, struct layer *l, int family, uint8_t src[16], uint8_t dst[16])
{
	char a[64], b[64];
	int col;

	for (unsigned i = 0; i < l->n; i++)
		if (strchr(l->arg[i].text, '>'))
			l->arg[i].used = false;
	two(c, l, '>', "ADDRESS>ADDRESS", a, b, &col);
	if (inet_pton(family, a, src) != 1)
		fail(c, col, "`%s`: an IPv%d address is wanted", a, family == AF_INET ? 4 : 6);
	if (inet_pton(family, b, dst) != 1)
		fail(c, col + (int)strlen(a) + 1, "`%s`: an IPv%d address is wanted", b,
		    family == AF_INET ? 4 : 6);
}

/* --- what stands around and behind --- */

const struct kind *
inner(const struct craft *c, unsigned i)
{
	return i + 1 < c->n ? c->layer[i + 1].kind : NULL;
}

bool
inner_is(const struct craft *c, unsigned i, const char *name)
{
	return inner(c, i) && strcmp(inner(c, i)->name, name) == 0;
}

size_t
size(const struct craft *c)
{
	return CRAFT_ROOM - c->at;
}

/* The ethertype of the next layer, the 802.3 length for LLC, a local experimental one for bare
 * bytes. */
uint64_t
type_of(struct craft *c, unsigned i, const char *key)
{
	uint64_t v = 0x88b5;

	if (inner_is(c, i, "llc") || inner_is(c, i, "snap"))
		v = size(c);
	else if (inner_is(c, i, "vlan"))
		v = num(c, &c->layer[i + 1], "tpid", 0x8100, 0xffff);
	else if (inner(c, i) && inner(c, i)->type != CRAFT_NONE)
		v = (uint64_t)inner(c, i)->type;
	return num(c, &c->layer[i], key, v, 0xffff);
}

uint64_t
proto_of(struct craft *c, unsigned i)
{
	uint64_t v = i + 1 == c->n ? 59 : 253; /* no next header; experiments (RFC 3692) */

	if (inner(c, i) && inner(c, i)->proto != CRAFT_NONE)
		v = (uint64_t)inner(c, i)->proto;
	return num(c, &c->layer[i], "proto", v, 255);
}

/* The sum of the pseudo-header that layer I has from the IP layer around it. */
uint32_t
pseudo(struct craft *c, unsigned i, uint8_t proto)
{
	uint8_t src[16], dst[16], tail[4] = { 0, proto };
	size_t n = 0;

	for (unsigned k = i; k-- > 0;) {
		struct layer *l = &c->layer[k];
		if (strcmp(l->name, "ip4") == 0)
			n = 4;
		else if (strcmp(l->name, "ip6") == 0)
			n = 16;
		else
			continue;
		addresses(c, l, n == 4 ? AF_INET : AF_INET6, src, dst);
		break;
	}
	be16(tail + 2, size(c) & 0xffff);
	uint32_t s = sum((uint32_t)(size(c) >> 16), src, n);
	return sum(sum(s, dst, n), tail, 4);
}

/* Sets the checksum at TO over all that is there, which begins with the sum S. */
void
checksum(struct craft *c, struct layer *l, size_t at, uint32_t s, bool zero_is_none)
{
	uint64_t v = ~sum(s, c->room + c->at, size(c)) & 0xffff;

	if (v == 0 && zero_is_none)
		v = 0xffff;
	be16(c->room + c->at + at, num(c, l, "csum", v, 0xffff));
}

/* OFFSET or OFFSET+, in bytes, to the field of both IP versions without its flags: OFFSET / 8, and
 * whether more follow. */
uint16_t
offset(const struct craft *c, const char *text, int col, bool *more)
{
	char digits[24];
	size_t n = strlen(text);

	*more = n > 0 && text[n - 1] == '+';
	(void)snprintf(digits, sizeof digits, "%.*s", (int)(n - *more), text);
	uint64_t v = number(c, digits, col, 65528);
	if (v % 8)
		fail(c, col, "%s: offsets are multiples of 8", text);
	return (uint16_t)(v / 8);
}
