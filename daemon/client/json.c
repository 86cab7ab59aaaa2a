/* json.c - see json.h. */
#include "client/json.h"

#include "model/control.h"
#include "model/json.h"

enum { MOST = 6 * CONTROL_RECORD_MOST }; /* no byte takes more than the six of \u001b */

static void
print(FILE *to, const struct text *t)
{
	fwrite(t->at, 1, t->len, to);
}

void
json_print(FILE *to, const char *text)
{
	char bytes[MOST];
	struct text t = text_of(bytes, sizeof bytes);

	json_text(&t, text);
	print(to, &t);
}

/* src=10.2.0.9:51514 as "src":"10.2.0.9","sport":51514. */
static void
put_host(struct text *t, const struct record_field *f)
{
	struct span host = f->value, port = { NULL, 0 };
	const char *colon = memrchr(host.at, ':', host.size);
	bool bracket = host.size && host.at[0] == '[';
	char number[16];

	if (colon && (bracket || memchr(host.at, ':', host.size) == colon)) {
		port = (struct span){ colon + 1, (size_t)(host.at + host.size - colon) - 1 };
		host.size = (size_t)(colon - host.at);
		if (bracket && host.size >= 2 && host.at[host.size - 1] == ']')
			host = (struct span){ host.at + 1, host.size - 2 };
	}
	json_member(t, &(struct record_field){ .key = f->key, .value = host, .quoted = f->quoted });
	if (!port.size)
		return;
	snprintf(number, sizeof number, "%cport", f->key.at[0]);
	text_bytes(t, ",", 1);
	json_member(t, &(struct record_field){ .key = { number, 5 }, .value = port });
}

/* All fields of W. Could all of it be read? */
static bool
put_fields(FILE *to, struct wire *w, bool first)
{
	struct record_field f;

	while (record_field(w, &f)) {
		char bytes[MOST];
		struct text t = text_of(bytes, sizeof bytes);

		text_string(&t, first ? "" : ",");
		first = false;
		if (span_is(f.key, "src") || span_is(f.key, "dst"))
			put_host(&t, &f);
		else
			json_member(&t, &f);
		print(to, &t);
	}
	return w->ok;
}

void
json_fields(FILE *to, struct wire *w, bool first)
{
	(void)put_fields(to, w, first); /* the rest is left out */
}

void
json_line(FILE *to, const char *line, size_t size)
{
	struct wire w = wire_of(line, size);
	struct span id = record_word(&w), state = record_word(&w);
	char bytes[MOST];
	struct text t = text_of(bytes, sizeof bytes);

	text_string(&t, "{\"id\":");
	json_string(&t, id);
	text_string(&t, ",\"state\":");
	json_string(&t, state);
	print(to, &t);
	if (!put_fields(to, &w, false))
		fputs(",\"trunc\":1", to);
	fputc('}', to);
}
