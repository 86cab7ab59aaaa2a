/* mime_kind.c - see mime_kind.h. */
#include "worker/mime_kind.h"

#include <string.h>
#include <strings.h>

#include "worker/mime_name.h"

/* Do the rules permit a type? */
static bool
is_permitted(const struct mime_rules *r, const char *type)
{
	static const char pictures[] = "image/png\0image/jpeg\0image/gif\0image/tiff\0"
				       "multipart/mixed\0";

	for (const char *a = r->allow; *a; a += strlen(a) + 1) {
		size_t n = strlen(a);

		if (strcmp(a, type) == 0)
			return true;
		if (n > 1 && a[n - 1] == '*' && strncmp(a, type, n - 1) == 0)
			return true;
	}
	for (const char *a = pictures; r->images && *a; a += strlen(a) + 1)
		if (strcmp(a, type) == 0)
			return true;
	return false;
}

/* What a type that is not permitted is; a row that ends in a slash is for all types that it begins.
 */
static uint64_t
words_of_type(const char *type)
{
	static const struct {
		const char *type;
		uint64_t words;
	} rows[] = {
		{ "text/html", WHAT_HTML },
		{ "application/xhtml+xml", WHAT_HTML | WHAT_ATTACHMENT },
		{ "text/calendar", WHAT_CALENDAR },
		{ "application/ics", WHAT_CALENDAR | WHAT_ATTACHMENT },
		{ "application/ms-tnef", WHAT_TNEF | WHAT_ATTACHMENT },
		{ "application/vnd.ms-tnef", WHAT_TNEF | WHAT_ATTACHMENT },
		{ "application/pkcs7-mime", WHAT_ENCRYPTED | WHAT_ATTACHMENT },
		{ "application/x-pkcs7-mime", WHAT_ENCRYPTED | WHAT_ATTACHMENT },
		{ "application/pkcs7-signature", WHAT_ENCRYPTED | WHAT_ATTACHMENT },
		{ "application/x-pkcs7-signature", WHAT_ENCRYPTED | WHAT_ATTACHMENT },
		{ "application/pgp", WHAT_ENCRYPTED | WHAT_ATTACHMENT },
		{ "application/pgp-encrypted", WHAT_ENCRYPTED | WHAT_ATTACHMENT },
		{ "application/pgp-signature", WHAT_ENCRYPTED | WHAT_ATTACHMENT },
		{ "application/pgp-keys", WHAT_ENCRYPTED | WHAT_ATTACHMENT },
		{ "multipart/signed", WHAT_ENCRYPTED | WHAT_MULTIPART },
		{ "multipart/encrypted", WHAT_ENCRYPTED | WHAT_MULTIPART },
		{ "message/partial", WHAT_PARTIAL },
		{ "message/external-body", WHAT_EXTERNAL_BODY },
		{ "message/", WHAT_RFC822 },
		{ "multipart/", WHAT_MULTIPART },
		{ "image/", WHAT_IMAGE },
		{ "application/", WHAT_ATTACHMENT },
		{ "audio/", WHAT_ATTACHMENT },
		{ "video/", WHAT_ATTACHMENT },
		{ "font/", WHAT_ATTACHMENT },
		{ "model/", WHAT_ATTACHMENT },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = strlen(rows[i].type);

		if (rows[i].type[n - 1] == '/' ? strncmp(type, rows[i].type, n) == 0 :
						 strcmp(type, rows[i].type) == 0)
			return rows[i].words;
	}
	return WHAT_MEDIA_TYPE;
}

/* How the name of a file of a type may end, where somebody may attach it: it is opened by that. */
static unsigned
extensions_of(const char *type)
{
	static const struct {
		const char *type;
		unsigned extensions;
	} rows[] = {
		{ "image/png", EXTENSION_PNG },
		{ "image/jpeg", EXTENSION_JPEG },
		{ "image/gif", EXTENSION_GIF },
		{ "image/tiff", EXTENSION_TIFF },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].type, type) == 0)
			return rows[i].extensions;
	return EXTENSION_ALL;
}

bool
mime_is(const struct mime_declared *d, const char *prefix)
{
	return strncmp(d->type, prefix, strlen(prefix)) == 0;
}

uint64_t
mime_kind(const struct mime_rules *r, const struct mime_section *s)
{
	const struct mime_declared *d = &s->declared;
	const char *other = s->other;
	bool named = d->attached || d->name_of, text = strcmp(d->type, "text/plain") == 0;
	uint64_t words = 0;

	if (!is_permitted(r, d->type))
		words = words_of_type(d->type) | (named ? WHAT_ATTACHMENT : 0);
	else if (named && (text || mime_is(d, "multipart/"))) /* a file, whatever is in it */
		words = WHAT_ATTACHMENT;
	else if (d->extensions & ~extensions_of(d->type))
		words = WHAT_ATTACHMENT;
	if (other[0] && !is_permitted(r, other))
		words |= words_of_type(other);
	if (d->nname == 11 && strncasecmp(d->name, "winmail.dat", 11) == 0)
		words |= WHAT_TNEF;
	if (mime_is(d, "text/") && words == 0 &&
	    (d->charset == CHARSET_UNKNOWN || !(r->charsets >> d->charset & 1)))
		words |= WHAT_CHARSET;
	return words;
}
