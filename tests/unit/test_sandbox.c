/* test_sandbox.c - what the filters let pass and what ends the process. Each case is a child of its
 * own under the filter. */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/sandbox.h"

/* The descriptors as the worker's filter knows them; the children are arranged so. */
enum { CONTROL = 3, HUB = 4, WAKE = 9, FIRST = 13 };

static const struct sandbox_worker filter = {
	.control = CONTROL, .hub = HUB, .wake = WAKE, .first_free = FIRST
};

static void
put_at(int fd, int number)
{
	if (fd == number)
		return;
	if (dup2(fd, number) < 0)
		_exit(90);
	close(fd);
}

/* Makes a channel at CONTROL and HUB, an eventfd at WAKE and a memory at FIRST. */
static void
arrange(void)
{
	int pair[2], memory;

	/* Above everything that is used below, so that no number is overwritten. */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) < 0)
		_exit(91);
	pair[0] = fcntl(pair[0], F_DUPFD, 20);
	pair[1] = fcntl(pair[1], F_DUPFD, 20);
	put_at(pair[0], CONTROL);
	put_at(pair[1], HUB);
	put_at(fcntl(eventfd(1, EFD_NONBLOCK), F_DUPFD, 20), WAKE);
	memory = fcntl(memfd_create("test", 0), F_DUPFD, 20);
	if (ftruncate(memory, 4096) < 0)
		_exit(92);
	put_at(memory, FIRST);
}

/* What a worker does all the time. */
static int
works(void)
{
	char byte = 'x';
	uint64_t woken;
	struct iovec part = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	struct pollfd p = { .fd = WAKE, .events = POLLIN };
	struct timespec t = { 0, 0 };
	void *map;

	if (sendmsg(HUB, &m, MSG_NOSIGNAL) != 1 || recvmsg(CONTROL, &m, MSG_DONTWAIT) != 1)
		return 1;
	if (ppoll(&p, 1, &t, NULL) != 1 || read(WAKE, &woken, sizeof woken) != sizeof woken)
		return 2;
	map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, FIRST, 0);
	if (map == MAP_FAILED || munmap(map, 4096) < 0 || close(FIRST) < 0)
		return 3;
	if (clock_gettime(CLOCK_MONOTONIC, &t) < 0)
		return 4;
	return 0;
}

static int
opens_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}
static int
opens_file(void)
{
	return open("/etc/passwd", O_RDONLY);
}
static int
writes(void)
{
	return (int)write(STDERR_FILENO, "", 0);
}
/* How libc says that the stack or the heap is broken. */
static int
writes_parts(void)
{
	return (int)writev(STDERR_FILENO, NULL, 0);
}
static int
forks(void)
{
	return fork();
}
static int
closes_channel(void)
{
	return close(CONTROL);
}
static int
listens_to_hub(void)
{
	struct msghdr m = { 0 };
	return (int)recvmsg(HUB, &m, MSG_DONTWAIT);
}
static int
sends_elsewhere(void)
{
	struct msghdr m = { 0 };
	return (int)sendmsg(FIRST, &m, 0);
}
static int
reads_elsewhere(void)
{
	char b;
	return (int)read(STDIN_FILENO, &b, 1);
}
static int
signals(void)
{
	return kill(getppid(), 0);
}

static int
maps_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, FIRST, 0) == MAP_FAILED;
}

static int
maps_for_writing(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, FIRST, 0) == MAP_FAILED;
}

static int
opens_packet_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0) < 0 && errno != EPERM;
}
static int
opens_tcp6(void)
{
	return socket(AF_INET6, SOCK_STREAM, 0);
}
static int
executes(void)
{
	char *argv[] = { NULL };
	return execve("/bin/true", argv, argv);
}
static int
traces(void)
{
	return syscall(SYS_ptrace, 0, 0, 0, 0) == -1 && errno == EPERM ? 0 : 1;
}

static int
opens_netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0) < 0;
}

/* What capture does with a skipped frame. */
static int
copies_frame(void)
{
	static const char bytes[5000];
	int fd = memory_sealed("test", bytes, sizeof bytes);

	return fd < 0 || close(fd) < 0;
}

/* What the hub does with it. */
static int
keeps_frame(void)
{
	char path[] = "/tmp/segaudit-sandbox-XXXXXX";
	struct iovec part = { .iov_base = path, .iov_len = sizeof path };
	DIR *d;
	int fd;

	if (!mkdtemp(path)) /* by mkdir */
		return 1;
	d = opendir(path);
	if (!d || !readdir(d))
		return 2;
	fd = openat(dirfd(d), "x", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || memory_is_sealed(fd, 0) || writev(fd, &part, 1) != sizeof path)
		return 3;
	if (close(fd) < 0 || unlinkat(dirfd(d), "x", 0) < 0 || closedir(d) < 0)
		return 4;
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR) < 0 ? 5 : 0;
}

/* The wait(2) status of a child that does WHAT under the filter of ROLE. */
static int
status_of(enum sandbox role, int (*what)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		arrange();
		if (sandbox_enter(role, role == SANDBOX_WORKER ? &filter : NULL) < 0)
			_exit(93);
		_exit(what());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
dies(enum sandbox role, int (*what)(void))
{
	int status = status_of(role, what);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

static void
lives(enum sandbox role, int (*what)(void))
{
	int status = status_of(role, what);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
test_worker_works(void **state)
{
	(void)state;
	lives(SANDBOX_WORKER, works);
}

static void
test_worker_dies(void **state)
{
	int (*const all[])(void) = {
		opens_socket,
		opens_file,
		writes,
		forks,
		closes_channel,
		listens_to_hub,
		sends_elsewhere,
		reads_elsewhere,
		signals,
		maps_code,
		maps_for_writing,
		executes,
	};

	(void)state;
	if (sandbox_sanitized())
		skip();
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		dies(SANDBOX_WORKER, all[i]);
}

static void
test_capture(void **state)
{
	(void)state;
	lives(SANDBOX_CAPTURE, opens_packet_socket);
	lives(SANDBOX_CAPTURE, works);
	lives(SANDBOX_CAPTURE, copies_frame);
	lives(SANDBOX_CAPTURE, writes_parts);
	if (sandbox_sanitized())
		skip();
	dies(SANDBOX_CAPTURE, opens_tcp6);
	dies(SANDBOX_CAPTURE, executes);
	dies(SANDBOX_CAPTURE, maps_code);
	dies(SANDBOX_CAPTURE, forks);
}

static void
test_hub(void **state)
{
	(void)state;
	lives(SANDBOX_HUB, opens_netlink);
	lives(SANDBOX_HUB, works);
	lives(SANDBOX_HUB, keeps_frame);
	lives(SANDBOX_HUB, writes_parts);
	if (sandbox_sanitized())
		skip();
	dies(SANDBOX_HUB, opens_packet_socket);
	dies(SANDBOX_HUB, executes);
	dies(SANDBOX_HUB, forks);
}

/* The monitor's filter refuses instead of killing, and its children start. */
static void
test_monitor(void **state)
{
	int status;

	(void)state;
	status = status_of(SANDBOX_MONITOR, executes);
	assert_true(WIFEXITED(status));
	if (!sandbox_sanitized())
		lives(SANDBOX_MONITOR, traces);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worker_works),
		cmocka_unit_test(test_worker_dies),
		cmocka_unit_test(test_capture),
		cmocka_unit_test(test_hub),
		cmocka_unit_test(test_monitor),
	};

	return UNIT_RUN(tests);
}
