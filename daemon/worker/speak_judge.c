/* speak_judge.c - what it means that a flow speaks a protocol: compared with what its service
 * names, or its port. */
#include "worker/speak_in.h"

#include <netinet/in.h>

/* The screen protocol, where only one is permitted. */
static uint8_t
screen_of(uint8_t screens)
{
	static const uint8_t apps[SCREENS] = {
		[SCREEN_RDP] = APP_RDP,
		[SCREEN_VNC] = APP_VNC,
		[SCREEN_ICA] = APP_ICA,
		[SCREEN_PCOIP] = APP_PCOIP,
		[SCREEN_BLAST] = APP_BLAST,
		[SCREEN_SPICE] = APP_SPICE,
	};

	for (unsigned i = 0; i < SCREENS; i++)
		if (screens == 1u << i)
			return apps[i];
	return APP_UNKNOWN;
}

uint8_t
speak_expected(const struct worker *w, uint32_t n, bool *named)
{
	const struct flow *f = &w->flows.hot[n];
	const struct flow_more *m = &w->flows.more[n];
	uint16_t port = f->key.port[initiator_of(f) ^ 1];
	const struct policy_conduit *c;
	uint8_t app = APP_UNKNOWN;

	*named = false;
	if (!is_current(w, n))
		return APP_UNKNOWN;
	if (m->conduit != (uint32_t)POLICY_NONE) {
		c = policy_conduit(w->policy, m->conduit);
		app = policy_service_app(w->policy, c, f->key.proto, port);
		*named = true;
		if (c->require == REQUIRE_SCREEN)
			return screen_of(c->screens);
	}
	*named = app != APP_UNKNOWN;
	return *named ? app : app_of_port(f->key.proto, port);
}

/* Is what is spoken a form of what is expected? */
static bool
is_form_of(uint8_t app, uint8_t expected)
{
	static const struct {
		uint8_t app, of;
	} forms[] = {
		{ APP_HTTP2, APP_HTTP },	/* RFC 9113, 3: the same service */
		{ APP_IPP, APP_HTTP },		/* RFC 8010 */
		{ APP_HTTP, APP_IPP },		/* a printer's pages */
		{ APP_HTTP, APP_HTTP_CONNECT }, /* a proxy's port */
		{ APP_HTTP2, APP_HTTP_CONNECT },
		{ APP_TLS, APP_DOT },	/* nothing more is seen of it, */
		{ APP_TLS, APP_PCOIP }, /* nor of a session's set-up */
		{ APP_TLS, APP_BLAST },
		{ APP_DTLS, APP_BLAST },
		{ APP_QUIC, APP_DOQ },
		{ APP_IKE, APP_ESP }, /* RFC 3948: one port for both */
		{ APP_DTLS, APP_OPENVPN },
	};

	if (app == expected)
		return true;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (forms[i].app == app && forms[i].of == expected)
			return true;
	return false;
}

/* The finding of a flow that speaks APP where EXPECTED is, or was NAMED by its service; 0: none. */
static uint16_t
finding_of(uint8_t app, uint8_t expected, bool named)
{
	if (app == APP_UNKNOWN)
		return named ? 2011 : 0;
	if (is_form_of(app, expected))
		return 0;
	if (app == APP_DNS_TUNNEL)
		return 4005;
	switch (app_kind(app)) {
	case APP_TUNNEL:
		return 4003;
	case APP_REMOTE:
		return 5105;
	case APP_WEB:
		return expected == APP_UNKNOWN ? 0 : 4007;
	case APP_SERVICE:
	case APP_SCREEN:
		break;
	}
	return 4007;
}

/* Where the initiator's packets came in, of a flow that had no finding until now. */
static void
take_origin(struct worker *w, uint32_t n)
{
	const struct flow *f = &w->flows.hot[n];
	uint16_t line = locate_line(f->in[initiator_of(f)]);
	const struct policy_line *l = policy_line(w->policy, line);

	if (line == 0)
		return;
	watch_of(w, n)->in =
	    (struct place){ .iface = l->iface, .vlan = { l->vlan[0], l->vlan[1] } };
	w->flows.more[n].flags |= MORE_ORIGIN;
}

/* What became of a flow of which nobody asked until now: packets that left, and replies, were seen
 * by their places. */
static void
conclude(struct worker *w, uint32_t n)
{
	const struct flow *f = &w->flows.hot[n];
	const struct flow_more *m = &w->flows.more[n];
	unsigned i = initiator_of(f);
	uint16_t reply = locate_line(f->in[i ^ 1]);
	bool replied = m->flags & MORE_MIRROR ?
			   f->in[i ^ 1] != 0 :
			   reply && policy_line(w->policy, reply)->zone == m->to;

	if (!(m->flags & MORE_MIRROR))
		audit_left(w, n, locate_line(f->out[i]));
	if (replied)
		outcome_at_least(w, n, OUTCOME_ANSWERED);
}

uint16_t
speak_finding(uint8_t app, const struct expectation *e)
{
	uint16_t id = finding_of(app & SPOKEN_APP, e->app, e->named || app == SPOKEN_CUT);

	return id == 0 && e->ambiguous ? 2011 : id;
}

/* The words of that finding. */
static uint16_t
words_for(uint16_t id, const struct expectation *e)
{
	uint16_t what = e->ambiguous ? WHAT_AMBIGUOUS : 0;

	if (id == 2011)
		return what ? what : e->unknown;
	return id == 4003 ? (uint16_t)(what | WHAT_OPAQUE_TUNNEL) : what;
}

void
speak_judge(struct worker *w, uint32_t n, const struct expectation *e)
{
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = &w->flows.more[n];
	uint16_t id = speak_finding(m->spoken, e);
	struct flow_watch *v;

	f->key.state |= FLOW_LOOKED;
	if (id == 0)
		return;
	m->what = words_for(id, e);
	m->id = id;
	m->flags |= MORE_CONTENT | MORE_PAYLOAD;
	v = watch_of(w, n);
	v->unsaid_since = m->first;
	v->last = e->last;
	if (is_current(w, n))
		take_origin(w, n);
	f->key.state |= FLOW_WATCH;
	f->key.state &= (uint16_t)~FLOW_SHOWN;
	audit_class(w, m, audit_class_of(m->id));
	outcome_wait(w, n, QUEUE_OUTCOME);
	if (is_current(w, n))
		conclude(w, n);
}

void
speak_judge_current(struct worker *w, uint32_t n, struct expectation e)
{
	e.app = speak_expected(w, n, &e.named);
	speak_judge(w, n, &e);
}

void
speak_again(struct worker *w, uint32_t n, uint16_t what)
{
	const struct flow_more *m = &w->flows.more[n];
	struct expectation e = { .last = w->now,
		.unknown = w->flows.hot[n].key.state & FLOW_MIDSTREAM ? WHAT_MIDSTREAM :
			   m->spoken == SPOKEN_CUT		      ? WHAT_LIMIT :
									WHAT_UNKNOWN_PROTOCOL,
		.ambiguous = what & WHAT_AMBIGUOUS };

	if (m->class == FLOW_CONFORMING && m->id == 0)
		speak_judge_current(w, n, e);
}
