/* record.c - see record.h. */
#include "base/record.h"

bool
span_is(struct span s, const char *text)
{
	return s.size == strlen(text) && memcmp(s.at, text, s.size) == 0;
}

bool
span_same(struct span a, struct span b)
{
	return a.size == b.size && memcmp(a.at, b.at, a.size) == 0;
}

/* Takes a space; one at the very end is a fault. */
static void
take_space(struct wire *w)
{
	if (w->ok && wire_left(w) && *w->p == ' ') {
		w->p++;
		if (!wire_left(w))
			w->ok = false;
	}
}

struct span
record_word(struct wire *w)
{
	const uint8_t *from = w->p;

	while (w->ok && wire_left(w) && *w->p > ' ' && *w->p < 0x7f)
		w->p++;
	if (w->p == from || (wire_left(w) && *w->p != ' '))
		w->ok = false;
	struct span word = { (const char *)from, (size_t)(w->p - from) };

	take_space(w);
	return word;
}

static bool
is_key(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* The rest of a quoted value; the opening quote was taken. */
static struct span
quoted_value(struct wire *w)
{
	const uint8_t *from = w->p;

	while (wire_left(w) && *w->p != '"') {
		uint8_t c = wire_u8(w);

		if (c < ' ' || c == 0x7f)
			w->ok = false;
		if (c == '\\')
			wire_skip(w, 1);
		if (!w->ok)
			break;
	}
	struct span value = { (const char *)from, (size_t)(w->p - from) };

	wire_skip(w, 1); /* the closing quote */
	return value;
}

static struct span
bare_value(struct wire *w)
{
	const uint8_t *from = w->p;

	while (wire_left(w) && *w->p > ' ' && *w->p < 0x7f && *w->p != '"' && *w->p != '\\')
		w->p++;
	return (struct span){ (const char *)from, (size_t)(w->p - from) };
}

bool
record_field(struct wire *w, struct record_field *f)
{
	const uint8_t *from = w->p;

	if (!w->ok || !wire_left(w))
		return false;
	while (wire_left(w) && is_key(*w->p))
		w->p++;
	f->key = (struct span){ (const char *)from, (size_t)(w->p - from) };
	if (!f->key.size || wire_u8(w) != '=' || !wire_left(w)) {
		w->ok = false;
		return false;
	}
	f->quoted = *w->p == '"';
	if (f->quoted) {
		wire_skip(w, 1);
		f->value = quoted_value(w);
	} else {
		f->value = bare_value(w);
	}
	if (wire_left(w) && *w->p != ' ')
		w->ok = false;
	if (!f->quoted && !f->value.size)
		w->ok = false;
	take_space(w);
	return w->ok;
}

bool
record_misleads(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x61c || c == 0x180e)
		return true;
	if ((c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || (c >= 0xd800 && c <= 0xdfff))
		return true;
	return c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff) ||
	       c > 0x10ffff;
}

static size_t
utf8_put(char to[4], uint32_t c)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		to[i] = (char)(0x80 | (c & 0x3f));
	to[0] = (char)(n == 1 ? c : (0xf00u >> n & 0xff) | c);
	return n;
}

/* The code point of a \u{…} that begins at W, after which W stands; 0 when there is none that may
 * be shown. */
static uint32_t
code_point(struct wire *w)
{
	struct wire s = *w;
	uint32_t c = 0;
	unsigned digits = 0;

	if (wire_u8(&s) != '\\' || wire_u8(&s) != 'u' || wire_u8(&s) != '{')
		return 0;
	for (uint8_t d = wire_u8(&s); d != '}'; d = wire_u8(&s)) {
		if (d >= '0' && d <= '9')
			c = c << 4 | (uint32_t)(d - '0');
		else if (d >= 'a' && d <= 'f')
			c = c << 4 | (uint32_t)(d - 'a' + 10);
		else
			return 0;
		if (++digits > 6)
			return 0;
	}
	if (!s.ok || record_misleads(c))
		return 0;
	*w = s;
	return c;
}

/* The bytes of the next character of W as it may be shown; at most four. */
static size_t
next_plain(struct wire *w, bool quoted, char to[4])
{
	uint32_t c = code_point(w);

	if (c)
		return utf8_put(to, c);
	if (quoted && wire_left(w) >= 2 && w->p[0] == '\\' && (w->p[1] == '"' || w->p[1] == '\\'))
		wire_skip(w, 1);
	to[0] = (char)wire_u8(w);
	return 1;
}

const char *
record_plain(char *to, size_t size, const struct record_field *f)
{
	struct wire w = wire_of(f->value.at, f->value.size);
	size_t len = 0, whole = 0; /* whole: up to here no code point is cut */
	char c[4];

	while (wire_left(&w) && len < size) {
		size_t n = next_plain(&w, f->quoted, c);

		if (((unsigned char)c[0] & 0xc0) != 0x80)
			whole = len;
		if (len + n >= size) {
			len = whole;
			break;
		}
		memcpy(to + len, c, n);
		len += n;
	}
	to[len] = '\0';
	return to;
}
