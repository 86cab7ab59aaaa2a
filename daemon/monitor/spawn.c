/* spawn.c - see spawn.h. */
#include "monitor/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "monitor/privilege.h"

enum {
	EXIT_NOT_STARTED = 71, /* EX_OSERR: nothing of the role ran yet */
	MOST = 256,	       /* descriptors that a role may have */
};

int
spawn_init(struct spawn *s, bool debug, bool foreground)
{
	s->exe = open("/proc/self/exe", O_PATH | O_CLOEXEC);
	s->debug = debug;
	s->foreground = foreground;
	return s->exe < 0 ? -errno : 0;
}

/* Puts the descriptors where the role finds them; all others close when it executes. False when
 * that failed. */
static bool
arrange(const int *fds, unsigned nfds, int *exe)
{
	int above = ROLE_FD_CONTROL + (int)nfds, moved[MOST];

	if (nfds > MOST)
		return false;
	/* First out of the way of all numbers that will be overwritten. */
	*exe = fcntl(*exe, F_DUPFD_CLOEXEC, above);
	if (*exe < 0)
		return false;
	for (unsigned i = 0; i < nfds; i++) {
		moved[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, above);
		if (moved[i] < 0)
			return false;
	}
	for (unsigned i = 0; i < nfds; i++)
		if (dup2(moved[i], ROLE_FD_CONTROL + (int)i) < 0)
			return false;
	return true;
}

static void
reset_signals(void)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	struct sigaction act = { .sa_handler = SIG_IGN };
	sigset_t none;

	for (unsigned i = 0; i < sizeof ignored / sizeof *ignored; i++)
		(void)sigaction(ignored[i], &act, NULL); /* the numbers are right: it cannot fail */
	act.sa_handler = SIG_DFL;
	(void)sigaction(SIGCHLD, &act, NULL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child. Returns only when it could not become the role. */
static void
become(const struct spawn *s, const char *name, const struct role_args *args, const int *fds,
    unsigned nfds, bool net_raw)
{
	char role[64], program[] = "segauditd", debug[] = "-D", foreground[] = "-f";
	int n = snprintf(role, sizeof role, "--role=%s,%u,%u", name, args->number, args->restarts);
	char *argv[5] = { program, role };
	unsigned argc = 2;
	int exe = s->exe;

	if (n < 0 || (size_t)n >= sizeof role)
		return;
	if (s->debug)
		argv[argc++] = debug;
	if (s->foreground)
		argv[argc++] = foreground;
	reset_signals();
	if (privilege_hand_on(net_raw) < 0 || !arrange(fds, nfds, &exe))
		return;
	fexecve(exe, argv, environ);
}

pid_t
spawn(const struct spawn *s, const char *name, const struct role_args *args, const int *fds,
    unsigned nfds, bool net_raw)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		return -errno;
	if (pid > 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent) /* else the monitor died before this could be asked for */
		become(s, name, args, fds, nfds, net_raw);
	_exit(EXIT_NOT_STARTED);
}
