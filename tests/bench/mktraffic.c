/* mktraffic.c - captures for the benchmark where no others are at hand. mktraffic KIND FILE PACKETS
 *
 *   small64   60-byte TCP and UDP frames of 100,000 flows in random order, both directions
 *   flows1m   a new flow every fourth packet: SYN, SYN/ACK, ACK, RST, 4,096 open at once
 *   bulk1500  200 TCP connections, 1,514-byte frames one way, an ACK for every second one
 *
 * Clients are in 10.0.0.0/9, servers in 10.128.0.0/9. The same arguments give the same file.
 * Checksums are zero. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint16_t ports[] = { 80, 443, 443, 22, 25, 53, 3389, 445, 5432, 8080, 5900, 6379 };

static uint64_t seed = 20260101, now_us = UINT64_C(1767225600000000);
static FILE *out;

static uint32_t
below(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((seed >> 32) * n >> 32);
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

/* One frame of flow I; BACK: from the server. */
static void
emit(uint32_t i, int back, uint8_t proto, uint8_t flags, uint32_t payload)
{
	static uint8_t f[1600];
	uint32_t client = 0x0a000100 + i % 65000, server = 0x0a800100 + (i * 2654435761u >> 20);
	uint32_t cport = 1024 + i / 65000 % 60000,
		 sport = ports[(i * 2654435761u >> 8) % (sizeof ports / 2)];
	uint32_t l4 = proto == 6 ? 20 : 8, total = 20 + l4 + payload,
		 size = 14 + total < 60 ? 60 : 14 + total;
	uint32_t record[4] = { (uint32_t)(now_us / 1000000), (uint32_t)(now_us % 1000000), size,
		size };

	memset(f, 0, 14 + 20 + l4);
	memcpy(f, "\2\0\0\0\0\1\2\0\0\0\0\2\10\0\105", 15);
	be16(f + 16, total);
	f[22] = 64;
	f[23] = proto;
	be32(f + 26, back ? server : client);
	be32(f + 30, back ? client : server);
	be16(f + 34, back ? sport : cport);
	be16(f + 36, back ? cport : sport);
	if (proto == 6) {
		f[46] = 0x50;
		f[47] = flags;
	} else {
		be16(f + 38, 8 + payload);
	}
	if (fwrite(record, sizeof record, 1, out) != 1 || fwrite(f, size, 1, out) != 1) {
		perror("mktraffic");
		exit(1);
	}
	now_us += 2;
}

static void
flows1m(uint32_t packets)
{
	static uint32_t flow[4096], step[4096], next;
	static const uint8_t flags[] = { 2, 18, 16, 4 };

	for (uint32_t n = 0; n < packets; n++) {
		uint32_t w = below(4096);

		if (step[w] == 0)
			flow[w] = next++;
		emit(flow[w], step[w] == 1, 6, flags[step[w]], 0);
		step[w] = (step[w] + 1) % 4;
	}
}

int
main(int argc, char **argv)
{
	const uint32_t header[6] = { 0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1 };
	uint32_t packets;

	if (argc != 4) {
		fprintf(stderr, "usage: mktraffic small64|flows1m|bulk1500 FILE PACKETS\n");
		return 64;
	}
	packets = (uint32_t)strtoul(argv[3], NULL, 10);
	out = fopen(argv[2], "wb");
	if (!out || fwrite(header, sizeof header, 1, out) != 1) {
		perror(argv[2]);
		return 1;
	}
	if (strcmp(argv[1], "flows1m") == 0) {
		flows1m(packets);
	} else if (strcmp(argv[1], "bulk1500") == 0) {
		for (uint32_t n = 0; n < packets; n++)
			emit(below(200), n % 3 != 2, 6, 16, n % 3 != 2 ? 1460 : 0);
	} else {
		for (uint32_t n = 0; n < packets; n++) {
			uint32_t i = below(100000);

			emit(i, (int)below(2), i & 1 ? 17 : 6, 16, 6);
		}
	}
	return fclose(out) != 0;
}
