/* mime_type.h - what Content-Type, Content-Disposition, Content-Transfer-Encoding and MIME-Version
 * say (RFC 2045, 2183, 2231).
 *
 * Knows: the grammar of these four fields, parameters, names in RFC 2231 and RFC 2047. Owns what a
 * part declares of itself. Called by mime_header with the unfolded body of a field. Never decides
 * what is permitted, never converts a name: it is bytes from outside, decoded as far as it can be.
 */
#ifndef SEGAUDIT_MIME_TYPE_H
#define SEGAUDIT_MIME_TYPE_H

#include "model/finding.h"
#include "worker/mime_charset.h"

enum {
	MIME_BOUNDARY = 70,		    /* RFC 2046, 5.1.1 */
	MIME_FIELD = 4096,		    /* bytes of the body of a field that is read */
	MIME_TYPE_NAME = 127,		    /* bytes of a type, and of a subtype (RFC 6838, 4.2) */
	MIME_TYPE = 2 * MIME_TYPE_NAME + 1, /* of both, which are kept */
	MIME_NAME = 255,		    /* bytes of a file name; a longer one is odd */
};

enum mime_encoding {
	ENCODING_7BIT,
	ENCODING_8BIT,
	ENCODING_BINARY,
	ENCODING_QUOTED_PRINTABLE,
	ENCODING_BASE64,
	ENCODING_UNKNOWN,
};

/* What a part says of itself; zeroed and given mime_declared_begin(), it has no fields yet. */
struct mime_declared {
	char type[MIME_TYPE + 1]; /* "text/plain", in lower case */
	enum charset charset;
	enum mime_encoding encoding;
	bool typed;	     /* a Content-Type was read */
	bool attached;	     /* its disposition is not inline */
	bool bounded;	     /* a boundary was read, or tried to */
	uint8_t nboundary;   /* 0: there is none to go by */
	uint8_t name_of;     /* where the name stands, 0: nowhere; the most trusted one is kept */
	uint8_t nname;	     /* bytes that are kept */
	uint8_t extensions;  /* of all names: bits of enum mime_extension */
	uint32_t name_hash;  /* of the whole of it */
	uint64_t name_words; /* what is odd in names: FILE_NAME */
	char boundary[MIME_BOUNDARY];
	char name[FINDING_NAME];
};

/* A part without fields; TYPE: what it is then. */
void mime_declared_begin(struct mime_declared *d, const char *type);

/* Each reads the SIZE bytes (at most MIME_FIELD) of a field's body, folding taken out, and returns
 * words of enum what. A second field replaces what the first one said, but not a name. */
uint64_t mime_read_type(struct mime_declared *d, const char *body, size_t size);
uint64_t mime_read_disposition(struct mime_declared *d, const char *body, size_t size);
uint64_t mime_read_encoding(struct mime_declared *d, const char *body, size_t size);
uint64_t mime_read_version(const char *body, size_t size);

/* A byte of a token (RFC 2045, 5.1)? */
bool mime_is_token(char c);

/* "base64" */
const char *mime_encoding_name(enum mime_encoding e);

#endif
