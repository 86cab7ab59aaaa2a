/* msg.h - every message that one role may send another: the one table of it.
 *
 * Knows: {message, from, to, struct, descriptors} (msg.def). Messages are fixed structs on
 * SOCK_SEQPACKET channels (chan.h). A message that is not in the table, comes from the wrong role,
 * or has another size or number of descriptors, ends the channel: the sender is treated as
 * compromised. Requests to the monitor are an enum and numbers, never a path or a name.
 */
#ifndef SEGAUDIT_MSG_H
#define SEGAUDIT_MSG_H

#include "model/finding.h"

enum role {
	ROLE_MONITOR = 1,
	ROLE_CAPTURE = 2,
	ROLE_WORKER = 4,
	ROLE_HUB = 8
}; /* bits, so that a row may name several */

enum msg_type {
	MSG_NONE,
#define MSG(name, from, to, type, nfds) MSG_##name,
#include "model/msg.def"
#undef MSG
	MSG_TYPES
};

struct msg_empty {
	uint32_t unused;
};

/* A policy generation; its memfd comes with it. POLICY_TEXT: the canonical text of the
 * configuration that it was made of, sealed (base/memory.h), before the policy. */
struct msg_policy {
	uint32_t generation;
	uint32_t size;
};

/* A role works (at its start), or has taken over a generation. */
struct msg_ready {
	uint32_t generation;
};

/* To the hub: a channel to a role that was (re)started, with its shared memory: worker: channel,
 * worker_room, ring control; capture: channel, capture_shm, none. */
struct msg_peer {
	uint8_t role;  /* ROLE_WORKER or ROLE_CAPTURE */
	uint8_t index; /* of the worker */
	uint16_t pad;
	uint32_t restarts; /* 0 at the first start */
	int32_t status;	   /* wait(2) status of the one before, when it was restarted */
	nstime died;	   /* when that was noticed; 0 when another hub was told of it */
};

/* A boundary interface as the kernel has it (hub to monitor, which passes it to capture and
 * workers). */
struct msg_link {
	uint16_t iface;	  /* number in the policy */
	bool present, up; /* it exists; it is up and running */
	struct mac mac;
	uint16_t pad;
	uint32_t index; /* ifindex */
};

/* All addresses of the gateway; several messages when they are many: `more` says that another
 * follows. */
struct msg_addrs {
	uint32_t first; /* number of the first one here */
	uint32_t count;
	bool more;
	uint8_t pad[7];
	struct addr addr[32];
};

enum { MSG_FINDINGS_MAX = 16 };

/* BEFORE: packets of all findings that this worker sent before, over its restarts. It tells the hub
 * what a hub before it had taken, and that a message came twice. */
struct msg_findings {
	uint32_t count;
	uint32_t pad;
	uint64_t before;
	struct finding finding[MSG_FINDINGS_MAX];
};

/* Why an interface is watched again, or no more: words of ALERTS 2 (gap). */
enum gap_reason {
	GAP_START,
	GAP_STOP,
	GAP_RESTART,
	GAP_RELOAD,
	GAP_LINK_DOWN,
	GAP_IFACE_GONE,
	GAP_IFACE_RENAMED,
	GAP_MTU,
	GAP_NETLINK_OVERRUN,
	GAP_WORKER_CRASH,
	GAP_QUIET,
	GAP_REASONS
};

/* From capture: an interface was opened or closed. */
struct msg_iface {
	uint16_t iface;
	bool open;
	uint8_t reason; /* enum gap_reason */
	int32_t error;	/* libpcap's status when it could not be opened, else 0 */
	nstime time;
};

enum { MSG_FRAME_MOST = 262144 }; /* bytes of a frame in a memfd: as many as capture takes */

/* From capture: a frame that ended its worker twice and was skipped; its bytes come in a memfd of
 * `caplen` bytes, sealed (base/memory.h). With an error there is none. */
struct msg_skipped {
	uint8_t worker;
	uint8_t pad[3];
	int32_t error;	  /* errno: why there are no bytes; else 0 */
	uint32_t caplen;  /* 1 to MSG_FRAME_MOST */
	uint32_t wirelen; /* at least caplen */
	uint64_t seq; /* its number in the worker's ring; 0 with an error when it was not found */
	nstime time;
	uint16_t iface;
	uint16_t link; /* enum frame_link, or another linktype */
	uint32_t pad2;
};

/* From the monitor to the hub: what happened to the daemon itself. */
enum notice { NOTICE_STARTED, NOTICE_STOPPING, NOTICE_RELOADED, NOTICE_RELOAD_REFUSED };

struct msg_notice {
	uint32_t notice; /* enum notice */
	uint32_t generation;
	nstime time;
	char text[232]; /* NOTICE_RELOAD_REFUSED: the first error, FILE:LINE: …; NUL-terminated */
};

/* Largest message struct, for buffers. */
union msg_any {
#define MSG(name, from, to, type, nfds) type m_##name;
#include "model/msg.def"
#undef MSG
};

#endif
