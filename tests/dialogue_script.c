/* dialogue_script.c - reads a variant of a file into steps. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialogue.h"

enum { LINES = 4096 };

/* The lines of one variant. */
struct section {
	const char *file;
	int line; /* of the one that is read */
	char *text[LINES];
	int number[LINES];
	unsigned n;
	size_t room_steps, room_bytes, room_marks, room_wants;
	size_t sent;	/* bytes of the client's stream so far */
	unsigned round; /* of a repetition */
};

static void __attribute__((noreturn, format(printf, 2, 3)))
wrong(const struct section *in, const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: ", in->file, in->line);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static void
add_byte(struct script *s, struct section *in, int byte)
{
	s->bytes = grown(s->bytes, &in->room_bytes, s->nbytes, 1);
	s->bytes[s->nbytes++] = (uint8_t)byte;
}

void *
grown(void *p, size_t *room, size_t n, size_t size)
{
	if (n < *room)
		return p;
	*room = *room ? *room * 2 : 64;
	while (*room <= n)
		*room *= 2;
	p = realloc(p, *room * size);
	if (!p)
		abort();
	return p;
}

char *
next_word(char **text)
{
	char *word = *text + strspn(*text, " ");

	*text = word + strcspn(word, " ");
	if (**text)
		*(*text)++ = '\0';
	return *word ? word : NULL;
}

/* --- text to bytes --- */

static void
add_mark(struct script *s, struct section *in, size_t begin)
{
	s->mark = grown(s->mark, &in->room_marks, s->marks, sizeof *s->mark);
	s->mark[s->marks++] = in->sent + s->nbytes - begin;
}

static const char *
add_text(struct script *s, struct section *in, const char *p, int end, size_t begin);

/* \{N:text} */
static const char *
add_repeated(struct script *s, struct section *in, const char *p, size_t begin)
{
	char *colon;
	unsigned long n = strtoul(p, &colon, 10);

	if (*colon != ':')
		wrong(in, "\\{%s: N:text} is wanted", p);
	const char *end = NULL;
	for (unsigned long i = 0; i < n; i++)
		end = add_text(s, in, colon + 1, '}', begin);
	if (!end)
		wrong(in, "\\{: at least once");
	return end + 1;
}

/* The escape at P, behind its backslash. Returns what follows. */
static const char *
add_escape(struct script *s, struct section *in, const char *p, size_t begin)
{
	static const char from[] = "rnt0e\\}", to[] = "\r\n\t\0\x1b\\}";
	const char *known = *p ? strchr(from, *p) : NULL;
	char number[12];

	if (known) {
		add_byte(s, in, to[known - from]);
		return p + 1;
	}
	switch (*p) {
	case 'x':
		if (!isxdigit((unsigned char)p[1]) || !isxdigit((unsigned char)p[2]))
			wrong(in, "\\x: two hexadecimal digits are wanted");
		(void)snprintf(number, sizeof number, "%.2s", p + 1);
		add_byte(s, in, (int)strtoul(number, NULL, 16));
		return p + 3;
	case '{':
		return add_repeated(s, in, p + 1, begin);
	case '|':
		add_mark(s, in, begin);
		return p + 1;
	case '#':
		(void)snprintf(number, sizeof number, "%u", in->round);
		for (const char *d = number; *d; d++)
			add_byte(s, in, *d);
		return p + 1;
	default:
		wrong(in, "unknown escape \\%c", *p ? *p : ' ');
	}
}

/* All up to END. Returns where that is. BEGIN is where the step's bytes begin. */
static const char *
add_text(struct script *s, struct section *in, const char *p, int end, size_t begin)
{
	while (*p && *p != end) {
		if (*p == '\\')
			p = add_escape(s, in, p + 1, begin);
		else
			add_byte(s, in, *p++);
	}
	if (*p != end)
		wrong(in, "`%c` is missing", end);
	return p;
}

/* --- lines to steps --- */

static struct step *
add_step(struct script *s, struct section *in, enum step_kind kind)
{
	s->step = grown(s->step, &in->room_steps, s->steps, sizeof *s->step);
	struct step *t = &s->step[s->steps++];
	*t =
	    (struct step){ .kind = kind, .at = s->nbytes, .ttl = 64, .keys = "", .ip = { "", "" } };
	return t;
}

static long
number(const struct section *in, const char *text)
{
	char *end;

	errno = 0;
	long v = strtol(text, &end, 0);
	if (end == text || *end || errno)
		wrong(in, "`%s`: a number is wanted", text);
	return v;
}

/* One more key for craft. */
static void
keep_key(const struct section *in, const char **keys, const char *key)
{
	char *kept;

	if (asprintf(&kept, "%s %s", *keys, key) < 0)
		wrong(in, "no memory");
	*keys = kept;
}

/* key=value between a line's letter and its colon; those that are not ours are for craft. */
static void
add_keys(const struct section *in, struct step *t, char *keys)
{
	for (char *k = next_word(&keys); k; k = next_word(&keys)) {
		if (strncmp(k, "at=", 3) == 0)
			t->shift = number(in, k + 3);
		else if (strncmp(k, "ack=", 4) == 0)
			t->ack = number(in, k + 4);
		else if (strncmp(k, "ttl=", 4) == 0)
			t->ttl = (unsigned)number(in, k + 4);
		else if (strncmp(k, "less=", 5) == 0)
			t->less = (unsigned)number(in, k + 5);
		else if (strcmp(k, "mac=own") == 0)
			t->own = true;
		else if (strncmp(k, "frags=", 6) == 0)
			t->frags = strdup(k + 6);
		else if (strncmp(k, "ip4.", 4) == 0)
			keep_key(in, &t->ip[0], k + 4);
		else if (strncmp(k, "ip6.", 4) == 0)
			keep_key(in, &t->ip[1], k + 4);
		else
			keep_key(in, &t->keys, k);
		t->alone = true;
	}
}

static void
send_line(struct script *s, struct section *in, bool client, const char *text, const char *end)
{
	struct step *t = add_step(s, in, STEP_SEND);

	t->client = client;
	(void)add_text(s, in, text, '\0', t->at);
	(void)add_text(s, in, end, '\0', t->at);
	t->size = s->nbytes - t->at;
	if (client)
		in->sent += t->size;
}

/* The same of bytes in hexadecimal digits. */
static void
send_hex(struct script *s, struct section *in, bool client, const char *text)
{
	struct step *t = add_step(s, in, STEP_SEND);
	uint8_t *bytes = NULL;
	const char *fault = hex_bytes(text, &bytes, &t->size);

	if (fault)
		wrong(in, "%s", fault);
	for (size_t i = 0; i < t->size; i++)
		add_byte(s, in, bytes[i]);
	free(bytes);
	t->client = client;
	if (client)
		in->sent += t->size;
}

/* [-]C S M, with a line end; c s m, without; x y: extra segments of client and server. Then keys,
 * a colon, and after at most one space the text. */
static bool
is_bytes(struct script *s, struct section *in, char *line)
{
	char *p = line + (*line == '-'), *colon = strchr(p, ':');

	if (!*p || !strchr("CSMcsmxy", *p) || !colon || (p[1] != ':' && p[1] != ' '))
		return false;
	*colon = '\0';
	bool extra = *p == 'x' || *p == 'y', client = !strchr("Ssy", *p);
	char *text = colon + 1 + (colon[1] == ' ');
	size_t first = s->steps;
	if (extra) {
		struct step *t = add_step(s, in, STEP_EXTRA);
		t->client = client;
		(void)add_text(s, in, text, '\0', t->at);
		t->size = s->nbytes - t->at;
	} else if (strcmp(p + 1, " hex") == 0) {
		send_hex(s, in, client, text);
		*colon = ':';
		return true;
	} else {
		send_line(s, in, client, text, isupper((unsigned char)*p) ? "\\r\\n" : "");
	}
	s->step[first].lost = *line == '-';
	s->step[first].alone = extra || *line == '-';
	add_keys(in, &s->step[first], p + 1);
	*colon = ':';
	return true;
}

/* --- the standard dialogue --- */

static void
say_open(struct script *s, struct section *in)
{
	send_line(s, in, false, "220 mx.lgwan.example ESMTP", "\\r\\n");
	send_line(s, in, true, "EHLO relay.internet.example", "\\r\\n");
	send_line(s, in, false,
	    "250-mx.lgwan.example\\r\\n250-PIPELINING\\r\\n250-8BITMIME\\r\\n250-SMTPUTF8\\r\\n"
	    "250-CHUNKING\\r\\n250 SIZE",
	    "\\r\\n");
}

static void
say_envelope(struct script *s, struct section *in, const char *parameters)
{
	char from[256];

	(void)snprintf(from, sizeof from, "MAIL FROM:<a@internet.example>%s%s",
	    *parameters ? " " : "", parameters);
	send_line(s, in, true, from, "\\r\\n");
	send_line(s, in, true, "RCPT TO:<b@lgwan.example>", "\\r\\n");
	send_line(s, in, true, "DATA", "\\r\\n");
	send_line(s, in, false, "250 2.1.0 ok\\r\\n250 2.1.5 ok\\r\\n354 go ahead", "\\r\\n");
}

static void
say_end(struct script *s, struct section *in)
{
	send_line(s, in, true, ".", "\\r\\n");
	send_line(s, in, false, "250 2.0.0 queued", "\\r\\n");
}

static void
say_quit(struct script *s, struct section *in)
{
	send_line(s, in, true, "QUIT", "\\r\\n");
	send_line(s, in, false, "221 2.0.0 bye", "\\r\\n");
}

/* Pipelined, to have fewer segments. */
static void
say_end_and_quit(struct script *s, struct section *in)
{
	send_line(s, in, true, ".", "\\r\\n");
	send_line(s, in, true, "QUIT", "\\r\\n");
	send_line(s, in, false, "250 2.0.0 queued\\r\\n221 2.0.0 bye", "\\r\\n");
}

/* --- directives --- */

static char *
rest(char *line)
{
	line += strcspn(line, " ");
	return line + strspn(line, " ");
}

static bool
is(const char *line, const char *word)
{
	size_t n = strlen(word);

	return strncmp(line, word, n) == 0 && (line[n] == '\0' || line[n] == ' ');
}

static void
add_want(struct script *s, struct section *in, char *line)
{
	s->want = grown(s->want, &in->room_wants, s->wants, sizeof *s->want);
	s->want[s->wants++] = rest(line);
}

static void
set_name(const struct section *in, char *value, bool only_new)
{
	char *name = next_word(&value);

	if (!name || !hex_name(name, value, only_new))
		wrong(in, "set: a new name and its bytes are wanted");
}

/* What is not about bytes: how the capture is made. */
static bool
is_setting(struct script *s, struct section *in, char *line)
{
	char *value = rest(line);

	if (is(line, "want"))
		add_want(s, in, line);
	else if (is(line, "mails") || is(line, "sessions"))
		s->counted = value;
	else if (is(line, "set") || is(line, "default"))
		set_name(in, value, is(line, "default"));
	else if (is(line, "datagrams"))
		s->datagrams = true;
	else if (is(line, "outward"))
		s->outward = true;
	else if (is(line, "server"))
		s->server = value;
	else if (is(line, "cuts few"))
		s->cuts = CUTS_FEW;
	else if (is(line, "cuts server"))
		s->cut_server = true;
	else if (is(line, "bytes none"))
		s->no_bytes = true;
	else if (is(line, "cuts every"))
		s->stride = (size_t)number(in, rest(value));
	else if (is(line, "drop client"))
		s->drop_client = true;
	else if (is(line, "drop server"))
		s->drop_server = true;
	else if (is(line, "drop synack"))
		s->drop_synack = true;
	else if (is(line, "order reverse"))
		s->order = ORDER_REVERSE;
	else if (is(line, "order random"))
		s->order = ORDER_RANDOM;
	else if (is(line, "interleave"))
		s->interleave = true;
	else if (is(line, "forwarded"))
		s->forwarded = true;
	else if (is(line, "handshake none"))
		s->no_handshake = true;
	else if (is(line, "end none"))
		s->no_end = true;
	else if (is(line, "port"))
		s->port = (unsigned)number(in, value);
	else if (is(line, "from"))
		s->from = (unsigned)number(in, value);
	else if (is(line, "only ip4"))
		s->only = 4;
	else if (is(line, "only ip6"))
		s->only = 6;
	else if (is(line, "ip4"))
		s->above[0] = value;
	else if (is(line, "ip6"))
		s->above[1] = value;
	else if (is(line, "isn"))
		s->isn = (uint32_t)number(in, value);
	else if (is(line, "frag")) {
		s->frag_how = strpbrk(value, " ") ? rest(value) : "";
		s->frag = (size_t)strtoul(value, NULL, 10);
	} else
		return false;
	return true;
}

static void
do_line(struct script *s, struct section *in, char *line, const char *parameters)
{
	if (is_setting(s, in, line) || is_bytes(s, in, line))
		return;
	if (is(line, "open"))
		say_open(s, in);
	else if (is(line, "mail"))
		say_envelope(s, in, *rest(line) ? rest(line) : parameters);
	else if (is(line, "end"))
		say_end(s, in);
	else if (is(line, "quit"))
		say_quit(s, in);
	else if (is(line, "mark"))
		add_mark(s, in, s->nbytes);
	else if (is(line, "wait"))
		add_step(s, in, STEP_WAIT)->wait = strtod(rest(line), NULL);
	else if (is(line, "reuse"))
		add_step(s, in, STEP_REUSE)->shift = number(in, rest(line));
	else if (!is(line, "body"))
		wrong(in, "`%s`: not known", line);
}

/* Lines FROM to the end, or up to the `again` of the repetition that they stand in. Returns that.
 */
static unsigned
do_lines(struct script *s, struct section *in, unsigned from, bool inside, const char *parameters)
{
	unsigned i, end = from;

	for (i = from; i < in->n; i++) {
		in->line = in->number[i];
		if (is(in->text[i], "again") && inside)
			return i;
		if (!is(in->text[i], "repeat")) {
			do_line(s, in, in->text[i], parameters);
			continue;
		}
		long n = number(in, rest(in->text[i]));
		for (long k = 0; k < labs(n); k++) {
			in->round = (unsigned)(n > 0 ? k + 1 : -n - k);
			end = do_lines(s, in, i + 1, true, parameters);
		}
		i = end;
	}
	if (inside)
		wrong(in, "`again` is missing");
	return i;
}

/* A variant with nothing but a message has the standard dialogue around it. */
static void
do_section(struct script *s, struct section *in)
{
	bool bare = true;
	const char *parameters = "";

	for (unsigned i = 0; i < in->n; i++) {
		char *l = in->text[i] + (in->text[i][0] == '-');
		if (strchr("CScs", l[0]) && (l[1] == ':' || l[1] == ' '))
			bare = false;
		if (is(l, "open") || is(l, "mail"))
			bare = false;
		if (is(l, "body"))
			parameters = rest(l);
	}
	if (bare) {
		say_open(s, in);
		say_envelope(s, in, parameters);
		s->message = in->sent - 6; /* DATA is part of what is cut */
	}
	(void)do_lines(s, in, 0, false, parameters);
	if (bare)
		say_end_and_quit(s, in);
}

/* --- the file --- */

static FILE *
opened(const char *file)
{
	FILE *f = fopen(file, "re");

	if (!f) {
		fprintf(stderr, "%s: %s\n", file, strerror(errno));
		exit(1);
	}
	return f;
}

static ssize_t
next_line(FILE *f, char **line, size_t *room)
{
	ssize_t n = getline(line, room, f);

	if (n > 0 && (*line)[n - 1] == '\n')
		(*line)[n - 1] = '\0';
	return n;
}

static void use_part(struct section *in, const char *name);

/* A line of the variant. */
static void
take_line(struct section *in, const char *line, int number)
{
	if (line[0] == '\0' || line[0] == '#')
		return;
	if (is(line, "use")) {
		use_part(in, line + 4);
		return;
	}
	if (in->n == LINES)
		wrong(in, "more than %d lines in a variant", LINES);
	in->number[in->n] = number;
	in->text[in->n++] = strdup(line);
}

/* The lines of NAME.part, which stands where the file does. */
static void
use_part(struct section *in, const char *name)
{
	const char *slash = strrchr(in->file, '/');
	char path[4096], *line = NULL;
	size_t room = 0;
	FILE *f;

	(void)snprintf(path, sizeof path, "%.*s%s.part", slash ? (int)(slash + 1 - in->file) : 0,
	    in->file, name);
	f = opened(path);
	while (next_line(f, &line, &room) >= 0)
		take_line(in, line, in->line);
	free(line);
	fclose(f);
}

bool
script_read(struct script *s, const char *file, unsigned n)
{
	static struct section in;
	const char *dot = strrchr(file, '.');
	char *line = NULL;
	size_t room = 0;
	unsigned seen = 0;
	FILE *f = opened(file);

	*s = (struct script){
		.port = 25, .server = "25", .isn = 1000000, .above = { "", "" }, .frag_how = ""
	};
	s->sessions = dot && strcmp(dot, ".mail") != 0;
	in = (struct section){ .file = file };
	hex_forget();
	for (int number = 1; next_line(f, &line, &room) >= 0; number++) {
		in.line = number;
		if (strncmp(line, "== ", 3) == 0)
			seen++;
		else if (seen == n)
			take_line(&in, line, number);
	}
	free(line);
	fclose(f);
	if (seen < n)
		return false;
	do_section(s, &in);
	return true;
}

void
script_list(const char *file)
{
	char *line = NULL;
	size_t room = 0;
	unsigned n = 0;
	FILE *f = opened(file);

	while (next_line(f, &line, &room) >= 0)
		if (strncmp(line, "== ", 3) == 0)
			printf("%u %s\n", ++n, line + 3);
	free(line);
	fclose(f);
}
