/* standalone.c - runs the files of a corpus through a fuzzer's entry, where there is no libFuzzer:
 * the corpus is a test of make check.
 *
 * Knows: directories and files, one after the other, in the order of their names. Without arguments
 * the corpus is that of the program: $srcdir/tests/fuzz/corpus/decode for fuzz_decode. A fuzzer
 * that finds fault aborts; an empty corpus is a fault too.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { INPUT_MAX = 1 << 24, PATH_ROOM = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned inputs;

static void __attribute__((noreturn)) die(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	exit(1);
}

/* Each input has a buffer of exactly its size, so that a sanitizer sees a read behind its end. */
static void
run_file(const char *path, size_t size)
{
	FILE *f = fopen(path, "re");
	uint8_t *data = malloc(size > 0 ? size : 1);

	if (!f || !data || fread(data, 1, size, f) != size)
		die(path);
	fclose(f);
	(void)LLVMFuzzerTestOneInput(data, size); /* always 0 */
	free(data);
	inputs++;
}

static int
visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static void
run_path(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		die(path);
	if (!S_ISDIR(st.st_mode)) {
		if (st.st_size > INPUT_MAX) {
			errno = EFBIG;
			die(path);
		}
		run_file(path, (size_t)st.st_size);
		return;
	}
	struct dirent **names;
	int n = scandir(path, &names, visible, alphasort);
	if (n < 0)
		die(path);
	for (int i = 0; i < n; i++) {
		char name[PATH_ROOM];

		if (snprintf(name, sizeof name, "%s/%s", path, names[i]->d_name) < (int)sizeof name)
			run_path(name);
		free(names[i]);
	}
	free(names);
}

int
main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir"), *name = strstr(argv[0], "fuzz_");
	char path[PATH_ROOM];

	for (int i = 1; i < argc; i++)
		run_path(argv[i]);
	if (argc == 1 && name) {
		if (snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".",
			name + strlen("fuzz_")) < (int)sizeof path)
			run_path(path);
	}
	printf("%u inputs\n", inputs);
	return inputs == 0;
}
