/* test_incident.c - keys, pace and sums of incidents, on made-up time. */
#include "unit.h"

#include "tell_incident.h"

static void
expect(const struct log *l, uint32_t at, enum incident_state state, uint64_t added, uint64_t total)
{
	if (at >= l->n || l->one[at].state != state || l->one[at].added != added ||
	    l->one[at].total != total)
		fail_msg("said %u: state %d added %llu total %llu", at,
		    at < l->n ? (int)l->one[at].state : -1,
		    at < l->n ? (unsigned long long)l->one[at].added : 0,
		    at < l->n ? (unsigned long long)l->one[at].total : 0);
}

/* OPEN at once, WORSE only upwards, said at once, also without packets. */
static void
test_open_worse(void **state)
{
	struct tell_policy *p = site();
	struct log l = log_new();
	struct incidents *t = incidents_new(8, &key, QUIET, say, &l);

	(void)state;
	assert_true(incidents_due(t) == NSTIME_NEVER);
	add(t, p, T0, 1, OUTCOME_UNKNOWN);
	expect(&l, 0, INCIDENT_OPEN, 1, 1);
	add(t, p, T0, 2, OUTCOME_UNKNOWN);
	assert_int_equal(l.n, 1);
	add(t, p, T0 + 1, 0, OUTCOME_ATTEMPTED);
	expect(&l, 1, INCIDENT_WORSE, 2, 3);
	add(t, p, T0 + 2, 0, OUTCOME_ANSWERED);
	expect(&l, 2, INCIDENT_WORSE, 0, 3);
	assert_int_equal(l.one[2].outcome, OUTCOME_ANSWERED);
	add(t, p, T0 + 3, 5, OUTCOME_CROSSED);
	add(t, p, T0 + 3, 5, OUTCOME_ANSWERED);
	assert_int_equal(l.n, 3);
	assert_int_equal(incidents_open(t), 1);
	incidents_close_all(t);
	expect(&l, 3, INCIDENT_CLOSED, 10, 13);
	assert_int_equal(l.one[3].outcome, OUTCOME_ANSWERED);
	assert_int_equal(incidents_open(t), 0);
	assert_string_equal(l.one[0].ev, l.one[3].ev);
	assert_int_equal(strlen(l.one[0].ev), 10);
	assert_int_equal(strspn(l.one[0].ev, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), 10);
	incidents_free(t);
	free(l.one);
	free(p);
}

/* 1, 5, 30, 60 minutes, then hourly; only when the count moved. */
static void
test_pace(void **state)
{
	static const int minutes[] = { 1, 5, 30, 60, 120, 180, 240 };
	struct tell_policy *p = site();
	struct log l = log_new();
	struct incidents *t = incidents_new(8, &key, QUIET, say, &l);
	nstime at = T0;
	uint64_t since = 0;
	uint32_t said = 1;

	(void)state;
	add(t, p, at, 1, OUTCOME_ATTEMPTED);
	/* One packet each ten seconds for five hours, the clock each second. */
	for (int s = 1; s <= 5 * 3600; s++) {
		at = T0 + s * NS_SEC;
		if (s % 10 == 5) {
			add(t, p, at, 1, OUTCOME_ATTEMPTED);
			since++;
		}
		incidents_tick(t, at);
		for (size_t m = 0; m < sizeof minutes / sizeof *minutes; m++)
			if (minutes[m] * 60 == s) {
				expect(
				    &l, said++, INCIDENT_UPDATE, since, 1 + (uint64_t)(s + 5) / 10);
				since = 0;
			}
		if (s == 5 * 3600)
			said++;
		assert_int_equal(l.n, said);
	}
	/* Then silence: due five minutes after the last packet, not a nanosecond before. */
	at = T0 + (5 * 3600 - 5) * NS_SEC + QUIET;
	while (incidents_due(t) < at) {
		nstime due = incidents_due(t);

		incidents_tick(t, due);
		assert_true(incidents_due(t) > due);
	}
	assert_true(incidents_due(t) == at);
	incidents_tick(t, at - 1);
	assert_int_equal(l.n, said);
	incidents_tick(t, at);
	expect(&l, said, INCIDENT_CLOSED, 0, 1801);
	assert_true(incidents_due(t) == NSTIME_NEVER);
	incidents_free(t);
	free(l.one);
	free(p);
}

/* No UPDATE without packets; the next finding after the quiet time is another incident, also when
 * nobody asked in between. */
static void
test_quiet(void **state)
{
	struct tell_policy *p = site();
	struct log l = log_new();
	struct incidents *t = incidents_new(8, &key, QUIET, say, &l);

	(void)state;
	add(t, p, T0, 1, OUTCOME_ATTEMPTED);
	incidents_tick(t, T0 + 2 * NS_MIN);
	assert_int_equal(l.n, 1);
	add(t, p, T0 + QUIET, 1, OUTCOME_ATTEMPTED);
	assert_int_equal(l.n, 1);
	add(t, p, T0 + 2 * QUIET + 1, 1, OUTCOME_ATTEMPTED);
	expect(&l, 1, INCIDENT_CLOSED, 1, 2);
	expect(&l, 2, INCIDENT_OPEN, 1, 1);
	assert_string_not_equal(l.one[1].ev, l.one[2].ev);
	/* A shorter quiet time holds for what is open. */
	incidents_quiet(t, NS_SEC);
	incidents_tick(t, T0 + 2 * QUIET + 1 + NS_SEC);
	expect(&l, 3, INCIDENT_CLOSED, 0, 1);
	/* The ends of time do not wrap. */
	add(t, p, INT64_MAX - 1, 1, OUTCOME_ATTEMPTED);
	incidents_tick(t, INT64_MAX - 1);
	add(t, p, INT64_MIN, 1, OUTCOME_ATTEMPTED);
	assert_int_equal(incidents_open(t), 1);
	incidents_tick(t, INT64_MAX);
	assert_int_equal(incidents_open(t), 0);

	/* Packets over all of time: one UPDATE, and the end. */
	struct finding f = finding(INT64_MIN, 1, OUTCOME_ATTEMPTED);

	l.n = 0;
	incident_add(t, &p->p, &f);
	f.last = 0;
	incident_add(t, &p->p, &f);
	incidents_tick(t, 0);
	expect(&l, 1, INCIDENT_UPDATE, 1, 2);
	assert_int_equal(l.n, 2);
	incidents_close_all(t);
	/* After three and a half hours in which nobody asked: one UPDATE, the next at four. */
	l.n = 0;
	incidents_quiet(t, NS_HOUR);
	f = finding(T0, 1, OUTCOME_ATTEMPTED);
	incident_add(t, &p->p, &f);
	f.last = T0 + 3 * NS_HOUR + 30 * NS_MIN;
	incident_add(t, &p->p, &f);
	incidents_tick(t, f.last);
	expect(&l, 1, INCIDENT_UPDATE, 1, 2);
	incident_add(t, &p->p, &f);
	incidents_tick(t, T0 + 4 * NS_HOUR - 1);
	assert_int_equal(l.n, 2);
	assert_true(incidents_due(t) == T0 + 4 * NS_HOUR);
	incidents_tick(t, T0 + 4 * NS_HOUR);
	expect(&l, 2, INCIDENT_UPDATE, 1, 3);
	incidents_free(t);
	free(l.one);
	free(p);
}

/* A full table closes the one that was quiet longest, whatever the order of opening. */
static void
test_full(void **state)
{
	struct tell_policy *p = site();
	struct log l = log_new();
	struct incidents *t = incidents_new(3, &key, QUIET, say, &l);
	struct finding f;

	(void)state;
	for (uint16_t i = 0; i < 3; i++) {
		f = finding(T0 + i, 1, OUTCOME_ATTEMPTED);
		f.dport = (uint16_t)(100 + i);
		incident_add(t, &p->p, &f);
	}
	f = finding(T0 + 10, 7, OUTCOME_ATTEMPTED);
	f.dport = 100;
	incident_add(t, &p->p, &f);
	f.first = f.last = T0 + 11;
	f.dport = 103;
	incident_add(t, &p->p, &f);
	expect(&l, 3, INCIDENT_CLOSED, 0, 1);
	assert_int_equal(l.one[3].dport, 101);
	expect(&l, 4, INCIDENT_OPEN, 7, 7);
	assert_int_equal(incidents_open(t), 3);
	/* 100 opened first of those that are left, 102 was quiet longest. */
	incidents_close_all(t);
	assert_int_equal(l.one[5].dport, 100);
	assert_int_equal(l.one[6].dport, 102);
	assert_int_equal(l.one[7].dport, 103);
	expect(&l, 5, INCIDENT_CLOSED, 7, 8);
	incidents_free(t);
	free(l.one);
	free(p);
}

static void
add_port(struct incidents *t, struct tell_policy *p, uint16_t port, nstime at, uint8_t outcome)
{
	struct finding f = finding(at, 1, outcome);

	f.dport = port;
	incident_add(t, &p->p, &f);
}

/* The last thing said but BACK: this of an incident of that port. */
static void
expect_last(const struct log *l, uint32_t back, enum incident_state state, uint16_t port)
{
	const struct one *o = &l->one[l->n - 1 - back];

	assert_int_equal(o->state, state);
	assert_int_equal(o->dport, port);
}

/* A full table closes those first that are not grave: attempted is a warning, crossed and answered
 * are crit. */
static void
test_full_with_grave(void **state)
{
	struct tell_policy *p = site();
	struct log l = log_new();
	struct incidents *t = incidents_new(3, &key, QUIET, say, &l);

	(void)state;
	add_port(t, p, 100, T0, OUTCOME_ANSWERED);
	add_port(t, p, 101, T0 + 1, OUTCOME_ATTEMPTED);
	add_port(t, p, 102, T0 + 2, OUTCOME_ATTEMPTED);
	add_port(t, p, 103, T0 + 10, OUTCOME_ATTEMPTED);
	expect_last(&l, 1, INCIDENT_CLOSED, 101);
	expect_last(&l, 0, INCIDENT_OPEN, 103);
	add_port(t, p, 104, T0 + 11, OUTCOME_ATTEMPTED);
	expect_last(&l, 1, INCIDENT_CLOSED, 102);
	/* 103 was quiet longer than 104, but is grave by now. */
	add_port(t, p, 103, T0 + 10, OUTCOME_CROSSED);
	expect_last(&l, 0, INCIDENT_WORSE, 103);
	add_port(t, p, 105, T0 + 13, OUTCOME_ATTEMPTED);
	expect_last(&l, 1, INCIDENT_CLOSED, 104);
	/* All are grave: the quietest of them goes, and then the one that came for it. */
	add_port(t, p, 105, T0 + 13, OUTCOME_ANSWERED);
	add_port(t, p, 106, T0 + 14, OUTCOME_ATTEMPTED);
	expect_last(&l, 1, INCIDENT_CLOSED, 100);
	add_port(t, p, 107, T0 + 12, OUTCOME_ATTEMPTED);
	expect_last(&l, 1, INCIDENT_CLOSED, 106);
	assert_int_equal(incidents_open(t), 3);

	/* In time they close in the order of their last packets, grave or not. */
	incidents_tick(t, T0 + 20 + QUIET);
	expect_last(&l, 2, INCIDENT_CLOSED, 103);
	expect_last(&l, 1, INCIDENT_CLOSED, 107);
	expect_last(&l, 0, INCIDENT_CLOSED, 105);
	assert_true(incidents_due(t) == NSTIME_NEVER);
	incidents_free(t);
	free(l.one);
	free(p);
}

/* Is F1 the same incident as F2? */
static bool
same(struct tell_policy *p, const struct finding *f1, const struct finding *f2)
{
	struct log l = log_new();
	struct incidents *t = incidents_new(4, &key, QUIET, say, &l);
	uint32_t open;

	incident_add(t, &p->p, f1);
	incident_add(t, &p->p, f2);
	open = incidents_open(t);
	incidents_free(t);
	free(l.one);
	return open == 1;
}

static void
test_key(void **state)
{
	struct tell_policy *p = site();
	const struct finding a = finding(T0, 1, OUTCOME_ATTEMPTED);
	struct finding b = a, c;

	(void)state;
	b.sport = 1;
	b.smac.b[5] = 9;
	b.in.iface = 1;
	b.in.vlan[0] = 7;
	b.ethertype = 3;
	b.event = 1;
	b.nstack = 1;
	b.outer_src = a.src;
	b.flags |= FINDING_MAIL;
	b.message = b.part = 3;
	b.size = 4096;
	b.ntype = b.nname = 1;
	b.type[0] = b.name[0] = 'x';
	assert_true(same(p, &a, &b));
#define OTHER(change)                                                                              \
	do {                                                                                       \
		b = a;                                                                             \
		change;                                                                            \
		assert_false(same(p, &a, &b));                                                     \
	} while (0)
	OTHER(b.id = 2002);
	OTHER(b.from = 0);
	OTHER(b.to = 0);
	OTHER((b.from = 2, b.to = 1));
	OTHER(b.rule = 0);
	OTHER(b.near = 1);
	OTHER(b.near = (uint32_t)POLICY_NONE);
	OTHER(b.src.b[15]++);
	OTHER(b.dst.b[15]++);
	OTHER((b.src = a.dst, b.dst = a.src));
	OTHER(b.proto = 17);
	OTHER(b.dport++);
	OTHER(b.what = WHAT_LOST);
	OTHER(b.failed = COND_HOURS);
	/* Findings about a line: its interface, VLAN, type and event too. */
	for (uint16_t id = 1003; id <= 1005; id++) {
		c = a;
		c.id = id;
#define OTHER_LINE(change)                                                                         \
	do {                                                                                       \
		b = c;                                                                             \
		change;                                                                            \
		assert_false(same(p, &c, &b));                                                     \
	} while (0)
		OTHER_LINE(b.in.iface = 1);
		OTHER_LINE(b.in.vlan[0] = 20);
		OTHER_LINE(b.in.vlan[1] = 20);
		OTHER_LINE(b.ethertype = 0x8847);
		OTHER_LINE(b.event = 2);
		b = c;
		b.src.b[15]++;
		b.dport++;
		assert_int_equal(same(p, &c, &b), id == 1005);
	}
	free(p);
}

/* The same names under other numbers are the same incident; the pair is found again by name. */
static void
test_reload(void **state)
{
	struct tell_policy *p = site(), *q = tell_policy_new(2, 0);
	struct log l = log_new();
	struct incidents *t = incidents_new(8, &key, QUIET, say, &l);
	struct finding f = finding(T0, 1, OUTCOME_ATTEMPTED);

	(void)state;
	(void)tell_zone(q, "kikan", "", CLASS_CORE);
	(void)tell_zone(q, "internet", "", CLASS_INTERNET);
	(void)tell_zone(q, "lgwan", "", CLASS_LGWAN);
	(void)tell_iface(q, "eth9");
	(void)tell_iface(q, "eth3");
	(void)tell_iface(q, "eth2");
	(void)tell_conduit(q, "other", 3, 2, "tcp/1", "", NSTIME_NEVER);
	(void)tell_conduit(q, "vdi", 3, 2, "tcp/3389", "", NSTIME_NEVER);
	incident_add(t, &p->p, &f);
	f.generation = 2;
	f.from = 3;
	f.to = 2;
	f.near = 1;
	f.outcome = OUTCOME_ANSWERED;
	incident_add(t, &q->p, &f);
	expect(&l, 1, INCIDENT_WORSE, 1, 2);
	assert_string_equal(l.one[0].ev, l.one[1].ev);
	/* An interface, too. */
	f = finding(T0, 1, OUTCOME_ATTEMPTED);
	f.id = 1003;
	incident_add(t, &p->p, &f);
	f.from = 3;
	f.to = 2;
	f.near = 1;
	f.in.iface = 2;
	incident_add(t, &q->p, &f);
	assert_int_equal(incidents_open(t), 2);
	/* Old numbers under new names are another one. */
	f = finding(T0, 1, OUTCOME_ATTEMPTED);
	incident_add(t, &q->p, &f);
	assert_int_equal(incidents_open(t), 3);

	struct incident i = { .from = { .id = "lgwan" }, .to = { .id = "" } };
	uint8_t from, to;

	incident_pair(&i, &q->p, &from, &to);
	assert_int_equal(from, 3);
	assert_int_equal(to, 0);
	memcpy(i.to.id, "gone", 5);
	incident_pair(&i, &p->p, &from, &to);
	assert_int_equal(from, 1);
	assert_int_equal(to, 0);
	incidents_free(t);
	free(l.one);
	free(p);
	free(q);
}

/* What lines need is there after the policy is gone. */
static struct incident seen;

static void
keep(void *ctx, enum incident_state state, struct incident *i, uint64_t added)
{
	(void)ctx;
	(void)state;
	(void)added;
	seen = *i;
}

static void
test_names(void **state)
{
	struct tell_policy *p = site();
	struct incidents *t = incidents_new(2, &key, QUIET, keep, NULL);
	struct finding f = finding(T0, 1, OUTCOME_ATTEMPTED);
	char services[INCIDENT_WANT + 10];

	(void)state;
	for (size_t i = 0; i < sizeof services - 3; i += 3)
		memcpy(services + i, "系", 4);
	p->conduit[0].services_text = tell_text(p, services);
	p->zone[1].label = tell_text(p, "LGWAN接続系");
	incident_add(t, &p->p, &f);
	memset(p, 0xaa, sizeof *p);
	incidents_close_all(t);
	assert_string_equal(seen.from.id, "lgwan");
	assert_string_equal(seen.from.label, "LGWAN接続系");
	assert_string_equal(seen.to.label, "internet");
	assert_string_equal(seen.near, "vdi");
	assert_string_equal(seen.rule, "");
	assert_string_equal(seen.in, "eth2");
	assert_string_equal(seen.out, "");
	/* 30 characters of three bytes are the most that 96 bytes hold with "..." and the NUL. */
	assert_true(seen.want_cut);
	assert_memory_equal(seen.want, services, 90);
	assert_string_equal(seen.want + 90, "...");
	incidents_free(t);
	free(p);
}

/* Many at once: each probe finds its own, after removals too. */
static void
test_many(void **state)
{
	enum { MANY = 20000 };
	struct tell_policy *p = site();
	struct log l = log_new();
	struct incidents *t = incidents_new(MANY, &key, QUIET, say, &l);
	uint64_t total = 0;

	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		for (uint32_t k = 0; k < MANY; k++) {
			struct finding f = finding(T0 + round * NS_MIN, 1, OUTCOME_ATTEMPTED);

			if (round == 1 && k % 3 == 0)
				continue;
			f.src.w[3] = k;
			incident_add(t, &p->p, &f);
			total++;
		}
	}
	assert_int_equal(incidents_open(t), MANY);
	assert_int_equal(l.n, MANY);
	incidents_tick(t, T0 + 2 * NS_MIN + QUIET);
	assert_int_equal(incidents_open(t), 0);
	for (uint32_t k = 0; k < l.n; k++)
		total -= l.one[k].added;
	assert_int_equal(total, 0);
	incidents_free(t);
	free(l.one);
	free(p);
}

/* The clock is set back by an hour: what was open is closed, and what goes on is told anew. */
static void
test_clock_set_back(void **state)
{
	struct tell_policy *p = site();
	struct log l = log_new();
	struct incidents *t = incidents_new(8, &key, QUIET, say, &l);

	(void)state;
	add(t, p, T0, 1, OUTCOME_ATTEMPTED);
	incidents_ahead(t, T0);
	assert_int_equal(l.n, 1);
	add(t, p, T0 + NS_SEC, 2, OUTCOME_ATTEMPTED);
	incidents_ahead(t, T0 - NS_HOUR);
	expect(&l, 1, INCIDENT_CLOSED, 2, 3);
	assert_int_equal(incidents_open(t), 0);
	add(t, p, T0 - NS_HOUR, 4, OUTCOME_ATTEMPTED);
	expect(&l, 2, INCIDENT_OPEN, 4, 4);
	incidents_ahead(t, T0 - NS_HOUR);
	assert_int_equal(l.n, 3);
	incidents_free(t);
	free(l.one);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock_set_back),
		cmocka_unit_test(test_open_worse),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_full_with_grave),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_many),
	};

	return UNIT_RUN(tests);
}
