/* json.c - see json.h. */
#include "model/json.h"

enum kind { TEXT, WHOLE, DECIMAL };

static const struct {
	const char *key;
	enum kind kind;
} numbers[] = {
#define WHOLE(key)	      { #key, WHOLE },
#define DECIMAL(key)	      { #key, DECIMAL },
#define COUNTER(key, meaning) { #key, WHOLE },
#include "model/counters.def"
#include "model/number.def"
#undef COUNTER
#undef DECIMAL
#undef WHOLE
};

static enum kind
kind_of(struct span key)
{
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (span_is(key, numbers[i].key))
			return numbers[i].kind;
	return TEXT;
}

static size_t
digits(const char *p, size_t size)
{
	size_t n = 0;

	while (n < size && p[n] >= '0' && p[n] <= '9')
		n++;
	return n;
}

/* Is the value a number as JSON has it: no zero before other digits, digits on both sides of a
 * point? */
static bool
is_number(struct span v, enum kind kind)
{
	size_t sign = v.size && v.at[0] == '-';
	size_t whole = digits(v.at + sign, v.size - sign), at = sign + whole;

	if (!whole || (whole > 1 && v.at[sign] == '0'))
		return false;
	if (at == v.size)
		return true;
	return kind == DECIMAL && v.at[at] == '.' && at + 1 < v.size &&
	       digits(v.at + at + 1, v.size - at - 1) == v.size - at - 1;
}

static void
put_point(struct text *t, uint32_t c)
{
	if (c < 0x10000)
		text_add(t, "\\u%04x", (unsigned)c);
	else
		text_add(t, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((c - 0x10000) >> 10)),
		    (unsigned)(0xdc00 + ((c - 0x10000) & 0x3ff)));
}

/* The next character, which is no escape. */
static void
put_character(struct text *t, struct wire *w)
{
	uint32_t c = 0;
	size_t n = text_utf8((const char *)w->p, wire_left(w), &c);

	if (n == 0)
		text_add(t, "\\\\x%02x", *w->p);
	else if (c == '"' || c == '\\')
		text_add(t, "\\%c", (char)c);
	else if (record_misleads(c))
		put_point(t, c);
	else
		text_bytes(t, (const char *)w->p, n);
	wire_skip(w, n ? n : 1);
}

/* The value of a hexadecimal digit as lines have it, or -1. */
static int
hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \xHH of a control. False when it is none: nothing was taken. */
static bool
put_control(struct text *t, struct wire *w)
{
	if (wire_left(w) < 4 || w->p[1] != 'x')
		return false;
	int high = hex(w->p[2]), low = hex(w->p[3]);

	if (high < 0 || high > 7 || low < 0)
		return false;
	put_point(t, (uint32_t)(high << 4 | low));
	wire_skip(w, 4);
	return true;
}

/* \u{…} with one to six digits. False when it is no code point: nothing was taken. */
static bool
put_braces(struct text *t, struct wire *w)
{
	struct wire s = *w;
	uint32_t c = 0;
	unsigned n = 0;

	wire_skip(&s, 1);
	if (wire_u8(&s) != 'u' || wire_u8(&s) != '{')
		return false;
	for (uint8_t d = wire_u8(&s); d != '}'; d = wire_u8(&s), n++) {
		if (hex(d) < 0 || n == 6)
			return false;
		c = c << 4 | (uint32_t)hex(d);
	}
	if (!n || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return false;
	put_point(t, c);
	*w = s;
	return true;
}

static void
put_escape(struct text *t, struct wire *w)
{
	if (wire_left(w) > 1 && (w->p[1] == '"' || w->p[1] == '\\')) {
		text_bytes(t, (const char *)w->p, 2);
		wire_skip(w, 2);
	} else if (!put_control(t, w) && !put_braces(t, w)) {
		put_character(t, w);
	}
}

static void
put_string(struct text *t, struct span s, bool escapes)
{
	struct wire w = wire_of(s.at, s.size);

	text_bytes(t, "\"", 1);
	while (wire_left(&w) && !t->cut) {
		size_t plain = text_plain((const char *)w.p, wire_left(&w));

		text_bytes(t, (const char *)w.p, plain);
		wire_skip(&w, plain);
		if (!wire_left(&w))
			break;
		if (escapes && *w.p == '\\')
			put_escape(t, &w);
		else
			put_character(t, &w);
	}
	text_bytes(t, "\"", 1);
}

void
json_string(struct text *t, struct span written)
{
	put_string(t, written, true);
}

void
json_text(struct text *t, const char *text)
{
	put_string(t, (struct span){ text, strlen(text) }, false);
}

void
json_member(struct text *t, const struct record_field *f)
{
	enum kind kind = kind_of(f->key);
	struct span v = f->value;

	text_bytes(t, "\"", 1);
	text_bytes(t, f->key.at, f->key.size);
	text_bytes(t, "\":", 2);
	if (v.size > 1 && v.at[0] == '+' && v.at[1] != '-')
		v = (struct span){ v.at + 1, v.size - 1 };
	if (kind != TEXT && !f->quoted && is_number(v, kind))
		text_bytes(t, v.at, v.size);
	else
		json_string(t, f->value);
}
