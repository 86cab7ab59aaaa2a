/* control_request.c - see control_request.h. */
#include "hub/control_request.h"

enum { READ, CHANGE };

static const struct command {
	const char *name;
	uint8_t may;
} commands[CONTROL_COMMANDS] = {
#define CONTROL(name, may) [CONTROL_##name] = { #name, may },
#include "model/control.def"
#undef CONTROL
};

const char *
control_name(enum control_command c)
{
	return commands[c].name;
}

bool
control_changes(enum control_command c)
{
	return commands[c].may == CHANGE;
}

static bool
find_command(struct span name, enum control_command *c)
{
	for (unsigned i = 0; i < CONTROL_COMMANDS; i++)
		if (span_is(name, commands[i].name)) {
			*c = (enum control_command)i;
			return true;
		}
	return false;
}

/* How many lines: one to four digits, not above CONTROL_LINES. */
static bool
read_lines(struct span word, uint32_t *lines)
{
	*lines = 0;
	for (size_t i = 0; i < word.size; i++) {
		if (word.at[i] < '0' || word.at[i] > '9')
			return false;
		*lines = *lines * 10 + (uint32_t)(word.at[i] - '0');
	}
	return word.size >= 1 && word.size <= 4 && *lines <= CONTROL_LINES;
}

static bool
printable(const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i] < ' ' || bytes[i] > '~')
			return false;
	return true;
}

/* What follows the command. */
static bool
read_rest(struct control_request *r, struct wire *w)
{
	struct record_field f;

	if (r->command == CONTROL_tail && !read_lines(record_word(w), &r->lines))
		return false;
	if (r->command != CONTROL_tail && r->command != CONTROL_incidents)
		return w->ok && !wire_left(w);
	while (record_field(w, &f)) {
		if (r->nfilters == CONTROL_FILTERS)
			return false;
		r->filter[r->nfilters++] = f;
	}
	return w->ok;
}

enum control_fault
control_request_read(struct control_request *r, const void *bytes, size_t size)
{
	const size_t hello = sizeof CONTROL_HELLO - 1;

	r->nfilters = 0;
	r->lines = 0;
	if (size > sizeof r->text)
		return CONTROL_FAULT_LONG;
	memcpy(r->text, bytes, size);
	struct wire w = wire_of(r->text, size);
	const uint8_t *at = wire_take(&w, hello + 1);
	if (!at || memcmp(at, CONTROL_HELLO " ", hello + 1) != 0)
		return CONTROL_FAULT_VERSION;
	if (!printable(r->text, size))
		return CONTROL_FAULT_SYNTAX;
	struct span name = record_word(&w);
	if (!w.ok)
		return CONTROL_FAULT_SYNTAX;
	if (!find_command(name, &r->command))
		return CONTROL_FAULT_UNKNOWN;
	return read_rest(r, &w) ? CONTROL_FAULT_NONE : CONTROL_FAULT_SYNTAX;
}

/* 2003, SEG2003, seg2003. */
static bool
id_is(struct span id, struct span asked)
{
	if (span_same(id, asked))
		return true;
	if (id.size <= 3)
		return false;
	struct span digits = { id.at + 3, id.size - 3 };
	if (asked.size == id.size && memcmp(asked.at, "seg", 3) == 0)
		asked = (struct span){ asked.at + 3, asked.size - 3 };
	return span_same(digits, asked);
}

/* Is ASKED one of the words of a list with commas? */
static bool
list_has(struct span list, struct span asked)
{
	size_t from = 0;

	for (size_t i = 0; i <= list.size; i++) {
		if (i < list.size && list.at[i] != ',')
			continue;
		if (span_same((struct span){ list.at + from, i - from }, asked))
			return true;
		from = i + 1;
	}
	return false;
}

/* 10.2.0.9 of 10.2.0.9:51514, 2001:db8::9 of [2001:db8::9]:51514. */
static bool
host_is(struct span value, struct span asked)
{
	const char *first = memchr(value.at, ':', value.size), *end = value.at + value.size;

	if (span_same(value, asked))
		return true;
	if (value.size > 2 && value.at[0] == '[') {
		const char *close = memchr(value.at, ']', value.size);

		return close &&
		       span_same(
			   (struct span){ value.at + 1, (size_t)(close - value.at) - 1 }, asked);
	}
	if (!first || memchr(first + 1, ':', (size_t)(end - first) - 1))
		return false;
	return span_same((struct span){ value.at, (size_t)(first - value.at) }, asked);
}

static bool
value_is(const struct record_field *line, const struct record_field *asked)
{
	if (span_is(line->key, "src") || span_is(line->key, "dst"))
		return host_is(line->value, asked->value);
	if (span_is(line->key, "what") || span_is(line->key, "flags"))
		return span_same(line->value, asked->value) || list_has(line->value, asked->value);
	return span_same(line->value, asked->value);
}

/* Notes which of the filters a field of the line answers. */
static void
mark(const struct control_request *r, const struct record_field *f, uint32_t *right)
{
	for (unsigned i = 0; i < r->nfilters; i++)
		if (span_same(r->filter[i].key, f->key) && value_is(f, &r->filter[i]))
			*right |= 1u << i;
}

_Static_assert(CONTROL_FILTERS <= 32, "a bit for each filter");

bool
control_request_passes(const struct control_request *r, const char *line, size_t size)
{
	struct wire w = wire_of(line, size);
	struct span id = record_word(&w), state = record_word(&w);
	struct record_field f;
	uint32_t right = 0;

	if (!r->nfilters)
		return true;
	for (unsigned i = 0; i < r->nfilters; i++) {
		if (span_is(r->filter[i].key, "id") && id_is(id, r->filter[i].value))
			right |= 1u << i;
		if (span_is(r->filter[i].key, "state") && span_same(state, r->filter[i].value))
			right |= 1u << i;
	}
	while (record_field(&w, &f))
		mark(r, &f, &right);
	/* Each key needs one of its values. */
	for (unsigned i = 0; i < r->nfilters; i++) {
		bool found = false;

		for (unsigned k = 0; k < r->nfilters && !found; k++)
			found = (right & 1u << k) && span_same(r->filter[i].key, r->filter[k].key);
		if (!found)
			return false;
	}
	return true;
}
