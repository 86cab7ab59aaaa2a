/* clang-format off */
/* dialogue.c - makes frames of a dialogue, its stream cut in every way: text for craft.
 *
 *	dialogue -l FILE
 *		prints the number and the title of each variant in FILE
 *	dialogue -v N -o DIR [-e EACH] [-f FROM-TO] FILE
 *		writes of variant N: DIR/eth3.frames (what the client's side of the gateway sees),
 *		DIR/eth2.frames (the server's), DIR/wanted (what must be said of all flows together)
 *		and DIR/flows (a line a flow: its client's port, the family of IP, its cut). With -e
 *		one of EACH single cuts, but for those near a mark; with -f only flows FROM to TO,
 *		from 0
 *
 * FILE has variants, each begun by a line `== TITLE`. In it:
 *
 *	want ID WORD ...	an incident that must be said, with exactly these words;
 *				none: no line. In a NAME.screen file one is name=NAME, with _ for
 *				a space and + for a comma, where the incident has a name
 *	mails C V U		messages of one flow that conform, violate, cannot be verified;
 *				without it 1 0 0, or what `want` says (3101: violate; 3102,
 *				3103: cannot be)
 *	sessions C V U		the same of a flow, in a NAME.screen file: without it 1 0 0, or as
 *				the gravest `want` says
 *	M: TEXT			a line of a message, or (m) bytes without a line end. A variant
 *				with nothing else has the standard dialogue around it; `body
 *				PARAMETERS` are those of its MAIL
 *	C: TEXT  S: TEXT	a line of client or server, in the order in which they speak; c s
 *				as m
 *	open, mail [PARAMETERS], end, quit
 *				pieces of the standard dialogue
 *	c hex: BYTES, s hex: BYTES
 *				hexadecimal digits in pairs; XX*N, that is N times; "TEXT" and
 *				"TEXT"/N, filled with zeros to N bytes; [1 ...], [2 ...], [3 ...],
 *				[4 ...], a length of so many bytes, and what it counts; [l [L, of 2
 *				and 4 bytes, the low ones first; [b, [p, of BER and PER, in 2 bytes;
 *				[2+4 ...] counts 4 more; $NAME, what was set
 *	set NAME BYTES, default NAME BYTES
 *				the second where it is not set
 *	use NAME		the lines of NAME.part, in the same folder
 *	-C: TEXT		the same as C, but the capture lacks it
 *	C KEY=VALUE: TEXT	in a segment of its own, with keys of craft's tcp layer, and:
 *				ttl=; mac=own, that of the gateway; less=N, the capture lacks its
 *				last N bytes; ack=N, added to
 *				the number; ip4.KEY=VALUE, ip6.KEY=VALUE, of those layers;
 *				frags=LIST, it is sent in these fragments, with commas between:
 *				FROM-TO or FROM-, bytes of the TCP header and what is behind it;
 *				then ! for other bytes, + or . for more or none behind it where
 *				that is not so, and /KEY=VALUE of ttl, tos, df, id, proto, mac,
 *				port (of the server); wN is N seconds between two
 *	x KEY=VALUE: TEXT	a segment of the client (y: of the server) that moves nothing on;
 *				at=N, from the next sequence number
 *	wait SECONDS, reuse N	the second closes the connection and opens it again, with the
 *				first sequence number of the client N higher
 *	repeat N ... again	\# in it is the round; repeat -N counts it down
 *	order reverse|random, interleave, forwarded, handshake none, end none,
 *	drop client|server|synack, port N, from N, isn N
 *				how segments come; interleave: those of all flows in turn; from:
 *				all from this port of the client
 *	frag N [reverse|twice|same]
 *				each packet with bytes of the client in fragments of N; same: all
 *				of them have one identification
 *	datagrams		UDP: each line is a datagram, and nothing is cut
 *	outward			the client is behind eth2, the server behind eth3
 *	server N		its addresses end with N (25)
 *	only ip4|ip6		one family of IP
 *	ip4 LAYERS, ip6 LAYERS	stand between that and the client's TCP, but where there are
 *				fragments
 *	cuts few|server|every N, mark
 *				few: no single cuts; server: of its stream, too; a mark is where
 *				cuts are dense
 *
 * TEXT has the escapes \r \n \t \0 \e \\ \} \xHH and \{N:TEXT}, which is TEXT N times.
 *
 * The flows: segments as the lines are written; one byte a segment; whole (all that one side says
 * before the other does); and whole but for one cut, at each place of the client's stream (in the
 * standard dialogue: from DATA on), and at some of the server's. The twins in IPv6 have one in
 * eight of the single cuts.
 */
/* clang-format on */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialogue.h"

enum {
	BYTEWISE = 20000,  /* longer streams are not sent in segments of a byte */
	SINGLE_CUTS = 600, /* of a mail client's stream; longer ones are cut at a stride */
	OPENING = 4096,	   /* the same of sessions */
	SERVER_CUTS = 12,
	AROUND = 40,	    /* bytes before and behind a mark, at each of which is cut */
	FIRST_PORT = 40000, /* no service has it */
	WORDS = 32,
};

/* --- which flows --- */

static size_t
stream_size(const struct script *s, bool client)
{
	size_t n = 0;

	for (size_t i = 0; i < s->steps; i++)
		if (s->step[i].kind == STEP_SEND && s->step[i].client == client)
			n += s->step[i].size;
	return n;
}

static void
add_flow(struct dialogue *d, size_t *room, enum how how, size_t cut, bool ip6)
{
	d->flow = grown(d->flow, room, d->flows, sizeof *d->flow);
	d->flow[d->flows] = (struct flow){ .how = how,
		.cut = cut,
		.ip6 = ip6,
		.port = d->s->from ? d->s->from : FIRST_PORT + (unsigned)d->flows };
	d->flows++;
}

static bool
near_mark(const struct script *s, size_t cut)
{
	for (size_t i = 0; i < s->marks; i++)
		if (cut + AROUND > s->mark[i] && cut < s->mark[i] + AROUND)
			return true;
	return false;
}

static void
choose_flows(struct dialogue *d, size_t each)
{
	const struct script *s = d->s;
	size_t client = stream_size(s, true), server = stream_size(s, false), room = 0;
	size_t most = s->sessions ? OPENING : SINGLE_CUTS;
	size_t stride = s->stride ? s->stride : (client - s->message) / most + 1;
	size_t server_stride = s->cut_server ? 1 : server / SERVER_CUTS + 1;

	for (int ip6 = 0; ip6 <= 1; ip6++) {
		size_t every = ip6 && s->only == 0 ? 8 : 1;
		if (s->only == (ip6 ? 4 : 6))
			continue;
		add_flow(d, &room, HOW_LINES, 0, ip6);
		if (s->datagrams)
			continue;
		add_flow(d, &room, HOW_WHOLE, 0, ip6);
		if (client <= BYTEWISE && server <= BYTEWISE && !s->no_bytes)
			add_flow(d, &room, HOW_BYTES, 0, ip6);
		if (s->cuts == CUTS_FEW)
			continue;
		for (size_t k = s->message + 1; k < client; k++)
			if (k % (stride * every * each) == 0 || (k % every == 0 && near_mark(s, k)))
				add_flow(d, &room, HOW_CUT_CLIENT, k, ip6);
		for (size_t k = 1; k < server && (s->message == 0 || s->cut_server); k++)
			if (k % (server_stride * every * each) == 0)
				add_flow(d, &room, HOW_CUT_SERVER, k, ip6);
	}
}

/* --- output --- */

static int
frame_order(const void *a, const void *b)
{
	const struct frame *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static FILE *
created(const char *dir, const char *name)
{
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "we");
	if (!f) {
		fprintf(stderr, "dialogue: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	return f;
}

static void
closed(FILE *f)
{
	if (fclose(f) != 0) {
		fprintf(stderr, "dialogue: write: %s\n", strerror(errno));
		exit(1);
	}
}

static void
write_frames(struct dialogue *d, const char *dir)
{
	FILE *f[2] = { created(dir, "eth2.frames"), created(dir, "eth3.frames") };

	qsort(d->frame, d->frames, sizeof *d->frame, frame_order);
	for (size_t i = 0; i < d->frames; i++)
		fputs(d->text + d->frame[i].at, f[d->frame[i].at_eth3]);
	closed(f[0]);
	closed(f[1]);
}

static int
text_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* ID WORD ... as ID FAMILY WORD,...; words in the order of their letters. */
static void
write_want(FILE *f, const char *want, const char *family)
{
	char text[512], *word[WORDS], *at = text;
	size_t n = 0;

	(void)snprintf(text, sizeof text, "%s", want);
	char *id = next_word(&at);
	while (n < WORDS && (word[n] = next_word(&at)))
		n++;
	qsort(word, n, sizeof word[0], text_order);
	fprintf(f, "%s %s ", id, family);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "%s%s", i ? "," : "", word[i]);
	fputc('\n', f);
}

static bool
is_id(const char *want, const char *id)
{
	return strncmp(want, id, 4) == 0;
}

static bool
is_one_of(const char *want, const char *const ids[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_id(want, ids[i]))
			return true;
	return false;
}

/* Mails of a flow that conform, violate, cannot be verified; or what of these the flow is. */
static void
count(const struct script *s, unsigned long n[3])
{
	static const char *const violations[] = { "3101", "3201", "3202", "2002", "2003", "2004",
		"5105", "3104" };
	static const char *const others[] = { "3102", "3103", "3203", "3204", "2011", "4003",
		"4005", "4007", "3303" };

	n[0] = s->wants == 0;
	n[1] = n[2] = 0;
	for (size_t i = 0; i < s->wants; i++) {
		n[1] += is_one_of(s->want[i], violations, s->sessions ? 8 : 1);
		n[2] += is_one_of(s->want[i], others, s->sessions ? 9 : 2);
	}
	if (s->sessions) {
		n[1] = n[1] > 0;
		n[2] = n[2] > 0 && n[1] == 0;
	}
	if (s->counted && sscanf(s->counted, "%lu %lu %lu", &n[0], &n[1], &n[2]) != 3) {
		fprintf(stderr, "dialogue: `%s`: three numbers are wanted\n", s->counted);
		exit(1);
	}
}

/* What all flows from FIRST to LAST must give together. */
static void
write_wanted(const struct dialogue *d, const char *dir, size_t first, size_t last)
{
	const struct script *s = d->s;
	size_t flows[2] = { 0, 0 };
	unsigned long counted[3];
	FILE *f = created(dir, "wanted");

	for (size_t i = first; i <= last; i++)
		flows[d->flow[i].ip6]++;
	for (size_t i = 0; i < s->wants; i++)
		for (int ip6 = 0; ip6 <= 1; ip6++)
			if (flows[ip6] > 0)
				write_want(f, s->want[i],
				    is_id(s->want[i], "1005") ? "link" :
				    ip6			      ? "ip6" :
								"ip4");
	count(s, counted);
	size_t all = flows[0] + flows[1];
	fprintf(f, "counted %lu %lu %lu\n", counted[0] * all, counted[1] * all, counted[2] * all);
	closed(f);
}

static void
write_flows(const struct dialogue *d, const char *dir, size_t first, size_t last)
{
	static const char *const how[] = {
		[HOW_LINES] = "lines",
		[HOW_BYTES] = "bytes",
		[HOW_WHOLE] = "whole",
		[HOW_CUT_CLIENT] = "client cut at",
		[HOW_CUT_SERVER] = "server cut at",
	};
	FILE *f = created(dir, "flows");

	for (size_t i = first; i <= last; i++)
		fprintf(f, "%u %s %s %zu\n", d->flow[i].port, d->flow[i].ip6 ? "ip6" : "ip4",
		    how[d->flow[i].how], d->flow[i].cut);
	closed(f);
}

static void
make(const struct script *s, const char *dir, size_t each, size_t first, size_t last)
{
	static struct dialogue d;

	d.s = s;
	d.seed = 1;
	d.out = open_memstream(&d.text, &d.ntext);
	if (!d.out)
		abort();
	choose_flows(&d, each);
	if (last >= d.flows)
		last = d.flows - 1;
	for (size_t i = first; i <= last; i++) {
		if (s->interleave)
			d.time = (int64_t)i;
		make_flow(&d, &d.flow[i]);
	}
	closed(d.out);
	write_frames(&d, dir);
	write_wanted(&d, dir, first, last);
	write_flows(&d, dir, first, last);
	free(d.frame);
	free(d.flow);
	free(d.text);
}

static int
usage(void)
{
	fputs("usage: dialogue -l FILE | -v VARIANT -o DIR [-e EACH] [-f FROM-TO] FILE\n", stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	static struct script s;
	const char *dir = NULL;
	unsigned variant = 0;
	size_t first = 0, last = SIZE_MAX, each = 1;
	bool list = false;
	int option;

	while ((option = getopt(argc, argv, "lv:o:e:f:")) != -1) {
		switch (option) {
		case 'l':
			list = true;
			break;
		case 'v':
			variant = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'o':
			dir = optarg;
			break;
		case 'e':
			each = strtoul(optarg, NULL, 10);
			break;
		case 'f':
			if (sscanf(optarg, "%zu-%zu", &first, &last) != 2)
				return usage();
			break;
		default:
			return usage();
		}
	}
	if (argc - optind != 1 || list == (variant > 0) || (variant > 0 && !dir) || each == 0)
		return usage();
	if (list) {
		script_list(argv[optind]);
		return 0;
	}
	if (!script_read(&s, argv[optind], variant)) {
		fprintf(stderr, "dialogue: %s has no variant %u\n", argv[optind], variant);
		return 1;
	}
	make(&s, dir, each, first, last);
	return 0;
}
