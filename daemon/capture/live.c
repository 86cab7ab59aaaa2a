/* live.c - see live.h. */
#include "capture/live.h"

#include <limits.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)LIVE_BROKEN == PCAP_ERROR, "live_status is libpcap's");
_Static_assert((int)LIVE_NO_DEVICE == PCAP_ERROR_NO_SUCH_DEVICE, "live_status is libpcap's");
_Static_assert((int)LIVE_NO_PERMISSION == PCAP_ERROR_PERM_DENIED, "live_status is libpcap's");
_Static_assert((int)LIVE_NOT_UP == PCAP_ERROR_IFACE_NOT_UP, "live_status is libpcap's");

/* Milliseconds after which the kernel hands over a block that is not full. 0 would mean never. */
enum { BLOCK_TIMEOUT = 10 };

struct live {
	pcap_t *pcap;
	nstime fraction; /* nanoseconds in a unit of tv_usec */
	live_take *take; /* of the dispatch that is under way */
	void *ctx;
};

/* Says in ERROR what libpcap's STATUS means. */
static void
describe(char error[LIVE_ERROR], int status, const char *detail)
{
	int n = snprintf(error, LIVE_ERROR, "%s%s%s", pcap_statustostr(status),
	    detail && *detail ? ": " : "", detail ? detail : "");

	if (n < 0)
		error[0] = '\0';
}

/* Everything that must be set before activation. */
static int
set_up(pcap_t *pcap, bool promiscuous, uint64_t buffer)
{
	int bytes = buffer > INT_MAX ? INT_MAX : (int)buffer;
	int r = pcap_set_snaplen(pcap, LIVE_SNAPLEN);

	r = r < 0 ? r : pcap_set_promisc(pcap, promiscuous);
	r = r < 0 ? r : pcap_set_timeout(pcap, BLOCK_TIMEOUT);
	r = r < 0 ? r : pcap_set_buffer_size(pcap, bytes);
	if (r < 0)
		return r;
	/* Where nanoseconds are refused, the handle says so when asked for its precision. */
	(void)pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
	return 0;
}

int
live_open(struct live **l, const char *name, bool promiscuous, uint64_t buffer, uint32_t *index,
    char error[LIVE_ERROR])
{
	char detail[PCAP_ERRBUF_SIZE] = "";
	struct live *new = calloc(1, sizeof *new);
	int r = LIVE_BROKEN;

	if (!new) {
		describe(error, r, "no memory");
		return r;
	}
	new->pcap = pcap_create(name, detail);
	if (!new->pcap) {
		describe(error, r, detail);
		free(new);
		return r;
	}
	r = set_up(new->pcap, promiscuous, buffer);
	if (r >= 0)
		r = pcap_activate(new->pcap);
	if (r < 0) {
		describe(error, r, pcap_geterr(new->pcap));
	} else if (pcap_datalink(new->pcap) != DLT_EN10MB) {
		r = LIVE_BROKEN;
		describe(error, r, "it is no Ethernet interface");
	} else if (pcap_setnonblock(new->pcap, 1, detail) < 0) {
		r = LIVE_BROKEN;
		describe(error, r, detail);
	}
	if (r < 0) {
		live_close(new);
		return r;
	}
	new->fraction =
	    pcap_get_tstamp_precision(new->pcap) == PCAP_TSTAMP_PRECISION_NANO ? 1 : NS_USEC;
	*index = if_nametoindex(name);
	*l = new;
	return LIVE_OK;
}

void
live_close(struct live *l)
{
	if (!l)
		return;
	pcap_close(l->pcap);
	free(l);
}

int
live_fd(const struct live *l)
{
	return pcap_get_selectable_fd(l->pcap);
}

static void
frame_came(u_char *user, const struct pcap_pkthdr *h, const u_char *bytes)
{
	struct live *l = (struct live *)(void *)user;
	nstime time = (nstime)h->ts.tv_sec * NS_SEC + (nstime)h->ts.tv_usec * l->fraction;

	if (!l->take(l->ctx, bytes, h->caplen, h->len, time))
		pcap_breakloop(l->pcap);
}

int
live_dispatch(struct live *l, int count, live_take *take, void *ctx, char error[LIVE_ERROR])
{
	int r;

	l->take = take;
	l->ctx = ctx;
	r = pcap_dispatch(l->pcap, count, frame_came, (u_char *)l);
	if (r == PCAP_ERROR_BREAK)
		return 0;
	if (r < 0) {
		describe(error, r, pcap_geterr(l->pcap));
		return LIVE_BROKEN;
	}
	return r;
}

bool
live_stats(struct live *l, struct live_stats *s)
{
	struct pcap_stat now;

	if (pcap_stats(l->pcap, &now) < 0)
		return false;
	s->received = now.ps_recv;
	s->dropped = now.ps_drop;
	s->nic_dropped = now.ps_ifdrop;
	return true;
}

const char *
live_version(void)
{
	return pcap_lib_version();
}
