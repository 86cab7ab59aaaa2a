/* incident_key.c - see incident_key.h. */
#include "hub/incident_key.h"

static uint64_t
name_hash(const struct hash_key *secret, const char *name)
{
	return name[0] ? hash_bytes(secret, name, strlen(name)) : 0;
}

void
incident_key_made(struct incident_key *k, const struct hash_key *secret,
    const struct incident_names *n, const struct finding *f)
{
	*k = (struct incident_key){
		.id = f->id, .what = f->what, .failed = f->failed, .app = f->app
	};
	k->from = name_hash(secret, n->from);
	k->to = name_hash(secret, n->to);
	k->rule = name_hash(secret, n->rule);
	k->near = name_hash(secret, n->near);
	if (f->id >= 1003 && f->id <= 1005) {
		/* These are about a line: which, and what was on it. */
		k->iface = name_hash(secret, n->in);
		k->vlan[0] = f->in.vlan[0];
		k->vlan[1] = f->in.vlan[1];
		k->ethertype = f->ethertype;
		k->event = f->event;
	}
	if (f->id == 1005)
		return; /* what bytes that could not be read say of their hosts means nothing */
	k->src = f->src;
	k->dst = f->dst;
	k->proto = f->proto;
	k->port = f->dport;
	k->link = f->flags & FINDING_LINK ? 1 : 0;
}

void
incident_key_of(struct incident_key *k, const struct hash_key *secret, const struct policy *p,
    const struct finding *f)
{
	const struct incident_names names = { policy_zone_id(p, f->from), policy_zone_id(p, f->to),
		policy_conduit_id(p, f->rule), policy_conduit_id(p, f->near),
		f->flags & FINDING_HAS_IN ? policy_iface(p, f->in.iface)->name : "" };

	incident_key_made(k, secret, &names, f);
}

void
incident_ev(
    char ev[INCIDENT_EV], const struct hash_key *secret, const struct incident_key *k, nstime first)
{
	static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	struct {
		struct incident_key key;
		nstime first;
	} seed = { *k, first };
	/* Hashed twice: what is seen is not a hash of bytes that somebody chose. */
	uint64_t h = hash_bytes(secret, &seed, sizeof seed);

	h = hash_bytes(secret, &h, sizeof h);
	for (size_t n = 0; n < INCIDENT_EV - 1; n++) {
		ev[n] = base32[h >> 59];
		h <<= 5;
	}
	ev[INCIDENT_EV - 1] = '\0';
}
