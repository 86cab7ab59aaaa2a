/* incident.h - from findings to what is said of them: one incident per key of ALERTS 1, opened,
 * worsened, updated, closed.
 *
 * Knows: the keys, the pace (1, 5, 30, 60 minutes, then hourly), the quiet time. Owns a table of
 * fixed size. Called by hub and replay with findings and with the time; answers through one
 * function. Never writes a line, asks for the time or allocates after the start.
 *
 * What lines say of it is copied when it opens: the policy of its generation may be gone by then.
 */
#ifndef SEGAUDIT_INCIDENT_H
#define SEGAUDIT_INCIDENT_H

#include "hub/incident_key.h"

enum incident_state { INCIDENT_OPEN, INCIDENT_WORSE, INCIDENT_UPDATE, INCIDENT_CLOSED };

enum {
	INCIDENT_NAME = 36,  /* room for the id of a zone or conduit: they have at most 32 bytes */
	INCIDENT_LABEL = 64, /* room for a label; a longer one is cut at a code point */
	INCIDENT_WANT = 96,  /* the same, for what a conduit wants */
	INCIDENT_GRAVE = 2,  /* syslog number: crit and worse */
};

/* A zone as lines name it. */
struct incident_zone {
	char id[INCIDENT_NAME];	    /* "" for no zone */
	char label[INCIDENT_LABEL]; /* its id when it has none */
};

struct incident {
	struct finding
	    f; /* of the opening, with the worst outcome since and where that went out; its zones,
		  conduits and interfaces are numbers of f.generation: lines use the names below */
	char ev[INCIDENT_EV];
	bool core;	/* finding_raised() */
	bool forbidden; /* the pair is one that no conduit may join */
	struct incident_zone from, to, claims;
	char rule[INCIDENT_NAME]; /* conduit of a finding inside a conduit, else "" */
	char near[INCIDENT_NAME]; /* nearest conduit, else "" */
	char want[INCIDENT_WANT]; /* services or hours of `near` as configured, by text_list(); ""
				     where neither failed */
	bool want_cut;
	nstime want_until;    /* `near` expires, NSTIME_NEVER */
	char in[16], out[16]; /* names of the interfaces */
	uint64_t total;	      /* packets since the opening */
	uint64_t bytes;	      /* their bytes */
	uint64_t said;	      /* packets already said */
	nstime first, last;   /* of the packets */
	nstime since;	      /* the first packet of those that were not said before */
	/* kept here for hub/storm and hub/resume */
	bool own;	 /* a line of its own was said */
	uint64_t rollup; /* the roll-up that counted it last */
	uint64_t kept;	 /* packets not said when it was last written to disk, and not since */
};

/* The key of an incident that is open, by another secret than the table's perhaps. */
void
incident_key_again(struct incident_key *k, const struct hash_key *secret, const struct incident *i);

/* Called for each thing to say; ADDED: packets since the last call about it. *I is borrowed for the
 * call; of it only what is kept for others may be changed. Who does not say an UPDATE takes ADDED
 * from i->said: these packets come with the next thing to say. */
typedef void incident_say(void *ctx, enum incident_state state, struct incident *i, uint64_t added);

struct incidents;

/* A table for SIZE (at least 1) incidents at once. KEY makes `ev`, and should be used for nothing
 * else: parts of its hashes are seen. QUIET: nstime without packets after which one closes. NULL
 * when there is no memory. */
struct incidents *incidents_new(
    uint32_t size, const struct hash_key *key, nstime quiet, incident_say *say, void *ctx);
void incidents_free(struct incidents *t);

/* Bytes that it takes. */
size_t incidents_bytes(uint32_t size);

/* Another quiet time, after a reload. Holds for what is open, too. */
void incidents_quiet(struct incidents *t, nstime quiet);

/* Adds a finding of policy P (which must be that of f->generation). OPEN at the first of its key,
 * WORSE when the outcome got worse. An incident whose quiet time had passed before the finding's
 * packets is closed, and a new one opened. A full table closes the incident that was quiet longest,
 * early: of those that are not grave, if there is one. */
void incident_add(struct incidents *t, const struct policy *p, const struct finding *f);

/* Says what is due at NOW (packet time), in the order in which it became due: UPDATE where the
 * count moved, CLOSED after the quiet time; of what became due in one moment, the incident that
 * opened first. */
void incidents_tick(struct incidents *t, nstime now);

/* Closes incidents whose last packet is later than LIMIT, in the order of their opening: the clock
 * was set back since, and they would be neither told of nor closed before it is there again. */
void incidents_ahead(struct incidents *t, nstime limit);

/* When to call incidents_tick() next: something may be due then, and nothing is before.
 * NSTIME_NEVER when nothing is open. */
nstime incidents_due(const struct incidents *t);

/* Closes all, in the order of their opening: the end of a replay, or a stop. */
void incidents_close_all(struct incidents *t);

/* Says UPDATE of all whose count moved, in the order of their opening: before a stop after which
 * they go on. */
void incidents_update_all(struct incidents *t);

uint32_t incidents_open(const struct incidents *t);

/* Called for each open incident, in the order of their opening. *I stays readable as long as the
 * table lives, but may be another incident later: then its `ev` is another one. */
typedef void incident_each(void *ctx, const struct incident *i);
void incidents_each(const struct incidents *t, incident_each *each, void *ctx);

/* All of them were written to disk as they are now. */
void incidents_kept(struct incidents *t);

/* Opens an incident that was open in an earlier run, without a word; *I is what incidents_each() or
 * incident_say() gave then. UPDATEs due up to TO were said. False when there is no room or it is
 * open already. */
bool incident_restore(struct incidents *t, const struct incident *i, nstime to);

/* Syslog number of an incident's severity by its worst outcome so far. */
uint8_t incident_severity(const struct incident *i);

/* The number that a zone has in P; 0 for "", or one that P does not have. */
uint8_t incident_zone_named(const struct policy *p, const char *id);

/* The numbers that the incident's zones have in P, another generation perhaps: 0 for no zone, or
 * one that P does not have. */
void incident_pair(const struct incident *i, const struct policy *p, uint8_t *from, uint8_t *to);

#endif
