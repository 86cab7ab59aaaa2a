/* addr.h - network addresses, prefixes and MAC addresses, and their texts.
 *
 * Knows: the text forms of RFC 4291, RFC 5952 and dotted quads. Owns nothing. Called from
 * everywhere. Never resolves a name. IPv4 addresses are held as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2),
 * all in network byte order, so that one type serves both families; whether a packet was IPv4 is
 * said beside it where a v4-mapped address could have come in by IPv6.
 */
#ifndef SEGAUDIT_ADDR_H
#define SEGAUDIT_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct addr {
	union {
		uint8_t b[16]; /* network byte order */
		uint32_t w[4];
		uint64_t d[2];
	};
};

struct prefix {
	struct addr addr; /* host bits zero */
	uint8_t len;	  /* 0..128; an IPv4 /n is 96 + n */
	bool is4;
};

struct mac {
	uint8_t b[6];
};

enum {
	ADDR_TEXT = 46, /* bytes that addr_text() needs at most, its NUL included */
	PREFIX_TEXT = 50,
	MAC_TEXT = 18,
};

/* The address a.b.c.d given as four bytes in network byte order. */
static inline struct addr
addr_from4(const uint8_t *b)
{
	struct addr a = { .b = { [10] = 0xff, [11] = 0xff } };

	memcpy(a.b + 12, b, 4);
	return a;
}

static inline struct addr
addr_from6(const uint8_t *b)
{
	struct addr a;

	memcpy(a.b, b, 16);
	return a;
}

/* Does the address have the form that stands for IPv4? */
static inline bool
addr_is4(const struct addr *a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(a->b, mapped, sizeof mapped) == 0;
}

static inline bool
addr_equal(const struct addr *a, const struct addr *b)
{
	return a->d[0] == b->d[0] && a->d[1] == b->d[1];
}

/* Parses an IPv4 or IPv6 address (no zone index, no prefix length). False, and *A untouched, when
 * it is neither. */
bool addr_parse(const char *text, struct addr *a);

/* Writes the address: dotted quad when it stands for IPv4, else RFC 5952. Returns TO. */
const char *addr_text(char to[ADDR_TEXT], const struct addr *a);

/* Why a text is no prefix. */
enum prefix_error {
	PREFIX_OK,
	PREFIX_BAD_ADDRESS, /* no IPv4 or IPv6 address before the slash */
	PREFIX_BAD_LENGTH,  /* not a number from 0 to 32, or to 128 for IPv6 */
	PREFIX_HOST_BITS,   /* bits are set behind the length: *P is the prefix that was meant */
};

/* Parses ADDRESS or ADDRESS/LENGTH; without a length it is one host. *P is set for PREFIX_OK and
 * PREFIX_HOST_BITS. */
enum prefix_error prefix_parse(const char *text, struct prefix *p);

/* Writes the prefix as ADDRESS/LENGTH, a single host without its length. Returns TO. */
const char *prefix_text(char to[PREFIX_TEXT], const struct prefix *p);

/* Is the address inside the prefix? An IPv4 address is in no IPv6 prefix, not even ::/0. */
bool prefix_has(const struct prefix *p, const struct addr *a);

/* Parses six hexadecimal pairs with colons. False when it is anything else. */
bool mac_parse(const char *text, struct mac *m);

/* Writes 02:00:00:00:05:0a. Returns TO. */
const char *mac_text(char to[MAC_TEXT], const struct mac *m);

static inline bool
mac_equal(const struct mac *a, const struct mac *b)
{
	return memcmp(a->b, b->b, 6) == 0;
}

#endif
