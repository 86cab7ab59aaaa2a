/* dns.h - what messages of DNS carry in their names and records, measured.
 *
 * Knows: nothing of what it means; dns_tunnel.c does. Owns nothing. The message is read by dns.c.
 */
#ifndef SEGAUDIT_DNS_H
#define SEGAUDIT_DNS_H

#include "recognise/exchange.h"

enum { DNS_NULL = 10, DNS_PRIVATE = 65280, DNS_PRIVATE_LAST = 65534 }; /* RFC 6895, 3.1 */

struct dns_load {
	uint64_t name;	 /* what is asked for, hashed; */
	uint64_t parent; /* its last two labels */
	uint16_t type;	 /* of the question */
	uint16_t asked;	 /* characters of the question's name in labels that look encoded */
	uint16_t most;	 /* the same of the name that has the most of them, wherever it is */
	uint16_t raw;	 /* bytes of the question's name that are no text */
	uint16_t odd;	 /* pairs of noise.h in a label of the question; */
	uint16_t told;	 /* in one of a name that is the answer */
	uint16_t rest;	 /* bytes behind the question */
	bool tells;	 /* an answer, */
	bool holds; /* with records, and not only an address of the host itself (RFC 5782, 2.1) */
	bool any;   /* with data of a type that holds anything */
	bool blob;  /* with one piece of data where texts are, or keys that nobody has */
};

extern const struct exchange dns_exchange;

/* Measures a message. False when it is none, or is cut. */
bool dns_load(struct piece p, struct dns_load *load);

/* The same of its question alone, in a fraction of the time; false when there is none. */
bool dns_load_question(struct piece p, struct dns_load *load);

/* Does what is there have the shape of a tunnel? What was said of a flow stays so: it is only asked
 * of those whose first exchange is strange. */
bool dns_is_tunnel(const struct talk *t);

/* May what follows still show that it is one? */
bool dns_is_undecided(const struct talk *t);

#endif
