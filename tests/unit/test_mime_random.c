/* test_mime_random.c - no word for mail that honest senders write: many mails, made from seeds. */
#include "unit.h"

#include "mime_feed.h"
#include "mime_mails.h"

#ifdef __SANITIZE_ADDRESS__
enum { MAILS = 10000 };
#else
enum { MAILS = 100000 };
#endif

static void
test_conforming(void **state)
{
	static struct mail mail;
	static struct mime m;

	(void)state;
	for (uint64_t seed = 1; seed <= MAILS; seed++) {
		char words[256];
		struct text t = text_of(words, sizeof words);

		mail_make(&mail, seed, false);
		assert_true(mail.size < sizeof mail.bytes);
		mime_begin(&m, &rules_mixed, NULL, NULL);
		feed_lines(
		    &m, (const uint8_t *)mail.bytes, mail.size, seed % 3 ? 1460 : 1 + seed % 97, 0);
		if (mime_words(&m) == 0)
			continue;
		tell_words(&t, mime_words(&m));
		print_error("%.*s\n", (int)mail.size, mail.bytes);
		fail_msg("seed %llu: %s", (unsigned long long)seed, words);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conforming),
	};

	return UNIT_RUN(tests);
}
