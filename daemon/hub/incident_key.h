/* incident_key.h - what makes two findings one incident (ALERTS 1), and the `ev` of an incident.
 *
 * Knows: which fields of a finding belong to the key. Owns nothing. Called by hub/incident. Never
 * looks into a table.
 *
 * Keys are made of names, not of numbers: an incident goes on over a reload that numbers zones,
 * conduits or interfaces anew.
 */
#ifndef SEGAUDIT_INCIDENT_KEY_H
#define SEGAUDIT_INCIDENT_KEY_H

#include "base/hash.h"
#include "model/finding.h"

enum { INCIDENT_EV = 11 }; /* ten characters of base32 (RFC 4648, without padding) and a NUL */

/* No padding: compared and hashed as bytes. Names are there by their hashes. */
struct incident_key {
	uint64_t from, to, rule, near, iface, what;
	struct addr src, dst;
	uint16_t id, port, ethertype, vlan[2];
	uint8_t proto, failed, event, link, app, pad;
};

_Static_assert(sizeof(struct incident_key) == 6 * 8 + 2 * 16 + 5 * 2 + 6, "no padding in a key");

/* The names that a key is made of: ids of zones and conduits, the name of the interface where the
 * initiator came in; "" for none. */
struct incident_names {
	const char *from, *to, *rule, *near, *in;
};

/* The key of a finding whose names are N. SECRET keys the hashes in it. */
void incident_key_made(struct incident_key *k, const struct hash_key *secret,
    const struct incident_names *n, const struct finding *f);

/* The same of a finding of policy P (which must be that of f->generation). */
void incident_key_of(struct incident_key *k, const struct hash_key *secret, const struct policy *p,
    const struct finding *f);

static inline uint64_t
incident_key_hash(const struct incident_key *k, const struct hash_key *secret)
{
	return hash_bytes(secret, k, sizeof *k);
}

/* The `ev` of the incident of that key whose first packet was at FIRST. SECRET should be used for
 * nothing else: parts of its hashes are seen. */
void incident_ev(char ev[INCIDENT_EV], const struct hash_key *secret, const struct incident_key *k,
    nstime first);

#endif
