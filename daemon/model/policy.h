/* policy.h - the compiled policy: one pointer-free image that every role maps read-only.
 *
 * Knows: the image's layout and how to ask it. Owns nothing: the bytes belong to whoever mapped or
 * built them. Built by conf/compile.c only; asked by worker, hub and replay. Never changes after it
 * was sealed.
 *
 * Everything is found by numbers: zones 1..255 (0 is "no zone"), interfaces 0..63, lines 1.. (0 is
 * "no line"), conduits 0.. in the order of the configuration. Offsets are in bytes from the start
 * of the image, 0 for "none": arrays are 8-aligned, lists of uint32_t 4-aligned, texts not at all.
 * The last byte of the image is 0, so that every text ends inside it.
 *
 * How a new flow finds its conduit (the cost does not grow with the number of conduits):
 *   - The address lists of all conduits are made unique: each different list is a *group* (numbers
 * from 1). Group 0 means the whole zone and holds every address. A trie gives, for an address, the
 * sorted list of the groups that hold it.
 *   - A hash index has one entry per (zone pair, client group, server group, service). A look-up
 * tries every combination of the client's groups, the server's groups and the service widths in
 * use: a handful, whatever the number of conduits.
 *   - A second index with one or two of the three left open (POLICY_OPEN) finds the nearest miss,
 * also in a handful of probes.
 */
#ifndef SEGAUDIT_POLICY_H
#define SEGAUDIT_POLICY_H

#include "base/addr.h"
#include "base/nstime.h"

enum {
	POLICY_MAGIC = 0x53475031, /* "SGP1" */
	POLICY_IFACES = 64,	   /* at most */
	POLICY_ZONES = 256,	   /* numbers 1..255 */
	POLICY_CONDUITS = 131071,  /* at most */
	POLICY_PREFIXES = 1000000, /* at most, of zones and conduits together */
	POLICY_LINES = 4096,	   /* at most: pairs of interface and VLAN */
	POLICY_MAIL_DEPTH = 20,	   /* levels of parts of a mail, at most */
	POLICY_NONE = -1,	   /* no conduit */
};

#define POLICY_OPEN   UINT32_MAX       /* a group that was not asked for */
#define POLICY_NOBODY (UINT32_MAX - 1) /* the group of a list that is present and empty */

enum policy_class {
	CLASS_CORE,
	CLASS_LGWAN,
	CLASS_INTERNET,
	CLASS_OUTSIDE,
	CLASS_WAN,
	CLASS_OTHER
};

enum policy_model { MODEL_NONE, MODEL_ALPHA, MODEL_ALPHA_PRIME, MODEL_BETA, MODEL_BETA_PRIME };

enum policy_require {
	REQUIRE_NOTHING,
	REQUIRE_TEXT_MAIL,
	REQUIRE_SCREEN,
	REQUIRE_FILES,
	REQUIRE_NAMES
};

/* Screen protocols that a conduit may name. */
enum policy_screen {
	SCREEN_RDP,
	SCREEN_VNC,
	SCREEN_ICA,
	SCREEN_PCOIP,
	SCREEN_BLAST,
	SCREEN_SPICE,
	SCREENS
};

/* In which direction the content of a conduit is judged. */
enum policy_inspect { INSPECT_BOTH, INSPECT_FROM_SERVERS, INSPECT_FROM_CLIENTS };

/* Which lines are said about incidents of a pair of zones or of a conduit. */
enum policy_say {
	SAY_UNSET, /* of a conduit: as of its pair; of a pair: all */
	SAY_ALL,
	SAY_BRIEF, /* no UPDATE */
	SAY_SUMS,  /* the first of its kind, what is grave, and a sum each hour */
};

/* What of a conduit a flow can fail, in the order in which the first failing one is named. */
enum policy_condition {
	COND_NONE, /* all fit */
	COND_CLIENT,
	COND_SERVER,
	COND_SERVICE,
	COND_INITIATOR, /* everything fits with the ends swapped */
	COND_CLIENT_MAC,
	COND_SERVER_MAC,
	COND_HOURS,
	COND_EXPIRY,
};

#define POLICY_ANY_SERVICE (1u << 17)

struct policy_zone {
	uint32_t id; /* offset of its text, as all texts here: UTF-8, NUL-terminated */
	uint32_t label;
	uint32_t widths; /* what services of conduits from here ask: bit w: w leading bits of a port
			    (0..16); POLICY_ANY_SERVICE: some service is `any` */
	uint8_t class;	 /* enum policy_class */
	bool captured;	 /* it has an interface, or there is a mirror port */
	bool no_ipv6;	 /* ipv6 = false was configured */
	bool all_clients; /* some conduit from here has the whole zone as its clients, */
	bool all_servers; /* some conduit to here as its servers: else group 0 is not asked */
	uint8_t pad[3];
};

struct policy_iface {
	char name[16];	   /* NUL-terminated; IFNAMSIZ of Linux */
	uint16_t untagged; /* the line of frames without a tag, 0 when no zone names it */
	bool used;	   /* false: a number of an earlier generation that is not in this one */
	bool mirror;
	uint8_t nzones; /* different zones among its lines */
	uint8_t pad[3];
	struct mac mac; /* gateway.macs, for replay */
	bool has_mac;
	uint8_t pad2;
};

/* A place where a zone's traffic comes in: an interface with or without a VLAN. */
struct policy_line {
	uint16_t iface;
	uint16_t vlan[2]; /* outer and inner VLAN id, 0 for none */
	uint8_t zone;	  /* 0 on a mirror port where no zone names it */
	uint8_t pad;
};

struct policy_service {
	uint8_t proto;	    /* IP protocol; POLICY_ANY_PROTO for `any` */
	uint8_t whole;	    /* the whole protocol, whatever the port (ip/47, any) */
	uint16_t low, high; /* ports, or ICMP type in both; host byte order */
	uint16_t app;	    /* enum app: the protocol that follows; APP_UNKNOWN where none does */
};

enum { POLICY_ANY_PROTO = 255 }; /* IANA reserves protocol number 255 */

/* A weekly window in local time: minutes since Monday 00:00, end exclusive. A window over midnight
 * or over Sunday is two. */
struct policy_hours {
	uint16_t from, to;
};

struct policy_conduit {
	uint32_t id;
	uint8_t from, to;		    /* zones */
	uint8_t require;		    /* enum policy_require */
	uint8_t say;			    /* enum policy_say */
	uint32_t clients, servers;	    /* groups: 0 the whole zone, POLICY_NOBODY */
	uint32_t services, nservices;	    /* offset and number of struct policy_service */
	uint32_t client_macs, nclient_macs; /* offset and number of struct mac; none: not asked */
	uint32_t server_macs, nserver_macs;
	uint32_t hours, nhours; /* offset and number of struct policy_hours; none: always */
	nstime expires;		/* the first moment after its last day, NSTIME_NEVER without one */
	uint32_t
	    services_text; /* its services as configured, joined by commas: want= of a finding */
	uint32_t hours_text;
	uint32_t clause; /* text, 0 when absent */
	uint32_t approval;
	uint32_t mail;	 /* number of what a text mail may be here */
	uint8_t inspect; /* enum policy_inspect */
	uint8_t screens; /* of enum policy_screen, a bit for each that it may carry */
	uint8_t pad[2];
	uint64_t accept;     /* enum what: reasons for which unverifiable content is only counted */
	uint64_t max_upload; /* bytes of one flow from client to server; 0: no bound */
};

/* What a text mail may be. */
struct policy_mail {
	uint32_t allow;	   /* offset of media types in small letters, a subtype may be `*`: each
			      with its NUL, then an empty one */
	uint32_t charsets; /* 1 << enum charset (model/charset.h) */
	uint32_t depth;	   /* levels of parts: 1 to POLICY_MAIL_DEPTH */
	uint8_t images;	   /* 1: pictures may be attached */
	uint8_t pad[3];
	uint64_t max_size; /* bytes of a message */
};

/* From this moment on, local time is OFFSET seconds east of UTC. Sorted by time; the first holds
 * for all before it. */
struct policy_offset {
	nstime from;
	int32_t offset;
	int32_t pad;
};

/* One node of a 4-bit trie, one cache line: a slot is a leaf value (top bit clear; 0 is nothing) or
 * TRIE_NODE | node number. */
struct policy_node {
	uint32_t slot[16];
};

#define TRIE_NODE 0x80000000u
#define TRIE_ONE                                                                                   \
	0x40000000u /* in a leaf of the groups' trie: the group that alone holds these addresses   \
		       follows */

/* An entry of the conduit index. Empty when conduits is 0. */
struct policy_entry {
	uint32_t clients, servers; /* groups, or POLICY_OPEN */
	uint8_t from, to;
	uint8_t proto; /* POLICY_ANY_PROTO with width 0: any; */
	uint8_t width; /* leading bits of the port that are asked: 0..16; POLICY_OPEN_WIDTH: service
			  left open */
	uint16_t port; /* those bits, the others zero */
	uint16_t pad;
	uint32_t conduits; /* offset of uint32_t: a count, then conduit numbers in the order of the
			      configuration */
	uint32_t first;	   /* the first of them */
	uint32_t
	    plain; /* 1: that one asks for no MAC, hours or expiry; its ends and service are all */
	uint32_t pad2;
};

/* With something left open, an entry keeps this many of its conduits: the first ones, and for the
 * last the first plain one if it comes later. Only nearest misses ask such entries, and their cost
 * must not grow with the conduits of a pair. */
enum { POLICY_KEPT = 16 };

enum { POLICY_OPEN_WIDTH = 255 };

struct policy {
	uint32_t magic;	     /* POLICY_MAGIC */
	uint32_t size;	     /* of the image, bytes */
	uint32_t generation; /* from 1; set by the monitor at start and reload, 1 in replay */
	uint8_t model;	     /* enum policy_model */
	uint8_t japanese;    /* language = "ja" */
	uint16_t workers;
	uint32_t organisation;	 /* text */
	uint32_t flows;		 /* entries of a flow table */
	uint64_t ring;		 /* bytes a worker */
	uint64_t capture_buffer; /* bytes an interface */
	nstime attempt_after, quiet_after, heartbeat;
	nstime quiet_interface; /* 0: never */
	uint32_t lines_per_second;

	uint32_t nzones; /* number of the last zone; zone 0 has an empty id */
	uint32_t zones;	 /* offset of struct policy_zone[nzones + 1] */
	uint32_t nifaces;
	uint32_t ifaces;	      /* offset of struct policy_iface[nifaces] */
	uint32_t nlines;	      /* number of the last line */
	uint32_t lines;		      /* offset of struct policy_line[nlines + 1] */
	uint32_t tagged, tagged_mask; /* offset of uint16_t[mask + 1]: open-addressing index of the
					 tagged lines */
	uint32_t nconduits;
	uint32_t conduits;	 /* offset of struct policy_conduit[nconduits] */
	uint32_t zone4, zone6;	 /* root nodes' numbers in `nodes`: leaf = zone */
	uint32_t group4, group6; /* root nodes: leaf = TRIE_ONE | group, or offset / 4 of a list: a
				    count, then groups, ascending */
	uint32_t nodes, nnodes;	 /* offset (64-aligned) and number of struct policy_node: zones'
				    nodes before zone_nodes, then groups' */
	uint32_t zone_nodes;
	uint32_t index, index_mask; /* offset (64-aligned) of struct policy_entry[mask + 1], at most
				       half full: nothing left open, */
	uint32_t near,
	    near_mask; /* and those with something left open: ten times as many, and seldom asked */
	uint32_t ports; /* offset of 3 bitmaps of 8,192 bytes, tcp, udp, sctp: ports that a conduit
			   names (ranges of at most 1,024 ports) */
	uint32_t offsets, noffsets; /* offset and number of struct policy_offset, at least one */
	uint32_t gateway, ngateway; /* offset and number of struct addr: gateway.addresses */
	uint32_t sinks, nsinks;	    /* offset and number of struct policy_sink */
	uint32_t run_dir, state_dir, user; /* texts */
	uint32_t ledger_days;		   /* for which files of the ledger are kept */
	uint32_t evidence_frames;	   /* of an incident; 0: none are kept */
	uint32_t evidence_snap;		   /* bytes of a frame */
	bool evidence_payload;		   /* else no more than the headers */
	uint8_t pad[7];
	uint64_t evidence_space; /* bytes of all files */
	nstime evidence_keep;
	uint32_t notices,
	    nnotices; /* offset and number of struct policy_notice: 7xxx found at load */
	uint32_t say; /* offset of a row for each zone, 0 too, of uint8_t[nzones + 1], enum
			 policy_say: said[from][to]; 0: all of all pairs */
	uint32_t say_conduits, nsay_conduits; /* offset and number of uint32_t: conduits whose say
						 is set, in the order of their ids */
	uint32_t mails, nmails;		      /* offset and number of struct policy_mail */
	uint64_t stream_flow, stream_total;   /* bytes for the content of one flow, and of all flows
						 of a worker */
};

enum policy_target {
	TARGET_SYSLOG,
	TARGET_JOURNALD,
	TARGET_STDERR,
	TARGET_FILE,
	TARGET_JSON,
	TARGET_REMOTE
};

struct policy_sink {
	uint8_t target;	  /* enum policy_target */
	uint8_t facility; /* syslog facility code, RFC 5424 table 1 */
	uint8_t min;	  /* least severity, syslog number: 7 passes all */
	uint8_t pad;
	uint32_t path;		/* text: socket, path or address */
	uint32_t pairs, npairs; /* offset and number of uint16_t from << 8 | to; none: all */
	uint64_t spool;		/* remote: bytes on disk for what the collector does not take; 0:
				   none */
};

/* A finding about the rules themselves, said once per generation. */
struct policy_notice {
	uint16_t id;	  /* 7001, 7002, 7004 … */
	uint8_t from, to; /* zones */
	uint32_t conduit;
	uint32_t text; /* what is wide, missing or past, in English */
};

/* The text at OFFSET; "" for 0. */
static inline const char *
policy_text(const struct policy *p, uint32_t offset)
{
	return offset ? (const char *)p + offset : "";
}

static inline const void *
policy_at(const struct policy *p, uint32_t offset)
{
	return (const uint8_t *)p + offset;
}

static inline const struct policy_zone *
policy_zone(const struct policy *p, uint8_t zone)
{
	return (const struct policy_zone *)policy_at(p, p->zones) + zone;
}

static inline const struct policy_iface *
policy_iface(const struct policy *p, uint16_t iface)
{
	return (const struct policy_iface *)policy_at(p, p->ifaces) + iface;
}

static inline const struct policy_line *
policy_line(const struct policy *p, uint16_t line)
{
	return (const struct policy_line *)policy_at(p, p->lines) + line;
}

static inline const struct policy_conduit *
policy_conduit(const struct policy *p, uint32_t conduit)
{
	return (const struct policy_conduit *)policy_at(p, p->conduits) + conduit;
}

/* What a text mail may be in a conduit. */
static inline const struct policy_mail *
policy_mail(const struct policy *p, uint32_t conduit)
{
	return (const struct policy_mail *)policy_at(p, p->mails) +
	       policy_conduit(p, conduit)->mail;
}

/* The id of a zone, "" for 0; of a conduit, "" for (uint32_t)POLICY_NONE. */
static inline const char *
policy_zone_id(const struct policy *p, uint8_t zone)
{
	return zone ? policy_text(p, policy_zone(p, zone)->id) : "";
}

static inline const char *
policy_conduit_id(const struct policy *p, uint32_t conduit)
{
	return conduit == (uint32_t)POLICY_NONE ? "" :
						  policy_text(p, policy_conduit(p, conduit)->id);
}

/* Is SIZE the size of a whole image at P, of this version, with every offset inside it? For whoever
 * maps a received image. */
bool policy_valid(const struct policy *p, size_t size);

/* The line of frames on IFACE with these VLAN ids (0, 0 without a tag; the priority tag 0 is no
 * tag). 0 when no zone names it. */
uint16_t policy_line_of(const struct policy *p, uint16_t iface, uint16_t outer, uint16_t inner);

/* The zone of an address by longest prefix, 0 when it is in none. IS4: the packet was IPv4. */
uint8_t policy_zone_of(const struct policy *p, const struct addr *a, bool is4);

/* Number of the interface of that name, or POLICY_NONE. */
int policy_iface_named(const struct policy *p, const char *name);

/* Is a pair of zones one that no conduit may join (core with internet or outside, unless the model
 * is none)? */
bool policy_forbidden(const struct policy *p, uint8_t a, uint8_t b);

/* Which lines are said about a pair of zones (0: no zone) and the conduit of that id, "" for none:
 * SAY_ALL, SAY_BRIEF or SAY_SUMS. What is configured for the conduit goes before the pair. */
enum policy_say policy_say(const struct policy *p, uint8_t from, uint8_t to, const char *conduit);

/* Of how many pairs and conduits SAY is configured. */
uint32_t policy_say_count(const struct policy *p, enum policy_say say);

/* Does some conduit name this port, or is it a well-known one (below 1024, or one of a short list)?
 * For the direction of midstream flows. */
bool policy_port_named(const struct policy *p, uint8_t proto, uint16_t port);

/* Seconds east of UTC at a moment, in the configured timezone. */
int32_t policy_offset_at(const struct policy *p, nstime t);

/* What a flow asks of the policy. */
struct policy_query {
	struct addr client, server;
	bool is4;
	uint8_t from, to; /* zones of client and server, both known and different */
	uint8_t proto;
	uint16_t client_port;	      /* host byte order; for the reversed reading */
	uint16_t server_port;	      /* or ICMP type; 0 for protocols without ports */
	const struct mac *client_mac; /* NULL when it could not be seen: then it is not asked */
	const struct mac *server_mac;
	nstime time; /* of the flow's first packet */
};

struct policy_answer {
	uint32_t conduit; /* the one that fits, or the nearest; (uint32_t)POLICY_NONE when there is
			     none near */
	uint8_t
	    failed; /* enum policy_condition: COND_NONE when it fits, else the first that failed */
	bool only;  /* it was the only one that failed */
};

/* The conduit for a flow, or its nearest miss (DESIGN 6.4): of those that fit the first of the
 * configuration; else the one of which most conditions fit, ends before service before the rest.
 * Linear in nothing but the conduits that have the very same ends and service. */
void policy_match(const struct policy *p, const struct policy_query *q, struct policy_answer *a);

/* The protocol (enum app) that a conduit's first service which has this port (host byte order) and
 * names one does name; APP_UNKNOWN when none does. */
uint8_t policy_service_app(
    const struct policy *p, const struct policy_conduit *c, uint8_t proto, uint16_t port);

/* Does the MAC stand in a conduit's list? True when the list is empty. SERVER chooses the list. */
bool policy_mac_fits(
    const struct policy *p, const struct policy_conduit *c, bool server, const struct mac *m);

/* Short names for messages and files: "core", "tcp" … */
const char *policy_class_name(uint8_t class);
const char *policy_condition_name(
    uint8_t condition); /* "client", "server", "service", "initiator", "client_mac", … */

#endif
