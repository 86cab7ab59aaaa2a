/* sandbox.c - see sandbox.h. */
#include "base/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

enum { FOR_CAPTURE = 1, FOR_HUB = 2, FOR_BOTH = 3 };

/* Calls that capture or hub may make with any argument. What is narrower has a function of its own
 * below. */
static const struct call {
	int number;
	unsigned who;
} calls[] = {
	/* the loop itself */
	{ SCMP_SYS(ppoll), FOR_BOTH },
	{ SCMP_SYS(poll), FOR_BOTH },
	{ SCMP_SYS(read), FOR_BOTH },
	{ SCMP_SYS(write), FOR_BOTH },
	{ SCMP_SYS(close), FOR_BOTH },
	{ SCMP_SYS(sendmsg), FOR_BOTH },
	{ SCMP_SYS(recvmsg), FOR_BOTH },
	{ SCMP_SYS(clock_gettime), FOR_BOTH },
	{ SCMP_SYS(futex), FOR_BOTH },
	{ SCMP_SYS(rt_sigreturn), FOR_BOTH },
	{ SCMP_SYS(restart_syscall), FOR_BOTH },
	{ SCMP_SYS(exit), FOR_BOTH },
	{ SCMP_SYS(exit_group), FOR_BOTH },
	/* memory: malloc, new generations of the policy, rings of packet sockets */
	{ SCMP_SYS(munmap), FOR_BOTH },
	{ SCMP_SYS(brk), FOR_BOTH },
	{ SCMP_SYS(madvise), FOR_BOTH },
	{ SCMP_SYS(mremap), FOR_BOTH },
	/* an assert or a stack guard that fails must be able to say so (writev) and to end the
	 * process by its own signal */
	{ SCMP_SYS(writev), FOR_BOTH },
	{ SCMP_SYS(rt_sigprocmask), FOR_BOTH },
	{ SCMP_SYS(rt_sigaction), FOR_BOTH },
	{ SCMP_SYS(getpid), FOR_BOTH },
	{ SCMP_SYS(gettid), FOR_BOTH },
	{ SCMP_SYS(tgkill), FOR_BOTH },
	/* libpcap opens an interface again (LIBRARIES: what set-up needs); the hub opens netlink,
	   syslog and journal sockets and connections to collectors, asks whether they came about
	   (getsockopt) and what of their bytes was not confirmed (ioctl), and hears their end
	   (recvfrom); uname is the host name in what they get */
	{ SCMP_SYS(bind), FOR_BOTH },
	{ SCMP_SYS(setsockopt), FOR_BOTH },
	{ SCMP_SYS(getsockopt), FOR_BOTH },
	{ SCMP_SYS(getsockname), FOR_BOTH },
	{ SCMP_SYS(connect), FOR_BOTH },
	{ SCMP_SYS(sendto), FOR_BOTH },
	{ SCMP_SYS(recvfrom), FOR_BOTH },
	{ SCMP_SYS(ioctl), FOR_BOTH },
	{ SCMP_SYS(eventfd2), FOR_CAPTURE },
	{ SCMP_SYS(fcntl), FOR_BOTH },
	{ SCMP_SYS(uname), FOR_BOTH },
	{ SCMP_SYS(getrandom), FOR_BOTH },
	/* capture hands the hub a copy of a skipped frame in a memory of its own, sealed by fcntl
	 */
	{ SCMP_SYS(memfd_create), FOR_CAPTURE },
	/* pcap_stats() reads /sys/class/net; the hub writes its files and looks whether they were
	   rotated; it makes the directory of skipped frames (mkdir), counts them (getdents64), and
	   takes back one that found no room (unlinkat); with a collector's spool it does the same,
	   locks it (flock), appends and reads back (pwrite64, pread64), and cuts off what is torn
	   (ftruncate) */
	{ SCMP_SYS(openat), FOR_BOTH },
	{ SCMP_SYS(open), FOR_BOTH },
	{ SCMP_SYS(newfstatat), FOR_BOTH },
	{ SCMP_SYS(fstat), FOR_BOTH },
	{ SCMP_SYS(stat), FOR_BOTH },
	{ SCMP_SYS(lstat), FOR_BOTH },
	{ SCMP_SYS(statx), FOR_BOTH },
	{ SCMP_SYS(access), FOR_BOTH },
	{ SCMP_SYS(faccessat), FOR_BOTH },
	{ SCMP_SYS(faccessat2), FOR_BOTH },
	{ SCMP_SYS(readlink), FOR_BOTH },
	{ SCMP_SYS(readlinkat), FOR_BOTH },
	{ SCMP_SYS(getdents64), FOR_BOTH },
	{ SCMP_SYS(lseek), FOR_BOTH },
	{ SCMP_SYS(pread64), FOR_HUB },
	{ SCMP_SYS(pwrite64), FOR_HUB },
	{ SCMP_SYS(fsync), FOR_HUB },
	{ SCMP_SYS(fdatasync), FOR_HUB },
	{ SCMP_SYS(ftruncate), FOR_HUB },
	{ SCMP_SYS(fallocate), FOR_HUB },
	{ SCMP_SYS(rename), FOR_HUB },
	{ SCMP_SYS(renameat), FOR_HUB },
	{ SCMP_SYS(renameat2), FOR_HUB },
	{ SCMP_SYS(unlink), FOR_HUB },
	{ SCMP_SYS(unlinkat), FOR_HUB },
	{ SCMP_SYS(mkdir), FOR_HUB },
	{ SCMP_SYS(mkdirat), FOR_HUB },
	{ SCMP_SYS(fchmod), FOR_HUB },
	/* it notes when a policy was last in force by the time of its file */
	{ SCMP_SYS(utimensat), FOR_HUB },
	{ SCMP_SYS(fchmodat), FOR_HUB },
	{ SCMP_SYS(flock), FOR_HUB },
	{ SCMP_SYS(statfs), FOR_HUB },
	{ SCMP_SYS(fstatfs), FOR_HUB },
	/* the hub's clocks, control socket and readiness */
	{ SCMP_SYS(timerfd_create), FOR_HUB },
	{ SCMP_SYS(timerfd_settime), FOR_HUB },
	{ SCMP_SYS(timerfd_gettime), FOR_HUB },
	{ SCMP_SYS(listen), FOR_HUB },
	{ SCMP_SYS(accept4), FOR_HUB },
	{ SCMP_SYS(shutdown), FOR_HUB },
	{ SCMP_SYS(socketpair), FOR_HUB },
	{ SCMP_SYS(pipe2), FOR_HUB },
	{ SCMP_SYS(getuid), FOR_BOTH },
	{ SCMP_SYS(geteuid), FOR_BOTH },
	{ SCMP_SYS(getgid), FOR_BOTH },
	{ SCMP_SYS(getegid), FOR_BOTH },
	{ SCMP_SYS(getppid), FOR_BOTH },
	{ SCMP_SYS(sysinfo), FOR_BOTH },
};

/* What neither the monitor nor anything that it starts ever needs. */
static const int denied[] = {
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(kcmp),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(io_uring_enter),
	SCMP_SYS(io_uring_register),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(open_tree),
	SCMP_SYS(move_mount),
	SCMP_SYS(fsopen),
	SCMP_SYS(fsmount),
	SCMP_SYS(setns),
	SCMP_SYS(unshare),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(reboot),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(acct),
	SCMP_SYS(quotactl),
	SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime),
	SCMP_SYS(clock_adjtime),
	SCMP_SYS(adjtimex),
	SCMP_SYS(sethostname),
	SCMP_SYS(setdomainname),
	SCMP_SYS(iopl),
	SCMP_SYS(ioperm),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(personality),
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(name_to_handle_at),
	SCMP_SYS(syslog),
	SCMP_SYS(mknod),
	SCMP_SYS(mknodat),
	SCMP_SYS(modify_ldt),
	SCMP_SYS(setuid),
	SCMP_SYS(setreuid),
	SCMP_SYS(setresuid),
	SCMP_SYS(setgid),
	SCMP_SYS(setregid),
	SCMP_SYS(setresgid),
	SCMP_SYS(setgroups),
};

bool
sandbox_sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return true;
#elif defined(__has_feature)
	return __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) ||
	       __has_feature(thread_sanitizer);
#else
	return false;
#endif
}

static int
allow(scmp_filter_ctx f, int call)
{
	return seccomp_rule_add(f, SCMP_ACT_ALLOW, call, 0);
}

/* A condition on argument N of a call. */
static struct scmp_arg_cmp
arg(unsigned n, enum scmp_compare op, uint64_t value)
{
	return (struct scmp_arg_cmp){ .arg = n, .op = op, .datum_a = value };
}

/* Argument N without any bit of MASK. */
static struct scmp_arg_cmp
arg_without(unsigned n, uint64_t mask)
{
	return (struct scmp_arg_cmp){
		.arg = n, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = 0
	};
}

static int
allow_if(scmp_filter_ctx f, int call, struct scmp_arg_cmp condition)
{
	return seccomp_rule_add(f, SCMP_ACT_ALLOW, call, 1, condition);
}

/* Memory that is never executable. */
static int
allow_mapping(scmp_filter_ctx f)
{
	int r = allow_if(f, SCMP_SYS(mmap), arg_without(2, PROT_EXEC));

	return r < 0 ? r : allow_if(f, SCMP_SYS(mprotect), arg_without(2, PROT_EXEC));
}

static int
allow_sockets(scmp_filter_ctx f, const unsigned *families, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int r = allow_if(f, SCMP_SYS(socket), arg(0, SCMP_CMP_EQ, families[i]));

		if (r < 0)
			return r;
	}
	return 0;
}

static int
rules_of_capture_or_hub(scmp_filter_ctx f, enum sandbox role)
{
	/* AF_INET for capture: libpcap asks an interface's properties by ioctl on whatever socket
	 * it gets. */
	static const unsigned capture[] = { AF_UNIX, AF_INET, AF_NETLINK, AF_PACKET };
	static const unsigned hub[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK };
	unsigned who = role == SANDBOX_CAPTURE ? FOR_CAPTURE : FOR_HUB;
	int r = allow_mapping(f);

	for (size_t i = 0; r >= 0 && i < sizeof calls / sizeof *calls; i++)
		if (calls[i].who & who)
			r = allow(f, calls[i].number);
	if (r < 0)
		return r;
	if (role == SANDBOX_CAPTURE)
		return allow_sockets(f, capture, sizeof capture / sizeof *capture);
	return allow_sockets(f, hub, sizeof hub / sizeof *hub);
}

static int
rules_of_worker(scmp_filter_ctx f, const struct sandbox_worker *w)
{
	uint64_t control = (uint64_t)w->control, hub = (uint64_t)w->hub;
	uint64_t wake = (uint64_t)w->wake, first = (uint64_t)w->first_free;
	int r = 0;

	/* It sleeps here; time comes from the vDSO where the kernel's clock allows it, else by the
	 * call. */
	r = r < 0 ? r : allow(f, SCMP_SYS(ppoll));
	r = r < 0 ? r : allow(f, SCMP_SYS(futex));
	r = r < 0 ? r : allow(f, SCMP_SYS(clock_gettime));
	/* A stopped and continued process resumes its ppoll by this one. */
	r = r < 0 ? r : allow(f, SCMP_SYS(restart_syscall));
	r = r < 0 ? r : allow(f, SCMP_SYS(rt_sigreturn));
	r = r < 0 ? r : allow(f, SCMP_SYS(exit_group));
	r = r < 0 ? r : allow_if(f, SCMP_SYS(read), arg(0, SCMP_CMP_EQ, wake));
	r = r < 0 ? r : allow_if(f, SCMP_SYS(recvmsg), arg(0, SCMP_CMP_EQ, control));
	r = r < 0 ? r : allow_if(f, SCMP_SYS(sendmsg), arg(0, SCMP_CMP_EQ, control));
	r = r < 0 ? r : allow_if(f, SCMP_SYS(sendmsg), arg(0, SCMP_CMP_EQ, hub));
	/* A new generation of the policy: its descriptor comes, is mapped and closed; the old one
	 * goes. */
	r = r < 0 ? r :
		    seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
			arg(2, SCMP_CMP_EQ, PROT_READ), arg(4, SCMP_CMP_GE, first));
	r = r < 0 ? r : allow(f, SCMP_SYS(munmap));
	return r < 0 ? r : allow_if(f, SCMP_SYS(close), arg(0, SCMP_CMP_GE, first));
}

static int
rules_of_monitor(scmp_filter_ctx f)
{
	for (size_t i = 0; i < sizeof denied / sizeof *denied; i++) {
		int r = seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), denied[i], 0);

		if (r < 0)
			return r;
	}
	return 0;
}

static int
rules(scmp_filter_ctx f, enum sandbox role, const struct sandbox_worker *worker)
{
	switch (role) {
	case SANDBOX_MONITOR:
		return rules_of_monitor(f);
	case SANDBOX_WORKER:
		return rules_of_worker(f, worker);
	case SANDBOX_CAPTURE:
	case SANDBOX_HUB:
		break;
	}
	return rules_of_capture_or_hub(f, role);
}

int
sandbox_enter(enum sandbox role, const struct sandbox_worker *worker)
{
	scmp_filter_ctx f;
	int r;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if (sandbox_sanitized())
		return 1;
	f = seccomp_init(role == SANDBOX_MONITOR ? SCMP_ACT_ALLOW : SCMP_ACT_KILL_PROCESS);
	if (!f)
		return -ENOMEM;
	r = rules(f, role, worker);
	/* A binary tree instead of a list: the cost of a call does not depend on its place. */
	if (r >= 0)
		r = seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r >= 0)
		r = seccomp_load(f);
	seccomp_release(f);
	return r < 0 ? r : 0;
}

const char *
sandbox_version(char *to)
{
	const struct scmp_version *v = seccomp_version();
	int n = -1;

	if (v)
		n = snprintf(to, 32, "%u.%u.%u", v->major, v->minor, v->micro);
	if (n < 0)
		to[0] = '\0';
	return to;
}
