/* chain.h - the hash chain over lines: who removes, alters, swaps or inserts one breaks it.
 *
 * Knows: how a line closes (ALERTS 1.1) and what its hash covers. Owns nothing but what the caller
 * keeps in struct chain. Called by the hub, which seals lines, and by the client, which checks
 * them: both read a line by the same function. Never signs, never looks
 * at what a line says.
 *
 *	H_0 = 32 zero bytes
 *	H_n = SHA-256(hex(H_{n-1}) "\n" line_n)
 *
 * hex() has 64 lower-case digits; line_n is the line as the hub makes it, UTF-8, from its first
 * byte on, without newline and without ` h=…`; h is the first 16 digits of hex(H_n). Each run has a
 * chain of its own. Records that stand in the ledger only have another one, with lseq= and lh= in
 * the place of seq= and h=:
 *
 *	SEG2003 OPEN … sid=1f0c77aa seq=90817 h=9f2c41d0a7731be5 msg="…"
 *	LEDGER minute … sid=1f0c77aa lseq=12 lh=4d7f0a6612345678
 */
#ifndef SEGAUDIT_CHAIN_H
#define SEGAUDIT_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CHAIN_HASH = 32,
	CHAIN_HEX = 65,	    /* hex() and its NUL */
	CHAIN_DIGITS = 16,  /* of h= */
	CHAIN_SID = 8,	    /* digits of sid= */
	CHAIN_VALUE = 1024, /* no value of a line is longer */
};

/* Where a chain has come to. Zeroed: nothing yet. */
struct chain {
	uint8_t head[CHAIN_HASH]; /* H_n */
	uint64_t n;
};

enum chain_kind { CHAIN_EVENT, CHAIN_RECORD };

/* What a line says of its place. Pointers are into the line. */
struct chain_line {
	enum chain_kind kind;
	const char *at; /* the line */
	size_t size;
	char sid[CHAIN_SID + 1];
	uint64_t seq;
	size_t cut;  /* offset of ` h=` */
	size_t rest; /* of what follows its digits */
};

enum chain_form {
	CHAIN_WHOLE,	  /* a line with sid, seq and h in their places */
	CHAIN_UNNUMBERED, /* a line of the right form without any of the three */
	CHAIN_MALFORMED,  /* no line: cut, or altered */
};

/* Reads the SIZE bytes at LINE, which may be any. *L is set for CHAIN_WHOLE only; it borrows LINE.
 */
enum chain_form chain_read(struct chain_line *l, const char *line, size_t size);

/* The value of the first field KEY of a line or of a part of one, as it is written but for quotes,
 * escapes undone. Returns its size, at most CHAIN_VALUE - 1, with a NUL behind it; 0 with an empty
 * text when it is not there. LINE may be any bytes. */
size_t chain_value(char to[CHAIN_VALUE], const char *line, size_t size, const char *key);

/* The part of a line from its first field FROM up to the first field TO behind that; it begins with
 * the space before FROM. Its size, 0 when the two are not there. LINE may be any bytes. */
size_t
chain_part(const char **part, const char *line, size_t size, const char *from, const char *to);

/* The hash of the line after HEAD. NEXT may be HEAD. */
void
chain_next(uint8_t next[CHAIN_HASH], const uint8_t head[CHAIN_HASH], const struct chain_line *l);

/* Has the line the digits of this hash? */
bool chain_fits(const struct chain_line *l, const uint8_t hash[CHAIN_HASH]);

/* Adds a line of our own, whose h= has any digits, and puts in the right ones; a line of the other
 * kind, or with another number than the next, is refused: false. */
bool chain_seal(struct chain *c, enum chain_kind kind, char *line, size_t size);

/* 64 digits and NUL. Returns TO. */
const char *chain_hex(char to[CHAIN_HEX], const uint8_t hash[CHAIN_HASH]);

/* Reads 64 digits, and no more. */
bool chain_unhex(uint8_t hash[CHAIN_HASH], const char *digits);

/* SHA-256 of two pieces, one after the other; for keys. */
void
chain_sha256(uint8_t hash[CHAIN_HASH], const void *a, size_t a_size, const void *b, size_t b_size);

#endif
