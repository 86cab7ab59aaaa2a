/* policy_valid.c - is an image whole? Every offset, count and number is checked once, so that no
 * look-up has to.
 *
 * After it said yes nothing that a look-up does can leave the image or run for ever; whether the
 * image means what the administrator wrote is not its question.
 */
#include "model/charset.h"
#include "model/policy.h"

/* Do N things of SIZE bytes at OFFSET lie in the image, behind its header? */
static bool
span(const struct policy *p, uint32_t offset, uint64_t n, uint32_t size, uint32_t align)
{
	if (offset % align || offset < sizeof *p || offset > p->size)
		return false;
	return n <= (p->size - offset) / size;
}

/* The same for a list that may be absent. */
static bool
list(const struct policy *p, uint32_t offset, uint32_t n, uint32_t size)
{
	return n == 0 || span(p, offset, n, size, 8);
}

/* The image's last byte is 0, so that a text need only begin in it. */
static bool
text(const struct policy *p, uint32_t offset)
{
	return offset == 0 || span(p, offset, 1, 1, 1);
}

/* A bool in bytes from outside must be 0 or 1 before it is read as one. */
static bool
flag(const void *b)
{
	return *(const uint8_t *)b <= 1;
}

static bool
header_valid(const struct policy *p)
{
	return p->model <= MODEL_BETA_PRIME && p->nzones < POLICY_ZONES &&
	       p->nifaces <= POLICY_IFACES && p->nlines <= POLICY_LINES &&
	       p->nconduits <= POLICY_CONDUITS && text(p, p->organisation) && text(p, p->run_dir) &&
	       flag(&p->evidence_payload) && text(p, p->state_dir) && text(p, p->user) &&
	       span(p, p->ports, 3, 8192, 8) && p->noffsets &&
	       span(p, p->offsets, p->noffsets, sizeof(struct policy_offset), 8) &&
	       list(p, p->gateway, p->ngateway, sizeof(struct addr));
}

static bool
zones_valid(const struct policy *p)
{
	if (!span(p, p->zones, p->nzones + 1, sizeof(struct policy_zone), 8))
		return false;
	for (uint32_t i = 0; i <= p->nzones; i++) {
		const struct policy_zone *z = policy_zone(p, (uint8_t)i);

		if (!text(p, z->id) || !text(p, z->label) || z->class > CLASS_OTHER ||
		    z->widths >= 2 * POLICY_ANY_SERVICE || !flag(&z->captured) ||
		    !flag(&z->no_ipv6) || !flag(&z->all_clients) || !flag(&z->all_servers))
			return false;
	}
	return true;
}

static bool
ifaces_valid(const struct policy *p)
{
	if (!span(p, p->ifaces, p->nifaces, sizeof(struct policy_iface), 8) ||
	    !span(p, p->lines, p->nlines + 1, sizeof(struct policy_line), 8))
		return false;
	for (uint32_t i = 0; i < p->nifaces; i++) {
		const struct policy_iface *f = policy_iface(p, (uint16_t)i);

		if (!memchr(f->name, 0, sizeof f->name) || f->untagged > p->nlines ||
		    !flag(&f->used) || !flag(&f->mirror) || !flag(&f->has_mac))
			return false;
	}
	for (uint32_t i = 0; i <= p->nlines; i++) {
		const struct policy_line *l = policy_line(p, (uint16_t)i);

		if (l->zone > p->nzones || (i && l->iface >= p->nifaces))
			return false;
	}
	return true;
}

/* The index of tagged lines: in range, and with a free slot where a search ends. */
static bool
tagged_valid(const struct policy *p)
{
	const uint16_t *tagged;
	bool empty = false;

	if (p->tagged_mask & ((uint64_t)p->tagged_mask + 1) ||
	    !span(p, p->tagged, (uint64_t)p->tagged_mask + 1, 2, 8))
		return false;
	tagged = policy_at(p, p->tagged);
	for (uint64_t i = 0; i <= p->tagged_mask; i++) {
		if (tagged[i] > p->nlines)
			return false;
		empty = empty || !tagged[i];
	}
	return empty;
}

static bool
conduits_valid(const struct policy *p)
{
	if (p->nconduits && !span(p, p->conduits, p->nconduits, sizeof(struct policy_conduit), 8))
		return false;
	for (uint32_t i = 0; i < p->nconduits; i++) {
		const struct policy_conduit *c = policy_conduit(p, i);

		if (!c->from || !c->to || c->from > p->nzones || c->to > p->nzones ||
		    c->require > REQUIRE_NAMES || c->say > SAY_SUMS ||
		    c->inspect > INSPECT_FROM_CLIENTS || c->screens >> SCREENS ||
		    c->mail >= p->nmails || !text(p, c->id) || !text(p, c->services_text) ||
		    !text(p, c->hours_text) || !text(p, c->clause) || !text(p, c->approval))
			return false;
		if (!list(p, c->services, c->nservices, sizeof(struct policy_service)) ||
		    !list(p, c->client_macs, c->nclient_macs, sizeof(struct mac)) ||
		    !list(p, c->server_macs, c->nserver_macs, sizeof(struct mac)) ||
		    !list(p, c->hours, c->nhours, sizeof(struct policy_hours)))
			return false;
	}
	return true;
}

/* Texts that follow each other, up to an empty one. */
static bool
texts(const struct policy *p, uint32_t offset)
{
	if (!span(p, offset, 1, 1, 1))
		return false;
	while (offset < p->size && *policy_text(p, offset))
		offset += (uint32_t)strlen(policy_text(p, offset)) + 1;
	return offset < p->size;
}

static bool
mails_valid(const struct policy *p)
{
	const struct policy_mail *m = policy_at(p, p->mails);

	if (!list(p, p->mails, p->nmails, sizeof *m))
		return false;
	for (uint32_t i = 0; i < p->nmails; i++)
		if (!texts(p, m[i].allow) || m[i].charsets >> CHARSET_UNKNOWN || !m[i].depth ||
		    m[i].depth > POLICY_MAIL_DEPTH || m[i].images > 1)
			return false;
	return true;
}

/* A count and as many numbers after it. */
static bool
numbers(const struct policy *p, uint64_t offset, const uint32_t **at)
{
	if (offset > UINT32_MAX || !span(p, (uint32_t)offset, 1, 4, 4))
		return false;
	*at = policy_at(p, (uint32_t)offset);
	return span(p, (uint32_t)offset, 1 + (uint64_t) * *at, 4, 4);
}

/* A node's slots lead to nodes of its own kind, or to a zone, or to a list of groups. */
static bool
node_valid(const struct policy *p, uint32_t number)
{
	const struct policy_node *node =
	    (const struct policy_node *)policy_at(p, p->nodes) + number;
	bool zones = number < p->zone_nodes;
	uint32_t first = zones ? 0 : p->zone_nodes, end = zones ? p->zone_nodes : p->nnodes,
		 last = 0;
	const uint32_t *groups;

	for (uint32_t i = 0; i < 16; i++) {
		uint32_t slot = node->slot[i], next = slot & ~TRIE_NODE;

		if (slot & TRIE_NODE) {
			if (next < first || next >= end)
				return false;
		} else if (zones ? slot > p->nzones :
				   slot && slot != last && !(slot & TRIE_ONE) &&
				       !numbers(p, (uint64_t)slot * 4, &groups)) {
			return false;
		}
		last = slot;
	}
	return true;
}

static bool
nodes_valid(const struct policy *p)
{
	if (p->zone_nodes > p->nnodes || p->zone4 >= p->zone_nodes || p->zone6 >= p->zone_nodes ||
	    p->group4 < p->zone_nodes || p->group4 >= p->nnodes || p->group6 < p->zone_nodes ||
	    p->group6 >= p->nnodes || !span(p, p->nodes, p->nnodes, sizeof(struct policy_node), 64))
		return false;
	for (uint32_t i = 0; i < p->nnodes; i++)
		if (!node_valid(p, i))
			return false;
	return true;
}

static bool
entry_valid(const struct policy *p, const struct policy_entry *e)
{
	const uint32_t *conduits;

	if (!numbers(p, e->conduits, &conduits) || !conduits[0] || conduits[1] != e->first)
		return false;
	for (uint32_t i = 1; i <= conduits[0]; i++)
		if (conduits[i] >= p->nconduits)
			return false;
	return true;
}

/* A conduit index: in range, and with a free slot where a search ends. */
static bool
index_valid(const struct policy *p, uint32_t offset, uint32_t mask)
{
	const struct policy_entry *index;
	bool empty = false;

	if (mask & ((uint64_t)mask + 1) ||
	    !span(p, offset, (uint64_t)mask + 1, sizeof(struct policy_entry), 64))
		return false;
	index = policy_at(p, offset);
	for (uint64_t i = 0; i <= mask; i++) {
		if (!index[i].conduits)
			empty = true;
		else if (!entry_valid(p, &index[i]))
			return false;
	}
	return empty;
}

static bool
sinks_valid(const struct policy *p)
{
	const struct policy_sink *sinks = policy_at(p, p->sinks);

	if (!list(p, p->sinks, p->nsinks, sizeof *sinks))
		return false;
	for (uint32_t i = 0; i < p->nsinks; i++)
		if (sinks[i].target > TARGET_REMOTE || sinks[i].facility > 23 || sinks[i].min > 7 ||
		    !text(p, sinks[i].path) || !list(p, sinks[i].pairs, sinks[i].npairs, 2))
			return false;
	return true;
}

static bool
say_valid(const struct policy *p)
{
	uint64_t cells = (uint64_t)(p->nzones + 1) * (p->nzones + 1);
	const uint8_t *pairs = policy_at(p, p->say);
	const uint32_t *conduits = policy_at(p, p->say_conduits);

	if (p->say && !span(p, p->say, cells, 1, 8))
		return false;
	for (uint64_t i = 0; p->say && i < cells; i++)
		if (pairs[i] > SAY_SUMS)
			return false;
	if (!list(p, p->say_conduits, p->nsay_conduits, sizeof *conduits))
		return false;
	for (uint32_t i = 0; i < p->nsay_conduits; i++)
		if (conduits[i] >= p->nconduits)
			return false;
	return true;
}

static bool
notices_valid(const struct policy *p)
{
	const struct policy_notice *n = policy_at(p, p->notices);

	if (!list(p, p->notices, p->nnotices, sizeof *n))
		return false;
	for (uint32_t i = 0; i < p->nnotices; i++)
		if (n[i].from > p->nzones || n[i].to > p->nzones || n[i].conduit >= p->nconduits ||
		    !text(p, n[i].text))
			return false;
	return true;
}

bool
policy_valid(const struct policy *p, size_t size)
{
	if (size < sizeof *p || p->magic != POLICY_MAGIC || p->size != size ||
	    ((const uint8_t *)p)[size - 1])
		return false;
	return header_valid(p) && zones_valid(p) && ifaces_valid(p) && tagged_valid(p) &&
	       conduits_valid(p) && mails_valid(p) && nodes_valid(p) &&
	       index_valid(p, p->index, p->index_mask) && index_valid(p, p->near, p->near_mask) &&
	       sinks_valid(p) && say_valid(p) && notices_valid(p);
}
