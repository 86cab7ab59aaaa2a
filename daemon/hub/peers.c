/* peers.c - see peers.h. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "hub/peers.h"

enum {
	SHARE = 64,    /* messages of one peer before another's turn */
	DRAIN = 65536, /* messages of one peer at a stop: more than a channel holds */
};

void
peers_init(struct peers *s, const struct generations *policies, const struct peers_calls *calls)
{
	memset(s, 0, sizeof *s);
	s->policies = policies;
	s->calls = calls;
	for (unsigned i = 0; i < ROLE_WORKERS; i++)
		s->worker[i].chan.fd = -1;
	s->capture.chan.fd = -1;
}

static void
unmap(void *at, size_t size)
{
	if (at)
		(void)munmap(at, size); /* cannot fail on a mapping of ours */
}

static void
peer_close(struct peer *p)
{
	if (p->chan.fd >= 0)
		chan_close(&p->chan);
	p->chan.fd = -1;
}

void
peers_fini(struct peers *s)
{
	for (unsigned i = 0; i < ROLE_WORKERS; i++) {
		peer_close(&s->worker[i]);
		unmap(s->worker[i].shm, sizeof(struct worker_room));
		unmap(s->worker[i].control, sizeof(struct ring_control));
	}
	peer_close(&s->capture);
	unmap(s->capture.shm, sizeof(struct capture_shm));
}

/* Maps SIZE bytes of a descriptor read-only; NULL when it has not so many. */
static void *
map(int fd, size_t size)
{
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size < 0 || (uint64_t)st.st_size < size)
		return NULL;
	void *at = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	return at == MAP_FAILED ? NULL : at;
}

/* A worker that was killed just after it had sent a message is not sure that it has: the next one
 * sends these findings again, perhaps with more behind them. */
static bool
take_findings(
    const struct peers *s, struct peer *sender, unsigned worker, const struct msg_findings *m)
{
	uint64_t before = m->before;

	if (m->count > MSG_FINDINGS_MAX)
		return false;
	/* All of them first: a message with one wrong record is not half believed. */
	for (uint32_t i = 0; i < m->count; i++) {
		const struct finding *f = &m->finding[i];
		const struct policy *p = generations_of(s->policies, f->generation);

		if (p ? !finding_valid(f, p) : !generations_passed(s->policies, f->generation))
			return false;
	}
	s->calls->message(s->calls->ctx, worker, before);
	for (uint32_t i = 0; i < m->count; i++) {
		const struct finding *f = &m->finding[i];
		const struct policy *p = generations_of(s->policies, f->generation);
		bool known = sender->told_known && before < sender->told;

		before += f->n;
		if (known)
			continue;
		if (p)
			s->calls->finding(s->calls->ctx, p, f);
		else
			s->calls->nameless(s->calls->ctx, f->n);
	}
	if (!sender->told_known || before > sender->told)
		sender->told = before;
	sender->told_known = true;
	return true;
}

static bool
take_skipped(const struct peers *s, const struct msg_skipped *m, int fd)
{
	void *bytes;

	if (m->worker >= ROLE_WORKERS || m->iface >= POLICY_IFACES || m->error < 0)
		return false;
	if (m->error) {
		s->calls->skipped(s->calls->ctx, m, NULL);
		return true;
	}
	if (m->caplen < 1 || m->caplen > MSG_FRAME_MOST || m->wirelen < m->caplen || m->seq == 0 ||
	    !memory_is_sealed(fd, m->caplen))
		return false;
	/* Private: before Linux 6.7 a shared mapping of a memfd that is sealed against writing is
	 * refused. */
	bytes = mmap(NULL, m->caplen, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED) {
		struct msg_skipped without = *m;

		without.error = errno;
		s->calls->skipped(s->calls->ctx, &without, NULL);
		return true;
	}
	s->calls->skipped(s->calls->ctx, m, bytes);
	unmap(bytes, m->caplen);
	return true;
}

static bool
take(const struct peers *s, struct peer *p, enum role role, unsigned index, int type,
    const union msg_any *m, int fd)
{
	if (role == ROLE_WORKER && type == MSG_FINDINGS)
		return take_findings(s, p, index, &m->m_FINDINGS);
	if (role == ROLE_CAPTURE && type == MSG_IFACE) {
		uint8_t open;

		memcpy(&open, &m->m_IFACE.open,
		    1); /* a bool from outside is a byte until it was looked at */
		if (m->m_IFACE.iface >= POLICY_IFACES || m->m_IFACE.reason >= GAP_REASONS ||
		    open > 1)
			return false;
		s->calls->iface(s->calls->ctx, &m->m_IFACE);
		return true;
	}
	if (role == ROLE_CAPTURE && type == MSG_SKIPPED)
		return take_skipped(s, &m->m_SKIPPED, fd);
	return false;
}

/* It is treated as compromised. The monitor holds the same end of the channel for the next hub:
 * closing ours alone would leave the other one talking to nobody. This ends it, so that it is
 * started again. */
static void
peer_wrong(const struct peers *s, struct peer *p, enum role role, unsigned index)
{
	(void)shutdown(p->chan.fd, SHUT_RDWR);
	peer_close(p);
	p->wrong = true;
	s->calls->ended(s->calls->ctx, role, index, PEER_WRONG);
}

static void
peer_read(const struct peers *s, struct peer *p, enum role role, unsigned index, unsigned most)
{
	union msg_any m;
	int fds[CHAN_FDS];

	for (unsigned n = 0; p->chan.fd >= 0 && n < most; n++) {
		int type = chan_receive(&p->chan, &m, fds);

		if (type == 0)
			return;

		bool taken = type > 0 && take(s, p, role, index, type, &m, fds[0]);

		if (fds[0] >= 0) /* no message to the hub from here has more than one */
			close(fds[0]);
		if (taken)
			continue;
		if (type != -EPIPE) {
			peer_wrong(s, p, role, index);
			return;
		}
		peer_close(p);
		s->calls->ended(s->calls->ctx, role, index, PEER_GONE);
	}
}

/* Is it a record that a worker may leave? */
static bool
traffic_good(const struct peers *s, uint32_t kind, int size, const struct traffic *t)
{
	const struct policy *p = generations_of(s->policies, t->generation);

	if (kind != TRAFFIC_RECORD || size != (int)sizeof *t)
		return false;
	return traffic_valid(t, p) && (p || generations_passed(s->policies, t->generation));
}

/* Where reading goes on when nothing of what was left so far is looked at again. */
static uint64_t
head_of(const struct journal_head *h)
{
	return (atomic_load_explicit(&h->head, memory_order_relaxed) + JOURNAL_UNIT - 1) &
	       ~(uint64_t)(JOURNAL_UNIT - 1);
}

/* At most MOST records that a worker left. Their number. */
static unsigned
traffic_read(const struct peers *s, struct peer *p, unsigned worker, unsigned most)
{
	struct worker_room *room = p->shm;
	struct journal j = { .size = WORKER_TRAFFIC };
	unsigned n = 0;

	if (!room || p->wrong)
		return 0;
	j.head = &room->traffic;
	j.data = room->traffic_data;
	for (; n < most; n++) {
		struct traffic t = { .before = 0 };
		uint64_t lost = 0;
		uint32_t kind = 0;
		int size = journal_take(&j, &p->traffic, &kind, &t, sizeof t, &lost);

		if (size == 0)
			break;
		if (size == -EAGAIN)
			continue;
		bool good = size > 0 && traffic_good(s, kind, size, &t);

		if (s->calls->traffic(s->calls->ctx, worker, p->traffic.number, lost,
			good ? &t : NULL, generations_of(s->policies, t.generation)))
			continue;
		p->traffic.at = head_of(j.head);
		peer_wrong(s, p, ROLE_WORKER, worker);
		break;
	}
	return n;
}

/* Takes one frame, or passes one; 0 when there is none, -EPROTO when it is one that may not be. */
static int
take_exhibit(struct peers *s, struct peer *p, unsigned worker)
{
	struct worker_room *room = p->shm;
	const struct journal j = {
		.head = &room->exhibits, .data = room->exhibits_data, .size = WORKER_EXHIBITS
	};
	const struct policy *policy;
	struct exhibit x;
	uint64_t lost = 0; /* the incident has fewer frames: nothing else comes of it */
	uint32_t kind;
	int r = journal_take(&j, &p->exhibits, &kind, s->record, sizeof s->record, &lost);

	if (r == -EAGAIN)
		return 1;
	if (r <= 0)
		return r;
	if (kind != EXHIBIT || (size_t)r < sizeof x)
		return -EPROTO;
	memcpy(&x, s->record, sizeof x);
	policy = generations_of(s->policies, x.f.generation);
	if (!policy)
		return generations_passed(s->policies, x.f.generation) ? 1 : -EPROTO;
	if (!exhibit_valid(&x, (size_t)r - sizeof x, policy))
		return -EPROTO;
	s->calls->exhibit(
	    s->calls->ctx, worker, policy, &x, s->record + sizeof x, (size_t)r - sizeof x);
	return 1;
}

bool
peers_exhibits(struct peers *s)
{
	bool more = false;

	for (unsigned i = 0; i < ROLE_WORKERS; i++) {
		struct peer *p = &s->worker[i];
		const struct worker_room *room = p->shm;
		int r = 1;

		if (!room || p->wrong)
			continue;
		for (unsigned n = 0; n < PEERS_EXHIBITS && r > 0; n++)
			r = take_exhibit(s, p, i);
		more |= r > 0;
		if (r >= 0)
			continue;
		p->exhibits = (struct journal_reader){ .at = head_of(&room->exhibits) };
		peer_wrong(s, p, ROLE_WORKER, i);
	}
	return more;
}

static int
add_worker(struct peers *s, const struct msg_peer *m, const int fds[3])
{
	struct worker_room *shm = map(fds[1], sizeof *shm);
	struct ring_control *control = map(fds[2], sizeof *control);

	if (m->index >= ROLE_WORKERS || !shm || !control) {
		unmap(shm, sizeof *shm);
		unmap(control, sizeof *control);
		return -EINVAL;
	}
	struct peer *p = &s->worker[m->index];
	peer_read(s, p, ROLE_WORKER, m->index, DRAIN);
	peer_close(p);
	unmap(p->shm, sizeof *shm);
	unmap(p->control, sizeof *control);
	*p = (struct peer){ .chan = { .fd = fds[0], .self = ROLE_HUB, .peer = ROLE_WORKER },
		.shm = shm,
		.control = control,
		.restarts = m->restarts,
		.told_known = p->told_known,
		.told = p->told,
		.traffic = p->traffic,
		.exhibits = p->exhibits };
	return 0;
}

static int
add_capture(struct peers *s, const struct msg_peer *m, const int fds[3])
{
	struct capture_shm *shm = map(fds[1], sizeof *shm);
	struct peer *p = &s->capture;

	if (!shm)
		return -EINVAL;
	peer_read(s, p, ROLE_CAPTURE, 0, DRAIN);
	peer_close(p);
	unmap(p->shm, sizeof *shm);
	*p = (struct peer){ .chan = { .fd = fds[0], .self = ROLE_HUB, .peer = ROLE_CAPTURE },
		.shm = shm,
		.restarts = m->restarts };
	return 0;
}

int
peers_add(struct peers *s, const struct msg_peer *m, const int fds[3])
{
	int r = -EINVAL;

	if (fds[0] >= 0 && m->role == ROLE_WORKER)
		r = add_worker(s, m, fds);
	else if (fds[0] >= 0 && m->role == ROLE_CAPTURE)
		r = add_capture(s, m, fds);
	for (unsigned i = r < 0 ? 0 : 1; i < 3;
	     i++) /* the channel stays when it was taken; memories are mapped */
		if (fds[i] >= 0)
			close(fds[i]);
	return r;
}

size_t
peers_poll(const struct peers *s, struct pollfd *fds)
{
	size_t n = 0;

	for (unsigned i = 0; i < ROLE_WORKERS; i++)
		if (s->worker[i].chan.fd >= 0)
			fds[n++] = (struct pollfd){ .fd = s->worker[i].chan.fd, .events = POLLIN };
	if (s->capture.chan.fd >= 0)
		fds[n++] = (struct pollfd){ .fd = s->capture.chan.fd, .events = POLLIN };
	return n;
}

static void
read_all(struct peers *s, unsigned most)
{
	/* Capture first: a gap that it tells of explains what the workers say. */
	peer_read(s, &s->capture, ROLE_CAPTURE, 0, most);
	for (unsigned i = 0; i < ROLE_WORKERS; i++)
		peer_read(s, &s->worker[i], ROLE_WORKER, i, most);
}

void
peers_read(struct peers *s)
{
	read_all(s, SHARE);
}

unsigned
peers_traffic(struct peers *s)
{
	unsigned most = 0;

	for (unsigned i = 0; i < ROLE_WORKERS; i++) {
		unsigned n = traffic_read(s, &s->worker[i], i, PEERS_TRAFFIC);

		most = n > most ? n : most;
	}
	return most;
}

void
peers_want(struct peers *s, unsigned worker, uint64_t number)
{
	if (worker < ROLE_WORKERS)
		s->worker[worker].traffic.number = number;
}

void
peers_drain(struct peers *s)
{
	for (unsigned i = 0; i < ROLE_WORKERS; i++)
		(void)traffic_read(s, &s->worker[i], i, DRAIN);
	for (unsigned n = 0; n < DRAIN / PEERS_EXHIBITS && peers_exhibits(s); n++)
		continue;
	read_all(s, DRAIN);
}

void
peers_look(const struct peers *s, struct accounts *a, nstime mono)
{
	/* In this order, and a worker's counters before its ring's numbers, what is read later can
	 * only be ahead. */
	if (s->capture.shm)
		accounts_capture(a, s->capture.shm, mono);
	for (unsigned i = 0; i < ROLE_WORKERS; i++)
		if (s->worker[i].shm)
			accounts_worker(a, i, s->worker[i].shm, s->worker[i].control);
}
