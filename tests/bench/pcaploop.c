/* pcaploop.c - the yardstick: libpcap's own loop over a capture, which only counts. pcaploop FILE
 * Prints packets and nanoseconds per packet. */
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

struct total {
	uint64_t packets, bytes;
};

static void
count(u_char *user, const struct pcap_pkthdr *h, const u_char *bytes)
{
	struct total *t = (struct total *)(void *)user;

	(void)bytes;
	t->packets++;
	t->bytes += h->len;
}

int
main(int argc, char **argv)
{
	char error[PCAP_ERRBUF_SIZE];
	struct total t = { 0, 0 };
	struct timespec a, b;
	pcap_t *p;
	double ns;

	if (argc != 2) {
		fprintf(stderr, "usage: pcaploop FILE\n");
		return 64;
	}
	clock_gettime(CLOCK_MONOTONIC, &a);
	p = pcap_open_offline(argv[1], error);
	if (!p) {
		fprintf(stderr, "pcaploop: %s\n", error);
		return 66;
	}
	while (pcap_dispatch(p, -1, count, (u_char *)&t) > 0)
		;
	clock_gettime(CLOCK_MONOTONIC, &b);
	pcap_close(p);
	ns = (double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec);
	printf(
	    "%llu %.2f\n", (unsigned long long)t.packets, t.packets ? ns / (double)t.packets : 0.0);
	return 0;
}
