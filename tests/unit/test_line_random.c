/* test_line_random.c - a million random and hostile values through everything that makes lines:
 * incidents in each state, roll-ups, notes. Whatever they are, a line is one line of the grammar of
 * ALERTS 1.1 with the fields that belong there, of at most 1,024 bytes, all that decides in the
 * first 400; strict readers (readers.h) find the same values in it, in its JSON, in the record for
 * journald and in the message for a collector.
 *
 * SEGAUDIT_VALUES: another number of values.
 */
#include "unit.h"

#include <errno.h>
#include <sys/utsname.h>

#include "hub/line.h"
#include "hub/notes.h"
#include "hub/outlet_journal.h"
#include "hub/outlet_remote.h"
#include "readers.h"
#include "tell_policy.h"

#if defined(__SANITIZE_ADDRESS__)
#define VALUES 100000 /* ten times slower */
#else
#define VALUES 1000000
#endif

enum { MSG_MOST = 1300 };

static uint64_t seed = 20260101;

static uint32_t
rnd(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static void
random_bytes(void *to, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)to)[i] = (uint8_t)rnd(256);
}

/* ---- what goes in ---- */

/* A text of at most SIZE - 1 bytes; MEAN: of what breaks lines, quotes, readers or terminals. */
static const char *
some_text(char *to, size_t size, bool mean)
{
	static const char *const bits[] = { "\"", "\\", "=", " ", "\n", "\r", "\x1b[2J", "\x1b]0;",
		"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80",
		"\xf4\x8f\xbf\xbd", "\xf0\x9f\x98\x80", "\xe7\xb3\xbb", "\xc3\xa9", "\xe2\x80\xae",
		"\xe2\x80\xa8", "\xc2\x85", "\xef\xbb\xbf", "\xf3\xa0\x81\x81", "\xef\xbf\xbe",
		"\xc2\xad", "\xd8\x9c", "\xe1\xa0\x8e", "\xe2\x80\x8b", "\xe2\x81\xa6",
		"\xef\xb7\x90", "\xef\xbf\xb9", "a", "b-", ">", "?", "<0>", "\x7f", "]", "msg=\"",
		"h=", " seq=1 h=", "\\x", "\\u{", "}", "\t", "\x01", "'", ",", ":", "%s" };
	size_t n = 0, most = rnd((uint32_t)size), one = rnd(sizeof bits / sizeof *bits);
	bool all_one = rnd(4) == 0; /* and as long as it may be */

	while (all_one || n < most) {
		const char *bit =
		    mean ? bits[all_one ? one : rnd(sizeof bits / sizeof *bits)] : "x";
		size_t length = strlen(bit);
		char any[2] = { (char)(1 + rnd(255)), '\0' };

		if (mean && !all_one && rnd(8) == 0) {
			bit = any;
			length = 1;
		}
		if (n + length >= size)
			break;
		memcpy(to + n, bit, length);
		n += length;
	}
	if (n == 0)
		to[n++] = 'z';
	to[n] = '\0';
	return to;
}

/* Names: hostile, short, or as long as they may be. */
enum names { MEAN, SHORT, LONG };

static void
name(char *to, size_t size, enum names names)
{
	switch (names) {
	case MEAN:
		(void)some_text(to, size, true);
		break;
	case SHORT:
		snprintf(to, size, "zone-%u", rnd(100));
		break;
	case LONG:
		memset(to, 'n', size - 1);
		to[size - 1] = '\0';
		break;
	}
}

static struct tell_policy *
some_policy(void)
{
	struct tell_policy *t = tell_policy_new(1 + rnd(1000), (int32_t)rnd(50000) - 25000);
	char id[33];

	for (unsigned i = 0; i < 3; i++)
		(void)tell_zone(t, some_text(id, sizeof id, true), "", (enum policy_class)rnd(6));
	for (unsigned i = 0; i < 3; i++)
		(void)tell_iface(t, some_text(id, 16, true));
	t->p.japanese = (uint8_t)rnd(2);
	return t;
}

/* At most SIZE bytes as a mail may have them, with NULs among them. */
static uint8_t
some_bytes(char *to, size_t size)
{
	char text[FINDING_NAME + 1];
	size_t n = rnd((uint32_t)size + 1);

	if (rnd(4) == 0) {
		random_bytes(to, size);
		return (uint8_t)n;
	}
	(void)some_text(text, size + 1, rnd(4) != 0);
	n = strlen(text);
	memcpy(to, text, n);
	if (n && rnd(8) == 0)
		to[rnd((uint32_t)n)] = '\0';
	return (uint8_t)n;
}

static struct finding
some_finding(void)
{
	struct finding f;

	random_bytes(&f, sizeof f);
	do
		f.id = finding_kind_at(rnd((uint32_t)finding_kinds()))->id;
	while (f.id > 6999);
	f.outcome = (uint8_t)rnd(4);
	f.from = (uint8_t)rnd(4);
	f.to = (uint8_t)rnd(4);
	f.failed = (uint8_t)rnd(COND_EXPIRY + 1);
	f.app = finding_of_app(f.id) ? (uint8_t)rnd(APP_END) : APP_UNKNOWN;
	f.expected = finding_of_app(f.id) ? (uint8_t)rnd(APP_END) : APP_UNKNOWN;
	f.flags = (uint16_t)(rnd(FINDING_CERTIFIED << 1) &
			     ~(unsigned)(FINDING_LINK | FINDING_PORTS | FINDING_ICMP));
	if (f.flags & FINDING_NAMED)
		f.flags &= (uint16_t)~FINDING_MAIL;
	f.flags |= (uint16_t)(const int[]){ 0, FINDING_LINK, FINDING_PORTS, FINDING_ICMP }[rnd(4)];
	if (f.flags & FINDING_ICMP) {
		f.sport &= 255;
		f.dport &= 255;
	}
	f.what &= rnd(2) ? what_all : WHAT_LOST;
	while (__builtin_popcountll(f.what) > FINDING_WORDS)
		f.what &= f.what - 1;
	f.nstack = (uint8_t)(rnd(3) ? rnd(5) : rnd(FINDING_STACK + 1));
	for (unsigned i = 0; i < FINDING_STACK; i++)
		f.stack[i] = (uint8_t)(1 + rnd(LAYER_COUNT - 1));
	for (unsigned k = 0; k < 2; k++) {
		f.in.vlan[k] = rnd(2) ? (uint16_t)rnd(4096) : 0;
		f.out.vlan[k] = rnd(2) ? (uint16_t)rnd(4096) : 0;
	}
	f.ntype = rnd(4) ? some_bytes(f.type, sizeof f.type) : 0;
	f.nname = rnd(4) ? some_bytes(f.name, sizeof f.name) : 0;
	f.message = rnd(4) ? f.message : 0;
	f.part = rnd(4) ? f.part : 0;
	if (rnd(4) == 0)
		memset(&f.src, 0, sizeof f.src);
	if (rnd(16) == 0)
		f.ethertype = 0;
	return f;
}

static struct incident
some_incident(enum names names)
{
	struct incident i = {
		.f = some_finding(), .core = rnd(2), .forbidden = rnd(2), .want_cut = rnd(8) == 0
	};

	memcpy(i.ev, "7K3QD9ABCD", sizeof i.ev);
	struct incident_zone *const zones[] = { &i.from, &i.to, &i.claims };
	for (unsigned z = 0; z < 3; z++)
		if (rnd(4)) {
			name(zones[z]->id, sizeof zones[z]->id, names);
			name(zones[z]->label, sizeof zones[z]->label, names);
		}
	if (rnd(2))
		name(i.rule, sizeof i.rule, names);
	if (rnd(2))
		name(i.near, sizeof i.near, names);
	if (i.near[0] && (i.f.failed == COND_SERVICE || i.f.failed == COND_HOURS))
		name(i.want, sizeof i.want, names);
	i.want_until = rnd(2) ? NSTIME_NEVER : (nstime)rnd(1u << 31) * NS_SEC;
	name(i.in, sizeof i.in, names);
	name(i.out, sizeof i.out, names);
	random_bytes(&i.total, sizeof i.total);
	random_bytes(&i.first, sizeof i.first);
	random_bytes(&i.last, sizeof i.last);
	return i;
}

/* ---- what must come out ---- */

static uint64_t values; /* that went through so far */
static unsigned whole, cut, json_whole, json_cut;

#define MUST(holds, line) must(holds, __LINE__, #holds, line)

static void
must(bool holds, int at, const char *what, const char *line)
{
	if (!holds)
		fail_msg("line %d: %s does not hold:\n%s", at, what, line);
}

static bool
is(const struct read_field *f, const char *text)
{
	return f && f->size == strlen(text) && memcmp(f->value, text, f->size) == 0;
}

/* Is it these bytes, in hexadecimal? */
static bool
is_hex(const struct read_field *f, const uint8_t *bytes, size_t size)
{
	char text[65];

	for (size_t i = 0; i < size; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return is(f, text);
}

static bool
is_number(const struct read_field *f, const char *plus, uint64_t number)
{
	char text[32];

	snprintf(text, sizeof text, "%s%llu", plus, (unsigned long long)number);
	return is(f, text);
}

/* The bytes of TEXT, with those that are no characters as \xHH: what JSON can hold of them. */
static size_t
json_of(char *to, size_t size_to, const char *text, size_t size)
{
	size_t n = 0;

	for (size_t at = 0; at < size && n + 5 < size_to;) {
		size_t one = read_character(text + at, text + size);

		if (one)
			memcpy(to + n, text + at, one);
		else
			snprintf(to + n, 5, "\\x%02x", (unsigned char)text[at]);
		n += one ? one : 4;
		at += one ? one : 1;
	}
	return n;
}

/* Is a member what the field of the line says? A port stands apart, a plus sign goes away. */
static bool
same_value(const struct read *json, const struct read_field *f, const struct read_field *m)
{
	char want[READ_BYTES];
	const char *value = f->value;
	size_t size = f->size;

	if (m->kind == 'n') {
		if (size && *value == '+') {
			value++;
			size--;
		}
		return m->size == size && memcmp(m->value, value, size) == 0;
	}
	size = json_of(want, sizeof want, value, size);
	if (strcmp(f->key, "src") == 0 || strcmp(f->key, "dst") == 0) {
		const struct read_field *port = read_find(json, *f->key == 's' ? "sport" : "dport");
		char host[80];

		snprintf(host, sizeof host,
		    port ? memchr(m->value, ':', m->size) ? "[%.*s]:%.*s" : "%.*s:%.*s" :
			   "%.*s%.*s",
		    (int)m->size, m->value, port ? (int)port->size : 0, port ? port->value : "");
		return size == strlen(host) && memcmp(want, host, size) == 0;
	}
	return m->size == size && memcmp(m->value, want, size) == 0;
}

/* The JSON of a line: valid, and where nothing was left out of either the same fields with the same
 * values. */
static void
check_json(const struct read *line, const char *text, const char *json, size_t size)
{
	static struct read r;
	const char *msg = strstr(json, ",\"msg\":\"");
	unsigned members = 2;

	MUST(size <= 1024 && strlen(json) == size, json);
	MUST(read_json(&r, json, size), json);
	for (const char *p = json; p < msg; p++)
		MUST(*p >= 0x20 && *p < 0x7f, json);
	MUST(r.n > 2 && r.f[0].size == 7 && memcmp(r.f[0].value, text, 7) == 0, json);
	MUST(strcmp(r.f[1].key, "state") == 0 && strcmp(r.f[r.n - 1].key, "msg") == 0, json);
	if (read_find(&r, "trunc")) {
		json_cut++;
		return;
	}
	json_whole++;
	if (read_find(line, "trunc"))
		return;
	for (unsigned i = 0; i < line->n; i++) {
		const struct read_field *f = &line->f[i], *m = read_find(&r, f->key);

		if (!m || !same_value(&r, f, m))
			fail_msg("%s differs:\n%s\n%s", f->key, text, json);
		members++;
	}
	members += read_find(&r, "sport") ? 1 : 0;
	members += read_find(&r, "dport") ? 1 : 0;
	MUST(members == r.n, json);
}

/* As journald takes it: MESSAGE is the line, each field is there with the bytes that it stands for.
 */
static void
check_journal(const struct read *line, const char *text, size_t size, const struct outlet *o,
    const struct outlet_line *l)
{
	static struct read r;
	char record[JOURNAL_RECORD], key[64] = "SEGAUDIT_";
	struct text t = text_of(record, sizeof record);

	journal_record(&t, o, l);
	MUST(read_journal(&r, record, t.len), text);
	const struct read_field *message = read_find(&r, "MESSAGE");
	MUST(message && message->size == size && memcmp(message->value, text, size) == 0, text);
	MUST(is_number(read_find(&r, "PRIORITY"), "", l->severity), text);
	MUST(is(read_find(&r, "SYSLOG_IDENTIFIER"), "segauditd"), text);
	const struct read_field *id = read_find(&r, "MESSAGE_ID");
	MUST(id && id->size == 32 && memcmp(id->value + 28, text + 3, 4) == 0, text);
	for (unsigned i = 0; i < line->n; i++) {
		size_t k = 0;

		for (; line->f[i].key[k]; k++)
			key[9 + k] =
			    line->f[i].key[k] == '_' ? '_' :
			    line->f[i].key[k] < 'a'  ? line->f[i].key[k] :
						       (char)(line->f[i].key[k] - 'a' + 'A');
		key[9 + k] = '\0';
		const struct read_field *f = read_find(&r, key);
		if (!f || f->size != line->f[i].size ||
		    memcmp(f->value, line->f[i].value, f->size) != 0)
			fail_msg("%s differs:\n%s", key, text);
	}
	/* MESSAGE to SEGAUDIT_TIME, MESSAGE_ID, SEGAUDIT_ID and _STATE. */
	MUST(r.n == line->n + 9, text);
}

/* What RFC 5424 carries of a value: \" and \\ undone, other escapes as they are written. */
static size_t
written(char *to, const struct read_field *f, const char *text)
{
	const char *end = text + f->end, *p = end;
	size_t n = 0;

	/* The value is the last thing before END: it begins behind the key's equals sign. */
	do
		p--;
	while (strncmp(p, f->key, strlen(f->key)) != 0 || p[-1] != ' ' || p[strlen(f->key)] != '=');
	p += strlen(f->key) + 1;
	if (*p == '"') {
		p++;
		end--;
		for (; p < end; p++) {
			if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
				p++;
			to[n++] = *p;
		}
		return n;
	}
	memcpy(to, p, (size_t)(end - p));
	return (size_t)(end - p);
}

/* As a collector takes it. */
static void
check_remote(const struct read *line, const char *text, size_t size, const struct outlet *o,
    const struct outlet_line *l)
{
	static struct read r;
	char record[REMOTE_RECORD + 1], head[300], value[2 * LINE_MAX_BYTES], at[NSTIME_TEXT];
	struct text t = text_of(record, sizeof record);
	struct utsname host;
	unsigned n = 0;

	remote_record(&t, o, l);
	MUST(!t.cut && t.len <= REMOTE_RECORD, text);
	assert_int_equal(uname(&host), 0);
	snprintf(head, sizeof head, "<%u>1 %s %s segauditd 4711 %.7s [segaudit@32473",
	    o->facility * 8u + l->severity, nstime_text(at, l->time, l->offset), host.nodename,
	    text);
	MUST(strncmp(record, head, strlen(head)) == 0, record);
	const char *p = record + strlen(head), *end = record + t.len;
	if (!read_data(&r, &p, end))
		fail_msg("%s: %s", r.why, record);
	MUST((size_t)(end - p) == size + 1 && *p == ' ' && memcmp(p + 1, text, size) == 0, record);
	MUST(r.n > 0 && strcmp(r.f[0].key, "state") == 0, record);
	for (unsigned i = 0; i < line->n; i++) {
		const struct read_field *f = read_find(&r, line->f[i].key);

		if (!f)
			continue;
		n++;
		size_t want = written(value, &line->f[i], text);
		MUST(strcmp(f->key, "msg") != 0 && f->size == want &&
			 memcmp(f->value, value, want) == 0,
		    record);
	}
	MUST(n + 1 == r.n, record);
	/* Only what would make it too long is left out. */
	if (size < 600)
		MUST(n == line->n - 1, record);
}

/* Everything that holds of any line. Its fields are in the result. */
static const struct read *
check_line(const char *text, size_t size, uint8_t severity, const char *json, size_t json_size)
{
	static const char *const decide[] = { "ev", "sev", "verdict", "outcome", "pair", "rule",
		"near", "in", "out", "proto", "src", "dst" };
	static struct read line;
	struct outlet o;
	const struct outlet_line l = { .text = text,
		.size = size,
		.time = (nstime)rnd(1u << 31) * NS_SEC,
		.severity = severity };

	MUST(size <= 1024 && strlen(text) == size, text);
	if (!read_line(&line, text, size))
		fail_msg("%s:\n%s", line.why, text);
	for (size_t i = 0; i < sizeof decide / sizeof *decide; i++) {
		const struct read_field *f = read_find(&line, decide[i]);

		if (f && f->end > 400)
			fail_msg("%s ends at byte %zu:\n%s", decide[i], f->end, text);
	}
	MUST(is(read_find(&line, "sev"), severity_word(severity)), text);
	const struct read_field *trunc = read_find(&line, "trunc");
	MUST(!trunc || is(trunc, "1"), text);
	*(trunc ? &cut : &whole) += 1;
	values += line.n;
	check_json(&line, text, json, json_size);
	outlet_init(&o, TARGET_REMOTE, 3, "tcp:192.0.2.1:514", "segauditd", 4711);
	check_journal(&line, text, size, &o, &l);
	check_remote(&line, text, size, &o, &l);
	return &line;
}

/* ---- incidents ---- */

static void
want_key(const char **keys, unsigned *n, const char *key, bool there)
{
	if (there)
		keys[(*n)++] = key;
}

static void
want_place(const char **keys, unsigned *n, const char *key, const char *vlan, bool there,
    const struct place *at)
{
	want_key(keys, n, key, there);
	want_key(keys, n, vlan, there && (at->vlan[0] || at->vlan[1]));
}

static bool
has_hosts(const struct finding *f)
{
	static const struct addr none;

	return !(f->flags & FINDING_LINK) && (memcmp(&f->src, &none, sizeof none) != 0 ||
						 memcmp(&f->dst, &none, sizeof none) != 0);
}

static bool
has_pair(const struct incident *i)
{
	bool line = i->f.flags & FINDING_LINK || (i->f.id >= 1003 && i->f.id <= 1005);

	return !line || i->from.id[0] || i->to.id[0];
}

static void
want_near(const char **keys, unsigned *n, const struct incident *i)
{
	uint8_t failed = i->f.failed;
	bool near = i->near[0], expiry = failed == COND_EXPIRY && i->want_until > NSTIME_ALWAYS;
	bool mac = failed == COND_CLIENT_MAC || failed == COND_SERVER_MAC;

	want_key(keys, n, "near", near);
	want_key(keys, n, "want", near ? (i->want[0] || expiry) : i->f.expected != 0);
	want_key(keys, n, "got",
	    near && (failed == COND_SERVICE || failed == COND_HOURS || failed == COND_EXPIRY ||
			(mac && i->f.flags & FINDING_MACS)));
}

static void
want_ends(const char **keys, unsigned *n, const struct finding *f)
{
	bool hosts = has_hosts(f);

	want_key(keys, n, "ethertype", !hosts && f->ethertype);
	want_key(keys, n, "proto", hosts);
	want_key(keys, n, "type", hosts && f->flags & FINDING_ICMP);
	want_key(keys, n, "code", hosts && f->flags & FINDING_ICMP);
	want_key(keys, n, "src", hosts);
	want_key(keys, n, "dst", hosts);
}

static void
want_rest(const char **keys, unsigned *n, const struct incident *i)
{
	const struct finding *f = &i->f;

	want_key(keys, n, "claims", i->claims.id[0]);
	want_key(keys, n, "what", f->what || f->app);
	want_key(
	    keys, n, "flags", f->flags & (FINDING_MIDSTREAM | FINDING_LIKELY | FINDING_GUESSED));
	want_key(keys, n, "seen", f->app && !(f->flags & FINDING_LIKELY));
	want_key(keys, n, "name", (f->flags & FINDING_NAMED) && f->nname);
	want_key(keys, n, "cert", f->flags & FINDING_CERTIFIED);
	if (f->flags & FINDING_MAIL) {
		want_key(keys, n, "message", f->message);
		want_key(keys, n, "part", f->part || f->ntype);
		want_key(keys, n, "media", f->ntype);
		want_key(keys, n, "size", f->message);
		want_key(keys, n, "file", f->nname);
	}
	want_key(keys, n, "smac", f->flags & FINDING_MACS);
	want_key(keys, n, "dmac", f->flags & FINDING_MACS);
	want_key(keys, n, "stack", f->nstack);
	want_key(keys, n, "outer", f->flags & FINDING_OUTER);
}

/* The keys of a line about an incident, in their order, by ALERTS 1 and line.h. */
static unsigned
wanted(const char **keys, enum incident_state state, const struct incident *i, uint64_t added,
    bool run)
{
	bool open = state == INCIDENT_OPEN || state == INCIDENT_WORSE;
	unsigned n = 0;

	want_key(keys, &n, "ev", true);
	want_key(keys, &n, "n", state == INCIDENT_UPDATE);
	want_key(keys, &n, "total", state == INCIDENT_UPDATE || state == INCIDENT_CLOSED);
	want_key(keys, &n, "first", state == INCIDENT_CLOSED);
	want_key(keys, &n, "last", state == INCIDENT_CLOSED);
	want_key(keys, &n, "worst", state == INCIDENT_CLOSED);
	want_key(keys, &n, "n", state == INCIDENT_CLOSED && added);
	want_key(keys, &n, "sev", true);
	want_key(keys, &n, "verdict", true);
	want_key(keys, &n, "outcome", state != INCIDENT_CLOSED);
	want_key(keys, &n, "pair", has_pair(i));
	want_key(keys, &n, "rule", true);
	if (open) {
		want_near(keys, &n, i);
		want_place(keys, &n, "in", "vlan", i->f.flags & FINDING_HAS_IN, &i->f.in);
		want_place(keys, &n, "out", "outvlan", i->f.flags & FINDING_HAS_OUT, &i->f.out);
	}
	want_key(keys, &n, "near", state == INCIDENT_UPDATE && i->near[0]);
	want_ends(keys, &n, &i->f);
	if (open)
		want_rest(keys, &n, i);
	want_key(keys, &n, "n", open);
	want_key(keys, &n, "total", state == INCIDENT_WORSE);
	want_key(keys, &n, "first", open);
	want_key(keys, &n, "gen", open);
	want_key(keys, &n, "last", state == INCIDENT_UPDATE);
	want_key(keys, &n, "evidence", run && state == INCIDENT_CLOSED);
	want_key(keys, &n, "sha256", run && state == INCIDENT_CLOSED);
	want_key(keys, &n, "sid", run);
	want_key(keys, &n, "seq", run);
	want_key(keys, &n, "h", run);
	want_key(keys, &n, "msg", true);
	return n;
}

/* Those keys in that order; where something was left out fewer, and trunc, but what decides. */
static void
check_keys(const struct read *line, const char *text, const char *const *keys, unsigned n)
{
	static const char *const may_go[] = { "want", "got", "claims", "what", "flags", "smac",
		"dmac", "stack", "outer", "message", "part", "media", "size", "file", "cert" };
	bool trunc = read_find(line, "trunc") != NULL;
	unsigned at = 0;

	for (unsigned i = 0; i < n; i++) {
		bool may = false;

		for (unsigned k = 0; k < sizeof may_go / sizeof *may_go; k++)
			may |= trunc && strcmp(keys[i], may_go[k]) == 0;
		if (at < line->n && strcmp(line->f[at].key, "trunc") == 0)
			at++;
		if (at < line->n && strcmp(line->f[at].key, keys[i]) == 0)
			at++;
		else if (!may)
			fail_msg("no %s:\n%s", keys[i], text);
	}
	if (at != line->n)
		fail_msg("%s where it does not belong:\n%s", line->f[at].key, text);
}

/* Is the field this name? Where something was left out, at least its beginning. */
static void
check_name(const struct read *line, const char *text, const char *key, const char *name)
{
	const struct read_field *f = read_find(line, key);
	bool part = read_find(line, "trunc") != NULL;

	MUST(
	    f && f->size > 0 && f->size <= strlen(name) && (part || f->size == strlen(name)), text);
	MUST(memcmp(f->value, name, f->size) == 0, text);
}

/* Is the field, if it is there, the beginning of these bytes, and all of them where nothing was
 * left out? */
static void
check_bytes(
    const struct read *line, const char *text, const char *key, const char *bytes, size_t size)
{
	const struct read_field *f = read_find(line, key);

	if (!f)
		return;
	MUST(f->size > 0 && f->size <= size && memcmp(f->value, bytes, f->size) == 0, text);
	MUST(f->size == size || read_find(line, "trunc"), text);
}

static void
check_place(const struct read *line, const char *text, const char *key, const char *vlan,
    const char *name, const struct place *at)
{
	const struct read_field *f = read_find(line, vlan);
	char tags[16];

	check_name(line, text, key, name);
	snprintf(tags, sizeof tags, at->vlan[1] ? "%u.%u" : "%u", at->vlan[0], at->vlan[1]);
	MUST(!f || is(f, tags), text);
}

static void
check_values(const struct read *line, const char *text, enum incident_state state,
    const struct incident *i, uint64_t added)
{
	bool part = read_find(line, "trunc") != NULL,
	     open = state == INCIDENT_OPEN || state == INCIDENT_WORSE;
	char pair[2 * INCIDENT_NAME + 1], address[ADDR_TEXT];
	const struct read_field *f;

	MUST(is(read_find(line, "ev"), "7K3QD9ABCD"), text);
	MUST(is(read_find(line, "verdict"), verdict_word(finding_kind(i->f.id)->verdict)), text);
	if (i->rule[0])
		check_name(line, text, "rule", i->rule);
	else
		MUST(is(read_find(line, "rule"), "default-deny") ||
			 is(read_find(line, "rule"), "forbidden-pair"),
		    text);
	if (!part && (i->to.id[0] || i->f.id < 1003 || i->f.id > 1005) &&
	    (i->to.id[0] || !(i->f.flags & FINDING_LINK))) {
		snprintf(pair, sizeof pair, "%s>%s", i->from.id[0] ? i->from.id : "?",
		    i->to.id[0] ? i->to.id : "?");
		MUST(is(read_find(line, "pair"), pair), text);
	}
	if (open && i->f.flags & FINDING_HAS_IN)
		check_place(line, text, "in", "vlan", i->in, &i->f.in);
	if (open && i->f.flags & FINDING_HAS_OUT)
		check_place(line, text, "out", "outvlan", i->out, &i->f.out);
	if (open && i->claims.id[0] && read_find(line, "claims"))
		check_name(line, text, "claims", i->claims.id);
	if (open && i->f.flags & FINDING_NAMED)
		check_bytes(line, text, "name", i->f.name, i->f.nname);
	if (open && i->f.flags & FINDING_CERTIFIED && read_find(line, "cert"))
		MUST(is_hex(read_find(line, "cert"), i->f.certificate, 8), text);
	if (open && i->f.flags & FINDING_MAIL) {
		check_bytes(line, text, "media", i->f.type, i->f.ntype);
		check_bytes(line, text, "file", i->f.name, i->f.nname);
		f = read_find(line, "size");
		MUST(!f || is_number(f, "", i->f.size), text);
	}
	f = read_find(line, "near");
	if (f && !part) {
		MUST(f->size >= strlen(i->near) && memcmp(f->value, i->near, strlen(i->near)) == 0,
		    text);
		MUST(i->f.failed == COND_NONE ? f->size == strlen(i->near) :
						f->value[strlen(i->near)] == ':',
		    text);
	}
	if (i->want[0] && open && !part)
		MUST(is(read_find(line, "want"), i->want), text);
	f = read_find(line, "dst");
	if (f) {
		(void)addr_text(address, &i->f.dst);
		MUST(memmem(f->value, f->size, address, strlen(address)), text);
	}
	if (state != INCIDENT_CLOSED || added)
		MUST(is_number(read_find(line, "n"), state == INCIDENT_OPEN ? "" : "+", added),
		    text);
	if (state != INCIDENT_OPEN)
		MUST(is_number(read_find(line, "total"), "", i->total), text);
}

static void
one_incident(const struct policy *p)
{
	static const struct line_run run = { "ffffffff", UINT64_MAX, "ffffffffffffffff",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" };
	const struct line_run *with = rnd(8) ? &run : NULL;
	struct incident i = some_incident((enum names)rnd(3));
	enum incident_state state = (enum incident_state)rnd(4);
	char bytes[LINE_MAX_BYTES + 100], json_bytes[LINE_MAX_BYTES + 100];
	struct text text = text_of(bytes, sizeof bytes),
		    json = text_of(json_bytes, sizeof json_bytes);
	uint64_t added = rnd(4) ? rnd(1000) : UINT64_MAX - rnd(100);
	const char *keys[READ_FIELDS];
	uint8_t severity = 0;

	line_incident(&text, p, state, &i, added, with, &severity);
	line_incident_json(&json, p, state, &i, added, with);
	const struct read *line = check_line(bytes, text.len, severity, json_bytes, json.len);
	check_keys(line, bytes, keys, wanted(keys, state, &i, added, with));
	check_values(line, bytes, state, &i, added);
}

/* ---- roll-ups ---- */

static void
one_rollup(const struct policy *p)
{
	static const struct line_run run = { "ffffffff", UINT64_MAX, "ffffffffffffffff",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" };
	enum names names = (enum names)rnd(3);
	struct rollup r = { .outcome = (uint8_t)rnd(4),
		.severity = (uint8_t)(1 + rnd(6)),
		.crowded = (uint8_t)rnd(2) };
	char bytes[LINE_MAX_BYTES + 100], json_bytes[LINE_MAX_BYTES + 100];
	struct text text = text_of(bytes, sizeof bytes),
		    json = text_of(json_bytes, sizeof json_bytes);
	const char *keys[READ_FIELDS];
	unsigned n = 0;

	random_bytes(&r.n, sizeof r - offsetof(struct rollup, n));
	r.id = some_finding().id;
	r.closed = rnd(2) ? r.closed : 0;
	if (rnd(4)) {
		name(r.from, sizeof r.from, names);
		name(r.to, sizeof r.to, names);
		snprintf(r.pair, sizeof r.pair, "%s>%s", r.from, r.to);
		name(r.rule, sizeof r.rule, names);
	}
	line_rollup(&text, p, &r, &run);
	line_rollup_json(&json, p, &r, &run);
	const struct read *line = check_line(bytes, text.len, r.severity, json_bytes, json.len);
	want_key(keys, &n, "sev", true);
	want_key(keys, &n, "verdict", true);
	want_key(keys, &n, "outcome", true);
	want_key(keys, &n, "pair", r.pair[0]);
	want_key(keys, &n, "rule", r.rule[0]);
	want_key(keys, &n, "n", true);
	want_key(keys, &n, "incidents", true);
	want_key(keys, &n, "closed", r.closed);
	want_key(keys, &n, "first", true);
	want_key(keys, &n, "last", true);
	want_key(keys, &n, "sid", true);
	want_key(keys, &n, "seq", true);
	want_key(keys, &n, "h", true);
	want_key(keys, &n, "msg", true);
	check_keys(line, bytes, keys, n);
	if (r.rule[0])
		check_name(line, bytes, "rule", r.rule);
	if (r.pair[0])
		check_name(line, bytes, "pair", r.pair);
	MUST(is_number(read_find(line, "n"), "+", r.n), bytes);
	MUST(is_number(read_find(line, "incidents"), "", r.incidents), bytes);
}

/* ---- notes ---- */

/* The text form of a note without its id, state, sev, verdict, sid, seq and h: what its caller
 * gave. */
static void
note_json(struct text *json, const char *text, const struct read *line, const struct line_run *run)
{
	char fields[LINE_MAX_BYTES + 1], msg[READ_BYTES];
	const char *from = text + read_find(line, "verdict")->end;
	const struct read_field *m = &line->f[line->n - 1],
				*before = &line->f[line->n - (run ? 5 : 2)];
	size_t size = (size_t)(text + before->end - from);

	if (strcmp(before->key, "trunc") == 0)
		size -= strlen(" trunc=1");
	snprintf(fields, sizeof fields, "%.*s", (int)size, from);
	snprintf(msg, sizeof msg, "%.*s", (int)m->size, m->value);
	line_note_json(json, (uint16_t)strtoul(text + 3, NULL, 10), fields, msg, run);
}

/* A value of which 256 bytes are shown: all of it, or its beginning and how much more there is. */
static bool
is_shown(const struct read_field *f, const char *text)
{
	size_t size = strlen(text);
	char more[40];

	if (is(f, text))
		return true;
	for (size_t n = size < f->size ? size : f->size; n > 0; n--) {
		snprintf(more, sizeof more, "\xe2\x80\xa6(+%zu)", size - n);
		if (f->size == n + strlen(more) && memcmp(f->value, text, n) == 0 &&
		    memcmp(f->value + n, more, strlen(more)) == 0)
			return true;
	}
	return false;
}

/* Fields as callers write them: text_pair() for what is from outside, in any order behind those
 * that decide. */
static void
one_note(void)
{
	static const struct line_run run = { "ffffffff", UINT64_MAX, "ffffffffffffffff",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" };
	static const char *const texts[] = { "what", "error", "file", "path", "target" };
	static const char *const numbers[] = { "total", "lost", "pkts", "limit" };
	const struct line_run *with = rnd(8) ? &run : NULL;
	char text[5][400], in[16], fields_bytes[4000], msg[MSG_MOST], bytes[LINE_MAX_BYTES + 100],
	    json_bytes[LINE_MAX_BYTES + 100];
	struct text fields = text_of(fields_bytes, sizeof fields_bytes),
		    line = text_of(bytes, sizeof bytes),
		    json = text_of(json_bytes, sizeof json_bytes);
	uint16_t id = finding_kind_at(rnd((uint32_t)finding_kinds()))->id;
	uint64_t number[4];
	unsigned ntexts = rnd(6), nnumbers = rnd(5), n = 0;
	bool has_in = rnd(2);
	uint8_t severity;
	const char *keys[READ_FIELDS];

	if (has_in)
		text_pair(&fields, "in", in, strlen(some_text(in, sizeof in, true)));
	for (unsigned i = 0; i < ntexts; i++) {
		(void)some_text(text[i], rnd(4) ? 40 : sizeof text[i], rnd(4));
		text_pair(&fields, texts[i], text[i], strlen(text[i]));
	}
	for (unsigned i = 0; i < nnumbers; i++) {
		random_bytes(&number[i], sizeof number[i]);
		text_add(&fields, "%s%s=%llu", fields.len ? " " : "", numbers[i],
		    (unsigned long long)number[i]);
	}
	assert_false(fields.cut);
	(void)some_text(msg, rnd(2) ? 100 : sizeof msg, true);
	line_note(&line, id, fields_bytes, msg, with, &severity);
	line_note_json(&json, id, fields_bytes, msg, with);
	const struct read *r = check_line(bytes, line.len, severity, json_bytes, json.len);
	bool part = read_find(r, "trunc") != NULL;

	want_key(keys, &n, "sev", true);
	want_key(keys, &n, "verdict", true);
	want_key(keys, &n, "in", has_in);
	for (unsigned i = 0; i < ntexts; i++)
		want_key(keys, &n, texts[i], !part || read_find(r, texts[i]));
	for (unsigned i = 0; i < nnumbers; i++)
		want_key(keys, &n, numbers[i], !part || read_find(r, numbers[i]));
	want_key(keys, &n, "sid", with);
	want_key(keys, &n, "seq", with);
	want_key(keys, &n, "h", with);
	want_key(keys, &n, "msg", true);
	check_keys(r, bytes, keys, n);
	if (has_in)
		check_name(r, bytes, "in", in);
	for (unsigned i = 0; i < ntexts; i++)
		MUST(!read_find(r, texts[i]) || is_shown(read_find(r, texts[i]), text[i]), bytes);
	for (unsigned i = 0; i < nnumbers; i++)
		MUST(
		    !read_find(r, numbers[i]) || is_number(read_find(r, numbers[i]), "", number[i]),
		    bytes);
	if (!part)
		MUST(is(read_find(r, "msg"), msg), bytes);
}

static char heard[LINE_MAX_BYTES + 100];
static size_t heard_size;

static void
hear(void *ctx, const char *line, size_t size)
{
	(void)ctx;
	assert_true(size < sizeof heard);
	memcpy(heard, line, size);
	heard[size] = '\0';
	heard_size = size;
}

/* Notes with texts from outside, by those who say them: the field is there, whatever the text. */
static void
one_said(struct tell *t)
{
	char error[233], json_bytes[LINE_MAX_BYTES + 100];
	struct text json = text_of(json_bytes, sizeof json_bytes);
	static struct read line;
	bool skipped = rnd(2);
	const struct msg_skipped frame = {
		.worker = 1, .seq = 7, .iface = (uint16_t)rnd(3), .caplen = 60
	};
	struct repeat repeat = { .n = rnd(2) ? UINT64_MAX - 1 : 0 }; /* so many were not said */
	const bool many = repeat.n;

	if (skipped)
		note_skipped(t, &repeat, &frame, rnd(2) ? -ENOSPC : 0, "frame-7.pcap");
	else
		note_refused(t, &repeat, error, strlen(some_text(error, sizeof error, rnd(8))));
	MUST(read_line(&line, heard, heard_size), heard);
	note_json(&json, heard, &line, &t->run);
	const struct read *r = check_line(heard, heard_size, skipped ? 3 : 4, json_bytes, json.len);
	MUST(!read_find(r, "trunc"), heard);
	MUST(!read_find(r, "n") == !many, heard);
	MUST(!strstr(json_bytes, "\"trunc\":1"), json_bytes);
	if (skipped)
		MUST(is(read_find(r, "in"), policy_iface(t->policy, frame.iface)->name), heard);
	else
		MUST(read_find(r, "error") && is_shown(read_find(r, "error"), error), heard);
}

/* ---- all of them ---- */

static void
test_property(void **state)
{
	const char *asked = getenv("SEGAUDIT_VALUES");
	uint64_t most = asked ? strtoull(asked, NULL, 10) : VALUES;
	struct sinks *sinks = sinks_new("segauditd", 4711);
	struct tell tell;

	(void)state;
	tell_init(&tell, sinks, 0x01020304);
	tell.heard = hear;
	while (values < most) {
		struct tell_policy *t = some_policy();

		tell.policy = &t->p;
		tell.wall = (nstime)rnd(1u << 31) * NS_SEC;
		for (unsigned i = 0; i < 20; i++) {
			one_incident(&t->p);
			one_incident(&t->p);
			one_rollup(&t->p);
			one_note();
			one_said(&tell);
		}
		free(t);
	}
	/* The checks that hold only where nothing was left out are not in vain, nor are the others.
	 */
	unsigned lines = whole + cut;
	print_message("%llu values in %u lines, %u cut; of their JSON, %u cut\n",
	    (unsigned long long)values, lines, cut, json_cut);
	assert_true(whole > lines / 4 && cut > lines / 20);
	assert_true(json_whole > lines / 4 && json_cut > lines / 20);
	sinks_free(sinks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_property) };

	return UNIT_RUN(tests);
}
