/* feed.c - see feed.h. */
#include "capture/feed.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/shard.h"

static int
read_key(struct hash_key *key)
{
	ssize_t n = pread(ROLE_FD_KEY, key, sizeof *key, 0);

	if (n < 0)
		return -errno;
	return n == sizeof *key ? 0 : -EINVAL;
}

int
feed_open(struct feed *f, unsigned workers)
{
	int r;

	memset(f, 0, sizeof *f);
	if (workers < 1 || workers > ROLE_WORKERS)
		return -EINVAL;
	r = read_key(&f->key);
	if (r < 0)
		return r;
	for (unsigned w = 0; w < workers; w++) {
		int fd = CAPTURE_FD_RINGS + 3 * (int)w;

		r = ring_map(&f->ring[w], fd, fd + 1, true);
		if (r < 0) {
			feed_close(f);
			return r;
		}
		f->wake[w] = fd + 2;
		f->workers = w + 1;
	}
	return 0;
}

void
feed_close(struct feed *f)
{
	for (unsigned w = 0; w < f->workers; w++)
		ring_unmap(&f->ring[w]);
	f->workers = 0;
}

unsigned
feed_worker(const struct feed *f, const struct frame *frame)
{
	return f->workers == 1 ? 0 : shard(&f->key, f->workers, frame->bytes, frame->caplen);
}

bool
feed_put(struct feed *f, unsigned worker, const struct frame *frame)
{
	if (!ring_put(&f->ring[worker], frame))
		return false;
	f->touched |= (uint64_t)1 << worker;
	return true;
}

void
feed_publish(struct feed *f)
{
	static const uint64_t one = 1;

	while (f->touched) {
		unsigned w = (unsigned)__builtin_ctzll(f->touched);

		f->touched &= f->touched - 1;
		if (ring_publish(&f->ring[w])) {
			ssize_t n = write(f->wake[w], &one, sizeof one);

			(void)n; /* a counter that is full has not been read: the worker wakes */
		}
	}
}
