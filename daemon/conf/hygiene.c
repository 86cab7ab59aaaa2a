/* hygiene.c - findings about the rules themselves: too wide, incomplete, expired, against the model
 * (7001-7004, 7006). */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/build.h"

enum {
	SOON = 30,	   /* days before its end that a conduit is said to expire */
	NARROW4 = 96 + 24, /* lengths that are narrow enough for a core zone */
	NARROW6 = 64,
	EXAMPLES = 3, /* wide prefixes that are named */
	SENTENCE = 512,
};

struct notices {
	struct build *b;
	struct policy_notice *at;
	uint32_t n, size;
};

/* Are the sentences Japanese? */
static bool
in_japanese(const struct build *b)
{
	return b->c->language && strcmp(b->c->language, "ja") == 0;
}

static void
add(struct notices *ns, uint32_t conduit, uint16_t id, const char *text)
{
	const struct policy_conduit *c = &ns->b->conduits[conduit];

	if (ns->n == ns->size) {
		uint32_t size = ns->size ? ns->size * 2 : 64;
		struct policy_notice *more = realloc(ns->at, size * sizeof *more);

		if (!more) {
			ns->b->failed = true;
			return;
		}
		ns->at = more;
		ns->size = size;
	}
	ns->at[ns->n++] = (struct policy_notice){
		.id = id,
		.from = c->from,
		.to = c->to,
		.conduit = conduit,
		.text = image_text(&ns->b->image, text),
	};
}

/* Starts one more reason in a sentence. */
static void
reason(struct text *t, bool ja)
{
	if (t->len)
		text_add(t, "%s", ja ? "、" : "; ");
}

/* The prefixes of a list that are wider than a core zone's conduit may be. */
static void
add_wide(struct text *t, const struct build *b, const char *key, uint32_t group)
{
	const struct group *g = &b->groups.group[group];
	bool ja = in_japanese(b);
	uint32_t wide = 0;

	if (!group || group == POLICY_NOBODY)
		return;
	for (uint32_t i = 0; i < g->n; i++) {
		const struct prefix *p = &b->groups.prefix[g->first + i];
		char text[PREFIX_TEXT];

		if (p->len >= (p->is4 ? NARROW4 : NARROW6))
			continue;
		if (wide < EXAMPLES) {
			reason(t, ja);
			text_add(t, ja ? "%s の %s が %s より短い" : "%s %s is shorter than %s",
			    key, prefix_text(text, p), p->is4 ? "/24" : "/64");
		}
		wide++;
	}
	if (wide > EXAMPLES)
		text_add(t, ja ? "、ほか %u 件" : " and %u more", wide - EXAMPLES);
}

/* 7001. An end in the core zone that is not limited at all is 7002. */
static void
check_width(struct notices *ns, uint32_t i)
{
	const struct conf_conduit *c = &ns->b->c->conduits[i];
	const struct policy_conduit *to = &ns->b->conduits[i];
	const struct policy_zone *z = ns->b->zone;
	bool ja = in_japanese(ns->b);
	char buffer[SENTENCE];
	struct text t = text_of(buffer, sizeof buffer);

	if (!c->clients.present && z[to->from].class != CLASS_CORE)
		text_add(
		    &t, ja ? "clients が領域 %s 全体" : "clients are the whole zone %s", c->from);
	if (!c->servers.present && z[to->to].class != CLASS_CORE) {
		reason(&t, ja);
		text_add(
		    &t, ja ? "servers が領域 %s 全体" : "servers are the whole zone %s", c->to);
	}
	for (uint32_t k = 0; k < c->services_list.n; k++) {
		if (c->services[k].proto != POLICY_ANY_PROTO)
			continue;
		reason(&t, ja);
		text_add(&t, "%s", ja ? "services に any がある" : "services hold any");
		break;
	}
	add_wide(&t, ns->b, "clients", to->clients);
	add_wide(&t, ns->b, "servers", to->servers);
	if (t.len)
		add(ns, i, 7001, buffer);
}

static void
add_missing(struct text *t, const struct conf_addrs *addrs, const char *addrs_key,
    const struct conf_list *macs, const char *macs_key, bool ja)
{
	if (!addrs->present)
		text_add(t, "%s", addrs_key);
	if (!macs->present)
		text_add(t, "%s%s", !t->len ? "" : ja ? " と " : " and ", macs_key);
}

/* 7002: at its end in the core zone a conduit names addresses and MAC addresses. */
static void
check_complete(struct notices *ns, uint32_t i)
{
	const struct conf_conduit *c = &ns->b->c->conduits[i];
	const struct policy_conduit *to = &ns->b->conduits[i];
	const struct policy_zone *z = ns->b->zone;
	char missing[64], buffer[SENTENCE];
	struct text m = text_of(missing, sizeof missing), t = text_of(buffer, sizeof buffer);
	bool from_core = z[to->from].class == CLASS_CORE, ja = in_japanese(ns->b);

	if (from_core)
		add_missing(&m, &c->clients, "clients", &c->client_macs, "client_macs", ja);
	if (z[to->to].class == CLASS_CORE)
		add_missing(&m, &c->servers, "servers", &c->server_macs, "server_macs", ja);
	if (!m.len)
		return;
	text_add(&t,
	    ja ? "%s がない: %s (種別 core) に接する通信は MAC "
		 "アドレス、アドレス、ポートの限定が必要" :
		 "%s not given: what touches %s (class core) must be limited on MAC address, "
		 "address and port",
	    missing, from_core ? c->from : c->to);
	add(ns, i, 7002, buffer);
}

/* 7003 and 7004, of a conduit that expires. */
static void
check_expiry(struct notices *ns, uint32_t i)
{
	const struct conf_conduit *c = &ns->b->c->conduits[i];
	nstime expires = ns->b->conduits[i].expires, now = ns->b->now;
	bool ja = in_japanese(ns->b);
	char buffer[SENTENCE];
	struct text t = text_of(buffer, sizeof buffer);

	if (now >= expires) {
		text_add(&t,
		    ja ? "期限切れ: 有効期限は %s、この通信は違反となる (2007)" :
			 "expired: its last valid day was %s, its flows are violations (2007)",
		    c->expires);
		add(ns, i, 7004, buffer);
	} else if (expires - now <= SOON * NS_DAY) {
		text_add(&t,
		    ja ? "期限が近い: 有効期限は %s" : "expires soon: its last valid day is %s",
		    c->expires);
		add(ns, i, 7003, buffer);
	}
}

/* 7006 */
static void
say_breakout(struct notices *ns, uint32_t i)
{
	const struct conf_conduit *c = &ns->b->c->conduits[i];
	char buffer[SENTENCE];
	struct text t = text_of(buffer, sizeof buffer);

	text_add(&t,
	    in_japanese(ns->b) ?
		"%s (種別 lgwan) から %s (種別 outside) へのローカルブレイクアウトは、model alpha "
		"と矛盾する (alpha-prime では可)" :
		"a local breakout from %s (class lgwan) to %s (class outside) contradicts model "
		"alpha; alpha-prime allows it",
	    c->from, c->to);
	add(ns, i, 7006, buffer);
}

void
build_notices(struct build *b)
{
	struct notices ns = { .b = b };

	for (uint32_t i = 0; i < b->p.nconduits; i++) {
		const struct policy_conduit *c = &b->conduits[i];
		uint8_t from = b->zone[c->from].class, to = b->zone[c->to].class;

		if (from == CLASS_CORE || to == CLASS_CORE) {
			check_width(&ns, i);
			check_complete(&ns, i);
		}
		if (c->expires != NSTIME_NEVER)
			check_expiry(&ns, i);
		if (b->c->model == MODEL_ALPHA && from == CLASS_LGWAN && to == CLASS_OUTSIDE)
			say_breakout(&ns, i);
	}
	b->p.notices = image_add(&b->image, ns.at, ns.n * sizeof *ns.at);
	b->p.nnotices = ns.n;
	free(ns.at);
}
