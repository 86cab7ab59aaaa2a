/* json.c - see json.h. */
#include "client/json.h"

#include "client/show.h"

enum { DIGITS = 15 }; /* a number with more could change in a reader that holds it as a double */

/* Fields of incidents that are numbers; all others are texts, whatever they look like. */
static const char *const incident_numbers[] = { "n", "total", "vlan", "outvlan", "type", "code",
	"gen", "trunc", "seq", "bytes", NULL };

/* Fields of notes and records that are texts even when they are digits. */
static const char *const texts[] = { "sid", "version", "organisation", "why", "path", "zone",
	"label", "rule", "pair", "services", "hours", "clause", "approval", "in", "ev", "h", NULL };

static bool
is_among(struct span key, const char *const *list)
{
	while (*list)
		if (span_is(key, *list++))
			return true;
	return false;
}

/* A value that is a number in JSON, too: digits, without a zero before others. */
static bool
is_number(struct span v)
{
	if (v.size == 0 || v.size > DIGITS || (v.at[0] == '0' && v.size > 1))
		return false;
	for (size_t i = 0; i < v.size; i++)
		if (v.at[i] < '0' || v.at[i] > '9')
			return false;
	return true;
}

/* One byte or character of a string; \xHH below 0x80 is a control character, above it stays the
 * four characters that it is. */
static void
put_hex(FILE *to, struct wire *w)
{
	static const char digits[] = "0123456789abcdef";
	const char *high = wire_left(w) >= 4 ? strchr(digits, w->p[2]) : NULL;
	const char *low = high && *high ? strchr(digits, w->p[3]) : NULL;

	if (low && *low && high - digits < 8) {
		fprintf(to, "\\u00%c%c", *high, *low);
		wire_skip(w, 4);
		return;
	}
	fputs("\\\\", to);
	wire_skip(w, 1);
}

/* \u{hhhh} as JSON has it. False when it is no code point: nothing was written. */
static bool
put_point(FILE *to, struct wire *w)
{
	struct wire s = *w;
	unsigned c = 0, digits = 0;

	wire_skip(&s, 3);
	for (uint8_t d = wire_u8(&s); s.ok && d != '}'; d = wire_u8(&s), digits++) {
		bool letter = d >= 'a' && d <= 'f';

		if ((!letter && (d < '0' || d > '9')) || digits == 6)
			return false;
		c = c << 4 | (unsigned)(letter ? d - 'a' + 10 : d - '0');
	}
	if (!s.ok || !digits || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return false;
	*w = s;
	if (c < 0x10000)
		fprintf(to, "\\u%04x", c);
	else
		fprintf(to, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
		    0xdc00 + ((c - 0x10000) & 0x3ff));
	return true;
}

static void
put_escape(FILE *to, struct wire *w)
{
	uint8_t next = wire_left(w) > 1 ? w->p[1] : 0;

	if (next == '"' || next == '\\') {
		fprintf(to, "\\%c", next);
		wire_skip(w, 2);
	} else if (next == 'x') {
		put_hex(to, w);
	} else if (next != 'u' || !put_point(to, w)) {
		fputs("\\\\", to);
		wire_skip(w, 1);
	}
}

static void
put_string(FILE *to, struct span v)
{
	struct wire w = wire_of(v.at, v.size);

	fputc('"', to);
	while (wire_left(&w)) {
		if (*w.p == '\\') {
			put_escape(to, &w);
			continue;
		}
		/* Up to the next escape, as show.h lets it pass: what the daemon should never have
		 * said becomes an escape too. */
		const uint8_t *end = memchr(w.p, '\\', wire_left(&w));
		size_t n = end ? (size_t)(end - w.p) : wire_left(&w);
		char safe[64];

		n = n < 12 ? n : 12;
		while (n < wire_left(&w) && n > 8 && (w.p[n] & 0xc0) == 0x80)
			n--;
		show_safe(safe, sizeof safe, (const char *)w.p, n);
		for (const char *p = safe; *p; p++)
			if (*p == '\\' || *p == '"')
				fprintf(to, "\\%c", *p);
			else
				fputc(*p, to);
		wire_skip(&w, n);
	}
	fputc('"', to);
}

static void
put_key(FILE *to, struct span key, bool *first)
{
	if (!*first)
		fputc(',', to);
	*first = false;
	fprintf(to, "\"%.*s\":", (int)key.size, key.at);
}

/* src=10.2.0.9:51514 as "src":"10.2.0.9","sport":51514. */
static void
put_host(FILE *to, const struct record_field *f, bool *first)
{
	struct span host = f->value, port = { NULL, 0 };
	const char *colon = memrchr(host.at, ':', host.size);
	bool bracket = host.size && host.at[0] == '[';

	if (colon && (bracket || memchr(host.at, ':', host.size) == colon)) {
		port = (struct span){ colon + 1, (size_t)(host.at + host.size - colon) - 1 };
		host.size = (size_t)(colon - host.at);
		if (bracket && host.size >= 2 && host.at[host.size - 1] == ']')
			host = (struct span){ host.at + 1, host.size - 2 };
	}
	put_key(to, f->key, first);
	put_string(to, host);
	if (is_number(port))
		fprintf(to, ",\"%cport\":%.*s", f->key.at[0], (int)port.size, port.at);
}

static void
put_field(FILE *to, const struct record_field *f, bool incident, bool *first)
{
	struct span v = f->value;
	bool may = incident ? is_among(f->key, incident_numbers) : !is_among(f->key, texts);

	if (incident && (span_is(f->key, "src") || span_is(f->key, "dst"))) {
		put_host(to, f, first);
		return;
	}
	if (incident && v.size > 1 && v.at[0] == '+')
		v = (struct span){ v.at + 1, v.size - 1 };
	put_key(to, f->key, first);
	if (may && !f->quoted && is_number(v))
		fprintf(to, "%.*s", (int)v.size, v.at);
	else
		put_string(to, f->value);
}

/* All fields of W. Could all of it be read? */
static bool
put_fields(FILE *to, struct wire *w, bool incident, bool first)
{
	struct record_field f;

	while (record_field(w, &f))
		put_field(to, &f, incident, &first);
	return w->ok;
}

void
json_fields(FILE *to, struct wire *w, bool first)
{
	(void)put_fields(to, w, false, first); /* the rest is left out */
}

void
json_line(FILE *to, const char *line, size_t size)
{
	struct wire w = wire_of(line, size);
	struct span id = record_word(&w), state = record_word(&w);

	fputs("{\"id\":", to);
	put_string(to, id);
	fputs(",\"state\":", to);
	put_string(to, state);
	if (!put_fields(to, &w, !span_is(state, "NOTE"), false))
		fputs(",\"trunc\":1", to);
	fputc('}', to);
}
