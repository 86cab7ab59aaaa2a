/* exhibit.c - frames of flows with a finding, for the evidence of their incidents: which, how much
 * of each, and not more than costs little.
 *
 * Of one incident the first frames are put before the hub. Which incident a flow belongs to is the
 * hub's to know; here a small table remembers, by a hash of what makes its key, how many were put
 * of late: what forgets or confuses incidents loses or repeats frames, and harms nothing else. What
 * all frames together may cost has a budget, so that a storm of new incidents costs no more.
 */
#include "worker/state.h"

/* The budget: so many frames a second, and of these at once so many as come in this time. Bytes
 * beyond the first ones of a frame count as further frames. */
#define COST  (NS_SEC / 2000)
#define BURST (NS_SEC / 2)

enum { COST_BYTES = 2048 };

void
worker_exhibits(struct worker *w, struct journal *journal)
{
	w->exhibits = journal;
	w->shown_to = NSTIME_ALWAYS / 2; /* all of the budget is there */
}

/* May a frame of the incident of that hash be put, as far as it alone is concerned? */
static struct shown *
wanted(struct worker *w, uint64_t incident, nstime now)
{
	struct shown *k = &w->shown[incident % SHOWN];
	uint32_t tag = (uint32_t)(incident >> 32);

	/* One that was quiet for so long is closed, and another one opens. */
	if (k->tag != tag || now - k->since > w->policy->quiet_after || now < k->since - NS_SEC)
		*k = (struct shown){ .tag = tag, .since = now };
	return k->frames < w->policy->evidence_frames ? k : NULL;
}

/* Is there budget for a frame? */
static bool
solvent(struct worker *w)
{
	if (w->shown_to < w->now - BURST || w->shown_to > w->now + NS_SEC)
		w->shown_to = w->now - BURST;
	return w->shown_to + COST <= w->now;
}

/* Takes from it what SIZE bytes cost; a large frame may overdraw it. */
static void
pay(struct worker *w, uint32_t size)
{
	w->shown_to += COST * (1 + size / COST_BYTES);
}

/* How much of a frame is kept. */
static uint32_t
size_of(const struct worker *w, const struct frame *f)
{
	uint32_t most = w->policy->evidence_snap;
	uint32_t size = w->policy->evidence_payload ? f->caplen : decode_headers(f);

	if (most > EXHIBIT_SNAP)
		most = EXHIBIT_SNAP;
	return size < most ? size : most;
}

static void
put(struct worker *w, struct exhibit *x, const struct sight *s, uint32_t size)
{
	const struct frame *f = s->frame;

	x->f.first = x->f.last = f->time;
	x->f.n = x->f.bytes = 0;
	x->time = f->time;
	x->seq = f->seq;
	x->at = s->place;
	x->link = f->link;
	x->wirelen = f->wirelen < f->caplen ? f->caplen : f->wirelen;
	journal_put(w->exhibits, EXHIBIT, x, sizeof *x, f->bytes, size);
}

/* Can a frame be put at all? Not in replay; not what stands for frames that are gone; nor one of an
 * interface that the policy does not have, as capture may be a policy ahead. */
static bool
possible(const struct worker *w, const struct sight *s)
{
	return s->frame->bytes && w->policy->evidence_frames && s->place.iface < w->policy->nifaces;
}

/* A hash of what makes the key of the flow's incident (hub/incident_key.h), or nearly. */
static uint64_t
incident_of(const struct worker *w, const struct flow *f, const struct flow_more *m)
{
	const uint64_t *c = w->flows.key.k;
	unsigned i = initiator_of(f);
	uint64_t what = (uint64_t)m->id << 48 | (uint64_t)m->what << 32 |
			(uint64_t)f->key.port[i ^ 1] << 16 | (uint64_t)f->key.proto << 8 |
			f->key.kind;
	bool app = m->id == 3201 || speak_found(m);
	uint64_t pair = (app ? (uint64_t)m->spoken << 56 : 0) | (uint64_t)m->conduit << 24 |
			(uint64_t)m->from << 16 | (uint64_t)m->to << 8 | m->failed;
	uint64_t a = hash_fold(f->key.addr[i].d[0] ^ c[0], f->key.addr[i].d[1] ^ c[1]);
	uint64_t b = hash_fold(f->key.addr[i ^ 1].d[0] ^ c[2], f->key.addr[i ^ 1].d[1] ^ c[3]);

	return hash_fold(a ^ what ^ c[4], b ^ pair ^ c[5]);
}

static uint32_t
flags_of(const struct flow *f, const struct sight *s, enum copy copy)
{
	bool leaving = s->own || copy == COPY_FURTHER ||
		       (f->out[s->end] == s->token && f->in[s->end] != s->token);
	uint32_t flags = copy == COPY_FURTHER ? EXHIBIT_FURTHER : 0;

	if (s->mirror)
		flags |= EXHIBIT_MIRROR;
	else if (leaving)
		flags |= EXHIBIT_LEAVING;
	if (s->reply)
		flags |= EXHIBIT_ERROR;
	return s->end == initiator_of(f) ? flags : flags | EXHIBIT_REPLY;
}

void
exhibit_offer(struct worker *w, uint32_t n, const struct sight *s, enum copy copy)
{
	struct flow *f = &w->flows.hot[n];
	struct shown *k;

	if (!possible(w, s) || !solvent(w))
		return;
	k = wanted(w, incident_of(w, f, &w->flows.more[n]), s->frame->time);
	if (!k) {
		f->key.state |= FLOW_SHOWN;
		return;
	}

	struct exhibit x = { .packet = f->packets, .flags = flags_of(f, s, copy) };
	uint32_t size = size_of(w, s->frame);

	pay(w, size);
	k->frames++;
	outcome_fill(w, &x.f, n);
	put(w, &x, s, size);
}

void
exhibit_unreadable(struct worker *w, const struct sight *s, const struct finding *f)
{
	const uint64_t *c = w->flows.key.k;
	struct shown *k;

	if (!possible(w, s) || !solvent(w))
		return;
	k = wanted(w, hash_fold((uint64_t)f->in.iface ^ c[0], f->event ^ c[1]), s->frame->time);
	if (!k)
		return;

	uint32_t flags = s->mirror ? EXHIBIT_MIRROR : s->own ? EXHIBIT_LEAVING : 0;
	struct exhibit x = { .f = *f, .flags = flags };
	uint32_t size = size_of(w, s->frame);

	pay(w, size);
	k->frames++;
	put(w, &x, s, size);
}
