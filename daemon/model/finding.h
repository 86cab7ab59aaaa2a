/* finding.h - what a worker says to the hub: fixed records of numbers, and of a mail two short
 * texts from the wire.
 *
 * Knows: the ids of ALERTS 3 (finding.def), the words of ALERTS 2, and the record. Owns nothing.
 * Made by worker and hub, read by hub and replay. A record from a worker is untrusted until
 * finding_valid() said yes.
 */
#ifndef SEGAUDIT_FINDING_H
#define SEGAUDIT_FINDING_H

#include "base/addr.h"
#include "base/nstime.h"
#include "model/app.h"
#include "model/policy.h"

enum verdict {
	VERDICT_CONFORMING,
	VERDICT_VIOLATION,
	VERDICT_SUSPECTED,
	VERDICT_UNVERIFIABLE,
	VERDICT_DRIFT,
	VERDICT_GAP,
	VERDICT_NOTICE
};

/* In the order in which an outcome can only get worse. */
enum outcome { OUTCOME_UNKNOWN, OUTCOME_ATTEMPTED, OUTCOME_CROSSED, OUTCOME_ANSWERED };

/* The `what=` words: bits, so that one finding can carry several. They need 64 bits, which C before
 * C23 does not give enumerations, but both compilers do. */
__extension__ enum what {
#define WHAT(bit, name, word, id) WHAT_##name = UINT64_C(1) << (bit),
#include "model/what.def"
#undef WHAT
};

#define WHAT(bit, name, word, id) | WHAT_##name
static const uint64_t what_all = 0
#include "model/what.def"
    ;
#undef WHAT

enum finding_flag {
	FINDING_MIDSTREAM = 1 << 0,
	FINDING_LIKELY = 1 << 1,
	FINDING_GUESSED = 1 << 2,
	FINDING_IS4 = 1 << 3,	  /* src and dst are IPv4 */
	FINDING_LINK = 1 << 4,	  /* no IP: src and dst are empty, ethertype says what it was */
	FINDING_PORTS = 1 << 5,	  /* sport and dport are ports */
	FINDING_ICMP = 1 << 6,	  /* sport is the code and dport the type */
	FINDING_OUTER = 1 << 7,	  /* outer_src and outer_dst are set */
	FINDING_HAS_OUT = 1 << 8, /* `out` is set */
	FINDING_MACS = 1 << 9,	  /* smac and dmac are set */
	FINDING_HAS_IN =
	    1 << 10,		 /* `in` is set: it is not when the initiator itself was not seen */
	FINDING_MAIL = 1 << 11,	 /* message, part, size, type and name are set: 3101 to 3104 */
	FINDING_NAMED = 1 << 12, /* name is set, as the wire names it: 3201 to 3204 */
	FINDING_CERTIFIED = 1 << 13, /* certificate is set: 3203 */
};

#define FINDING_ALL_FLAGS ((FINDING_CERTIFIED << 1) - 1)

/* Layers of a frame, for stack=. */
enum layer {
	LAYER_NONE,
	LAYER_ETH,
	LAYER_VLAN,
	LAYER_MPLS,
	LAYER_PPPOE,
	LAYER_SNAP,
	LAYER_LLC,
	LAYER_IP4,
	LAYER_IP6,
	LAYER_GRE,
	LAYER_ERSPAN,
	LAYER_VXLAN,
	LAYER_GENEVE,
	LAYER_TEREDO,
	LAYER_GTPU,
	LAYER_L2TP,
	LAYER_PPP,
	LAYER_TCP,
	LAYER_UDP,
	LAYER_ICMP,
	LAYER_ICMP6,
	LAYER_SCTP,
	LAYER_OTHER,
	LAYER_COUNT,
};

enum {
	FINDING_STACK = 40,	 /* layers that a record keeps; deeper ones are left out */
	FINDING_EVENTS = 32,	 /* numbers of decode events: 0 .. 31 */
	FINDING_WORDS = 16,	 /* of `what` in a record: so many always fit into a field */
	FINDING_TYPE = 48,	 /* bytes of a part's declared type that a record keeps, */
	FINDING_NAME = 128,	 /* and of its file name */
	FINDING_CERTIFICATE = 8, /* of the SHA-256 of a server's certificate, from its beginning */
};

/* A place on the wire: an interface and the VLAN ids on it. */
struct place {
	uint16_t iface;
	uint16_t vlan[2]; /* outer, inner; 0 for none */
};

struct finding {
	uint16_t id;	  /* 2002 for SEG2002: one of finding.def */
	uint8_t outcome;  /* enum outcome */
	uint8_t from, to; /* zones of initiator and other end, 0 for "?" */
	uint8_t claims;	  /* 1002: the zone that the source belongs to, 0 for none */
	uint8_t failed;	  /* enum policy_condition, of `near` */
	uint8_t proto;	  /* IP protocol */
	uint32_t
	    generation;	  /* of the policy in which zones, conduits and interfaces are numbered */
	uint32_t rule;	  /* conduit of a finding inside a conduit, else (uint32_t)POLICY_NONE */
	uint32_t near;	  /* nearest conduit, or (uint32_t)POLICY_NONE */
	uint16_t flags;	  /* enum finding_flag */
	uint8_t app;	  /* enum app: what is spoken, where that is what it is about, */
	uint8_t expected; /* and what the service or its port names */
	uint64_t what;	  /* enum what */
	struct place in, out;  /* where the initiator's first copy came in; where its copy left */
	uint16_t sport, dport; /* host byte order; of the initiator and of the other end */
	uint16_t ethertype;    /* FINDING_LINK; below 0x0600 it is an LLC protocol, 0x0100 + DSAP */
	uint8_t event; /* 1005: enum decode reason for the message, counters.def numbering */
	uint8_t nstack;
	uint8_t stack[FINDING_STACK]; /* enum layer, outermost first; nstack 0: nothing unusual */
	struct mac smac, dmac;
	uint8_t certificate[FINDING_CERTIFICATE];
	struct addr src, dst; /* the initiator's and the other end's */
	struct addr outer_src, outer_dst;
	nstime first, last; /* of the packets counted in n */
	uint64_t n; /* packets since the last record about this flow, by first copy; may be 0 when
		       only the outcome changed */
	uint64_t bytes; /* their bytes on the wire */
	/* FINDING_MAIL: which message it is about and which part of it; nothing of its key. */
	uint64_t size;	      /* bytes of the message as it was sent */
	uint32_t message;     /* its number in the connection, from 1; 0: the connection itself */
	uint16_t part;	      /* from 1 in the order in which parts begin; 0: the message itself */
	uint8_t ntype, nname; /* bytes used; 0: there is no part to name, or it has none */
	char type[FINDING_TYPE]; /* as declared, and */
	char name[FINDING_NAME]; /* its file name: bytes from outside, escaped by the hub alone */
};

_Static_assert(sizeof(struct finding) == offsetof(struct finding, name) + FINDING_NAME,
    "no padding at its end");

/* One row of finding.def. Severities are syslog numbers (1 alert .. 6 info); `core` counts when
 * finding_raised() says so. */
struct finding_kind {
	uint16_t id;
	const char *name;	 /* "no-conduit" */
	uint8_t verdict;	 /* enum verdict */
	uint8_t sev[3], core[3]; /* attempted, crossed, answered */
	const char *meaning;	 /* one English sentence */
};

/* The row of an id, or NULL. */
const struct finding_kind *finding_kind(uint16_t id);

/* Rows by position 0 .. finding_kinds() - 1, ascending ids. */
size_t finding_kinds(void);
const struct finding_kind *finding_kind_at(size_t i);

/* The severity of an id by outcome (ALERTS 4): `unknown` is the attempted one raised by one step,
 * not above alert; ids whose severity does not depend on the outcome keep it. CORE:
 * finding_raised(). An id that has no row is a warning. */
uint8_t finding_severity(uint16_t id, uint8_t outcome, bool core);

/* Is an end a zone of class core, or for 3301 core or lgwan (ALERTS 4)? Zones of P, which must be
 * that of f->generation. */
bool finding_raised(const struct finding *f, const struct policy *p);

/* Is a finding of this id about what is spoken: does it carry `app` and `expected`? */
bool finding_of_app(uint16_t id);

/* Is a place from outside one of P's interfaces, with ids that a tag can hold? */
bool place_valid(const struct place *at, const struct policy *p);

/* Is a record from outside in range: generation, id (a violation, suspected or unverifiable),
 * outcome, zones and conduits of the policy, interfaces, flags, words, layers, times in order,
 * counts that cannot overflow? */
bool finding_valid(const struct finding *f, const struct policy *p);

/* The words of the lines: "violation", "answered", "crit", "midstream" (one bit of enum what),
 * "vxlan". NULL when out of range. */
const char *verdict_word(uint8_t verdict);
const char *outcome_word(uint8_t outcome);
const char *severity_word(uint8_t severity);
const char *what_word(uint64_t bit);

/* The words that make a finding of this id of a mail (what.def). */
uint64_t what_of(uint16_t id);
const char *layer_word(uint8_t layer);

#endif
