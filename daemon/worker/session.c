#include "worker/session.h"

#include <netinet/in.h>
#include <string.h>

#include "worker/flow.h"

enum { CLIENT, SERVER };

enum session_stage {
	STAGE_OPENING, /* what it speaks is not known yet */
	STAGE_RDP,
	STAGE_VNC,
	STAGE_OVER, /* all was said that can be said */
};

enum { SAID_UNVERIFIABLE = 2 }; /* of session.said */

/* Of what is unverifiable, the words for bytes that were not seen. */
#define MISSED                                                                                     \
	(WHAT_TRUNCATED | WHAT_LOST | WHAT_INCOMPLETE_FRAGMENTS | WHAT_MIDSTREAM | WHAT_LIMIT)

/* Of session.said: that an id was said without a word. No word has this bit. */
#define NO_WORD (UINT64_C(1) << 63)

/* Ports of an agent beside the screen, by which Horizon redirects drives and USB devices. */
enum { PORT_DRIVES = 9427, PORT_USB = 32111 };

/* Says what was not said of this session. */
static void
say(struct session *s, const struct screen_verdict *v)
{
	struct screen_verdict more = *v;
	uint64_t *said = &s->said[v->id - 3201];
	uint64_t words = v->words ? v->words : NO_WORD;

	if (!(words & ~*said))
		return;
	more.words &= ~*said;
	*said |= words;
	s->say(s->ctx, &more);
}

static void
say_words(struct session *s, uint16_t id, uint64_t words)
{
	const struct screen_verdict v = { .id = id, .words = words };

	say(s, &v);
}

static void
say_some(struct session *s, uint16_t id, uint64_t words)
{
	if (words)
		say_words(s, id, words);
}

/* An inspector says something. */
static void
take(void *ctx, const struct screen_verdict *v)
{
	say(ctx, v);
}

void
session_begin(
    struct session *s, const struct session_rules *rules, bool late, screen_say *to, void *ctx)
{
	memset(s, 0, offsetof(struct session, side));
	s->rules = *rules;
	s->say = to;
	s->ctx = ctx;
	s->stage = late ? STAGE_OVER : STAGE_OPENING;
	opening_clear(&s->side[CLIENT]);
	opening_clear(&s->side[SERVER]);
	if (rules->port == PORT_DRIVES || rules->port == PORT_USB) {
		s->stage = STAGE_OVER;
		say_words(s, 3202, rules->port == PORT_USB ? WHAT_USB : WHAT_DRIVE);
	}
}

uint8_t
session_spoken(const struct session *s)
{
	if (s->known.sure == SURE_NOT)
		return APP_UNKNOWN;
	return (uint8_t)(s->known.app | (s->known.sure == SURE_LIKELY ? SPOKEN_LIKELY : 0));
}

/* --- what it speaks --- */

/* The screen protocols of which a protocol is a form, a bit for each. TLS and what is like it hides
 * every product that has no set-up of its own in clear; RDP and VNC do have one, but for a gateway
 * on the port of TLS. */
static unsigned
screens_of(uint8_t app, uint16_t port)
{
	enum {
		ALL = (1 << SCREENS) - 1,
		HIDDEN = ALL & ~(1 << SCREEN_RDP | 1 << SCREEN_VNC),
	};

	switch (app) {
	case APP_RDP:
	case APP_RDPEUDP:
	case APP_RDG:
		return 1u << SCREEN_RDP;
	case APP_VNC:
		return 1u << SCREEN_VNC;
	case APP_ICA:
	case APP_CGP:
		return 1u << SCREEN_ICA;
	case APP_PCOIP:
		return 1u << SCREEN_PCOIP;
	case APP_BLAST:
		return 1u << SCREEN_BLAST;
	case APP_SPICE:
		return 1u << SCREEN_SPICE;
	case APP_TLS:
		return app_of_port(IPPROTO_TCP, port) == APP_TLS ? ALL : HIDDEN;
	case APP_DTLS:
		return HIDDEN | 1u << SCREEN_RDP;
	}
	return 0;
}

/* SPICE: each channel is a connection, and says which it is (spice-protocol, SpiceLinkMess). */
static void
judge_spice(struct session *s)
{
	enum { TYPE_AT = 20 };
	static const struct {
		uint16_t id;
		uint64_t words;
	} types[] = {
		[1] = { 3203, WHAT_NOT_INSPECTED }, /* main: clipboard and files go there */
		[2] = { 0, 0 },			    /* display, inputs, cursor, sound: the screen */
		[3] = { 0, 0 },
		[4] = { 0, 0 },
		[5] = { 0, 0 },
		[6] = { 0, 0 },
		[7] = { 3202, WHAT_CHANNEL }, /* tunnel */
		[8] = { 3202, WHAT_SMART_CARD },
		[9] = { 3202, WHAT_USB },
		[10] = { 3202, WHAT_CHANNEL },	     /* port */
		[11] = { 3202, WHAT_FILE_TRANSFER }, /* WebDAV */
	};
	const struct opening_side *o = &s->side[CLIENT];
	uint8_t type = o->size > TYPE_AT ? o->bytes[TYPE_AT] : 0;

	if (type == 0 || type >= sizeof types / sizeof *types)
		say_words(s, 3202, WHAT_CHANNEL);
	else if (types[type].id)
		say_words(s, types[type].id, types[type].words);
}

/* Hands what was kept to the inspector, in the order in which it came. */
static void
replay(struct session *s, void (*push)(struct session *, bool, const uint8_t *, size_t))
{
	size_t at[2] = { 0, 0 };

	for (unsigned i = 0; i < s->turns; i++) {
		unsigned who = s->turn[i].side;

		push(s, who == CLIENT, s->side[who].bytes + at[who], s->turn[i].size);
		at[who] += s->turn[i].size;
	}
}

static void
push_rdp(struct session *s, bool client, const uint8_t *bytes, size_t size)
{
	rdp_push(&s->rdp, client, bytes, size);
}

static void
push_rfb(struct session *s, bool client, const uint8_t *bytes, size_t size)
{
	rfb_push(&s->rfb, client, bytes, size);
}

/* It is known what it speaks: is that one permitted, and what can be seen of it? */
static void
judge(struct session *s)
{
	uint8_t app = s->known.sure == SURE_NOT ? APP_UNKNOWN : s->known.app;

	s->stage = STAGE_OVER;
	if (app == APP_UNKNOWN && (s->said[SAID_UNVERIFIABLE] & MISSED))
		return; /* it may be one of them: that was said */
	if (!(screens_of(app, s->rules.port) & s->rules.screens)) {
		say_words(s, 3201, app == APP_UNKNOWN ? WHAT_UNKNOWN_PROTOCOL : 0);
		return;
	}
	switch (app) {
	case APP_RDP:
		s->stage = STAGE_RDP;
		rdp_begin(&s->rdp, take, s);
		replay(s, push_rdp);
		return;
	case APP_VNC:
		s->stage = STAGE_VNC;
		rfb_begin(&s->rfb, take, s);
		replay(s, push_rfb);
		return;
	case APP_SPICE:
		judge_spice(s);
		return;
	case APP_ICA:
	case APP_CGP:
		say_words(s, 3203, WHAT_NOT_INSPECTED);
		return;
	}
	say_words(s, 3203, WHAT_ENCRYPTED);
}

/* Looks at the opening; FINAL: it will not grow. True when it was judged. */
static bool
look(struct session *s, bool final)
{
	static const uint16_t all[2] = { 0, 0 };
	struct talk talk;

	if (final)
		s->side[CLIENT].whole = s->side[SERVER].whole = true;
	talk = opening_talk(s->side, all, s->rules.stream);
	if (!recognise(&s->known, &talk))
		return false;
	judge(s);
	return true;
}

/* --- bytes --- */

static uint64_t
most_upload(const struct session *s)
{
	return s->rules.max_upload ? s->rules.max_upload : SESSION_UPLOAD;
}

/* Bytes crossed, seen or not. */
static void
add(struct session *s, bool client, uint64_t n)
{
	s->bytes[client ? CLIENT : SERVER] += n;
	if (client && s->bytes[CLIENT] > most_upload(s))
		say_words(s, 3204, WHAT_UPLOAD);
}

/* What goes toward the screen's host is what hands do: little, and slowly. */
static void
weigh(struct session *s, bool client, size_t size, nstime now)
{
	add(s, client, size);
	if (!client)
		return;
	if (now - s->second >= NS_SEC) {
		bool next = now - s->second < 2 * NS_SEC && s->fast > SESSION_RATE;

		s->seconds = next ? (uint8_t)(s->seconds + 1) : 0;
		s->second = now;
		s->fast = 0;
	}
	s->fast += (uint32_t)size;
	if (s->seconds == SESSION_BURST - 1 && s->fast > SESSION_RATE) {
		s->seconds--;
		say_words(s, 3204, WHAT_SHAPE);
	}
}

/* Keeps bytes of an opening. Returns how many. */
static size_t
keep(struct session *s, unsigned side, const uint8_t *bytes, size_t size)
{
	struct opening_side *o = &s->side[side];
	size_t room = (size_t)RECOGNISE_BYTES - o->size;

	if (size > room)
		size = room;
	if (s->turns > 0 && s->turn[s->turns - 1].side == side) {
		s->turn[s->turns - 1].size = (uint16_t)(s->turn[s->turns - 1].size + size);
	} else if (s->turns < SESSION_TURNS) {
		s->turn[s->turns].side = (uint8_t)side;
		s->turn[s->turns++].size = (uint16_t)size;
	} else {
		return 0;
	}
	opening_append(o, bytes, size);
	return size;
}

void
session_push(struct session *s, bool client, const uint8_t *bytes, size_t size, nstime now)
{
	unsigned side = client ? CLIENT : SERVER;

	weigh(s, client, size, now);
	if (s->stage == STAGE_OPENING) {
		size_t kept = keep(s, side, bytes, size);

		bytes += kept;
		size -= kept;
		if (!look(s, size > 0))
			return;
	}
	if (size == 0)
		return;
	if (s->stage == STAGE_RDP)
		rdp_push(&s->rdp, client, bytes, size);
	else if (s->stage == STAGE_VNC)
		rfb_push(&s->rfb, client, bytes, size);
}

void
session_datagram(
    struct session *s, bool client, const uint8_t *bytes, size_t size, bool whole, nstime now)
{
	weigh(s, client, size, now);
	if (s->stage != STAGE_OPENING)
		return;
	if (!whole)
		say_words(s, 3203, WHAT_TRUNCATED);
	opening_datagram(&s->side[client ? CLIENT : SERVER], bytes, size);
	(void)look(s, false);
}

/* Those of a known protocol's are missed only where they are needed: its inspector knows. */
static void
pass_over(struct session *s, bool client, uint64_t n)
{
	switch ((enum session_stage)s->stage) {
	case STAGE_OPENING:
		break;
	case STAGE_RDP:
		rdp_lost(&s->rdp, client, n);
		break;
	case STAGE_VNC:
		rfb_lost(&s->rfb, client, n);
		break;
	case STAGE_OVER:
		break;
	}
}

void
session_lost(struct session *s, bool client, uint64_t n)
{
	add(s, client, n);
	if (s->stage == STAGE_OPENING) {
		say_words(s, 3203, WHAT_LOST);
		(void)look(s, true);
	}
	pass_over(s, client, n);
}

void
session_again(struct session *s)
{
	const struct recognition *r = &s->known;
	uint8_t app = r->sure == SURE_NOT ? APP_UNKNOWN : r->app;
	uint64_t said[4];

	memcpy(said, s->said, sizeof said);
	memset(s->said, 0, sizeof s->said);
	say_some(s, 3202, said[1]);
	say_some(s, 3203, said[SAID_UNVERIFIABLE]);
	say_some(s, 3204, said[3] & ~WHAT_UPLOAD);
	if (s->bytes[CLIENT] > most_upload(s))
		say_words(s, 3204, WHAT_UPLOAD);
	if (!r->done || (app == APP_UNKNOWN && (said[SAID_UNVERIFIABLE] & MISSED)))
		return;
	if (!(screens_of(app, s->rules.port) & s->rules.screens)) {
		say_words(s, 3201, app == APP_UNKNOWN ? WHAT_UNKNOWN_PROTOCOL : 0);
		s->stage = STAGE_OVER;
	} else if (said[0] & ~NO_WORD) {
		say_words(s, 3201, said[0] & ~NO_WORD); /* its inspector found that */
	} else if (said[0]) {
		say_words(s, 3203, WHAT_NOT_INSPECTED); /* nobody read it while it was forbidden */
	}
}

void
session_note(struct session *s, uint64_t words)
{
	say_some(s, 3203, words);
}

void
session_end(struct session *s)
{
	if (s->stage == STAGE_OPENING && s->side[CLIENT].size + s->side[SERVER].size > 0)
		(void)look(s, true);
	switch ((enum session_stage)s->stage) {
	case STAGE_RDP:
		rdp_end(&s->rdp);
		break;
	case STAGE_VNC:
		rfb_end(&s->rfb);
		break;
	case STAGE_OPENING:
	case STAGE_OVER:
		break;
	}
	s->stage = STAGE_OVER;
}
