/* tally.c - see tally.h. */
#include "hub/tally.h"

#include <string.h>

enum { RECORD = 900 };

/* ` name=N`, nothing for 0. */
static void
add(struct text *t, const char *name, uint64_t now, uint64_t before)
{
	/* Counters of a role that was started anew begin at 0. */
	uint64_t n = now >= before ? now - before : now;

	if (n)
		text_add(t, " %s=%llu", name, (unsigned long long)n);
}

static void
add_at(struct text *t, const struct policy *p, nstime wall)
{
	char at[NSTIME_TEXT];

	text_add(t, "at=%s", nstime_text(at, wall, policy_offset_at(p, wall)));
}

static void
say(struct ledger *l, const char *word, const char *fields, const struct policy *p, nstime wall)
{
	ledger_record(l, word, fields, wall, policy_offset_at(p, wall));
}

static void
minute(struct tally *t, struct ledger *l, const struct accounts *a, const struct policy *p,
    struct moment now)
{
	char bytes[RECORD];
	struct text f = text_of(bytes, sizeof bytes);

	add_at(&f, p, now.wall);
	for (unsigned i = 0; i < COUNTERS; i++) {
		uint64_t sum = accounts_total(a, (enum counter)i);

		add(&f, counter_name((enum counter)i), sum, t->count[i]);
		t->count[i] = sum;
	}
	say(l, "minute", bytes, p, now.wall);
	for (uint16_t i = 0; i < p->nifaces; i++) {
		const struct iface_sample *s = &a->iface[i], *was = &t->iface[i];
		const char *name = policy_iface(p, i)->name;

		if (s->frames == was->frames && s->received == was->received)
			continue;
		f = text_of(bytes, sizeof bytes);
		add_at(&f, p, now.wall);
		text_pair(&f, "in", name, strnlen(name, sizeof policy_iface(p, i)->name));
		add(&f, "frames", s->frames, was->frames);
		add(&f, "bytes", s->bytes, was->bytes);
		add(&f, "received", s->received, was->received);
		add(&f, "kernel_drops", s->kernel_drops, was->kernel_drops);
		add(&f, "nic_drops", s->nic_drops, was->nic_drops);
		add(&f, "ring_full", s->ring_full, was->ring_full);
		say(l, "interface", bytes, p, now.wall);
		t->iface[i] = *s;
	}
}

void
tally_tick(struct tally *t, struct ledger *l, const struct accounts *a, const struct policy *p,
    struct moment now)
{
	if (t->minute_due == 0)
		t->minute_due = now.mono + NS_MIN;
	if (now.mono < t->minute_due)
		return;
	minute(t, l, a, p, now);
	t->minute_due = now.mono + NS_MIN;
}

void
tally_end(struct tally *t, struct ledger *l, const struct accounts *a, const struct policy *p,
    struct moment now)
{
	minute(t, l, a, p, now);
}
