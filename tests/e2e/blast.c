/* blast.c - sends numbered violations at a steady rate: blast IFACE RATE SECONDS KEYS [FIRST]
 *
 * In the laboratory, from lgwan: UDP to port 23 of the internet zone, which nothing permits and the
 * firewall drops. KEYS 1: all from 10.2.0.9 to 10.3.0.25, in FLOWS flows, one incident. Else one
 * flow for each of KEYS pairs of hosts, in turn from the FIRSTth on, each an incident of its own.
 *
 * Every millisecond it sends what is due then; when it was held up it makes up for it. Prints how
 * many were sent, in how many seconds, and the fewest in one second but the last. */
#include <arpa/inet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum {
	HEADERS = 14 + 20 + 8,
	SIZE = 62,     /* of a frame: 20 bytes of data */
	BATCH = 64,    /* frames a call */
	FLOWS = 50000, /* of one key */
	HOSTS = 65000, /* 10.3.1.0 and up */
};

#define SECOND UINT64_C(1000000000)

static uint64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

static void
be16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
be32(uint8_t *p, uint32_t v)
{
	be16(p, v >> 16);
	be16(p + 2, v);
}

/* The frame of number N. */
static void
make(uint8_t f[SIZE], uint64_t n, uint64_t keys)
{
	const uint32_t key = (uint32_t)(n % keys), flow = (uint32_t)(n % FLOWS);
	uint32_t sum = 0;

	memset(f, 0, SIZE);
	memcpy(f, "\2\0\0\0\2\1\2\0\0\0\2\2\10\0\105", 15);
	be16(f + 16, SIZE - 14);
	be16(f + 18, (uint32_t)(n % 65535) + 1);
	f[22] = 64;
	f[23] = 17;
	be32(f + 26, 0x0a020009 + (keys > 1 ? key / HOSTS : 0));
	be32(f + 30, keys > 1 ? 0x0a030100 + key % HOSTS : 0x0a030019);
	be16(f + 34, keys > 1 ? 20000 : 10000 + flow);
	be16(f + 36, 23);
	be16(f + 38, SIZE - 34);
	for (int i = 14; i < 34; i += 2)
		sum += (uint32_t)(f[i] << 8 | f[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	be16(f + 24, ~(sum + (sum >> 16)));
}

static int
open_socket(const char *iface)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET };
	int fd = socket(AF_PACKET, SOCK_RAW, 0), one = 1;

	a.sll_ifindex = (int)if_nametoindex(iface);
	if (fd < 0 || !a.sll_ifindex || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one) < 0) {
		perror(iface);
		exit(1);
	}
	return fd;
}

/* Sends numbers FROM up to TO. */
static void
send_frames(int fd, uint64_t from, uint64_t to, uint64_t keys)
{
	static uint8_t frame[BATCH][SIZE];
	static struct iovec part[BATCH];
	static struct mmsghdr message[BATCH];

	while (from < to) {
		unsigned n = to - from < BATCH ? (unsigned)(to - from) : BATCH, done = 0;

		for (unsigned i = 0; i < n; i++) {
			make(frame[i], from + i, keys);
			part[i] = (struct iovec){ frame[i], SIZE };
			message[i].msg_hdr =
			    (struct msghdr){ .msg_iov = &part[i], .msg_iovlen = 1 };
		}
		while (done < n) {
			int r = sendmmsg(fd, message + done, n - done, 0);

			if (r < 0) {
				perror("sendmmsg");
				exit(1);
			}
			done += (unsigned)r;
		}
		from += n;
	}
}

int
main(int argc, char **argv)
{
	const struct timespec ms = { .tv_nsec = 1000000 };
	uint64_t sent = 0, rate, all, keys, first, begun, second = 1, before = 0,
		 fewest = UINT64_MAX;

	if (argc != 5 && argc != 6) {
		fprintf(stderr, "usage: blast IFACE RATE SECONDS KEYS [FIRST]\n");
		return 64;
	}
	rate = strtoul(argv[2], NULL, 10);
	all = rate * strtoul(argv[3], NULL, 10);
	keys = strtoul(argv[4], NULL, 10);
	first = argc > 5 ? strtoul(argv[5], NULL, 10) : 0;
	if (!rate || !keys)
		return 64;
	int fd = open_socket(argv[1]);
	begun = now();
	while (sent < all) {
		uint64_t passed = now() - begun, due = passed * rate / SECOND;

		if (due > all)
			due = all;
		send_frames(fd, first + sent, first + due, keys);
		sent = due;
		if (passed >= second * SECOND) {
			fewest = sent - before < fewest ? sent - before : fewest;
			before = sent;
			second = passed / SECOND + 1;
		}
		nanosleep(&ms, NULL);
	}
	printf("sent=%llu seconds=%.3f fewest=%llu\n", (unsigned long long)sent,
	    (double)(now() - begun) / 1e9,
	    (unsigned long long)(fewest == UINT64_MAX ? sent : fewest));
	return 0;
}
