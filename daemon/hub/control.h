/* control.h - the control socket: who asks the daemon, and that nobody who asks can hold it up.
 *
 * Knows: the clients, what each may ask (the superuser and the daemon's own user everything,
 * members of the daemon's group what changes nothing), what waits for them. Owns the socket, its
 * file, the clients' buffers and a copy of the newest lines. Called by the hub's loop. Never waits
 * for a client: one that sends nothing, takes nothing, or sends what it may not is dropped.
 *
 * The form of requests and answers is in model/control.h.
 */
#ifndef SEGAUDIT_CONTROL_H
#define SEGAUDIT_CONTROL_H

#include <poll.h>

#include "hub/control_answer.h"

enum {
	CONTROL_CLIENTS = 8,
	CONTROL_KEPT = 1, /* places of these for those who may change something */
	CONTROL_POLL = 1 + CONTROL_CLIENTS,
	CONTROL_BUFFER = 65536, /* bytes that wait for a client */
};

/* How long a client may take to ask, and to take something of what waits for it. */
#define CONTROL_PATIENCE (5 * NS_SEC)

/* How long until a whole answer must be taken; but for tail. */
#define CONTROL_ANSWER_MOST NS_MIN

/* Asks the monitor to read the configuration again. */
typedef void control_reload(void *ctx);

struct control;

/* No socket yet. VIEW is borrowed for good: what answers are made of. NULL when there is no memory.
 */
struct control *control_new(const struct control_view *view, control_reload *reload, void *ctx);

/* Ends all clients; the file goes, if it is still ours. */
void control_free(struct control *c);

/* Bytes that it takes. */
size_t control_bytes(void);

/* Listens at DIR/control, in the place of what was left there by another hub. 0 or -errno; then
 * control_tick() tries again. */
int control_open(struct control *c, const char *dir);

/* Fills at most CONTROL_POLL entries for ppoll(); returns how many. After ppoll() control_polled()
 * takes the same entries. */
size_t control_poll(const struct control *c, struct pollfd *fds);
void control_polled(struct control *c, const struct pollfd *fds, size_t n);

/* When control_run() has something to do next without a client's doing: the time given to the last
 * control_run(), or NSTIME_NEVER. */
nstime control_due(const struct control *c);

/* Does a share of what is to do: takes clients and at most one request, fills buffers, sends, drops
 * who is late. MONO: the monotonic clock. */
void control_run(struct control *c, nstime mono);

/* Once a second: makes the socket anew when its file is gone. */
void control_tick(struct control *c, nstime mono);

/* A line was said: kept for those who follow. The signature of tell.heard. */
void control_heard(void *c, const char *line, size_t size);

/* The monitor answered a reload: DONE, or refused with its first ERROR. */
void control_reloaded(struct control *c, bool done, const char *error);

/* Clients now: for tests. */
unsigned control_clients(const struct control *c);

#endif
