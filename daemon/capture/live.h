/* live.h - one interface, captured by libpcap.
 *
 * Knows: how a handle is opened (TPACKET_V3: no immediate mode, a timeout that is never 0, the
 * largest snap length, no filter) and what libpcap's statuses mean. Owns the handle. Called by
 * capture only; live.c is the only user of libpcap. Never blocks but while opening (6 to 170 ms, by
 * the size of the buffer), never sends.
 */
#ifndef SEGAUDIT_LIVE_H
#define SEGAUDIT_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/nstime.h"

enum {
	LIVE_SNAPLEN = 262144, /* libpcap's largest: BIG TCP hands over frames of up to 188 KB */
	LIVE_ERROR = 256,      /* bytes of an error's text, its NUL included */
};

/* Statuses of libpcap that are waited out differently; their values are libpcap's. */
enum live_status {
	LIVE_OK = 0,
	LIVE_BROKEN = -1, /* any other reason */
	LIVE_NO_DEVICE = -5,
	LIVE_NO_PERMISSION = -8,
	LIVE_NOT_UP = -9,
};

struct live;

/* Takes one frame. False: it cannot take more now, and has kept this one. */
typedef bool
live_take(void *ctx, const uint8_t *bytes, uint32_t caplen, uint32_t wirelen, nstime time);

/* The kernel's counters of one handle. They wrap at 2^32 each: take differences. */
struct live_stats {
	uint32_t received;    /* for us, drops included */
	uint32_t dropped;     /* for want of room in the buffer */
	uint32_t nic_dropped; /* by the interface */
};

/* Opens an interface; BUFFER is its kernel buffer in bytes. *INDEX: its ifindex. LIVE_OK, or
 * libpcap's status (below 0) with a text in ERROR. The caller closes it. */
int live_open(struct live **l, const char *name, bool promiscuous, uint64_t buffer, uint32_t *index,
    char error[LIVE_ERROR]);
void live_close(struct live *l);

/* To be polled for POLLIN; live_dispatch() must be called for POLLERR too, as only libpcap may take
 * the socket's error. */
int live_fd(const struct live *l);

/* Hands at most COUNT frames that are there to TAKE. Their number; LIVE_BROKEN when the handle is
 * dead, with a text in ERROR: then it must be closed. */
int live_dispatch(struct live *l, int count, live_take *take, void *ctx, char error[LIVE_ERROR]);

/* False when the counters cannot be read now. */
bool live_stats(struct live *l, struct live_stats *s);

/* "libpcap version 1.10.3 …". Borrowed. */
const char *live_version(void);

#endif
