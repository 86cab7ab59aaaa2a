#include "conf/value.h"

#include <string.h>

#include "base/units.h"
#include "conf/suggest.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool
value_number(const char **p, unsigned long most, unsigned long *to)
{
	const char *s = *p;
	unsigned long n = 0;

	if (!is_digit(*s) || (*s == '0' && is_digit(s[1])))
		return false;
	for (; is_digit(*s); s++) {
		n = n * 10 + (unsigned long)(*s - '0');
		if (n > most)
			return false;
	}
	*p = s;
	*to = n;
	return true;
}

/* Bytes of the code point at P, 0 when it is none; LEFT bytes are there. */
static unsigned
code_point(const uint8_t *p, size_t left, uint32_t *to)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned n = p[0] < 0x80   ? 1
		     : p[0] < 0xc2 ? 0
		     : p[0] < 0xe0 ? 2
		     : p[0] < 0xf0 ? 3
		     : p[0] < 0xf5 ? 4
				   : 0;
	uint32_t c = n < 2 ? p[0] : p[0] & (0x7fu >> n);

	if (n == 0 || n > left)
		return 0;
	for (unsigned i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*to = c;
	return n;
}

size_t
value_utf8(const char *text, size_t size)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t i = 0;

	while (i < size) {
		uint64_t eight;
		uint32_t c;
		unsigned n;

		if (size - i >= sizeof eight) {
			memcpy(&eight, p + i, sizeof eight);
			if (!(eight & UINT64_C(0x8080808080808080))) {
				i += sizeof eight;
				continue;
			}
		}
		n = code_point(p + i, size - i, &c);
		if (n == 0)
			return i;
		i += n;
	}
	return size;
}

void
value_quote(struct text *t, const char *text)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t left = strlen(text), cut = left > 80 ? left - 80 : 0;

	text_add(t, "\"");
	while (left > cut) {
		uint32_t c = 0;
		unsigned n = code_point(p, left, &c);

		if (n == 0 || c < 0x20 || (c >= 0x7f && c < 0xa0)) {
			n = n ? n : 1;
			for (unsigned i = 0; i < n; i++)
				text_add(t, "\\x%02x", p[i]);
		} else {
			text_add(t, "%s%.*s", c == '"' || c == '\\' ? "\\" : "", (int)n,
				 (const char *)p);
		}
		p += n;
		left -= n;
	}
	text_add(t, left ? "\"..." : "\"");
}

bool
value_text(const char *text, struct text *why)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t left = strlen(text);

	while (left) {
		uint32_t c = 0;
		unsigned n = code_point(p, left, &c);

		if (n == 0) {
			text_add(why, "must be UTF-8");
			return false;
		}
		if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
			text_add(why, "must have no control characters");
			return false;
		}
		p += n;
		left -= n;
	}
	return true;
}

bool
value_id(const char *text, struct text *why)
{
	bool fits = is_alnum(text[0]);

	for (const char *p = text; *p; p++)
		fits &= is_alnum(*p) || strchr("._-", *p);
	if (!fits)
		text_add(why, "must be letters, digits, '.', '_' and '-' of ASCII, beginning with "
			      "a letter or digit");
	return fits;
}

bool
value_user(const char *text, struct text *why)
{
	bool fits = (text[0] >= 'a' && text[0] <= 'z') || text[0] == '_';

	for (const char *p = text; *p; p++)
		fits &= (is_alnum(*p) && (*p < 'A' || *p > 'Z')) || strchr("_-", *p);
	if (!fits)
		text_add(why, "must be the name of an account: small letters, digits, '_' and '-', "
			      "beginning with a letter or '_'");
	return fits;
}

bool
value_timezone(const char *text, struct text *why)
{
	bool fits = is_alnum(text[0]) && !strstr(text, "..");

	for (const char *p = text; *p; p++)
		fits &= is_alnum(*p) || strchr("/._+-", *p);
	if (!fits)
		text_add(why, "must be a name of the time zone database, as in \"Asia/Tokyo\"");
	return fits;
}

bool
value_path(const char *text, struct text *why)
{
	if (text[0] != '/') {
		text_add(why, "must be an absolute path, beginning with '/'");
		return false;
	}
	return value_text(text, why);
}

bool
value_remote(const char *text, struct text *why)
{
	const char *host = text + 4, *colon = strrchr(text, ':'), *port = colon ? colon + 1 : "";
	char address[ADDR_TEXT];
	size_t size;
	unsigned long n;
	struct addr a;
	bool six;

	if (strncmp(text, "udp:", 4) != 0 && strncmp(text, "tcp:", 4) != 0)
		goto wrong;
	if (!colon || colon < host || !value_number(&port, 65535, &n) || n == 0 || *port)
		goto wrong;
	six = host[0] == '[' && colon[-1] == ']';
	size = (size_t)(colon - host) - (six ? 2 : 0);
	if (colon - host < 2 || size >= sizeof address)
		goto wrong;
	memcpy(address, host + six, size);
	address[size] = '\0';
	if (addr_parse(address, &a) && six == (strchr(address, ':') != NULL))
		return true;
wrong:
	text_add(why, "must be udp:ADDRESS:PORT or tcp:ADDRESS:PORT with a numeric address, as in "
		      "\"udp:192.0.2.1:514\" or \"tcp:[2001:db8::1]:601\"");
	return false;
}

static bool
leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool
value_date(const char *text, struct text *why)
{
	static const uint8_t days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	static const char shape[] = "0000-00-00";
	unsigned year = 0, month = 0, day = 0, last;

	for (size_t i = 0; i < sizeof shape; i++) {
		if (shape[i] == '0' ? !is_digit(text[i]) : text[i] != shape[i]) {
			text_add(why, "must be a date, YYYY-MM-DD");
			return false;
		}
	}
	for (unsigned i = 0; i < 4; i++)
		year = year * 10 + (unsigned)(text[i] - '0');
	month = (unsigned)(text[5] - '0') * 10 + (unsigned)(text[6] - '0');
	day = (unsigned)(text[8] - '0') * 10 + (unsigned)(text[9] - '0');
	if (year < 1970 || year > 9998) {
		text_add(why, "the year must be 1970 to 9998");
		return false;
	}
	if (month < 1 || month > 12) {
		text_add(why, "the month must be 01 to 12");
		return false;
	}
	last = month == 2 && leap(year) ? 29 : days[month];
	if (day < 1 || day > last) {
		text_add(why, "the last day of %04u-%02u is the %u%s", year, month, last,
			 last == 31 ? "st" : "th");
		return false;
	}
	return true;
}

static const char *
word_at(const void *words, size_t i)
{
	const struct schema_words *w = words;

	return w->word[i].word;
}

enum { WORDS_SAID = 24 }; /* of a longer list not every word is said */

bool
value_word(const char *text, const struct schema_words *words, uint8_t *to, struct text *why)
{
	const char *meant;

	if (schema_word_value(words, text, to))
		return true;
	text_add(why, "must be ");
	if (words->n > WORDS_SAID)
		text_add(why, "a word that the manual lists, as %s or %s", words->word[0].word,
			 words->word[1].word);
	for (size_t i = 0; i < words->n && words->n <= WORDS_SAID; i++)
		text_add(why, "%s%s", words->word[i].word,
			 i + 2 < words->n    ? ", "
			 : i + 2 == words->n ? " or "
					     : "");
	meant = suggest(text, words->n, word_at, words);
	if (meant)
		text_add(why, "; did you mean \"%s\"?", meant);
	return false;
}

static void
unit_why(enum unit_error e, const char *known, const char *example, struct text *why)
{
	switch (e) {
	case UNIT_OK:
		break;
	case UNIT_BAD_NUMBER:
		text_add(why, "must be a whole number and a unit, as in \"%s\"", example);
		break;
	case UNIT_NO_UNIT:
		text_add(why, "the unit is missing (%s), as in \"%s\"", known, example);
		break;
	case UNIT_BAD_UNIT:
		text_add(why, "the unit must be one of %s, as in \"%s\"", known, example);
		break;
	case UNIT_TOO_LARGE:
		text_add(why, "is more than can be counted");
		break;
	}
}

bool
value_size(const char *text, uint64_t min, uint64_t max, uint64_t *to, struct text *why)
{
	char low[UNIT_TEXT], high[UNIT_TEXT];
	uint64_t n;
	enum unit_error e = unit_bytes(text, &n);

	if (e != UNIT_OK) {
		unit_why(e, UNIT_BYTES_KNOWN, "20 MiB", why);
		return false;
	}
	if (n < min || n > max) {
		if (max >= INT64_MAX)
			text_add(why, "must be at least %s", unit_bytes_text(low, min));
		else
			text_add(why, "must be %s to %s", unit_bytes_text(low, min),
				 unit_bytes_text(high, max));
		return false;
	}
	*to = n;
	return true;
}

bool
value_time(const char *text, uint64_t min, uint64_t max, nstime *to, struct text *why)
{
	char low[UNIT_TEXT], high[UNIT_TEXT];
	nstime n;
	enum unit_error e = unit_duration(text, &n);

	if (e != UNIT_OK) {
		unit_why(e, UNIT_DURATION_KNOWN, "30 min", why);
		return false;
	}
	if ((uint64_t)n < min || (uint64_t)n > max) {
		text_add(why, "must be %s to %s", unit_duration_text(low, (nstime)min),
			 unit_duration_text(high, (nstime)max));
		return false;
	}
	*to = n;
	return true;
}

bool
value_mac(const char *text, struct mac *to, struct text *why)
{
	if (mac_parse(text, to))
		return true;
	text_add(why,
		 "must be a MAC address of six hexadecimal pairs, as in \"02:00:00:00:05:0a\"");
	return false;
}

bool
value_prefix(const char *text, bool host, struct prefix *to, struct text *why)
{
	char meant[PREFIX_TEXT];
	struct prefix p;

	switch (prefix_parse(text, &p)) {
	case PREFIX_OK:
		break;
	case PREFIX_BAD_ADDRESS:
		text_add(why, host ? "must be an IPv4 or IPv6 address"
				   : "must be an IPv4 or IPv6 address, or ADDRESS/LENGTH");
		return false;
	case PREFIX_BAD_LENGTH:
		text_add(why, "prefix length must be 0 to %d", strchr(text, ':') ? 128 : 32);
		return false;
	case PREFIX_HOST_BITS:
		text_add(why, "has bits set behind its length: did you mean \"%s\"?",
			 prefix_text(meant, &p));
		return false;
	}
	if (host && p.len < 128) {
		text_add(why, "must be one address, not a prefix");
		return false;
	}
	*to = p;
	return true;
}
