/* fuzz_line.c - any bytes as a finding, as the names of a policy, and as a text in a note: what
 * finding_valid() lets pass becomes incidents and lines that keep the form of ALERTS 1.1, by the
 * strict readers of the tests.
 *
 * The bytes are a struct finding; what follows it are names, each ended by a NUL. Numbers that have
 * few right values are folded to those and one wrong one, so that most inputs come far.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/line.h"
#include "../unit/readers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(holds) ((holds) ? (void)0 : broken(__LINE__, #holds))

enum { ZONES = 3, IFACES = 2, CONDUITS = 2, ID_MOST = 32 };

/* The image of a policy: offsets are those of the members. */
struct image {
	struct policy p;
	struct policy_zone zone[ZONES + 1];
	struct policy_iface iface[IFACES];
	struct policy_conduit conduit[CONDUITS];
	struct policy_offset offset;
	char text[16][ID_MOST + 1];
	uint32_t texts;
};

static void __attribute__((noreturn)) broken(int line, const char *what)
{
	fprintf(stderr, "fuzz_line.c:%d: does not hold: %s\n", line, what);
	abort();
}

/* The next name in the input; "name" when there is none left. */
static uint32_t
name(struct image *m, const uint8_t **at, const uint8_t *end)
{
	char *to = m->text[m->texts++];
	size_t n = 0;

	while (*at < end && **at && n < ID_MOST)
		to[n++] = (char)*(*at)++;
	while (*at < end && *(*at)++)
		;
	if (n == 0)
		memcpy(to, "name", 5);
	return (uint32_t)(to - (char *)m);
}

static void
image_make(struct image *m, const uint8_t *at, const uint8_t *end)
{
	*m = (struct image){ .p = { .magic = POLICY_MAGIC,
				 .size = sizeof *m,
				 .generation = 3,
				 .nzones = ZONES,
				 .nifaces = IFACES,
				 .nconduits = CONDUITS,
				 .zones = offsetof(struct image, zone),
				 .ifaces = offsetof(struct image, iface),
				 .conduits = offsetof(struct image, conduit),
				 .offsets = offsetof(struct image, offset),
				 .noffsets = 1 },
		.offset = { .from = NSTIME_ALWAYS, .offset = 9 * 3600 } };
	for (unsigned i = 0; i < IFACES; i++)
		memcpy(m->iface[i].name, (const char *)m + name(m, &at, end),
		    sizeof m->iface[i].name - 1);
	for (unsigned i = 1; i <= ZONES; i++)
		m->zone[i] = (struct policy_zone){ .id = name(m, &at, end),
			.label = name(m, &at, end),
			.class = (uint8_t)(i - 1) };
	for (unsigned i = 0; i < CONDUITS; i++)
		m->conduit[i] = (struct policy_conduit){ .id = name(m, &at, end),
			.services_text = name(m, &at, end),
			.hours_text = name(m, &at, end),
			.expires = i ? NSTIME_NEVER : NS_DAY };
	m->p.japanese = m->texts & 1;
}

static void
check_line(const char *line, size_t size)
{
	static const char *const decide[] = { "ev", "sev", "verdict", "outcome", "pair", "rule",
		"near", "in", "out", "proto", "src", "dst" };
	static struct read r;

	CHECK(size <= LINE_MAX_BYTES && strlen(line) == size);
	CHECK(read_line(&r, line, size));
	for (size_t i = 0; i < sizeof decide / sizeof *decide; i++) {
		const struct read_field *f = read_find(&r, decide[i]);

		CHECK(!f || f->end <= 400 || strstr(line, " NOTE ") == line + 7);
	}
}

static void
check_json(const char *json, size_t size)
{
	static struct read r;

	CHECK(size <= LINE_MAX_BYTES && strlen(json) == size);
	CHECK(read_json(&r, json, size));
}

/* The bytes as a text from outside, and as a message. */
static void
check_note(const uint8_t *data, size_t size)
{
	char text[600], fields[2048], bytes[2 * LINE_MAX_BYTES];
	struct text f = text_of(fields, sizeof fields), t = text_of(bytes, sizeof bytes);
	uint8_t severity = 0;

	snprintf(text, sizeof text, "%.*s", (int)size, (const char *)data);
	text_pair(&f, "file", text, strlen(text));
	text_pair_within(&f, "error", text, strlen(text), 480);
	CHECK(!f.cut);
	line_note(&t, 8002, fields, text, NULL, &severity);
	check_line(bytes, t.len);
	t = text_of(bytes, sizeof bytes);
	line_note_json(&t, 8002, fields, text, NULL);
	check_json(bytes, t.len);
}

static void
say(void *ctx, enum incident_state state, struct incident *i, uint64_t added)
{
	static const struct line_run run = { "01234567", UINT64_MAX, "0123456789abcdef",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" };
	const struct policy *p = ctx;
	char bytes[2 * LINE_MAX_BYTES];
	struct text t = text_of(bytes, sizeof bytes);
	uint8_t severity = 0;

	line_incident(&t, p, state, i, added, &run, &severity);
	CHECK(severity_word(severity));
	check_line(bytes, t.len);
	t = text_of(bytes, sizeof bytes);
	line_incident_json(&t, p, state, i, added, &run);
	check_json(bytes, t.len);
}

/* Folds numbers to the right ones and the first wrong one. */
static void
fold(struct finding *f, const struct policy *p)
{
	size_t kind = f->id % (finding_kinds() + 1);

	f->id = kind < finding_kinds() ? finding_kind_at(kind)->id : 1;
	f->generation = p->generation + (f->generation % 16 == 0);
	f->outcome %= OUTCOME_ANSWERED + 2;
	f->from %= ZONES + 2;
	f->to %= ZONES + 2;
	f->claims %= ZONES + 2;
	f->app = (uint8_t)(finding_of_app(f->id) ? f->app % (APP_END + 1) : f->app == UINT8_MAX);
	f->expected = (uint8_t)(finding_of_app(f->id) ? f->expected % (APP_END + 1) :
							f->expected == UINT8_MAX);
	f->failed %= COND_EXPIRY + 2;
	f->rule = f->rule & 1 ? (uint32_t)POLICY_NONE : f->rule % (CONDUITS + 1);
	f->near = f->near & 1 ? (uint32_t)POLICY_NONE : f->near % (CONDUITS + 1);
	f->in.iface %= IFACES + 1;
	f->out.iface %= IFACES + 1;
	f->what &= what_all * 2 + 1;
	f->flags &= FINDING_MAIL * 4 - 1;
	f->ntype %= FINDING_TYPE + 2;
	f->nname %= FINDING_NAME + 2;
	f->size >>= 7;
	f->event %= FINDING_EVENTS + 1;
	f->nstack %= FINDING_STACK + 2;
	for (unsigned i = 0; i < FINDING_STACK; i++)
		f->stack[i] %= LAYER_COUNT + 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hash_key key = { { 1, 3, 5, 7, 9, 11 } };
	static struct image m;
	struct finding f = { 0 };
	size_t head = size < sizeof f ? size : sizeof f;
	struct incidents *t;

	if (size)
		memcpy(&f, data, head);
	check_note(data, size);
	image_make(&m, data + head, data + size);
	if (!finding_valid(&f, &m.p))
		fold(&f, &m.p);
	if (!finding_valid(&f, &m.p))
		return 0;
	t = incidents_new(1, &key, 5 * NS_MIN, say, &m);
	if (!t)
		return 0;
	incident_add(t, &m.p, &f);
	f.outcome = OUTCOME_ANSWERED;
	incident_add(t, &m.p, &f);
	incident_add(t, &m.p, &f);
	CHECK(incidents_open(t) == 1);
	incidents_tick(t, NS_DAY);
	f.dport ^= 1;
	f.src.b[0] ^= 1;
	incident_add(t, &m.p, &f);
	CHECK(incidents_open(t) == 1);
	incidents_tick(t, NSTIME_NEVER);
	CHECK(incidents_open(t) == 0);
	incidents_free(t);
	return 0;
}
