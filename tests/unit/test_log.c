/* The daemon's own lines: one write each, prefixed, and never more than one line. */
#include "unit.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

/* Descriptor 2 is a socket that keeps the writes apart. */
static int sockets[2], saved;

static int
setup(void **state)
{
	(void)state;
	saved = dup(STDERR_FILENO);
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, sockets) ||
	       dup2(sockets[0], STDERR_FILENO) < 0;
}

static int
teardown(void **state)
{
	(void)state;
	return dup2(saved, STDERR_FILENO) < 0;
}

static size_t
written(char to[4096])
{
	ssize_t n = recv(sockets[1], to, 4095, 0);

	to[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

static void
wrote(const char *expected)
{
	char line[4096];

	(void)written(line);
	assert_string_equal(line, expected);
}

static void
lines(void **state)
{
	(void)state;
	log_warn("before %s", "a role is set");
	wrote("segauditd: warning: before a role is set\n");
	log_role("hub");
	log_error("eth%d: %s", 1, "gone");
	wrote("segauditd[hub]: error: eth1: gone\n");
	log_info("%s", "");
	wrote("segauditd[hub]: \n");
	errno = ENOENT;
	log_error("open: %m");
	assert_int_equal(errno, ENOENT);
	wrote("segauditd[hub]: error: open: No such file or directory\n");
}

static void
levels(void **state)
{
	(void)state;
	log_debug("not said");
	wrote("");
	log_level(LOG_LEVEL_DEBUG);
	log_debug("said");
	wrote("segauditd[hub]: debug: said\n");
	log_level(LOG_LEVEL_ERROR);
	log_warn("not said");
	wrote("");
	log_error("said");
	wrote("segauditd[hub]: error: said\n");
	log_level(LOG_LEVEL_INFO);
}

static void
controls(void **state)
{
	(void)state;
	log_info("%s", "a\nsegauditd: b\x1b[2J\r\x7f\xc2\x85\xe5\x9f\xba\xc2\xa5");
	wrote("segauditd[hub]: a?segauditd: b?[2J????\xe5\x9f\xba\xc2\xa5\n");
}

static void
long_lines(void **state)
{
	char text[3001], line[4096];

	(void)state;
	memset(text, 'x', 3000);
	text[3000] = '\0';
	log_info("%s", text);
	assert_int_equal(written(line), 2000);
	assert_memory_equal(line, "segauditd[hub]: xxx", 19);
	assert_string_equal(line + 1990, "xxxxxx...\n");
	/* The longest that is whole: 2,000 with prefix and newline. */
	text[2000 - 16 - 1] = '\0';
	log_info("%s", text);
	assert_int_equal(written(line), 2000);
	assert_string_equal(line + 1990, "xxxxxxxxx\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines, setup, teardown),
		cmocka_unit_test_setup_teardown(levels, setup, teardown),
		cmocka_unit_test_setup_teardown(controls, setup, teardown),
		cmocka_unit_test_setup_teardown(long_lines, setup, teardown),
	};

	return UNIT_RUN(tests);
}
