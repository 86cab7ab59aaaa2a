/* tls_build.h - hello messages and certificates for tests, made field by field (RFC 8446, 4.1;
 * RFC 5280, 4.1) and not by the code under test. */
#ifndef TLS_BUILD_H
#define TLS_BUILD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BUILD_MAX = 4096 };

struct build {
	size_t size;
	uint8_t bytes[BUILD_MAX];
};

static inline void
build_must(bool holds)
{
	if (!holds)
		abort();
}

static inline void
put(struct build *b, const void *bytes, size_t n)
{
	build_must(n <= sizeof b->bytes - b->size);
	memcpy(b->bytes + b->size, bytes, n);
	b->size += n;
}

static inline void
put_number(struct build *b, size_t number, int bytes)
{
	while (bytes-- > 0) {
		uint8_t byte = (uint8_t)(number >> 8 * bytes);

		put(b, &byte, 1);
	}
}

/* N zero bytes for a length that is not known yet; close_length() puts it there. */
static inline size_t
open_length(struct build *b, int bytes)
{
	put_number(b, 0, bytes);
	return b->size;
}

static inline void
close_length(struct build *b, size_t start, int bytes)
{
	struct build length = { .size = 0 };

	put_number(&length, b->size - start, bytes);
	memcpy(b->bytes + start - bytes, length.bytes, (size_t)bytes);
}

#define PUT(b, text) put(b, text, sizeof(text) - 1)

/* What a hello says. */
struct says {
	const char *name; /* server_name */
	const char *alpn[4];
	const char *versions; /* supported_versions, as bytes */
	size_t versions_size;
	uint16_t legacy;  /* 0: 0x0303 */
	const char *more; /* further extensions, as bytes */
	size_t more_size;
	bool cookie; /* of DTLS */
	bool no_extensions;
};

static inline void
build_alpn(struct build *b, const char *const *alpn)
{
	size_t extension, list;

	if (!alpn[0])
		return;
	put_number(b, 16, 2);
	extension = open_length(b, 2);
	list = open_length(b, 2);
	for (int i = 0; i < 4 && alpn[i]; i++) {
		put_number(b, strlen(alpn[i]), 1);
		put(b, alpn[i], strlen(alpn[i]));
	}
	close_length(b, list, 2);
	close_length(b, extension, 2);
}

/* A ClientHello as a bare handshake message. */
static inline void
build_client(struct build *b, const struct says *s)
{
	size_t message, extensions, extension, list;

	put_number(b, 1, 1);
	message = open_length(b, 3);
	put_number(b, s->legacy ? s->legacy : 0x0303, 2);
	PUT(b, "0123456789abcdef0123456789abcdef");
	PUT(b, "\x04"
	       "sess");
	if (s->cookie)
		PUT(b, "\x03"
		       "abc");
	PUT(b, "\0\x06\x0a\x0a\x13\x01\xc0\x2f\x01\0");
	if (!s->no_extensions) {
		extensions = open_length(b, 2);
		PUT(b, "\x1a\x1a\0\0"); /* GREASE */
		if (s->name) {
			put_number(b, 0, 2);
			extension = open_length(b, 2);
			list = open_length(b, 2);
			put_number(b, 0, 1);
			put_number(b, strlen(s->name), 2);
			put(b, s->name, strlen(s->name));
			close_length(b, list, 2);
			close_length(b, extension, 2);
		}
		PUT(b, "\0\x0a\0\x04\0\x02\0\x1d"); /* supported_groups */
		build_alpn(b, s->alpn);
		if (s->versions) {
			put_number(b, 43, 2);
			put_number(b, s->versions_size + 1, 2);
			put_number(b, s->versions_size, 1);
			put(b, s->versions, s->versions_size);
		}
		if (s->more)
			put(b, s->more, s->more_size);
		close_length(b, extensions, 2);
	}
	close_length(b, message, 3);
}

/* A ServerHello as a bare handshake message; `versions` is the one that it chose. */
static inline void
build_server(struct build *b, const struct says *s)
{
	size_t message, extensions;

	put_number(b, 2, 1);
	message = open_length(b, 3);
	put_number(b, s->legacy ? s->legacy : 0x0303, 2);
	PUT(b, "fedcba9876543210fedcba9876543210");
	PUT(b, "\0\x13\x01\0");
	if (!s->no_extensions) {
		extensions = open_length(b, 2);
		PUT(b, "\xff\x01\0\x01\0"); /* renegotiation_info */
		build_alpn(b, s->alpn);
		if (s->versions) {
			put_number(b, 43, 2);
			put_number(b, s->versions_size, 2);
			put(b, s->versions, s->versions_size);
		}
		close_length(b, extensions, 2);
	}
	close_length(b, message, 3);
}

/* Puts an element around what follows: its length has two bytes. DER wants the shortest length:
 * those of one byte are made by der_close(), which moves what is in it. */
static inline size_t
der_open(struct build *b, uint8_t tag)
{
	put_number(b, tag, 1);
	return b->size;
}

static inline void
der_close(struct build *b, size_t start)
{
	struct build in = { .size = 0 };
	size_t size = b->size - start;

	put(&in, b->bytes + start, size);
	b->size = start;
	if (size >= 0x100) {
		put_number(b, 0x82, 1);
		put_number(b, size, 2);
	} else if (size >= 0x80) {
		put_number(b, 0x81, 1);
		put_number(b, size, 1);
	} else {
		put_number(b, size, 1);
	}
	put(b, in.bytes, size);
}

static inline void
der_put(struct build *b, uint8_t tag, const void *bytes, size_t n)
{
	size_t start = der_open(b, tag);

	put(b, bytes, n);
	der_close(b, start);
}

static inline void
der_name(struct build *b, const char *common)
{
	size_t name = der_open(b, 0x30), set, pair;

	set = der_open(b, 0x31);
	pair = der_open(b, 0x30);
	der_put(b, 0x06, "\x55\x04\x0a", 3); /* organisation */
	der_put(b, 0x0c, "Example", 7);
	der_close(b, pair);
	der_close(b, set);
	set = der_open(b, 0x31);
	pair = der_open(b, 0x30);
	der_put(b, 0x06, "\x55\x04\x03", 3);
	der_put(b, 0x0c, common, strlen(common));
	der_close(b, pair);
	der_close(b, set);
	der_close(b, name);
}

static inline void
der_algorithm(struct build *b, const char *oid, size_t n)
{
	size_t start = der_open(b, 0x30);

	der_put(b, 0x06, oid, n);
	der_put(b, 0x05, "", 0);
	der_close(b, start);
}

static inline void
der_extensions(struct build *b, const char *host, bool critical)
{
	size_t at[5];

	at[0] = der_open(b, 0xa3);
	at[1] = der_open(b, 0x30);
	at[2] = der_open(b, 0x30);
	der_put(b, 0x06, "\x55\x1d\x13", 3); /* basicConstraints, critical */
	der_put(b, 0x01, "\xff", 1);
	der_put(b, 0x04, "\x30\0", 2);
	der_close(b, at[2]);
	at[2] = der_open(b, 0x30);
	der_put(b, 0x06, "\x55\x1d\x11", 3);
	if (critical)
		der_put(b, 0x01, "\xff", 1);
	at[3] = der_open(b, 0x04);
	at[4] = der_open(b, 0x30);
	der_put(b, 0x87, "\x7f\0\0\x01", 4); /* an address */
	der_put(b, 0x82, host, strlen(host));
	der_put(b, 0x82, "second.example", 14);
	der_close(b, at[4]);
	der_close(b, at[3]);
	der_close(b, at[2]);
	der_close(b, at[1]);
	der_close(b, at[0]);
}

/* A Certificate message of one certificate, which nobody signed. With HOST it has extensions, that
 * of HOST critical or not. */
static inline void
build_certificate(
    struct build *b, const char *issuer, const char *subject, const char *host, bool critical)
{
	size_t message, list, one, cert, tbs, part;

	put_number(b, 11, 1);
	message = open_length(b, 3);
	list = open_length(b, 3);
	one = open_length(b, 3);
	cert = der_open(b, 0x30);
	tbs = der_open(b, 0x30);
	PUT(b, "\xa0\x03\x02\x01\x02"); /* version 3 */
	der_put(b, 0x02, "\x01\x02\x03", 3);
	der_algorithm(b, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", 9);
	der_name(b, issuer);
	part = der_open(b, 0x30);
	der_put(b, 0x17, "260101000000Z", 13);
	der_put(b, 0x17, "270101000000Z", 13);
	der_close(b, part);
	der_name(b, subject);
	part = der_open(b, 0x30);
	der_algorithm(b, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 9);
	der_put(b, 0x03, "\0\x30\x06\x02\x01\x03\x02\x01\x03", 9);
	der_close(b, part);
	if (host)
		der_extensions(b, host, critical);
	der_close(b, tbs);
	der_algorithm(b, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", 9);
	der_put(b, 0x03, "\0sig", 4);
	der_close(b, cert);
	close_length(b, one, 3);
	close_length(b, list, 3);
	close_length(b, message, 3);
}

/* Puts SIZE bytes into records with at most MOST bytes each. */
static inline void
build_records(struct build *to, const struct build *message, size_t most)
{
	for (size_t at = 0; at < message->size; at += most) {
		size_t n = message->size - at < most ? message->size - at : most;

		PUT(to, "\x16\x03\x01");
		put_number(to, n, 2);
		put(to, message->bytes + at, n);
	}
}

#endif
