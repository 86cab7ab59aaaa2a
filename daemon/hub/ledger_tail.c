/* ledger_tail.c - see ledger_tail.h. */
#include "hub/ledger_tail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The chain of lines as a checkpoint or the first record of a file tells it. */
static bool
told(struct chain *c, const struct chain_line *l)
{
	char value[CHAIN_VALUE];
	char *end;

	if (chain_value(value, l->at, l->size, "lines") == 0)
		return false;
	errno = 0;
	c->n = strtoull(value, &end, 10);
	if (errno || *end)
		return false;
	chain_value(value, l->at, l->size, "head");
	return chain_unhex(c->head, value);
}

static void
take(struct ledger_tail *t, const struct chain_line *l)
{
	static const char begin[] = "LEDGER begin ";
	bool other = strcmp(t->sid, l->sid) != 0;
	struct chain c = { .n = 0 };
	bool tells = (l->kind == CHAIN_EVENT && memcmp(l->at, "SEG9010 ", 8) == 0) ||
		     (l->size > sizeof begin && memcmp(l->at, begin, sizeof begin - 1) == 0);

	tells = tells && told(&c, l);
	if (l->kind == CHAIN_RECORD) {
		/* A run that has said no line yet is none that could be missed. */
		if (!tells || c.n == 0)
			return;
	} else if (l->seq != 1 && !tells) {
		if (t->is != LEDGER_TAIL_FOUND || other || t->lines.n + 1 != l->seq) {
			t->is = LEDGER_TAIL_UNKNOWN;
			return;
		}
		c = t->lines;
	}
	t->is = LEDGER_TAIL_FOUND;
	memcpy(t->sid, l->sid, sizeof t->sid);
	t->lines = c;
	if (l->kind == CHAIN_EVENT) {
		chain_next(t->lines.head, t->lines.head, l);
		t->lines.n++;
	}
}

void
ledger_tail_read(struct ledger_tail *t, int dir, const char *name)
{
	struct stat st;

	*t = (struct ledger_tail){ .is = *name ? LEDGER_TAIL_UNKNOWN : LEDGER_TAIL_NONE };
	int fd = *name ? openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	char *bytes = fd < 0 ? NULL : malloc(LEDGER_TAIL);
	ssize_t n = -1;
	if (bytes && fstat(fd, &st) == 0)
		n = pread(fd, bytes, LEDGER_TAIL,
		    st.st_size > LEDGER_TAIL ? st.st_size - LEDGER_TAIL : 0);
	const char *at = bytes, *end = bytes + (n > 0 ? n : 0);
	/* TIME MSG. The last may lack its newline only: cut anywhere else, it is no line. */
	for (const char *stop; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (!stop)
			stop = end;
		const char *msg = memchr(at, ' ', (size_t)(stop - at));
		struct chain_line l;

		if (msg && chain_read(&l, msg + 1, (size_t)(stop - msg - 1)) == CHAIN_WHOLE)
			take(t, &l);
	}
	free(bytes);
	if (fd >= 0)
		close(fd);
}
