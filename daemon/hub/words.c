/* words.c - see words.h. */
#include "hub/words.h"

enum {
	PROTO_ICMP = 1,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_ICMP6 = 58,
	PROTO_SCTP = 132
}; /* IANA protocol numbers */

static const char *
proto_word(uint8_t proto)
{
	switch (proto) {
	case PROTO_ICMP:
		return "icmp";
	case PROTO_TCP:
		return "tcp";
	case PROTO_UDP:
		return "udp";
	case PROTO_ICMP6:
		return "icmp6";
	case PROTO_SCTP:
		return "sctp";
	}
	return NULL;
}

void
words_proto(struct text *t, uint8_t proto)
{
	const char *word = proto_word(proto);

	if (word)
		text_string(t, word);
	else
		text_number(t, proto);
}

void
words_service(struct text *t, const struct finding *f)
{
	const char *word = proto_word(f->proto);

	if (f->flags & FINDING_LINK) {
		text_add(t, "ethertype 0x%04x", f->ethertype);
	} else if (f->flags & (FINDING_PORTS | FINDING_ICMP)) {
		words_proto(t, f->proto);
		text_string(t, "/");
		text_number(t, f->dport);
	} else if (word) {
		text_string(t, word);
	} else {
		text_add(t, "ip/%u", f->proto);
	}
}

bool
words_has_hosts(const struct finding *f)
{
	static const struct addr none;

	if (f->flags & FINDING_LINK)
		return false;
	return !addr_equal(&f->src, &none) || !addr_equal(&f->dst, &none);
}

void
words_host(struct text *t, const struct finding *f, bool initiator)
{
	const struct addr *a = initiator ? &f->src : &f->dst;
	bool ports = f->flags & FINDING_PORTS, brackets = ports && !addr_is4(a);
	char address[ADDR_TEXT];

	text_string(t, brackets ? "[" : "");
	text_string(t, addr_text(address, a));
	text_string(t, brackets ? "]" : "");
	if (ports) {
		text_string(t, ":");
		text_number(t, initiator ? f->sport : f->dport);
	}
}

void
words_pair(struct text *t, const struct incident *i)
{
	const struct finding *f = &i->f;
	bool about_line = f->flags & FINDING_LINK || (f->id >= 1003 && f->id <= 1005);

	if (about_line && !i->to.id[0]) {
		text_string(t, i->from.id);
		return;
	}
	text_string(t, i->from.id[0] ? i->from.id : "?");
	text_string(t, ">");
	text_string(t, i->to.id[0] ? i->to.id : "?");
}

const char *
words_rule(const struct incident *i)
{
	if (i->rule[0])
		return i->rule;
	if (i->f.id == 2001 || (i->f.id == 4001 && i->forbidden))
		return "forbidden-pair";
	return "default-deny";
}

void
words_near(struct text *t, const struct incident *i)
{
	static const char *const words[] = {
		[COND_CLIENT] = "client",
		[COND_SERVER] = "server",
		[COND_SERVICE] = "service",
		[COND_INITIATOR] = "initiator",
		[COND_CLIENT_MAC] = "client-mac",
		[COND_SERVER_MAC] = "server-mac",
		[COND_HOURS] = "hours",
		[COND_EXPIRY] = "expiry",
	};

	if (!i->near[0])
		return;
	text_string(t, i->near);
	if (i->f.failed != COND_NONE && i->f.failed < sizeof words / sizeof *words) {
		text_string(t, ":");
		text_string(t, words[i->f.failed]);
	}
}

/* YYYY-MM-DD of a moment in local time: the first ten characters of its RFC 3339 text. */
static void
date(struct text *t, const struct policy *p, nstime at)
{
	char whole[NSTIME_TEXT];

	text_add(t, "%.10s", nstime_text(whole, at, policy_offset_at(p, at)));
}

/* "sat 20:15" of a moment in local time. */
static void
weekday_time(struct text *t, const struct policy *p, nstime at)
{
	static const char day[7][4] = { "thu", "fri", "sat", "sun", "mon", "tue",
		"wed" }; /* 1970-01-01 was a Thursday */
	int64_t minutes = at / NS_MIN - (at % NS_MIN < 0);
	int64_t local =
	    minutes * 60 + policy_offset_at(p, at); /* at most 2^64 / 10^9 seconds: no overflow */
	int64_t of_week = local % (7 * 86400);

	if (of_week < 0)
		of_week += 7 * 86400;
	text_add(t, "%s %02d:%02d", day[of_week / 86400], (int)(of_week % 86400 / 3600),
	    (int)(of_week % 3600 / 60));
}

void
words_want(struct text *t, const struct policy *p, const struct incident *i)
{
	if (!i->near[0] && i->f.expected)
		text_string(t, app_word(i->f.expected));
	if (!i->near[0])
		return;
	if (i->f.failed == COND_EXPIRY && i->want_until > NSTIME_ALWAYS)
		date(t, p, i->want_until - 1);
	else
		text_string(t, i->want);
}

void
words_got(struct text *t, const struct policy *p, const struct incident *i)
{
	const struct finding *f = &i->f;
	char mac[MAC_TEXT];

	if (!i->near[0])
		return;
	switch ((enum policy_condition)f->failed) {
	case COND_NONE:
	case COND_CLIENT:
	case COND_SERVER:
	case COND_INITIATOR:
		break;
	case COND_SERVICE:
		words_service(t, f);
		break;
	case COND_CLIENT_MAC:
		if (f->flags & FINDING_MACS)
			text_string(t, mac_text(mac, &f->smac));
		break;
	case COND_SERVER_MAC:
		if (f->flags & FINDING_MACS)
			text_string(t, mac_text(mac, &f->dmac));
		break;
	case COND_HOURS:
		weekday_time(t, p, f->first);
		break;
	case COND_EXPIRY:
		date(t, p, f->first);
		break;
	}
}

void
words_what(struct text *t, const struct finding *f)
{
	size_t start = t->len;

	for (uint64_t left = f->what; left; left &= left - 1)
		text_add(t, "%s%s", t->len > start ? "," : "", what_word(left & -left));
	if (f->app)
		text_add(t, "%s%s", t->len > start ? "," : "", app_word(f->app));
}

void
words_flags(struct text *t, const struct finding *f)
{
	static const struct {
		uint16_t flag;
		const char *word;
	} words[] = { { FINDING_MIDSTREAM, "midstream" }, { FINDING_LIKELY, "likely" },
		{ FINDING_GUESSED, "guessed" } };
	size_t start = t->len;

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (f->flags & words[i].flag)
			text_add(t, "%s%s", t->len > start ? "," : "", words[i].word);
}

void
words_stack(struct text *t, const struct finding *f)
{
	for (unsigned i = 0; i < f->nstack && i < FINDING_STACK; i++) {
		const char *word = layer_word(f->stack[i]);

		text_add(t, "%s%s", i ? "/" : "", word ? word : "other");
	}
}

void
words_vlan(struct text *t, const struct place *at)
{
	if (at->vlan[1])
		text_add(t, "%u.%u", at->vlan[0], at->vlan[1]);
	else if (at->vlan[0])
		text_add(t, "%u", at->vlan[0]);
}
