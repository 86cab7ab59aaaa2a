/* fuzz_conf.c - any bytes as a configuration: it is refused with errors that one can read, or it is
 * taken, compiles or says why not, and what is printed of it reads back as the same text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "conf/compile.h"
#include "conf/value.h"

/* The bytes as a file without a name in any directory. */
static struct conf *
read_bytes(const void *data, size_t size, struct conf_errors *e)
{
	char path[64];
	int fd = memfd_create("conf", MFD_CLOEXEC);
	struct conf *c;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	c = conf_read(path, e);
	CHECK((c == NULL) == (e->n > 0));
	for (uint32_t i = 0; i < e->n; i++) {
		char ignored[64];
		struct text why = text_of(ignored, sizeof ignored);

		CHECK(value_text(e->text[i], &why));
		CHECK(strlen(e->text[i]) < 2048);
		CHECK(strncmp(e->text[i], path, strlen(path)) == 0 || strstr(e->text[i], ".txt"));
	}
	(void)close(fd);
	return c;
}

static char *
printed(const struct conf *c, size_t *size)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, size);

	if (!f)
		abort();
	conf_print(f, c);
	if (fclose(f) != 0)
		abort();
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_errors e = { 0 };
	struct conf *c = read_bytes(data, size, &e), *d;
	size_t first_size, second_size;
	char *first, *second;
	struct policy *p;

	if (c) {
		first = printed(c, &first_size);
		d = read_bytes(first, first_size, &e);
		CHECK(d);
		second = printed(d, &second_size);
		CHECK(first_size == second_size && memcmp(first, second, first_size) == 0);
		p = compile(c, NS_DAY, NULL, &e);
		CHECK((p == NULL) == (e.n > 0));
		CHECK(!p || policy_valid(p, p->size));
		free(p);
		free(first);
		free(second);
		conf_free(d);
	}
	conf_free(c);
	conf_errors_free(&e);
	return 0;
}
