/* privilege.c - see privilege.h. */
#include "monitor/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sandbox.h"

struct caps {
	struct __user_cap_data_struct half[2]; /* capabilities 0..31, 32..63 */
};

static int
caps_get(struct caps *c)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return syscall(SYS_capget, &head, c->half) < 0 ? -errno : 0;
}

/* Permitted, in effect and for children: CAP_NET_RAW, or nothing. */
static int
caps_set(bool net_raw)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	uint32_t set = net_raw ? 1U << CAP_NET_RAW : 0;
	struct caps c = { .half[0] = { .effective = set, .permitted = set, .inheritable = set } };

	return syscall(SYS_capset, &head, c.half) < 0 ? -errno : 0;
}

/* A directory of the daemon's own, made for the user if it is not there. */
static void
make_directory(const char *path, mode_t mode, const struct passwd *pw)
{
	int fd;

	if (mkdir(path, mode) < 0) {
		if (errno != EEXIST)
			log_warn("%s: cannot be made: %m", path);
		return;
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchown(fd, pw->pw_uid, pw->pw_gid) < 0)
		log_warn("%s: cannot be given to user \"%s\": %m", path, pw->pw_name);
	if (fd >= 0)
		close(fd);
}

/* The bounding set outlives every exec: what is not in it cannot come back. */
static void
narrow_bounds(void)
{
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (cap != CAP_NET_RAW && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0) {
			log_warn("the capability bounding set stays as it is: %m");
			return;
		}
}

static int
become(const struct policy *p)
{
	const char *user = policy_text(p, p->user);
	const struct passwd *pw = getpwnam(user);

	if (!pw) {
		log_error("user \"%s\" does not exist: create it with `systemd-sysusers`, or with "
			  "`useradd --system "
			  "--no-create-home --shell /usr/sbin/nologin %s`; or name another one by "
			  "`user` in the configuration",
		    user, user);
		return EX_CONFIG;
	}
	if (pw->pw_uid == 0) {
		log_error("user \"%s\" is the superuser: `user` in the configuration must name one "
			  "without rights",
		    user);
		return EX_CONFIG;
	}
	make_directory(policy_text(p, p->run_dir), 0755, pw);
	make_directory(policy_text(p, p->state_dir), 0750, pw);
	narrow_bounds();
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || initgroups(pw->pw_name, pw->pw_gid) < 0 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) < 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) < 0) {
		log_error("cannot become user \"%s\": %m", user);
		return EX_UNAVAILABLE;
	}
	return 0;
}

int
privilege_drop(const struct policy *p)
{
	struct rlimit none = { 0, 0 };
	struct caps c;
	int r;

	if (geteuid() == 0) {
		r = become(p);
		if (r)
			return r;
	}
	r = caps_set(true);
	if (r < 0)
		/* The unit's filter refuses the call; there the sets are right from the start. */
		log_debug("capset: %s", strerror(-r));
	if (caps_get(&c) < 0 ||
	    !(c.half[0].permitted & c.half[0].inheritable & 1U << CAP_NET_RAW)) {
		log_error("CAP_NET_RAW is missing, without which no interface can be captured: "
			  "start as root, or by the "
			  "systemd unit");
		return EX_UNAVAILABLE;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
		log_error("PR_SET_NO_NEW_PRIVS: %m");
		return EX_UNAVAILABLE;
	}
	(void)setrlimit(RLIMIT_CORE, &none); /* lowering one's own limit cannot fail */
	if (!sandbox_sanitized())
		(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return 0;
}

int
privilege_hand_on(bool net_raw)
{
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return -errno;
	if (net_raw)
		return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0) < 0 ? -errno :
											    0;
	/* Executing drops the rest but what is inheritable, which the unit's filter may keep:
	 * without file capabilities, which PR_SET_NO_NEW_PRIVS rules out, that is worth nothing. */
	(void)caps_set(false);
	return 0;
}
