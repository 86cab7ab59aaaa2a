/* state.h - what the parts of judging share: worker.c (the way of a batch), locate.c (where packets
 * were seen), audit.c (verdicts), outcome.c (what became of it, and what is said), traffic.c (what
 * flows counted, for the ledger), exhibit.c (frames for the hub to keep), inspect.c (their
 * content), inspect_found.c (what was found in it), inspect_piece.c (their fragments), speak.c and
 * speak_judge.c (what others speak), life.c (start, new policy, end).
 *
 * Knows: the worker's tables and counters. Included by those twelve and by nobody else.
 */
#ifndef SEGAUDIT_STATE_H
#define SEGAUDIT_STATE_H

#include <stdatomic.h>

#include "worker/decode.h"
#include "worker/flow.h"
#include "worker/fragment.h"
#include "worker/inspect.h"
#include "worker/worker.h"

/* What a frame's outermost packet is to the flow that it belongs to. */
enum copy {
	COPY_FIRST,   /* it counts */
	COPY_FURTHER, /* it was counted already, or will be when its first copy comes */
};

/* One packet on its way through the judgement. */
struct sight {
	const struct packet *packet;
	const struct frame *frame;
	const struct stack *stack;
	struct place place; /* where the frame was seen */
	uint16_t line;	    /* the policy's line of that place, 0 for none */
	uint16_t token;	    /* number of the place in flow.in and flow.out; never 0 */
	uint8_t zone;	    /* of the line, 0 for none */
	bool mirror;
	bool own;	   /* the source MAC is the interface's own: a copy that leaves */
	bool own_known;	   /* the interface's MAC is known */
	unsigned end;	   /* which end of the flow's key is the sender */
	uint32_t carrier;  /* the flow that encapsulates the packet */
	enum copy carried; /* what that one's packet was */
	bool reply; /* it is an ICMP error about the flow: its source is not the flow's other end */
};

/* A place in one of the worker's two queues is a flow's turn to be looked at. */
struct queue {
	uint32_t head, tail;
};

/* Unreadable frames of one interface for one reason. */
struct unreadable {
	uint64_t frames, bytes; /* not said yet */
	nstime first, last;
	struct place in;
};

/* What is asked of an interface for every frame: the line of frames without a tag, that one's zone,
 * and the interface's own MAC as mac_bits(), 0 unknown. */
struct spot {
	uint64_t mac;
	uint16_t line;
	uint8_t zone;
	bool mirror;
};

/* Frames of one incident that were put before the hub. */
struct shown {
	uint32_t tag; /* of the incident */
	uint32_t frames;
	nstime since; /* time of the first of them */
};

enum { SHOWN = 4096 };

struct look {
	struct flow_key key;
	uint64_t hash;
	unsigned end;
	uint32_t guess;
};

enum { TOKEN_UNNAMED = 0x8000 }; /* tokens from here on are places that no zone names */

enum { WORKER_PACKETS = WORKER_BATCH * DECODE_PACKETS };

struct worker {
	const struct policy *policy;
	const struct net *net;
	uint16_t generation; /* as in flow_key.state */
	uint64_t redo_to;    /* frames up to this number may have been counted by a worker that was
				killed */
	bool inspects_some;  /* a conduit of the policy asks for text mail or screens */
	uint64_t zone_ifaces[POLICY_ZONES]; /* interfaces of each zone, one bit each */
	struct spot spot[POLICY_IFACES];

	struct flow_table flows;
	struct fragment_table fragments;
	struct inspect_table inspect;
	struct queue queue[QUEUES];
	struct unreadable unreadable[POLICY_IFACES][EVENT_COUNT];
	nstime unreadable_due; /* when the next of them may be said; NSTIME_NEVER when none waits */
	nstime now;	       /* time of the newest frame or tick */
	nstime due;  /* when outcome_tick() has something to do; NSTIME_NEVER when nothing waits */
	nstime aged; /* when flows were last looked through for old ones */

	uint64_t count[COUNTERS];
	uint64_t events[EVENT_COUNT];
	struct pair_counters *pairs; /* [POLICY_ZONES * POLICY_ZONES] */

	worker_emit *emit;
	void *emit_ctx;

	uint64_t (*mails)[TRAFFIC_MAILS]; /* messages by conduit; NULL: nobody asks */

	struct journal *journal;  /* for records of traffic; NULL: none are left */
	uint32_t hand;		  /* where the round of flows that leave a record goes on */
	nstime walked;		  /* as of when it is there */
	uint32_t finished;	  /* how far worker_finish_some() came */
	struct journal *exhibits; /* for frames; NULL: none are kept */
	struct shown shown[SHOWN];
	nstime shown_to; /* up to here the budget for frames is used */

	void *memory; /* tables: own or of a memfd */
	size_t memory_size;
	struct stack stack[WORKER_BATCH];
	struct look look[WORKER_PACKETS];
	struct packet packet[WORKER_PACKETS];
};

/* The number of a place in flow.in and flow.out. Those that no zone names may share theirs. */
static inline uint16_t
token_of(const struct place *at, uint16_t line)
{
	return line ? line :
		      (uint16_t)(TOKEN_UNNAMED |
				 ((at->iface * 509u + at->vlan[0] * 7u + at->vlan[1]) & 0x7fff));
}

static inline bool
place_equal(const struct place *a, const struct place *b)
{
	return a->iface == b->iface && a->vlan[0] == b->vlan[0] && a->vlan[1] == b->vlan[1];
}

/* A MAC as a number, for comparing. */
static inline uint64_t
mac_bits(const uint8_t *mac)
{
	uint64_t bits = 0;

	memcpy(&bits, mac, 6);
	return bits;
}

static inline struct pair_counters *
pair_of(struct worker *w, uint8_t from, uint8_t to)
{
	return &w->pairs[(size_t)from * POLICY_ZONES + to];
}

/* What is to be said of flow N. */
static inline struct flow_watch *
watch_of(struct worker *w, uint32_t n)
{
	struct flow_more *m = &w->flows.more[n];
	struct flow_watch *v = &w->flows.watch[n];

	if (!(m->flags & MORE_WATCHED)) {
		*v = (struct flow_watch){ .last = 0 };
		atomic_signal_fence(memory_order_seq_cst); /* a worker may be killed here */
		m->flags |= MORE_WATCHED;
	}
	return v;
}

static inline unsigned
initiator_of(const struct flow *f)
{
	return f->key.state & FLOW_SWAPPED ? 1 : 0;
}

/* Is the frame one that a killed worker had counted there already, where *SEQ is the low half of
 * the number of the newest frame counted? From now on it is counted. */
static inline bool
counted_before(const struct worker *w, uint32_t *seq, const struct frame *f)
{
	uint32_t number = (uint32_t)f->seq;

	if (__builtin_expect(f->seq <= w->redo_to, 0) && *seq - number < WORKER_BATCH)
		return true;
	*seq = number;
	return false;
}

/* worker.c: F's packets (when they are 0) or its bytes passed 2^32: that goes to its pair. */
void flow_carry(struct worker *w, const struct flow *f, bool bytes);

/* Counts a packet by its first copy, once, however often its frame is judged. */
static inline void
flow_count(struct worker *w, struct flow *f, const struct sight *s)
{
	bool wrapped;

	f->last = flow_ticks(s->frame->time);
	if (counted_before(w, &f->seq, s->frame))
		return;
	f->packets++;
	wrapped = __builtin_add_overflow(f->bytes, s->packet->bytes, &f->bytes);
	if (__builtin_expect(wrapped || f->packets == 0, 0))
		flow_carry(w, f, wrapped);
}

/* Counts packets that waited until it was known whose they are. */
static inline void
flow_count_more(struct worker *w, struct flow *f, uint32_t packets, uint32_t bytes)
{
	f->packets += packets;
	if (__builtin_add_overflow(f->bytes, bytes, &f->bytes))
		flow_carry(w, f, true);
}

static inline bool
flow_closed(const struct flow *f)
{
	return (f->key.state & FLOW_RST) ||
	       (f->key.state & (FLOW_FIN0 | FLOW_FIN1)) == (FLOW_FIN0 | FLOW_FIN1);
}

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_ACK = 16 };

/* Notes the end of a TCP connection. */
static inline void
flow_note_end(struct flow *f, const struct sight *s)
{
	if (s->packet->tcp_flags & (TCP_FIN | TCP_RST) && !s->reply)
		f->key.state |=
		    (uint16_t)(s->packet->tcp_flags & TCP_RST ? FLOW_RST : FLOW_FIN0 << s->end);
}

/* life.c */

/* Old flows are looked for all the time: once around the table in this time, faster when it is half
 * full. */
#define LIFE_ROUND NS_MIN

/* Ends flows that are over or were idle for long. */
void life_age(struct worker *w);

/* locate.c */

/* What a packet proves about where its flow got. */
enum proof { PROOF_NONE, PROOF_LEFT, PROOF_REPLY };

/* What a packet is by the place where it was seen: does it count, and what does it prove? May find
 * that it came in where it does not belong: 1001, 1002, 1003. */
enum copy locate_packet(struct worker *w, uint32_t n, const struct sight *s, enum proof *proof);

/* Decides about copies that left while none was seen coming in, and whose time ran out. */
void locate_early(struct worker *w, uint32_t n);

/* The policy's line of a place in flow.in, flow.out or flow_more.early; 0 where no zone names it.
 */
static inline uint16_t
locate_line(uint16_t token)
{
	return token < TOKEN_UNNAMED ? token : 0;
}

/* audit.c */

/* From now on the flow has this finding. What was counted under another is said first. */
void audit_finding(struct worker *w, uint32_t n, uint16_t id, const struct sight *s);

/* Notes where the initiator came in and what it looked like there, for the finding. */
void audit_origin(struct worker *w, uint32_t n, const struct sight *s);

/* The initiator's packet left by LINE: it crossed when that is another zone's than where it came
 * in. */
void audit_left(struct worker *w, uint32_t n, uint16_t line);

/* Judges a packet of flow N the long way: where it was seen, what the policy says, what it proves.
 * NEW: the flow was just made. Returns whether the packet counts. */
enum copy audit_packet(struct worker *w, uint32_t n, const struct sight *s, bool new);

/* What conduits the policy in force has for flow N at TIME, if these are its zones. */
void audit_match(const struct worker *w, uint32_t n, uint8_t from, uint8_t to, nstime time,
    struct policy_answer *a);

/* The flow of that key; a new one, *NEW, when there is none. */
uint32_t audit_flow(struct worker *w, const struct flow_key *key, uint64_t hash, bool *new);

/* Judges fragments whose first piece never came. */
void audit_orphans(struct worker *w, const struct fragment *e);

/* A flow ends: everything about it is said and counted, its place is free. */
void audit_end(struct worker *w, uint32_t n);

/* As what a finding of this id counts its flow: enum flow_class. */
uint8_t audit_class_of(uint16_t id);

/* Counts the flow as CLASS (enum flow_class) from now on. */
void audit_class(struct worker *w, struct flow_more *m, uint8_t class);

/* Has the policy in force judged the flow? The numbers of lines and conduits that it keeps are that
 * policy's, else those of an older one. */
static inline bool
is_current(const struct worker *w, uint32_t n)
{
	return (w->flows.hot[n].key.state & FLOW_GENERATION) == w->generation;
}

/* Is the flow's content read? Of a flow that the policy in force has judged. */
static inline bool
inspects(const struct worker *w, const struct flow_more *m)
{
	uint8_t require;

	if (!(m->flags & MORE_CONTENT))
		return false;
	require = policy_conduit(w->policy, m->conduit)->require;
	return require == REQUIRE_TEXT_MAIL || require == REQUIRE_SCREEN;
}

/* Is the content of a packet read whose sender is in ZONE? Of one that counts; and of one with our
 * own MAC in the sender's zone: no way leads back there, so that is a copy that was sent back, and
 * has the same bytes, or a forged one. */
static inline bool
is_read(const struct sight *s, enum copy copy, uint8_t zone)
{
	return copy == COPY_FIRST || (s->own && s->zone != 0 && s->zone == zone);
}

/* Is the flow a screen session, by the conduit that permits it? */
static inline bool
is_screen(const struct worker *w, uint32_t n)
{
	return policy_conduit(w->policy, w->flows.more[n].conduit)->require == REQUIRE_SCREEN;
}

/* inspect.c: of flows with MORE_CONTENT whose conduit asks for text mail or screens. MORE_PAYLOAD
 * is set while there is something to say of one. */

/* Reads a packet that was counted. */
void inspect_packet(struct worker *w, uint32_t n, const struct sight *s);

/* The same of a TCP segment that came in pieces: SIZE bytes from its TCP header on, of PAYLOAD
 * bytes behind that header. */
void inspect_segment(struct worker *w, uint32_t n, const struct sight *s, const uint8_t *bytes,
    size_t size, uint32_t payload);

/* Words that hold for what is going on in the connection, which begins with them at the latest. */
void inspect_note(struct worker *w, uint32_t n, const struct sight *s, uint64_t words);

/* inspect_piece.c: fragments of flows that are read, or whose opening is looked at */

/* A fragment that was counted, of the datagram with that number in the fragment table; flow N is
 * FLOW_NONE while the first piece was not seen. True when receivers differ in what the datagram is.
 */
bool inspect_piece(struct worker *w, uint32_t n, uint32_t datagram, const struct sight *s);

/* Whether a datagram is of flow N or of another one is up to its receiver. */
void inspect_torn(struct worker *w, uint32_t n);

/* Pieces of a datagram of the flow never came. */
void inspect_incomplete(struct worker *w, uint32_t n);

/* The flow ends: all that was held is read, messages in the middle have their verdict. */
void inspect_finish(struct worker *w, uint32_t n);

/* Nothing of it is inspected any more; for a flow that never was this does nothing. */
void inspect_drop(struct worker *w, uint32_t n);

/* The same, and nothing is known of its beginning. */
void inspect_forget(struct worker *w, uint32_t n);

/* The policy is another one: rules are its own from now on. */
void inspect_policy(struct worker *w);

/* Another conduit judges the flow from now on. */
void inspect_rules(struct worker *w, uint32_t n);

/* inspect_found.c */

/* A message is over, or there is something to say of the connection. S: the packet in hand, or
 * NULL.
 */
void
inspect_verdict(struct worker *w, uint32_t n, const struct sight *s, const struct smtp_verdict *v);

/* A screen session has this to say. */
void
inspect_screen(struct worker *w, uint32_t n, const struct sight *s, const struct screen_verdict *v);

/* From now on the flow has this to say; what was found before and not said is said first. */
void inspect_finding(
    struct worker *w, uint32_t n, const struct sight *s, const struct inspect_found *found);

/* It was said: the next verdict counts from here. */
void inspect_said(struct worker *w, uint32_t n);

/* The id as which the flow counts: that of the worst that was found. */
uint16_t inspect_counted(const struct worker *w, uint32_t n);

/* A screen session is over: it counts as what was worst in it. */
void inspect_session(struct worker *w, uint32_t n, const struct session *s);

/* Another policy judges the flow at TIME; what is known of it is still the old one's. Where it
 * takes a screen session from its conduit, that counts there as what was worst so far, and is over.
 */
void inspect_again(struct worker *w, uint32_t n, nstime time);

/* What a finding says of the content. */
void inspect_fill(struct worker *w, uint32_t n, struct finding *out);

/* speak.c: what flows speak that conform to their conduit, as far as nothing else reads them */

/* A SYN of such a flow: where one of its streams begins. */
void speak_syn(struct worker *w, uint32_t n, const struct sight *s);

/* A packet with payload; or one without, while acknowledgements are waited for. */
void speak_packet(struct worker *w, uint32_t n, const struct sight *s, enum copy copy);

/* The flow is over: what is known of it by now is the answer. */
void speak_finish(struct worker *w, uint32_t n);

/* Nothing of it is looked at any more. */
void speak_drop(struct worker *w, uint32_t n);

/* Another policy judges a flow whose protocol is known, and of which WHAT was said. */
void speak_again(struct worker *w, uint32_t n, uint16_t what);

/* Is the flow's opening still looked at? Then its fragments are put together. */
bool speak_takes(const struct worker *w, uint32_t n);

/* Such a flow is unverifiable for this reason, if nothing better comes. */
void speak_note(struct worker *w, uint32_t n, uint16_t what);

/* A datagram of such a flow that came in pieces: SIZE bytes from its transport header on. */
void
speak_whole(struct worker *w, uint32_t n, const struct sight *s, const uint8_t *bytes, size_t size);

/* Has the flow an opening, so that acknowledgements matter? */
static inline bool
speak_waits(const struct worker *w, uint32_t n)
{
	uint32_t slot = w->inspect.flow[n].opening;

	return slot != OPENING_NONE && slot != OPENING_LOST;
}

/* Is the flow's finding one of these? */
static inline bool
speak_found(const struct flow_more *m)
{
	return (m->flags & MORE_CONTENT) &&
	       (m->id == 2011 || m->id == 4003 || m->id == 4005 || m->id == 4007 || m->id == 5105);
}

/* The protocol that the service of the flow's conduit names; else that of its port, and *NAMED is
 * false. Of a flow that an older policy judged: unknown. */
uint8_t speak_expected(const struct worker *w, uint32_t n, bool *named);

/* outcome.c */

/* The flow needs to be looked at: after the time for outcomes, or to say counts. */
void outcome_wait(struct worker *w, uint32_t n, enum flow_queue queue);

/* Evidence: the outcome is at least this. Says it at once where it is time. */
void outcome_at_least(struct worker *w, uint32_t n, enum outcome outcome);

/* Says what is known of the flow now. False when the hub has no room: it waits in the queue. */
bool outcome_say(struct worker *w, uint32_t n);

/* Has the flow something to say that was not said? */
bool outcome_unsaid(const struct worker *w, uint32_t n);

/* A packet of a flow with a finding was counted. */
void outcome_counted(struct worker *w, uint32_t n, const struct sight *s);

/* Packets that waited since TIME will be counted for a flow: what is said next begins with them. */
void outcome_waited(struct worker *w, uint32_t n, nstime time);

/* What is to be said of flow N now. */
void outcome_fill(struct worker *w, struct finding *out, uint32_t n);

/* The flow waits no more. */
void outcome_unqueue(struct worker *w, uint32_t n);

/* Looks at all flows whose turn came by NOW. */
void outcome_tick(struct worker *w, nstime now);

/* The turn of one flow that is in no queue any more (its end, or its time). */
void outcome_turn(struct worker *w, uint32_t n);

/* Unreadable frames: counted, and said at once and then once a second. */
void outcome_unreadable(struct worker *w, const struct sight *s);
void outcome_say_unreadable(struct worker *w);

/* Were all interfaces of the zone captured without loss from SINCE on? */
bool outcome_watched(const struct worker *w, uint8_t zone, nstime since);

/* The two ends of a flow as records name them, the initiator first. FLAGS: of enum finding_flag
 * what tells their form. */
struct ends {
	struct addr src, dst;
	uint16_t sport, dport, ethertype;
	uint16_t flags;
	uint8_t proto;
};

struct ends outcome_ends(const struct flow *f);

/* The generation by which a flow was judged, from the four bits that it keeps. */
uint32_t outcome_generation(const struct worker *w, const struct flow *f);

/* traffic.c; all of it does nothing where no records are left */

/* Messages of the flow that no record has; NULL when there are none. */
static inline struct flow_mails *
traffic_mails(const struct worker *w, uint32_t n)
{
	struct flow_mails *m = &w->flows.head->mails[n % FLOW_MAILS];

	return m->flow == n && n ? m : NULL;
}

/* The flow counts from now on: what it has counted so far goes into no record. */
static inline void
traffic_begin(struct worker *w, uint32_t n)
{
	const struct flow *f = &w->flows.hot[n];

	if (!w->journal)
		return;
	w->flows.left[n] = (struct flow_left){ .packets = f->packets, .bytes = f->bytes };
	if (traffic_mails(w, n))
		*traffic_mails(w, n) = (struct flow_mails){ 0 };
}

/* MORE of the flow's messages, whose conduit is for mail, were judged so; of a screen session,
 * which is over, or bytes in it. */
void traffic_count(struct worker *w, uint32_t n, enum traffic_mail what, uint64_t more);

/* Is there something of the flow that no record has? */
static inline bool
traffic_waits(const struct worker *w, uint32_t n)
{
	return w->flows.hot[n].packets != w->flows.left[n].packets || traffic_mails(w, n);
}

/* The flow leaves a record of what was counted since its last one, as it stands. */
void traffic_put(struct worker *w, uint32_t n);

static inline void
traffic_leave(struct worker *w, uint32_t n)
{
	const struct flow_more *m = &w->flows.more[n];

	if (w->journal && m->class != FLOW_UNJUDGED &&
	    (traffic_waits(w, n) || !(m->flags & MORE_LEDGER)))
		traffic_put(w, n);
}

/* Once a minute every flow that goes on leaves a record: goes round the table as time passes. */
void traffic_walk(struct worker *w);

/* exhibit.c */

/* Puts the frame of a packet of flow N before the hub, if it is one of the first. */
void exhibit_offer(struct worker *w, uint32_t n, const struct sight *s, enum copy copy);

/* A packet of flow N, which has a finding, was judged: its frame may be evidence. */
static inline void
exhibit_packet(struct worker *w, uint32_t n, const struct sight *s, enum copy copy)
{
	if (w->exhibits && !(w->flows.hot[n].key.state & FLOW_SHOWN))
		exhibit_offer(w, n, s, copy);
}

/* The same of a frame that could not be read; F is what will be said of it. Only with a journal. */
void exhibit_unreadable(struct worker *w, const struct sight *s, const struct finding *f);

#endif
