/* craft.c - makes frames from readable text: writes them to a capture, sends them, or prints them.
 *
 *	craft -o FILE.pcap [-n] [-l LINKTYPE] [FRAMES]
 *		writes a capture, in microseconds or (-n) nanoseconds; LINKTYPE 1 is Ethernet
 *	craft -i IFACE [-r REPEAT] [-t] [FRAMES]
 *		sends them on an interface, in the order of the file; -t: at their times
 *	craft -d [FRAMES]
 *		prints each as hexadecimal digits
 *
 * FRAMES is a file; without it frames are read from standard input. One frame a line, layers
 * outermost first, ` / ` between them:
 *
 *	# a comment
 *	@0.5 eth 02:00:00:00:01:05>02:00:00:00:01:01 / ip4 10.2.0.9>10.3.9.7 / udp 53>53 / data 16
 *
 * @SECONDS counts from 2026-01-01T00:00:00Z, or from the last absolute time above; @+SECONDS from
 * the frame before; @2026-01-05T09:00:00+09:00 (or ...Z) is absolute. Without a time a frame is
 * 1 ms after the one before.
 *
 * What a header says of its inside (type, protocol, lengths, checksums, offsets) is computed, and
 * can be overridden by its key. Numbers are decimal or 0x...; HEX is pairs of digits; A>B is
 * source>destination. The layers, with their keys and defaults:
 *
 *	eth MAC>MAC type=
 *	vlan ID pcp=0 dei=0 tpid=0x8100 type=
 *	llc DSAP SSAP control=3			the header around it then holds a length
 *	snap oui=0 type=			the same; LLC is part of it
 *	mpls LABEL tc=0 ttl=64 bottom=
 *	pppoe session=1 code=0 len=
 *	ppp proto=				two bytes
 *	arp request|reply|N ADDR>ADDR smac= tmac=	smac: of the eth around it
 *	ip4 ADDR>ADDR ttl=64 id=1 tos=0 df=0 frag=OFFSET[+] opt=HEX proto= len= ihl= csum= version=4
 *	ip6 ADDR>ADDR hop=64 class=0 flow=0 proto= len= version=6
 *	hbh opt=HEX jumbo= proto= len=		jumbo= wants `len=0` of the ip6 around it
 *	dst opt=HEX proto= len=
 *	rh type=0 left=0 opt=HEX proto= len=
 *	frag OFFSET[+] id=1 proto=
 *	ah spi=1 seq=1 icv=HEX proto= len=
 *	tcp PORT>PORT flags=A seq=1 ack=0 win=65535 urg=0 opt=HEX doff= csum=
 *						flags: of F S R P A U E C, or none
 *	udp PORT>PORT len= csum=
 *	sctp PORT>PORT tag=1
 *	icmp TYPE.CODE id=1 seq=1 rest=HEX csum=	rest: the 4 bytes before payload
 *	icmp6 TYPE.CODE id=1 seq=1 rest=HEX csum=
 *	gre proto= key= seq= ack= csum=0 version=0 flags=	version=1 is PPTP's
 *	vxlan VNI flags=8
 *	geneve VNI opt=HEX proto=
 *	teredo auth=0 origin=0			indications before the ip6, none by default
 *	gtpu TEID seq= ext=HEX type=255 len=	ext: the first one's type, then all
 *	l2tp TUNNEL.SESSION length=0
 *	etherip
 *	quote [BYTES]				what follows is an ICMP error's, cut to BYTES
 *	data BYTES				0, 1, 2 ... 255, 0 ...
 *	text "with \r \n \t \" \\ \xHH"
 *	hex HEX [HEX ...]			bytes are a layer, which may stand anywhere
 *
 * frag= and `frag` have the offset in bytes; + says that more follow. A tunnel's UDP port is not
 * set by what is inside it. At the end of a line `cut=N` leaves N bytes of the frame in a capture
 * (its length on the wire stays), and `wire=N` lies about that length.
 *
 * Errors name file, line and column, and end it with status 1.
 */
#include <errno.h>
#include <getopt.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "craft.h"

enum { SNAPLEN = 262144, FRAMES_START = 1767225600 /* 2026-01-01T00:00:00Z */ };

#define SECOND INT64_C(1000000000)

/* Where frames go. */
struct out {
	FILE *file; /* capture or text, NULL when they are sent */
	bool print, nano, timed;
	uint32_t link;
	int fd;		 /* packet socket, or -1 */
	int64_t first;	 /* ns: time of the first frame ... */
	int64_t started; /* ... and when it was sent (CLOCK_MONOTONIC) */
};

static void __attribute__((noreturn)) die(const char *what, const char *name)
{
	fprintf(stderr, "craft: %s: %s: %s\n", what, name, strerror(errno));
	exit(1);
}

/* --- text to frame --- */

/* Cuts the next word off *LINE: up to a space, or a "text", which keeps its first quote and its
 * escapes. NULL at the end. */
static char *
word(const struct craft *c, char **line, const char *start, int *col)
{
	char *p = *line + strspn(*line, " \t\r\n"), *begin = p;

	*col = (int)(p - start) + 1;
	if (*p == '\0' || *p == '#')
		return NULL;
	if (*p == '"') {
		for (p++; *p && *p != '"'; p++)
			if (*p == '\\' && p[1])
				p++;
		if (*p != '"')
			fail(c, *col, "a text without its closing quote");
	} else {
		p += strcspn(p, " \t\r\n");
	}
	*line = *p ? p + 1 : p;
	*p = '\0';
	return begin;
}

static int64_t
seconds(const struct craft *c, const char *text, int col)
{
	char *end;
	long long whole = strtoll(text, &end, 10), scale = SECOND, part = 0;

	if (end == text || whole < 0 || whole > INT32_MAX)
		fail(c, col, "`@%s`: a time is wanted", text);
	if (*end == '.') {
		for (end++; *end >= '0' && *end <= '9' && scale > 1; end++) {
			scale /= 10;
			part += (*end - '0') * scale;
		}
	}
	if (*end)
		fail(c, col, "`@%s`: a time is wanted, with up to 9 decimals", text);
	return whole * SECOND + part;
}

/* RFC 3339: 2026-01-05T09:00:00.5+09:00 */
static int64_t
absolute(const struct craft *c, const char *text, int col)
{
	struct tm tm = { 0 };
	char decimals[16] = "", sign = 0, east[64];
	int used = 0, hours = 0, minutes = 0;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		&tm.tm_hour, &tm.tm_min, &tm.tm_sec, &used) != 6)
		fail(c, col, "`@%s`: a time like 2026-01-05T09:00:00+09:00 is wanted", text);
	text += used;
	if (*text == '.') {
		size_t n = strspn(text + 1, "0123456789");
		(void)snprintf(decimals, sizeof decimals, "0.%.*s", (int)(n < 9 ? n : 9), text + 1);
		text += 1 + n;
	}
	(void)snprintf(east, sizeof east, "%s", text);
	if (strcmp(east, "Z") != 0 &&
	    (sscanf(east, "%c%2d:%2d%n", &sign, &hours, &minutes, &used) != 3 || east[used] ||
		(sign != '+' && sign != '-')))
		fail(c, col, "`%s`: Z, or an offset like +09:00, is wanted", text);
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	int64_t offset_of_zone = (hours * 60 + minutes) * 60 * (sign == '-' ? -1 : 1);
	return (timegm(&tm) - offset_of_zone) * SECOND +
	       (decimals[0] ? seconds(c, decimals, col) : 0);
}

static void
set_time(struct craft *c, const char *text, int col)
{
	if (strchr(text, 'T'))
		c->base = c->time = absolute(c, text, col);
	else if (text[0] == '+')
		c->time += seconds(c, text + 1, col);
	else
		c->time = c->base + seconds(c, text, col);
}

static void
add_layer(struct craft *c, const char *name, int col)
{
	const struct kind *kind = craft_kind(name);

	if (!kind)
		fail(c, col, "`%s`: no such layer", name);
	if (c->n == CRAFT_LAYERS)
		fail(c, col, "more than %d layers", CRAFT_LAYERS);
	struct layer *l = &c->layer[c->n++];
	l->name = kind->name;
	l->kind = kind;
	l->col = col;
	l->n = 0;
}

static void
add_arg(struct craft *c, char *text, int col)
{
	struct layer *l = &c->layer[c->n - 1];

	if (strncmp(text, "cut=", 4) == 0)
		c->cut = number(c, text + 4, col + 4, UINT32_MAX);
	else if (strncmp(text, "wire=", 5) == 0)
		c->wire = number(c, text + 5, col + 5, UINT32_MAX);
	else if (l->n == CRAFT_ARGS)
		fail(c, col, "more than %d words", CRAFT_ARGS);
	else
		l->arg[l->n++] = (struct arg){ .text = text, .col = col };
}

/* Reads one line into layers. False when there is no frame in it. */
static bool
parse(struct craft *c, char *line)
{
	const char *start = line;
	bool named = false, timed = false;
	char *w;
	int col;

	c->n = 0;
	c->cut = c->wire = UINT64_MAX;
	while ((w = word(c, &line, start, &col))) {
		if (w[0] == '@' && c->n == 0 && !timed) {
			set_time(c, w + 1, col + 1);
			timed = true;
		} else if (strcmp(w, "/") == 0) {
			if (!named)
				fail(c, col, "a layer is wanted before /");
			named = false;
		} else if (!named) {
			add_layer(c, w, col);
			named = true;
		} else {
			add_arg(c, w, col);
		}
	}
	if (!named && (c->n > 0 || timed))
		fail(c, col, "a layer is wanted");
	if (c->n > 0 && !timed)
		c->time += SECOND / 1000;
	return c->n > 0;
}

static void
build(struct craft *c)
{
	c->at = CRAFT_ROOM;
	for (unsigned i = c->n; i-- > 0;)
		c->layer[i].kind->put(c, i);
	for (unsigned i = 0; i < c->n; i++)
		for (unsigned k = 0; k < c->layer[i].n; k++)
			if (!c->layer[i].arg[k].used)
				fail(c, c->layer[i].arg[k].col, "`%s`: not known to %s",
				    c->layer[i].arg[k].text, c->layer[i].name);
}

/* --- frame to file, wire or terminal --- */

static void
put32(FILE *f, uint64_t v)
{
	uint8_t b[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) };

	if (fwrite(b, 1, 4, f) != 4)
		die("write", "capture");
}

static void
capture_start(const struct out *o)
{
	put32(o->file, o->nano ? 0xa1b23c4d : 0xa1b2c3d4);
	put32(o->file, 2 | 4 << 16);
	put32(o->file, 0);
	put32(o->file, 0);
	put32(o->file, SNAPLEN);
	put32(o->file, o->link);
}

static void
capture_frame(const struct out *o, const struct craft *c)
{
	size_t n = size(c), caplen = n < SNAPLEN ? n : SNAPLEN;

	if (c->cut < caplen)
		caplen = (size_t)c->cut;
	put32(o->file, (uint64_t)(c->time / SECOND));
	put32(o->file, (uint64_t)(c->time % SECOND / (o->nano ? 1 : 1000)));
	put32(o->file, caplen);
	put32(o->file, c->wire != UINT64_MAX ? c->wire : n);
	if (fwrite(c->room + c->at, 1, caplen, o->file) != caplen)
		die("write", "capture");
}

static void
print_frame(const struct out *o, const struct craft *c)
{
	for (size_t i = c->at; i < CRAFT_ROOM; i++)
		fprintf(o->file, "%02x", c->room[i]);
	fputc('\n', o->file);
}

static int64_t
mono(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

static void
send_frame(struct out *o, const struct craft *c)
{
	if (o->started == 0) {
		o->started = mono();
		o->first = c->time;
	}
	int64_t at = o->started + c->time - o->first;
	struct timespec when = { .tv_sec = at / SECOND, .tv_nsec = at % SECOND };
	while (o->timed && at > 0 &&
	       clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL) == EINTR)
		;
	while (send(o->fd, c->room + c->at, size(c), 0) < 0) {
		struct pollfd p = { .fd = o->fd, .events = POLLOUT };

		/* The device's queue is full: it is emptied within microseconds. */
		if (errno == ENOBUFS)
			(void)poll(&p, 1, 1);
		else if (errno != EINTR)
			fail(c, 1, "send: %s", strerror(errno));
	}
}

static int
socket_open(const char *iface)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
		.sll_ifindex = (int)if_nametoindex(iface) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); /* protocol 0: receives nothing */

	if (to.sll_ifindex == 0)
		die("interface", iface);
	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof to) < 0)
		die("packet socket", iface);
	return fd;
}

static void
run(struct craft *c, struct out *o, FILE *in)
{
	char *line = NULL;
	size_t room = 0;

	c->line = 0;
	c->base = FRAMES_START * SECOND;
	c->time = c->base - SECOND / 1000;
	o->started = 0;
	while (getline(&line, &room, in) >= 0) {
		c->line++;
		if (!parse(c, line))
			continue;
		build(c);
		if (o->print)
			print_frame(o, c);
		else if (o->file)
			capture_frame(o, c);
		else
			send_frame(o, c);
	}
	free(line);
}

static int
usage(void)
{
	fputs("usage: craft -o FILE [-n] [-l LINKTYPE] [FRAMES] | -i IFACE [-r REPEAT] [-t] "
	      "[FRAMES] | -d [FRAMES]\n",
	    stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	static struct craft c;
	struct out o = { .link = 1, .fd = -1 };
	const char *path = NULL, *iface = NULL;
	unsigned long repeat = 1;
	int option;

	while ((option = getopt(argc, argv, "o:i:dnl:r:t")) != -1) {
		switch (option) {
		case 'o':
			path = optarg;
			break;
		case 'i':
			iface = optarg;
			break;
		case 'd':
			o.print = true;
			break;
		case 'n':
			o.nano = true;
			break;
		case 'l':
			o.link = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'r':
			repeat = strtoul(optarg, NULL, 10);
			break;
		case 't':
			o.timed = true;
			break;
		default:
			return usage();
		}
	}
	if ((path != NULL) + (iface != NULL) + o.print != 1 || argc - optind > 1)
		return usage();
	c.file = optind < argc ? argv[optind] : "stdin";
	FILE *in = optind < argc ? fopen(c.file, "re") : stdin;
	if (!in)
		die("frames", c.file);
	if (iface)
		o.fd = socket_open(iface);
	else
		o.file = path ? fopen(path, "we") : stdout;
	if (!iface && !o.file)
		die("open", path);
	if (path)
		capture_start(&o);
	for (unsigned long i = 0; i < (iface ? repeat : 1); i++) {
		if (i > 0 && fseek(in, 0, SEEK_SET) < 0)
			die("-r needs a file", c.file);
		run(&c, &o, in);
	}
	if (o.file && fclose(o.file) != 0)
		die("write", path ? path : "stdout");
	fclose(in);
	return 0;
}
