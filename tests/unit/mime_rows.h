/* mime_rows.h - rows of a message and what is said of it, for the tests of mime.
 *
 * Knows: parts of messages as macros. Owns nothing. Included by test_mime*.c. Each row is fed
 * whole, in pieces of one and of three bytes, and cut at every place.
 */
#ifndef SEGAUDIT_MIME_ROWS_H
#define SEGAUDIT_MIME_ROWS_H

#include "unit.h"

#include "mime_feed.h"

#define HEAD	 "From: a@example.jp\r\nTo: b@example.jp\r\nSubject: s\r\n"
#define V	 HEAD "MIME-Version: 1.0\r\n"
#define TYPE(t)	 V "Content-Type: " t "\r\n"
#define CODE(c)	 "Content-Transfer-Encoding: " c "\r\n"
#define B64	 CODE("base64")
#define QP	 CODE("quoted-printable")
#define EIGHT	 CODE("8bit")
#define PLAIN(c) TYPE("text/plain; charset=" c)
#define MIXED(b) TYPE("multipart/mixed; boundary=" b) "\r\n"
#define PDF                                                                                        \
	"Content-Type: application/pdf; name=\"a.pdf\"\r\n"                                        \
	"Content-Disposition: attachment; filename=\"a.pdf\"\r\n" B64 "\r\nJVBERi0xLjQK\r\n"
#define HTML	      "Content-Type: text/html\r\n\r\n<html><body>x</body></html>\r\n"
#define PART(headers) MIXED("B") "--B\r\n" headers "\r\n--B--\r\n"
#define NAMED(n)      PART("Content-Type: application/octet-stream; " n "\r\n\r\nx")
#define DISPOSED(n)                                                                                \
	PART("Content-Type: application/octet-stream\r\nContent-Disposition: attachment; " n       \
	     "\r\n\r\nx")
#define ROW_76	"TVqQAAMAAAAEAAAA//8AALgAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define X10(s)	s s s s s s s s s s
#define X100(s) X10(X10(s))

struct row {
	const char *id;
	bool mixed; /* multiparts are permitted */
	const char *bytes;
	size_t size;
	const char *want; /* the beginning of what tell_message() says */
};

#define T(id, bytes, want)                                                                         \
	{                                                                                          \
		id, false, bytes, sizeof(bytes) - 1, want                                          \
	}
#define X(id, bytes, want)                                                                         \
	{                                                                                          \
		id, true, bytes, sizeof(bytes) - 1, want                                           \
	}

static inline bool
check(const struct row *row, size_t cut, size_t at)
{
	char bytes[8192];
	struct text t = text_of(bytes, sizeof bytes);
	size_t n = strlen(row->want);

	tell_message(&t, row->mixed ? &rules_mixed : &rules_text, (const uint8_t *)row->bytes,
	    row->size, cut, at);
	/* a row that wants words only wants all of them */
	if (strncmp(bytes, row->want, n) == 0 &&
	    (bytes[n] == '\0' || strncmp(bytes + n, " |", 2) == 0 ||
		(strchr(row->want, '|') && strchr(" [", bytes[n]))))
		return true;
	print_error("%s, cut %zu at %zu\nmessage: %s\nwant: %s\ngot:  %s\n", row->id, cut, at,
	    row->bytes, row->want, bytes);
	return false;
}

static inline void
check_rows(const struct row *rows, size_t n)
{
	unsigned bad = 0;

	for (size_t i = 0; i < n; i++) {
		bool good = check(&rows[i], 0, 0) && check(&rows[i], 1, 0) && check(&rows[i], 3, 0);

		for (size_t at = 1; good && at < rows[i].size; at++)
			good = check(&rows[i], 0, at);
		bad += !good;
	}
	assert_int_equal(bad, 0);
}

#endif
