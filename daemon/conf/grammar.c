/* grammar.c - the values that have parts: interfaces with VLANs, services, hours, pairs, names. See
 * value.h. */
#include "conf/value.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "conf/suggest.h"
#include "model/app.h"
#include "model/charset.h"

/* Letters, digits, and the bytes of OTHERS. */
static bool
all_of(const char *text, size_t size, const char *others)
{
	for (size_t i = 0; i < size; i++) {
		char c = text[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			(c && strchr(others, c))))
			return false;
	}
	return size > 0;
}

/* dev_valid_name() of Linux: up to 15 bytes, no '/', no ':', no space, not . or .. */
static bool
iface_name(const char *text, size_t size, char to[16], struct text *why)
{
	bool fits = size > 0 && size < 16;

	for (size_t i = 0; i < size; i++)
		fits &= text[i] > ' ' && text[i] < 0x7f && text[i] != '/' && text[i] != ':';
	if (fits && ((size == 1 && text[0] == '.') || (size == 2 && memcmp(text, "..", 2) == 0)))
		fits = false;
	if (!fits) {
		text_add(why, "must be the name of a network interface: 1 to 15 bytes without '/', "
			      "':' and spaces, as in \"eth1\"");
		return false;
	}
	if (size == 3 && memcmp(text, "any", 3) == 0) {
		text_add(why, "every interface must be named by itself: on \"any\" a frame's "
			      "boundary is not known");
		return false;
	}
	memset(to, 0, 16);
	memcpy(to, text, size);
	return true;
}

bool
value_iface(const char *text, char to[16], struct text *why)
{
	return iface_name(text, strlen(text), to, why);
}

bool
value_line(const char *text, struct conf_line *to, struct text *why)
{
	size_t size = strcspn(text, " ");
	const char *p = text + size;
	unsigned long vlan[2] = { 0, 0 };
	char name[16];

	if (!iface_name(text, size, name, why))
		return false;
	if (*p) {
		if (strncmp(p, " vlan ", 6) != 0) {
			text_add(why, "must be NAME, NAME vlan ID or NAME vlan OUTER.INNER, as in "
				      "\"eth2 vlan 20\"");
			return false;
		}
		p += 6;
		for (unsigned i = 0; i < 2; i++) {
			if (!value_number(&p, 4094, &vlan[i]) || vlan[i] == 0) {
				text_add(why, "a VLAN id must be 1 to 4094");
				return false;
			}
			if (i == 0 && *p == '.')
				p++;
			else
				break;
		}
		if (*p) {
			text_add(why, "must end after the VLAN id, as in \"eth2 vlan 20\" or "
				      "\"eth2 vlan 20.300\"");
			return false;
		}
	}
	memcpy(to->name, name, sizeof name);
	to->vlan[0] = (uint16_t)vlan[0];
	to->vlan[1] = (uint16_t)vlan[1];
	return true;
}

/* The protocols of services: number, and what is counted behind the slash. */
static const struct service_proto {
	const char *name;
	uint8_t proto;
	uint16_t most;
	bool range;
	const char *counted;
} protos[] = {
	{ "tcp", 6, 65535, true, "port" }, { "udp", 17, 65535, true, "port" },
	{ "sctp", 132, 65535, true, "port" }, { "icmp", 1, 255, false, "ICMP type" },
	{ "icmp6", 58, 255, false, "ICMPv6 type" },
	{ "ip", 0, 254, false,
	    "protocol number" }, /* 255 is reserved, and stands for any in the policy */
};

static const char *
proto_at(const void *context, size_t i)
{
	(void)context; /* there is one table */
	return protos[i].name;
}

static const struct service_proto *
service_proto(const char *text, size_t size, struct text *why)
{
	char name[16] = "";
	const char *meant;

	for (size_t i = 0; i < sizeof protos / sizeof protos[0]; i++)
		if (strlen(protos[i].name) == size && memcmp(protos[i].name, text, size) == 0)
			return &protos[i];
	text_add(why,
	    "must be tcp/PORT, udp/PORT, sctp/PORT, icmp/TYPE, icmp6/TYPE, ip/PROTOCOL or any");
	if (size < sizeof name)
		memcpy(name, text, size);
	meant = suggest(name, sizeof protos / sizeof protos[0], proto_at, NULL);
	if (meant &&
	    strspn(text + size, "/-0123456789 abcdefghijklmnopqrstuvwxyz") == strlen(text + size))
		text_add(why, "; did you mean %s%.24s?", meant, text + size);
	return NULL;
}

/* PORT or PORT-PORT, up to the end or a space. */
static bool
service_range(
    const char **text, const struct service_proto *q, unsigned long n[2], struct text *why)
{
	const char *p = *text;
	bool dash;

	if (!value_number(&p, q->most, &n[0]))
		goto wrong;
	n[1] = n[0];
	dash = *p == '-' && q->range;
	if (dash) {
		p++;
		if (!value_number(&p, q->most, &n[1]))
			goto wrong;
	}
	if (*p && *p != ' ')
		goto wrong;
	if (n[1] < n[0]) {
		text_add(why, "the range must begin with the lower port: did you mean %s/%lu-%lu?",
		    q->name, n[1], n[0]);
		return false;
	}
	*text = p;
	return true;
wrong:
	text_add(why, "the %s must be 0 to %u%s", q->counted, q->most,
	    q->range ? ", or a range as in 8000-8010" : "");
	return false;
}

/* Can APP, which follows service S of this text, be spoken there? */
static bool
service_app(const struct policy_service *s, const char *text, uint8_t app, struct text *why)
{
	bool tcp = app_is_over(app, IPPROTO_TCP);
	int size = (int)strcspn(text, " "), name = (int)strcspn(text, "/");

	if (s->proto == POLICY_ANY_PROTO || app_is_over(app, s->proto))
		return true;
	if (s->proto != IPPROTO_TCP && s->proto != IPPROTO_UDP)
		text_add(why, "a protocol may follow TCP and UDP only: must be %.*s", size, text);
	else if (s->whole)
		text_add(why, "%s is known over %s only: did you mean ip/%d %s?", app_word(app),
		    tcp ? "TCP" : "UDP", tcp ? IPPROTO_TCP : IPPROTO_UDP, app_word(app));
	else
		text_add(why, "%s is known over %s only: did you mean %s%.*s %s?", app_word(app),
		    tcp ? "TCP" : "UDP", tcp ? "tcp" : "udp", size - name, text + name,
		    app_word(app));
	return false;
}

bool
value_service(const char *text, struct policy_service *to, struct text *why)
{
	struct policy_service s = { .proto = POLICY_ANY_PROTO, .whole = 1 };
	size_t size = strcspn(text, "/ ");
	const char *p = text + size;
	uint8_t app = 0;

	if (size != 3 || memcmp(text, "any", 3) != 0 || *p == '/') {
		const struct service_proto *q = service_proto(text, size, why);
		unsigned long n[2];

		if (!q)
			return false;
		if (*p != '/') {
			text_add(why, "the %s is missing, as in %s/%s", q->counted, q->name,
			    q->range ? "443" : "47");
			return false;
		}
		p++;
		if (!service_range(&p, q, n, why))
			return false;
		s.proto = q->proto ? q->proto : (uint8_t)n[0];
		s.whole = q->proto == 0;
		if (q->proto) {
			s.low = (uint16_t)n[0];
			s.high = (uint16_t)n[1];
		}
	}
	if (*p && !schema_word_value(&schema_protocols, p + 1, &app)) {
		text_add(why, "the protocol after a service ");
		return value_word(p + 1, &schema_protocols, &app, why);
	}
	if (app && !service_app(&s, text, app, why))
		return false;
	s.app = app;
	*to = s;
	return true;
}

/* A day's number, 0 for mon; -1 when it is none. */
static int
day_of(const char *text)
{
	static const char names[7][4] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

	for (int i = 0; i < 7; i++)
		if (strncmp(text, names[i], 3) == 0)
			return i;
	return -1;
}

/* DAYS up to the space, as bits; 0 when it is wrong. A range may go over Sunday. */
static unsigned
days_of(const char **text)
{
	const char *p = *text;
	unsigned days = 0;

	for (;;) {
		int first = day_of(p), last = first;

		if (first < 0)
			return 0;
		p += 3;
		if (*p == '-') {
			last = day_of(p + 1);
			if (last < 0)
				return 0;
			p += 4;
		}
		for (int d = first;; d = (d + 1) % 7) {
			days |= 1u << d;
			if (d == last)
				break;
		}
		if (*p == ' ')
			break;
		if (*p++ != ',')
			return 0;
	}
	*text = p + 1;
	return days;
}

/* HH:MM as minutes, 24:00 when it may be; -1 when it is wrong. */
static int
minutes_of(const char *p, bool end)
{
	int minutes;

	for (int i = 0; i < 5; i++)
		if (i == 2 ? p[i] != ':' : p[i] < '0' || p[i] > '9')
			return -1;
	if (p[3] > '5')
		return -1;
	minutes = ((p[0] - '0') * 10 + (p[1] - '0')) * 60 + (p[3] - '0') * 10 + (p[4] - '0');
	return minutes < 24 * 60 || (end && minutes == 24 * 60) ? minutes : -1;
}

static int
by_begin(const void *a, const void *b)
{
	const struct policy_hours *x = a, *y = b;

	return x->from != y->from ? (x->from < y->from ? -1 : 1) :
				    (x->to > y->to) - (x->to < y->to);
}

unsigned
value_hours(const char *text, struct policy_hours to[VALUE_WINDOWS], struct text *why)
{
	enum { MINUTES = 24 * 60 };
	const char *p = text;
	unsigned days = days_of(&p), n = 0;
	int from, until;

	from = days ? minutes_of(p, false) : -1;
	until = from >= 0 && p[5] == '-' ? minutes_of(p + 6, true) : -1;
	if (until < 0 || p[11] != '\0') {
		text_add(why, "must be DAYS HH:MM-HH:MM, as in \"mon-fri 08:00-19:00\" or "
			      "\"mon,wed 22:00-06:00\"; "
			      "days are mon tue wed thu fri sat sun, the times 00:00 to 24:00");
		return 0;
	}
	if (from == until) {
		text_add(why, "begins and ends at the same time: a whole day is 00:00-24:00");
		return 0;
	}
	for (unsigned d = 0; d < 7; d++) {
		unsigned begin = d * MINUTES;

		if (!(days & 1u << d))
			continue;
		if (from < until) {
			to[n++] = (struct policy_hours){ (uint16_t)(begin + (unsigned)from),
				(uint16_t)(begin + (unsigned)until) };
			continue;
		}
		to[n++] = (struct policy_hours){ (uint16_t)(begin + (unsigned)from),
			(uint16_t)(begin + MINUTES) };
		if (until == 0)
			continue;
		begin = (d + 1) % 7 * MINUTES;
		to[n++] =
		    (struct policy_hours){ (uint16_t)begin, (uint16_t)(begin + (unsigned)until) };
	}
	qsort(to, n, sizeof *to, by_begin);
	return n;
}

bool
value_pair(const char *text, struct text *why)
{
	const char *arrow = strchr(text, '>');
	char ignored[8];
	struct text quiet = text_of(ignored, sizeof ignored);
	char from[64];

	if (!arrow || (size_t)(arrow - text) >= sizeof from)
		goto wrong;
	memcpy(from, text, (size_t)(arrow - text));
	from[arrow - text] = '\0';
	if (value_id(from, &quiet) && value_id(arrow + 1, &quiet))
		return true;
wrong:
	text_add(why, "must be two zones as FROM>TO, as in \"lgwan>internet\"");
	return false;
}

bool
value_name(const char *text, struct text *why)
{
	const char *p = strncmp(text, "*.", 2) == 0 ? text + 2 : text;
	bool fits = strlen(text) <= 253 && *p;

	while (fits && *p) {
		size_t size = strcspn(p, ".");

		/* Underscores are no host names' but in use (_dmarc, _tcp). */
		fits = size > 0 && size < 64 && all_of(p, size, "-_") && p[0] != '-' &&
		       p[size - 1] != '-';
		p += size;
		if (*p == '.')
			fits &= *++p != '\0';
	}
	if (!fits)
		text_add(why, "must be a DNS name, an internationalised one as xn--...; \"*.\" may "
			      "stand before it");
	return fits;
}

bool
value_media(const char *text, struct text *why)
{
	const char *slash = strchr(text, '/');

	if (slash && all_of(text, (size_t)(slash - text), "!#$&^_.+-") &&
	    (strcmp(slash + 1, "*") == 0 || all_of(slash + 1, strlen(slash + 1), "!#$&^_.+-")))
		return true;
	text_add(why, "must be a media type, as in \"text/plain\" or \"image/*\"");
	return false;
}

bool
value_charset(const char *text, struct text *why)
{
	if (charset_of(text, strlen(text)) != CHARSET_UNKNOWN)
		return true;
	text_add(why, "must be");
	for (unsigned i = 0; i < CHARSET_UNKNOWN; i++)
		text_add(why, "%s %s",
		    !i			    ? "" :
		    i + 1 < CHARSET_UNKNOWN ? "," :
					      " or",
		    charset_name((enum charset)i));
	return false;
}
