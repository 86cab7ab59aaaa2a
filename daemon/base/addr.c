/* addr.c - see addr.h. */
#include "base/addr.h"

#include <arpa/inet.h>
#include <stdio.h>

/* Reads a dotted quad as inet_pton() does: four numbers of at most three digits, no needless zeros.
 * Configurations hold many: a quarter of its time. */
static bool
quad_parse(const char *p, uint8_t b[4])
{
	for (unsigned i = 0; i < 4; i++) {
		unsigned n = 0, digits = 0;

		for (; *p >= '0' && *p <= '9' && digits < 4; digits++)
			n = n * 10 + (unsigned)(*p++ - '0');
		if (digits == 0 || n > 255 || (digits > 1 && p[-(int)digits] == '0'))
			return false;
		if (*p++ != (i < 3 ? '.' : '\0'))
			return false;
		b[i] = (uint8_t)n;
	}
	return true;
}

bool
addr_parse(const char *text, struct addr *a)
{
	uint8_t b[16];

	if (quad_parse(text, b)) {
		*a = addr_from4(b);
		return true;
	}
	if (inet_pton(AF_INET6, text, b) == 1) {
		*a = addr_from6(b);
		return true;
	}
	return false;
}

/* The run of zero groups that becomes `::`: the longest, of equals the first, never a single one
 * (RFC 5952, 4.2). */
static int
longest_zeros(const uint16_t group[8], int *length)
{
	int best = -1, most = 1;

	for (int i = 0; i < 8; i++) {
		int n = 0;

		while (i + n < 8 && group[i + n] == 0)
			n++;
		if (n > most) {
			best = i;
			most = n;
		}
		i += n;
	}
	*length = best < 0 ? 0 : most;
	return best;
}

/* Writes a byte as a decimal number and AFTER behind it; returns where to go on. */
static char *
put_byte(char *to, uint8_t byte, char after)
{
	if (byte >= 100)
		*to++ = (char)('0' + byte / 100);
	if (byte >= 10)
		*to++ = (char)('0' + byte / 10 % 10);
	*to++ = (char)('0' + byte % 10);
	*to++ = after;
	return to;
}

/* Not inet_ntop: it writes the old ::a.b.c.d in mixed notation. */
const char *
addr_text(char to[ADDR_TEXT], const struct addr *a)
{
	uint16_t group[8];
	int zeros, length, n = 0;

	if (addr_is4(a)) {
		char *end = put_byte(put_byte(to, a->b[12], '.'), a->b[13], '.');

		end = put_byte(put_byte(end, a->b[14], '.'), a->b[15], '.');
		end[-1] = '\0'; /* at most 15 bytes; lines are full of these: no printf */
		return to;
	}
	for (int i = 0; i < 8; i++)
		group[i] = (uint16_t)(a->b[2 * i] << 8 | a->b[2 * i + 1]);
	zeros = longest_zeros(group, &length);
	for (int i = 0; i < 8; i++) {
		if (i == zeros) {
			to[n++] = ':';
			to[n++] = ':';
			i += length - 1;
			continue;
		}
		/* Eight groups of four digits and seven colons are 39 bytes: it fits. */
		if (n > 0 && to[n - 1] != ':')
			to[n++] = ':';
		n += snprintf(to + n, (size_t)(ADDR_TEXT - n), "%x", (unsigned)group[i]);
	}
	to[n] = '\0';
	return to;
}

static uint8_t
mask_byte(unsigned len, unsigned byte)
{
	if (len >= 8 * (byte + 1))
		return 0xff;
	if (len <= 8 * byte)
		return 0;
	return (uint8_t)(0xff00 >> (len - 8 * byte));
}

/* A decimal number from 0 to MOST, without sign or leading zero; -1 when it is anything else. */
static int
parse_length(const char *text, int most)
{
	int n = 0;

	if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		n = n * 10 + (*text - '0');
		if (n > most)
			return -1;
	}
	return n;
}

enum prefix_error
prefix_parse(const char *text, struct prefix *p)
{
	const char *slash = strchr(text, '/');
	size_t size = slash ? (size_t)(slash - text) : strlen(text);
	char address[INET6_ADDRSTRLEN];
	struct prefix q = { .len = 128 };
	bool host_bits = false;

	if (size >= sizeof address)
		return PREFIX_BAD_ADDRESS;
	memcpy(address, text, size);
	address[size] = '\0';
	if (!addr_parse(address, &q.addr))
		return PREFIX_BAD_ADDRESS;
	if (slash) {
		bool dotted = strchr(address, ':') == NULL;
		int len = parse_length(slash + 1, dotted ? 32 : 128);

		if (len < 0)
			return PREFIX_BAD_LENGTH;
		q.len = (uint8_t)(dotted ? 96 + len : len);
	}
	for (unsigned i = 0; i < 16; i++) {
		uint8_t kept = q.addr.b[i] & mask_byte(q.len, i);

		host_bits |= kept != q.addr.b[i];
		q.addr.b[i] = kept;
	}
	/* ::ffff:10.0.0.0/104 names the same hosts as 10.0.0.0/8. */
	q.is4 = q.len >= 96 && addr_is4(&q.addr);
	*p = q;
	return host_bits ? PREFIX_HOST_BITS : PREFIX_OK;
}

const char *
prefix_text(char to[PREFIX_TEXT], const struct prefix *p)
{
	char address[ADDR_TEXT];

	/* PREFIX_TEXT has room for the longest address and "/128". */
	addr_text(address, &p->addr);
	if (p->len >= 128)
		(void)snprintf(to, PREFIX_TEXT, "%s", address);
	else
		(void)snprintf(to, PREFIX_TEXT, "%s/%d", address, p->is4 ? p->len - 96 : p->len);
	return to;
}

bool
prefix_has(const struct prefix *p, const struct addr *a)
{
	/* ::/0 means all of IPv6, not the IPv4 addresses that are held as ::ffff:0:0/96. */
	if (!p->is4 && addr_is4(a))
		return false;
	for (unsigned i = 0; i < 16; i++) {
		if ((a->b[i] ^ p->addr.b[i]) & mask_byte(p->len, i))
			return false;
	}
	return true;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
mac_parse(const char *text, struct mac *m)
{
	struct mac parsed;

	if (strlen(text) != MAC_TEXT - 1)
		return false;
	for (int i = 0; i < 6; i++, text += 3) {
		int high = hex_digit(text[0]), low = hex_digit(text[1]);

		if (high < 0 || low < 0 || text[2] != (i < 5 ? ':' : '\0'))
			return false;
		parsed.b[i] = (uint8_t)(high << 4 | low);
	}
	*m = parsed;
	return true;
}

const char *
mac_text(char to[MAC_TEXT], const struct mac *m)
{
	static const char hex[] = "0123456789abcdef";

	/* Always 17 bytes. */
	for (int i = 0; i < 6; i++) {
		to[3 * i] = hex[m->b[i] >> 4];
		to[3 * i + 1] = hex[m->b[i] & 15];
		to[3 * i + 2] = i < 5 ? ':' : '\0';
	}
	return to;
}
