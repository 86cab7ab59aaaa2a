/* skipped.c - see skipped.h. */
#include "capture/skipped.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "capture/live.h"

_Static_assert((int)LIVE_SNAPLEN <= (int)MSG_FRAME_MOST, "every frame fits its message");

/* A worker says where its frame lies, so it may be anything: what the hub would not believe of
 * capture. */
static bool
is_ours(const struct frame *f)
{
	return f->seq > 0 && f->caplen > 0 && f->caplen <= MSG_FRAME_MOST &&
	       f->iface < POLICY_IFACES;
}

static void
add(struct skipped *s, unsigned worker, const struct frame *f)
{
	struct msg_skipped *m = &s->message[s->n];
	int fd;

	*m = (struct msg_skipped){ .worker = (uint8_t)worker, .error = EBADMSG };
	s->fd[s->n++] = -1;
	if (!f || !is_ours(f))
		return;
	m->caplen = f->caplen;
	m->wirelen = f->wirelen;
	m->seq = f->seq;
	m->time = f->time;
	m->iface = f->iface;
	m->link = f->link;
	fd = memory_sealed("segaudit-skipped", f->bytes, f->caplen);
	m->error = fd < 0 ? -fd : 0;
	s->fd[s->n - 1] = fd < 0 ? -1 : fd;
}

void
skipped_copy(struct skipped *s, struct feed *feed)
{
	for (unsigned w = 0; w < feed->workers; w++)
		for (unsigned i = 0; i < RING_SKIPS; i++) {
			struct frame f;
			int found = ring_skipped(&feed->ring[w], &f);

			if (found == 0)
				break;
			/* The ring does not wait for the hub. */
			if (s->n < SKIPPED_QUEUE)
				add(s, w, found > 0 ? &f : NULL);
			else
				log_error("the hub is behind: no copy is kept of a frame that "
					  "worker %u skipped",
				    w);
			ring_copied(&feed->ring[w]);
		}
}

void
skipped_send(struct skipped *s, const struct chan *hub)
{
	unsigned sent = 0;

	while (sent < s->n && chan_send(hub, MSG_SKIPPED, &s->message[sent], &s->fd[sent]) == 0) {
		if (s->fd[sent] >= 0)
			close(s->fd[sent]);
		sent++;
	}
	s->n -= sent;
	memmove(s->message, s->message + sent, s->n * sizeof *s->message);
	memmove(s->fd, s->fd + sent, s->n * sizeof *s->fd);
}

void
skipped_fini(struct skipped *s)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->fd[i] >= 0)
			close(s->fd[i]);
	s->n = 0;
}
