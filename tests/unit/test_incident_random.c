/* test_incident_random.c - incidents against a naive model of them: the same words in the same
 * order, counts to the packet. */
#include "unit.h"

#include "tell_incident.h"

/* The model: a plain array, looked through as a whole each time. */
enum { MODEL = 64, KEYS = 150 };

struct model_incident {
	bool open;
	uint16_t port;
	uint8_t outcome;
	uint64_t total, said, order;
	nstime opened, last;
	unsigned step;
};

struct model {
	struct model_incident i[MODEL];
	uint64_t order;
	struct log log;
};

static void
model_say(struct model *m, struct model_incident *i, enum incident_state state)
{
	m->log.one[m->log.n++] = (struct one){ .state = state,
		.outcome = i->outcome,
		.dport = i->port,
		.added = i->total - i->said,
		.total = i->total };
	i->said = i->total;
	if (state == INCIDENT_CLOSED)
		i->open = false;
}

static nstime
model_update_at(const struct model_incident *i)
{
	static const int minutes[] = { 1, 5, 30, 60 };

	return i->opened +
	       (i->step < 4 ? minutes[i->step] * NS_MIN : (nstime)(i->step - 2) * NS_HOUR);
}

static void
model_tick(struct model *m, nstime now)
{
	for (;;) {
		struct model_incident *best = NULL;
		nstime when = NSTIME_NEVER;
		bool closing = false;

		for (unsigned n = 0; n < MODEL; n++) {
			struct model_incident *i = &m->i[n];
			nstime close = i->last + QUIET, update = model_update_at(i),
			       at = close <= update ? close : update;
			bool c = close <= update;

			if (!i->open || at > now)
				continue;
			if (!best || at < when || (at == when && c && !closing) ||
			    (at == when && c == closing && i->order < best->order)) {
				best = i;
				when = at;
				closing = c;
			}
		}
		if (!best)
			return;
		if (closing) {
			model_say(m, best, INCIDENT_CLOSED);
			continue;
		}
		best->step++;
		if (best->total > best->said)
			model_say(m, best, INCIDENT_UPDATE);
	}
}

/* Which of two is given up when there is no room: what did not cross, of that what was quiet
 * longest.
 */
static bool
model_goes_before(const struct model_incident *a, const struct model_incident *b)
{
	bool a_is_grave = a->outcome >= OUTCOME_CROSSED, b_is_grave = b->outcome >= OUTCOME_CROSSED;

	if (a_is_grave != b_is_grave)
		return b_is_grave;
	return a->last < b->last || (a->last == b->last && a->order < b->order);
}

static void
model_add(struct model *m, uint16_t port, nstime at, uint64_t n, uint8_t outcome)
{
	struct model_incident *i = NULL, *room = NULL, *oldest = NULL;

	for (unsigned k = 0; k < MODEL; k++) {
		struct model_incident *c = &m->i[k];

		if (!c->open)
			room = c;
		else if (c->port == port)
			i = c;
		if (c->open && (!oldest || model_goes_before(c, oldest)))
			oldest = c;
	}
	if (i && at > i->last + QUIET) {
		model_say(m, i, INCIDENT_CLOSED);
		room = i;
		i = NULL;
	}
	if (i) {
		i->total += n;
		if (at > i->last)
			i->last = at;
		if (outcome > i->outcome) {
			i->outcome = outcome;
			model_say(m, i, INCIDENT_WORSE);
		}
		return;
	}
	if (!room) {
		model_say(m, oldest, INCIDENT_CLOSED);
		room = oldest;
	}
	*room = (struct model_incident){ .open = true,
		.port = port,
		.outcome = outcome,
		.total = n,
		.order = m->order++,
		.opened = at,
		.last = at };
	model_say(m, room, INCIDENT_OPEN);
}

static uint64_t seed;

static uint32_t
rnd(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

/* 100,000 random findings: what is said is what the model says, in its order, and the counts add up
 * to the packet. */
static void
random_run(uint64_t start, bool ticks)
{
	struct tell_policy *p = site();
	static struct model m;
	struct log l = log_new();
	struct incidents *t = incidents_new(MODEL, &key, QUIET, say, &l);
	nstime now = T0;
	uint64_t packets = 0, said = 0, closed = 0;

	m = (struct model){ .log = log_new() };
	seed = start;
	for (unsigned k = 0; k < 100000; k++) {
		struct finding f;

		/* mostly crowded, sometimes a silence long enough for everything to close */
		now += rnd(300) == 0 ? rnd(400) * NS_SEC : (nstime)rnd(1000) * NS_MSEC;
		f = finding(now - (rnd(4) == 0 ? (nstime)rnd(2000) * NS_MSEC : 0), rnd(1000),
		    (uint8_t)rnd(4));
		f.dport = (uint16_t)(rnd(3) ? rnd(20) : rnd(KEYS));
		packets += f.n;
		incident_add(t, &p->p, &f);
		model_add(&m, f.dport, f.first, f.n, f.outcome);
		if (ticks && rnd(3) == 0) {
			incidents_tick(t, now);
			model_tick(&m, now);
			assert_true(incidents_due(t) > now);
		}
		if (l.n != m.log.n)
			fail_msg("seed %llu, finding %u: %u said, model %u",
			    (unsigned long long)start, k, l.n, m.log.n);
	}
	incidents_close_all(t);
	for (uint32_t k = 0; k < l.n; k++) {
		const struct one *a = &l.one[k], *b = &m.log.one[k];

		said += a->added;
		if (a->state == INCIDENT_CLOSED)
			closed += a->total;
		if (k < m.log.n &&
		    (a->state != b->state || a->dport != b->dport || a->added != b->added ||
			a->total != b->total || a->outcome != b->outcome))
			fail_msg("seed %llu, line %u differs from the model's",
			    (unsigned long long)start, k);
	}
	assert_true(said == packets);
	assert_true(closed == packets);
	incidents_free(t);
	free(m.log.one);
	free(l.one);
	free(p);
}

static void
test_random(void **state)
{
	(void)state;
	random_run(1, true);
	random_run(2, false);
}

/* The same findings give the same words, whatever ran before. */
static void
test_determinism(void **state)
{
	struct tell_policy *p = site();
	struct log l[2];

	(void)state;
	for (int run = 0; run < 2; run++) {
		struct incidents *t;

		l[run] = log_new();
		t = incidents_new(500, &key, QUIET, say, &l[run]);
		seed = 7;
		for (unsigned k = 0; k < 20000; k++) {
			struct finding f =
			    finding(T0 + k * NS_SEC / 10, 1 + rnd(3), (uint8_t)rnd(4));

			f.dport = (uint16_t)rnd(700);
			incident_add(t, &p->p, &f);
			/* asked at other moments: what became due is said in the same order */
			if (k % 50 == 49)
				incidents_tick(t, f.last);
		}
		incidents_close_all(t);
		incidents_free(t);
	}
	assert_int_equal(l[0].n, l[1].n);
	assert_memory_equal(l[0].one, l[1].one, l[0].n * sizeof *l[0].one);
	/* Another key gives other names. */
	struct hash_key other = key;
	struct log x = log_new();

	other.k[0] += 2;
	struct incidents *t = incidents_new(4, &other, QUIET, say, &x),
			 *u = incidents_new(4, &key, QUIET, say, &x);

	add(t, p, T0, 1, OUTCOME_ATTEMPTED);
	add(u, p, T0, 1, OUTCOME_ATTEMPTED);
	assert_string_not_equal(x.one[0].ev, x.one[1].ev);
	incidents_free(t);
	incidents_free(u);
	free(x.one);
	free(l[0].one);
	free(l[1].one);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_determinism),
	};

	return UNIT_RUN(tests);
}
