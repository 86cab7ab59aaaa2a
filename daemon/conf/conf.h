/* conf.h - a configuration as it was read: every key checked by itself, nothing looked up yet.
 *
 * Knows: the language of segauditd.conf(5): the schema table (schema.def), libconfig, units, and
 * where each thing stood. Owns all it read, in one arena. Called by the monitor, -n, -r and tests.
 * Never decides what a rule means: conf/compile.c does.
 */
#ifndef SEGAUDIT_CONF_H
#define SEGAUDIT_CONF_H

#include <stdio.h>

#include "model/policy.h"

/* Where a thing stood. */
struct conf_place {
	const char	*file;		/* as it is to be named in messages */
	unsigned	 line;
};

/* A list of strings as configured. `present` tells an empty list from an absent one. */
struct conf_list {
	const char	**item;
	struct conf_place *place;	/* of each item */
	uint32_t	 n;
	bool		 present;
};

/* A list of prefixes: `@name` is resolved when compiled. */
struct conf_addr {
	const char	*set;		/* name of a set, or NULL: then prefix counts */
	struct prefix	 prefix;
	struct conf_place at;
};

struct conf_addrs {
	struct conf_addr *item;
	uint32_t	 n;
	bool		 present;
	struct conf_place at;
};

/* One entry of `interfaces`: "eth2", "eth2 vlan 20", "eth2 vlan 20.300". */
struct conf_line {
	char		 name[16];
	uint16_t	 vlan[2];
	struct conf_place at;
};

struct conf_zone {
	const char	*id, *label;
	uint8_t		 class;		/* enum policy_class */
	bool		 ipv6;
	struct conf_line *lines;
	uint32_t	 nlines;
	struct conf_addrs networks;
	/* facts whose checks come later: checked, kept and printed */
	struct conf_addrs proxies, resolvers, mail_relays, dhcp_servers, routers;
	struct conf_list next_hops, macs;	/* MACs, checked */
	struct conf_place at;
};

struct conf_set {
	const char	*name;
	struct conf_addrs addresses;	/* of `file` too, with the places in that file */
	const char	*file;		/* as configured, or NULL */
	struct conf_place at;
};

/* What a text mail may be: at the top level, and where a conduit says otherwise. */
struct conf_mail {
	struct conf_list allow, charsets;
	uint64_t	 max_size;	/* bytes */
	uint32_t	 depth;
	bool		 images_as_attachments;
	struct conf_place at;
};

struct conf_conduit {
	const char	*id, *from, *to;
	struct conf_addrs clients, servers;
	struct policy_service *services;	/* of `services` */
	struct conf_list services_list;	/* as configured, same order */
	struct conf_list client_macs, server_macs;	/* MACs, checked */
	struct policy_hours *hours;
	uint32_t	 nhours;
	struct conf_list hours_list;	/* as configured */
	const char	*expires;	/* YYYY-MM-DD, checked, or NULL */
	uint8_t		 require;	/* enum policy_require */
	uint8_t		 lines;		/* enum policy_say */
	uint8_t		 inspect;	/* enum policy_inspect */
	/* descriptive, or of inspectors to come: checked, kept and printed; NULL or absent when not
	 * configured */
	const char	*clause, *owner, *reason, *approval;
	struct conf_list screen, files, names, accept_unverifiable;
	uint64_t	 max_upload;	/* bytes, 0 absent */
	nstime		 expected_every;	/* 0 absent */
	struct conf_mail *mail;		/* NULL when not configured: conf.mail holds */
	struct conf_place at, from_at, to_at, services_at, expires_at;
};

struct conf_sink {
	uint8_t		 target;	/* enum policy_target */
	const char	*path;		/* socket, path or address */
	uint8_t		 facility, min;
	struct conf_list pairs;		/* "lgwan>internet" */
	uint64_t	 spool;		/* bytes; 0: none */
	struct conf_place at;
};

/* Which lines are said about some pairs. */
struct conf_say {
	struct conf_list pairs;		/* "lgwan>internet" */
	uint8_t		 lines;		/* enum policy_say */
	struct conf_place at;
};

struct conf_mac {
	char		 interface[16];
	struct mac	 mac;
	struct conf_place at;
};

struct conf {
	const char	*organisation, *language, *user, *run_dir, *state_dir;
	const char	*timezone;	/* NULL: the system's */
	uint8_t		 model;		/* enum policy_model */
	uint32_t	 workers, flows, lines_per_second;
	uint64_t	 ring, capture_buffer;
	nstime		 attempt_after, quiet_after, heartbeat, quiet_interface;
	uint64_t	 stream_per_flow, stream_total;
	uint32_t	 ledger_days;
	bool		 evidence_payload;
	uint32_t	 evidence_frames, evidence_snap;
	uint64_t	 evidence_space;
	nstime		 evidence_keep;
	struct conf_mail mail;
	struct conf_list mirror;
	struct conf_addrs gateway_addresses;
	struct conf_mac	*gateway_macs;
	uint32_t	 ngateway_macs;
	struct conf_zone *zones;
	uint32_t	 nzones;
	struct conf_set	*sets;
	uint32_t	 nsets;
	struct conf_conduit *conduits;
	uint32_t	 nconduits;
	struct conf_sink *sinks;
	uint32_t	 nsinks;
	struct conf_say	*says;
	uint32_t	 nsays;
	struct conf_place at;		/* the main file */
	struct conf_place streams_at;
	struct arena	*arena;		/* everything above lies here */
};

/* Errors of one run, the main file's first, each file's in the order of lines; each is one whole
 * line FILE:LINE: … without newline. */
struct conf_errors {
	char		**text;
	struct conf_mark *mark;		/* for conf_errors_sort() */
	uint32_t	 n, size;
	bool		 lost;		/* there was no memory for one of them */
};

void conf_errors_free(struct conf_errors *e);

/* Puts them in order: MAIN is the name of the main file. Errors of one line stay as they were
 * added. */
void conf_errors_sort(struct conf_errors *e, const char *main);

/* Adds one error: `FILE:LINE: `, or `FILE: ` for line 0, and the formatted text. */
void conf_error(struct conf_errors *e, struct conf_place at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Reads FILE and what it includes. Every error that can be found by looking at each key for itself
 * goes to E, sorted; beside some of them also those that compile() finds, when they cannot be mere
 * consequences. NULL when there was an error. */
struct conf *conf_read(const char *file, struct conf_errors *e);
void conf_free(struct conf *c);

/* Prints the canonical text, every key with its value, defaults too: it parses again to the same
 * policy (-n -v). */
void conf_print(FILE *out, const struct conf *c);

/* The same with the addresses of sets that are in files, instead of the files' names: all that was
 * configured. */
void conf_print_whole(FILE *out, const struct conf *c);

/* "1.5.0": of the libconfig that it was built with. Borrowed. */
const char *conf_library(void);

#endif
