/* test_mime_oracle.c - the parts of well-formed mails as mime reads them, against those that gmime
 * finds: order, depth, type, encoding, size, name. */
#include "config.h"

#include "unit.h"

#ifdef HAVE_GMIME

#include <gmime/gmime.h>

#include "mime_feed.h"
#include "mime_mails.h"

enum { MAILS = 10000 };

/* A name of ours, in UTF-8: those in ISO-2022-JP have an escape. */
static void
tell_name(struct text *t, const char *name, size_t size)
{
	char bytes[1024], *in = (char *)(uintptr_t)name, *out = bytes;
	size_t left = sizeof bytes;
	iconv_t c;

	if (!memchr(name, 0x1b, size)) {
		text_bytes(t, name, size);
		return;
	}
	c = iconv_open("UTF-8", "ISO-2022-JP");
	(void)iconv(c, &in, &size, &out, &left); /* what does not convert will not compare */
	iconv_close(c);
	text_bytes(t, bytes, (size_t)(out - bytes));
}

static void
tell(struct text *t, unsigned depth, unsigned number, const char *type, const char *encoding,
    long long size)
{
	text_add(t, "%u %u %s %s", depth, number, type, encoding);
	if (size >= 0)
		text_add(t, " %lld ", size);
}

static void
tell_ours(void *ctx, const struct mime_part *p)
{
	struct text *t = ctx;
	bool multipart = strncmp(p->type, "multipart/", 10) == 0;

	tell(t, p->depth, p->number, p->type, p->encoding, multipart ? -1 : (long long)p->size);
	tell_name(t, p->name, p->nname);
	text_string(t, "\n");
}

/* Bytes of a part's content: decoded, if mime reads it, else as they are. */
static long long
content_size(GMimePart *part, bool text)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *null = g_mime_stream_null_new();
	long long size = 0;

	if (content && text)
		size = g_mime_data_wrapper_write_to_stream(content, null);
	else if (content)
		size = g_mime_stream_length(g_mime_data_wrapper_get_stream(content));
	g_object_unref(null);
	return size;
}

static void
tell_theirs(struct text *t, GMimeObject *part, unsigned depth, unsigned *number)
{
	char *type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(part));
	unsigned own = (*number)++;
	const char *encoding, *name;

	if (GMIME_IS_MULTIPART(part)) {
		GMimeMultipart *multipart = GMIME_MULTIPART(part);

		for (int i = 0; i < g_mime_multipart_get_count(multipart); i++)
			tell_theirs(t, g_mime_multipart_get_part(multipart, i), depth + 1, number);
		tell(t, depth, own, type, "7bit", -1);
	} else {
		encoding = g_mime_content_encoding_to_string(
		    g_mime_part_get_content_encoding(GMIME_PART(part)));
		name = g_mime_part_get_filename(GMIME_PART(part));
		tell(t, depth, own, type, encoding ? encoding : "7bit",
		    content_size(GMIME_PART(part), strcmp(type, "text/plain") == 0));
		text_string(t, name ? name : "");
	}
	text_string(t, "\n");
	g_free(type);
}

static void
read_theirs(struct text *t, const struct mail *mail)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(mail->bytes, mail->size);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
	unsigned number = 0;

	assert_non_null(message);
	tell_theirs(t, g_mime_message_get_mime_part(message), 0, &number);
	g_object_unref(message);
	g_object_unref(parser);
	g_object_unref(stream);
}

static void
test_same(void **state)
{
	static struct mail mail;
	static struct mime m;
	static char bytes[2][1 << 16];

	(void)state;
	g_mime_init();
	for (uint64_t seed = 1; seed <= MAILS; seed++) {
		struct text ours = text_of(bytes[0], sizeof bytes[0]);
		struct text theirs = text_of(bytes[1], sizeof bytes[1]);

		mail_make(&mail, seed, true);
		mime_begin(&m, &rules_mixed, tell_ours, &ours);
		feed_lines(&m, (const uint8_t *)mail.bytes, mail.size, 1 + seed % 1500, 0);
		read_theirs(&theirs, &mail);
		assert_false(ours.cut);
		if (strcmp(ours.at, theirs.at) == 0)
			continue;
		print_error("%.*s\n", (int)mail.size, mail.bytes);
		fail_msg("seed %llu: ours:\n%stheirs:\n%s", (unsigned long long)seed, ours.at,
		    theirs.at);
	}
	g_mime_shutdown();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
	};

	return UNIT_RUN(tests);
}

#else

#include <stdio.h>

int
main(void)
{
	printf("SKIP: gmime-3.0 was not found when this was configured: install the Debian package "
	       "libgmime-3.0-dev\n");
	return 77;
}

#endif
