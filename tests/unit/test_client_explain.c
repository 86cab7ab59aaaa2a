/* test_client_explain.c - segauditctl explain EV, with a daemon that says what a daemon should not:
 * the commands that it shows can be typed as they are. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <signal.h>
#include <sysexits.h>
#include <unistd.h>

#include "client/commands.h"

enum { OUTPUT = 65536 };

struct world {
	char dir[64], socket[96], out[OUTPUT];
	pid_t daemon;
};

/* Answers each request with LINE to `incidents`, a conduit to `conduits`, an error to others. */
static void __attribute__((noreturn)) serve(int fd, const char *line)
{
	char ask[CONTROL_REQUEST_MOST];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int c = accept(fd, NULL, NULL);
		ssize_t n = c < 0 ? -1 : recv(c, ask, sizeof ask - 1, 0);

		if (n < 0)
			_exit(1);
		ask[n] = '\0';
		bool incidents = strstr(ask, " incidents ") != NULL;
		bool conduits = strstr(ask, " conduits") != NULL;
		const char *records[] = { incidents || conduits ?
					      "segaudit 1 ok" :
					      "segaudit 1 error unknown msg=\"?\"",
			incidents ? line :
			conduits  ? "conduit rule=vdi pair=lgwan>internet services=tcp/3389" :
				    "end",
			"end" };
		for (size_t i = 0; i < 3; i++)
			if (records[i][0] &&
			    send(c, records[i], strlen(records[i]), MSG_NOSIGNAL) < 0)
				break;
		close(c);
	}
}

static void
daemon_up(struct world *w, const char *line)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	snprintf(w->dir, sizeof w->dir, "/tmp/segaudit-explain-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->socket, sizeof w->socket, "%s/control", w->dir);
	memcpy(a.sun_path, w->socket, strlen(w->socket) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(fd, 5), 0);
	w->daemon = fork();
	assert_true(w->daemon >= 0);
	if (w->daemon == 0)
		serve(fd, line);
	close(fd);
}

static void
daemon_down(struct world *w)
{
	kill(w->daemon, SIGKILL);
	waitpid(w->daemon, NULL, 0);
	unlink(w->socket);
	rmdir(w->dir);
}

/* Runs the command; what it prints goes to w->out. Returns its exit status. */
static int
explain(struct world *w, bool json, char *asked)
{
	char name[] = "explain", option[] = "-l", language[] = "en";
	char *argv[] = { name, option, language, asked, NULL };
	struct client c = { .socket = w->socket, .json = json };
	FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO);

	assert_non_null(file);
	fflush(stdout);
	assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
	int status = explain_command(&c, 4, argv);
	fflush(stdout);
	assert_true(dup2(saved, STDOUT_FILENO) >= 0);
	close(saved);
	rewind(file);
	w->out[fread(w->out, 1, sizeof w->out - 1, file)] = '\0';
	fclose(file);
	return status;
}

static void
has(const struct world *w, const char *text)
{
	if (!strstr(w->out, text))
		fail_msg("no \"%s\" in: %s", text, w->out);
}

static void
test_filled(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	char ev[] = "7K3QD9XM2A";

	(void)state;
	daemon_up(w,
	    "SEG2003 OPEN ev=7K3QD9XM2A sev=crit pair=lgwan>internet rule=default-deny "
	    "near=vdi:service in=eth2 src=10.2.0.9:51514 dst=[2001:db8::9]:3390 n=7 msg=\"x\"");
	assert_int_equal(explain(w, false, ev), EX_OK);
	has(w, "SEG2003 wrong-service\n");
	has(w, "\n  SEG2003 OPEN ev=7K3QD9XM2A ");
	has(w, "\nRule: default-deny\n");
	has(w, "\nThe nearest conduit: vdi:service\n  rule=vdi pair=lgwan>internet "
	       "services=tcp/3389\n");
	has(w, "\n  conntrack -L -s 10.2.0.9 -d 2001:db8::9\n");
	has(w, "\n  segauditctl incidents ev=7K3QD9XM2A\n");
	assert_int_equal(explain(w, true, ev), EX_OK);
	has(w, "\"run\":\"conntrack -L -s 10.2.0.9 -d 2001:db8::9\"");
	has(w, ",\"near\":{\"rule\":\"vdi\",\"pair\":\"lgwan>internet\",\"services\":\"tcp/"
	       "3389\"}}\n");
	daemon_down(w);
	free(w);
}

/* A value that a shell would take for more than a word is not shown in a command. */
static void
test_hostile(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	char ev[] = "7K3QD9XM2A";

	(void)state;
	daemon_up(w, "SEG1002 OPEN ev=x;reboot sev=err pair=\"a'$(reboot)>b\" rule=\"`reboot`\" "
		     "in=\"eth0;reboot\" smac=-o src=\"$(reboot)\" msg=\"\\x1b]0;\\u{202e}\"");
	assert_int_equal(explain(w, false, ev), EX_OK);
	has(w, "\n  tcpdump -eni IN host SRC\n");
	has(w, "\n  ip route get SRC\n");
	has(w, "\n  ip neigh | grep -i SMAC\n");
	has(w, "\n  segauditctl incidents ev=EV\n");
	for (const char *p = w->out; *p; p++)
		assert_true(*p == '\n' || ((unsigned char)*p >= ' ' && *p != 0x7f));
	daemon_down(w);
	daemon_up(w, "SEG2999 OPEN ev=7K3QD9XM2A msg=\"of another version\"");
	assert_int_equal(explain(w, false, ev), EX_UNAVAILABLE);
	daemon_down(w);
	daemon_up(w, "");
	assert_int_equal(explain(w, false, ev), 1);
	assert_string_equal(w->out, "");
	daemon_down(w);
	free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filled),
		cmocka_unit_test(test_hostile),
	};

	return UNIT_RUN(tests);
}
