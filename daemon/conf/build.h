/* build.h - what the parts of the compiler share while they build one image.
 *
 * Knows: the configuration, the image's header and parts in the making. Owns the parts. Included by
 * conf/compile.c and the parts it calls, in this order: networks, lines, conduits, pairs, hygiene.
 * Never seen outside conf/.
 */
#ifndef SEGAUDIT_BUILD_H
#define SEGAUDIT_BUILD_H

#include "conf/compile.h"
#include "conf/groups.h"
#include "conf/image.h"
#include "conf/index.h"
#include "conf/localtime.h"
#include "conf/names.h"
#include "conf/trie.h"

enum { BUILD_MEANT = 200 };

/* A zone's networks in order of address, made when first asked for. */
struct build_sorted {
	struct prefix *prefix;
	uint32_t n;
	bool made;
};

struct build {
	const struct conf *c;
	struct conf_errors *e;
	nstime now;
	struct policy p;
	struct image image;
	bool failed; /* no memory */

	struct names zones, sets; /* number of a zone from 1; index of a set */
	struct trie nets;	  /* of the zones' networks */
	uint32_t *cell_zone;	  /* per cell of nets */
	uint32_t nnets;
	struct build_sorted sorted[POLICY_ZONES];
	uint8_t *set_in_zone; /* per set and zone: SET_* of conduits.c */

	struct policy_zone zone[POLICY_ZONES];
	struct policy_iface iface[POLICY_IFACES];

	struct groups groups;
	struct policy_conduit *conduits;
	struct index_need need; /* of all conduits */
	struct localtime local;
};

/* Writes what would be right in place of the unknown zone TEXT: the one that was probably meant, or
 * all when there are few. Returns TO, which begins with a semicolon or is empty. */
const char *build_zone_meant(const struct build *b, const char *text, char to[BUILD_MEANT]);
const char *build_set_meant(const struct build *b, const char *text, char to[BUILD_MEANT]);

/* The number of a zone by its name, 0 when there is none. */
uint8_t build_zone(const struct build *b, const char *name);

/* The text of a zone's id; for messages. */
const char *build_zone_id(const struct build *b, uint32_t zone);

/* networks.c: puts all zones' networks into the trie. Equal prefixes are errors. */
void build_networks(struct build *b);

/* networks.c: does some part of the prefix lie in the zone? */
bool build_lies_in(struct build *b, const struct prefix *p, uint8_t zone);

/* networks.c: the zone of a prefix's first address, 0 for none. */
uint8_t build_owner(const struct build *b, const struct prefix *p);

/* lines.c: interfaces, lines and mirror ports, into the image. */
void build_lines(struct build *b, struct compile_ifaces *keep);

/* conduits.c: conduits, groups and what they list. */
void build_conduits(struct build *b);

/* mails.c: what text mails may be, and each conduit's number in it. Before the conduits are put
 * into the image. */
void build_mails(struct build *b);

/* pairs.c: item I of a list of pairs in a group NOUN, as from << 8 | to; wrong ones are errors, and
 * 0 in the place of a zone that does not exist. */
uint16_t build_pair(struct build *b, const char *noun, const struct conf_list *pairs, uint32_t i);

/* pairs.c: which lines are said about pairs and conduits, into the image. After the conduits. */
void build_says(struct build *b);

/* hygiene.c: findings about the rules, into the image. For a configuration without errors. */
void build_notices(struct build *b);

#endif
