/* fields.c - see fields.h. */
#include "hub/fields.h"

#include <stdio.h>
#include <string.h>

#include "model/json.h"

enum { END_ROOM = 1 }; /* the brace that closes a JSON object */

struct fields
fields_of(char *buffer, size_t size, bool json, unsigned id, const char *state)
{
	struct fields f = { .t = text_of(buffer, size - (json ? END_ROOM : 0)), .json = json };

	text_string(&f.t, json ? "{\"id\":\"SEG" : "SEG");
	text_number(&f.t, id);
	text_string(&f.t, json ? "\",\"state\":\"" : " ");
	text_string(&f.t, state);
	text_string(&f.t, json ? "\"" : "");
	return f;
}

/* After the parts of a field were appended from START on: takes all of it back if not all of it
 * fitted. */
static void
whole(struct fields *f, size_t start)
{
	if (!f->t.cut)
		return;
	f->t.len = start;
	f->t.at[start] = '\0';
	f->t.cut = false;
	f->left_out = true;
}

/* Length and code point of the UTF-8 character at P, of N > 0 bytes; length 1 and UINT32_MAX for a
 * byte that is none. */
static size_t
character(const uint8_t *p, size_t n, uint32_t *point)
{
	size_t size = text_utf8((const char *)p, n, point);

	if (size == 0)
		*point = UINT32_MAX;
	return size ? size : 1;
}

/* Could the code point mislead whoever reads the line: controls, what turns or hides text,
 * separators, non-characters? */
static bool
misleads(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x61c || c == 0x180e)
		return true;
	if ((c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f))
		return true;
	if (c == 0xfeff || (c >= 0xfdd0 && c <= 0xfdef) || (c >= 0xfff9 && c <= 0xfffb) ||
	    (c >= 0xe0000 && c <= 0xe0fff))
		return true;
	return (c & 0xfffe) == 0xfffe;
}

/* The next character of a text as it stands between quotes, in a line or in JSON; RAW (msg):
 * readable UTF-8 stays. Returns the bytes that it took. An invalid byte is the text \xHH in both.
 */
static size_t
step(char to[16], const uint8_t *p, size_t n, bool json, bool raw)
{
	uint32_t c;
	size_t size = character(p, n, &c);
	int written = 0;

	if (c == '"' || c == '\\')
		written = snprintf(to, 16, "\\%c", (char)c);
	else if ((c >= 0x20 && c < 0x7f) || (raw && !misleads(c)))
		written = snprintf(to, 16, "%.*s", (int)size, (const char *)p);
	else if (c == UINT32_MAX || (size == 1 && !json))
		written = snprintf(to, 16, json ? "\\\\x%02x" : "\\x%02x", p[0]);
	else if (!json)
		written = snprintf(to, 16, "\\u{%04x}", (unsigned)c);
	else if (c < 0x10000)
		written = snprintf(to, 16, "\\u%04x", (unsigned)c);
	else
		written =
		    snprintf(to, 16, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((c - 0x10000) >> 10)),
			(unsigned)(0xdc00 + ((c - 0x10000) & 0x3ff)));
	if (written < 0)
		to[0] = '\0';
	return size;
}

/* Appends the text between quotes: runs that need no escape at once. */
static void
put_text(struct fields *f, const char *value, size_t size, bool json, bool raw)
{
	char one[16];

	for (size_t at = 0; at < size && !f->t.cut;) {
		size_t run = text_plain(value + at, size - at);

		text_bytes(&f->t, value + at, run);
		at += run;
		if (at < size) {
			at += step(one, (const uint8_t *)value + at, size - at, json, raw);
			text_bytes(&f->t, one, strlen(one));
		}
	}
}

static void
raw_string(struct fields *f, const char *value, size_t size)
{
	text_bytes(&f->t, "\"", 1);
	put_text(f, value, size, true, false);
	text_bytes(&f->t, "\"", 1);
}

static void
put_key(struct fields *f, const char *key)
{
	text_bytes(&f->t, f->json ? ",\"" : " ", f->json ? 2 : 1);
	text_bytes(&f->t, key, strlen(key));
	text_bytes(&f->t, f->json ? "\":" : "=", f->json ? 2 : 1);
}

void
fields_text(struct fields *f, const char *key, const char *value)
{
	size_t start = f->t.len;

	if (!f->json) {
		text_pair(&f->t, key, value, strlen(value));
	} else {
		put_key(f, key);
		raw_string(f, value, strlen(value));
	}
	whole(f, start);
}

void
fields_bytes(struct fields *f, const char *key, const char *value, size_t size, size_t room)
{
	/* A space or comma, the key in its quotes, an equals sign or colon, quotes. */
	size_t start = f->t.len, taken = start + strlen(key) + 6, n = 0, sum = 0;
	char one[16];

	if (taken >= f->t.size)
		room = 0;
	else if (room > f->t.size - taken)
		room = f->t.size - taken;
	while (n < size) {
		size_t run = text_plain(value + n, size - n), next;

		if (run > room - sum)
			run = room - sum;
		sum += run;
		n += run;
		if (n == size)
			break;
		next = step(one, (const uint8_t *)value + n, size - n, f->json, false);
		sum += strlen(one);
		if (sum > room)
			break;
		n += next;
	}
	f->left_out |= n < size;
	if (n == 0)
		return;
	if (!f->json) {
		text_pair(&f->t, key, value, n);
	} else {
		put_key(f, key);
		raw_string(f, value, n);
	}
	whole(f, start);
}

void
fields_number(struct fields *f, const char *key, uint64_t number)
{
	size_t start = f->t.len;

	put_key(f, key);
	text_number(&f->t, number);
	whole(f, start);
}

void
fields_added(struct fields *f, const char *key, uint64_t number)
{
	size_t start = f->t.len;

	put_key(f, key);
	text_bytes(&f->t, "+", f->json ? 0 : 1);
	text_number(&f->t, number);
	whole(f, start);
}

/* Is all of it printable ASCII? */
static bool
printable(const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

void
fields_more(struct fields *f, const char *written)
{
	struct wire w = wire_of(written, strlen(written));
	struct record_field r;

	if (!printable(written)) {
		f->left_out = true;
		return;
	}
	wire_skip(&w, strspn(written, " "));
	while (record_field(&w, &r)) {
		size_t start = f->t.len;

		text_bytes(&f->t, f->json ? "," : " ", 1);
		if (f->json)
			json_member(&f->t, &r);
		else
			text_bytes(&f->t, r.key.at,
			    (size_t)(r.value.at + r.value.size + r.quoted - r.key.at));
		whole(f, start);
	}
	if (!w.ok)
		f->left_out = true;
}

static const char *
msg_open(bool json)
{
	return json ? ",\"msg\":\"" : " msg=\"";
}

void
fields_msg(struct fields *f, const char *msg)
{
	size_t start = f->t.len, size = strlen(msg);
	bool cut = false;
	char one[16];

	text_bytes(&f->t, msg_open(f->json), strlen(msg_open(f->json)));
	for (size_t at = 0; at < size && !cut && !f->t.cut;) {
		size_t taken = f->t.len + 2, room = f->t.size > taken ? f->t.size - taken : 0;
		size_t run = text_plain(msg + at, size - at);
		const char *bytes = msg + at;

		if (run == 0) {
			at += step(one, (const uint8_t *)msg + at, size - at, f->json, true);
			bytes = one;
			run = strlen(one);
			cut = run > room;
		} else {
			cut = run > room;
			run = cut ? room : run;
			at += run;
		}
		if (!cut || bytes != one)
			text_bytes(&f->t, bytes, run);
	}
	f->left_out |= cut;
	text_bytes(&f->t, "\"", 1);
	whole(f, start);
}

size_t
fields_msg_size(const char *msg, bool json)
{
	size_t size = strlen(msg), sum = strlen(msg_open(json)) + 1;
	char one[16];

	for (size_t at = 0; at < size;) {
		size_t run = text_plain(msg + at, size - at);

		at += run;
		sum += run;
		if (at < size) {
			at += step(one, (const uint8_t *)msg + at, size - at, json, true);
			sum += strlen(one);
		}
	}
	return sum;
}

void
fields_end(struct fields *f)
{
	if (!f->json)
		return;
	f->t.size += END_ROOM;
	text_add(&f->t, "}");
}
