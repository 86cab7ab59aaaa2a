/* storm.h - at most so many lines a second; of those about incidents, what is over that is summed
 * up, and the sums are said within the same budget.
 *
 * Knows: the lines of the last second, and of each kind (id, pair, rule) what was not said in lines
 * of their own. Owns these sums, in memory of a fixed size. Called by the hub between incidents and
 * lines; answers through three functions. Never asks for the time, never loses a count: what was
 * put in is, at any moment, said by line(), said by rollup(), or in a roll-up that waits.
 *
 * What the auditor says of itself never waits, and takes its places in the budget: lines about
 * incidents leave as much of it as they are told that there will be notes. So no second has more
 * lines than the budget, unless it has nearly as many notes; a line a second about incidents there
 * always may be.
 *
 * Of the rest a third is kept for lines of severity crit and worse, so that warnings, however
 * many, never hide one of these. Roll-ups go before lines of their own once they waited for
 * STORM_WAIT, the longest waiting first. Nothing is switched off for all: an incident that is said
 * in roll-ups alone has its line as soon as there is room and something new about it.
 *
 * What is to be told in sums goes into the same roll-ups, but for the first line of its kind, which
 * is said as all others. From then on the kind is known: one roll-up each STORM_SUMS, until in one
 * such time there was nothing to say.
 */
#ifndef SEGAUDIT_STORM_H
#define SEGAUDIT_STORM_H

#include "hub/incident.h"

enum {
	STORM_ROLLUPS = 1024, /* kinds at once; over it they are by id alone */
	STORM_RATE = 100000,  /* lines a second that can be asked for at most */
	STORM_PAIR = 2 * INCIDENT_NAME,
};

#define STORM_WAIT NS_SEC  /* from the first thing that found no room to its roll-up */
#define STORM_SUMS NS_HOUR /* between the roll-ups of a kind that is told in sums */
#define STORM_END                                                                                  \
	(10 * NS_SEC) /* a storm is over when all was said in lines for so long, and its           \
			 allowance has a line for that */

/* What stands for lines that were not said. */
struct rollup {
	uint16_t id;
	uint8_t outcome;	   /* the worst, enum outcome */
	uint8_t severity;	   /* of the gravest line that it stands for */
	uint8_t crowded;	   /* 1: of some of these lines, as they found no room */
	char from[INCIDENT_NAME];  /* zones, "" for none; */
	char to[INCIDENT_NAME];	   /* all texts are empty in one of an id alone */
	char pair[STORM_PAIR];	   /* words_pair() */
	char rule[INCIDENT_NAME];  /* words_rule() */
	uint64_t n;		   /* packets */
	uint64_t lines, incidents; /* not said; of so many incidents */
	uint64_t closed;    /* of these: said in lines of their own before, and closed by now */
	nstime first, last; /* of the packets */
};

/* Of a storm that has begun or, with `over`, ended. */
struct storm_sums {
	bool over;
	uint32_t rate;		 /* lines a second */
	uint64_t lines, packets; /* not said in lines of their own, so far */
	nstime lasted;
};

struct storm_calls {
	/* Says a line of its own; ADDED as in incident_say(). */
	void (*line)(
	    void *ctx, enum incident_state state, const struct incident *i, uint64_t added);
	void (*rollup)(void *ctx, const struct rollup *r);
	void (*storm)(void *ctx, const struct storm_sums *s);
	void *ctx;
};

struct storm;

/* RATE: lines a second, 1 to STORM_RATE. CALLS is borrowed. NULL when there is no memory. */
struct storm *storm_new(uint32_t rate, const struct storm_calls *calls);
void storm_free(struct storm *s);

/* Bytes that it takes. */
size_t storm_bytes(void);

/* Another rate, after a reload. */
void storm_rate(struct storm *s, uint32_t rate);

/* A note was said. */
void storm_note(struct storm *s, nstime mono);

/* From now on there may be so many of them in a second; 0 at first. */
void storm_reserve(struct storm *s, uint32_t notes);

/* Takes what incidents have to say, as incident_say(); SUMS: it is to be told in sums; MONO: the
 * monotonic clock, here and below. Said at once while there is room. An incident that had no line
 * of its own yet is said as OPEN, and its end not at all. */
void storm_put(struct storm *s, enum incident_state state, struct incident *i, uint64_t added,
    bool sums, nstime mono);

/* Says the roll-ups that are due and find room; ends a storm. */
void storm_tick(struct storm *s, nstime mono);

/* When to call storm_tick() next, NSTIME_NEVER when nothing waits. */
nstime storm_due(const struct storm *s);

/* Says all roll-ups, whatever the budget: before a stop. */
void storm_flush(struct storm *s, nstime mono);

/* Packets in roll-ups that wait. */
uint64_t storm_waiting(const struct storm *s);

/* Calls EACH for all roll-ups that wait, to be kept; storm_restore() puts one back that was, but
 * for one that cannot be true. It is said STORM_WAIT after MONO. */
void storm_each(const struct storm *s, void (*each)(void *ctx, const struct rollup *r), void *ctx);
void storm_restore(struct storm *s, const struct rollup *r, nstime mono);

#endif
