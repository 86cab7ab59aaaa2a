/* ecs.c - see ecs.h. */
#include "hub/ecs.h"

/* A member's value in an object of our own writing: no blanks between tokens, no objects inside. */
struct member {
	const char *at;
	size_t size; /* quotes of a string included; 0: there is none */
};

/* Behind the value that begins at P. */
static const char *
behind(const char *p, const char *end)
{
	bool string = p < end && *p == '"';

	if (!string) {
		while (p < end && *p != ',' && *p != '}')
			p++;
		return p;
	}
	for (p++; p < end && *p != '"';)
		p += *p == '\\' && end - p > 1 ? 2 : 1;
	return p < end ? p + 1 : end;
}

static struct member
member(const char *line, size_t size, const char *name)
{
	const char *p = line + 1, *end = line + size;
	size_t n = strlen(name);

	while (p < end && *p == '"') {
		const char *key = p + 1, *colon = behind(p, end);

		if (colon >= end || *colon != ':')
			break;
		p = behind(colon + 1, end);
		if ((size_t)(colon - key) == n + 1 && memcmp(key, name, n) == 0)
			return (struct member){ .at = colon + 1, .size = (size_t)(p - colon - 1) };
		p += p < end;
	}
	return (struct member){ .size = 0 };
}

static bool
is(const struct member *m, const char *word)
{
	return m->size == strlen(word) + 2 && memcmp(m->at + 1, word, m->size - 2) == 0;
}

/* `"NAME":value,`, whole or not at all. */
static void
put(struct text *t, size_t most, const char *name, const char *value, size_t size)
{
	size_t start = t->len;

	if (!size)
		return;
	text_bytes(t, "\"", 1);
	text_string(t, name);
	text_bytes(t, "\":", 2);
	text_bytes(t, value, size);
	text_bytes(t, ",", 1);
	if (t->cut || t->len > most) {
		t->len = start;
		t->cut = false;
	}
}

static void
put_transport(struct text *t, size_t most, const struct member *proto)
{
	bool number = proto->size > 2 && proto->at[1] >= '0' && proto->at[1] <= '9';

	if (is(proto, "icmp6")) /* IANA's keyword, as the schema wants it */
		put(t, most, "network.transport", "\"ipv6-icmp\"", 11);
	else
		put(t, most, number ? "network.iana_number" : "network.transport", proto->at,
		    proto->size);
}

void
ecs_begin(struct text *t, const char *time, uint8_t severity, const char *line, size_t size)
{
	static const char *const names[][2] = {
		{ "src", "source.ip" },
		{ "sport", "source.port" },
		{ "dst", "destination.ip" },
		{ "dport", "destination.port" },
		{ "rule", "rule.name" },
	};
	const char number = (char)('0' + severity % 10);
	struct member verdict = member(line, size, "verdict"), proto = member(line, size, "proto");
	size_t most = t->len + ECS_MOST;

	text_add(t, "{\"@timestamp\":\"%s\",", time);
	if (verdict.size) {
		bool event = is(&verdict, "notice") || is(&verdict, "gap");

		put(t, most, "event.kind", event ? "\"event\"" : "\"alert\"", 7);
		put(t, most, "event.severity", &number, 1);
	}
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct member m = member(line, size, names[i][0]);

		put(t, most, names[i][1], m.at, m.size);
	}
	if (member(line, size, "message").size) { /* `file` of other lines is no file on the wire */
		struct member file = member(line, size, "file"),
			      media = member(line, size, "media");

		put(t, most, "file.name", file.at, file.size);
		put(t, most, "file.mime_type", media.at, media.size);
	}
	if (proto.size)
		put_transport(t, most, &proto);
}
