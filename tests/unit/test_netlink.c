/* test_netlink.c - interfaces and addresses: by hand-made messages, and by a real kernel in a
 * network namespace of its own. */
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "hub/netlink.h"
#include "hub_policy.h"

enum { UP = IFF_UP | IFF_RUNNING | IFF_LOWER_UP };

struct world {
	struct netlink *n;
	struct hub_policy *policy;
	unsigned links, addr_calls;
	struct msg_link link[4096];
	enum gap_reason why[4096];
	struct addr addr[64];
	uint32_t naddrs;
};

static void
on_link(void *ctx, const struct msg_link *link, enum gap_reason why)
{
	struct world *w = ctx;

	assert_true(w->links < 4096);
	w->link[w->links] = *link;
	w->why[w->links++] = why;
}

static void
on_addrs(void *ctx, const struct addr *addrs, uint32_t n)
{
	struct world *w = ctx;

	assert_true(n <= 64);
	memcpy(w->addr, addrs, n * sizeof *addrs);
	w->naddrs = n;
	w->addr_calls++;
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->policy = hub_policy_new(1);
	w->n = netlink_new(on_link, on_addrs, w);
	assert_non_null(w->n);
	netlink_watch(w->n, &w->policy->p);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	netlink_free(w->n);
	free(w->policy);
	free(w);
	return 0;
}

/* Hand-made messages, through the same parser as the kernel's. */

static const uint8_t mac1[6] = { 2, 0, 0, 0, 0, 1 };

static void
link_message(
    struct world *w, uint16_t type, uint8_t family, int index, const char *name, unsigned flags)
{
	struct nl_msg *m = nlmsg_alloc_simple(type, 0);
	struct ifinfomsg i = { .ifi_family = family, .ifi_index = index, .ifi_flags = flags };

	assert_non_null(m);
	nlmsg_append(m, &i, sizeof i, NLMSG_ALIGNTO);
	if (name)
		nla_put_string(m, IFLA_IFNAME, name);
	nla_put(m, IFLA_ADDRESS, 6, mac1);
	netlink_message(w->n, nlmsg_hdr(m), nlmsg_hdr(m)->nlmsg_len);
	nlmsg_free(m);
}

static void
addr_message(struct world *w, uint16_t type, uint32_t index, const char *address, const char *local)
{
	struct nl_msg *m = nlmsg_alloc_simple(type, 0);
	struct ifaddrmsg i = { .ifa_index = index };
	const char *text[2] = { address, local };
	const int attr[2] = { IFA_ADDRESS, IFA_LOCAL };

	assert_non_null(m);
	i.ifa_family = strchr(address, ':') ? AF_INET6 : AF_INET;
	nlmsg_append(m, &i, sizeof i, NLMSG_ALIGNTO);
	for (unsigned k = 0; k < 2; k++) {
		struct addr a;

		if (!text[k])
			continue;
		assert_true(addr_parse(text[k], &a));
		nla_put(m, attr[k], i.ifa_family == AF_INET ? 4 : 16,
		    i.ifa_family == AF_INET ? a.b + 12 : a.b);
	}
	netlink_message(w->n, nlmsg_hdr(m), nlmsg_hdr(m)->nlmsg_len);
	nlmsg_free(m);
}

/* One link was said, and it is this. */
static void
expect_link(
    struct world *w, uint16_t iface, bool present, bool up, uint32_t index, enum gap_reason why)
{
	assert_int_equal(w->links, 1);
	assert_int_equal(w->link[0].iface, iface);
	assert_int_equal(w->link[0].present, present);
	assert_int_equal(w->link[0].up, up);
	assert_int_equal(w->link[0].index, index);
	assert_int_equal(w->why[0], why);
	w->links = 0;
}

static void
test_up_and_down(void **state)
{
	struct world *w = *state;

	link_message(w, RTM_NEWLINK, AF_UNSPEC, 7, "eth2", UP);
	assert_memory_equal(w->link[0].mac.b, mac1, 6);
	expect_link(w, 1, true, true, 7, GAP_START);
	link_message(w, RTM_NEWLINK, AF_UNSPEC, 7, "eth2", UP);	  /* nothing new */
	link_message(w, RTM_NEWLINK, AF_UNSPEC, 8, "dummy0", UP); /* nobody asked */
	assert_int_equal(w->links, 0);
	/* Configured up but without a carrier, or without being configured: both are down. */
	link_message(w, RTM_NEWLINK, AF_UNSPEC, 7, "eth2", IFF_UP);
	expect_link(w, 1, true, false, 7, GAP_LINK_DOWN);
	link_message(w, RTM_NEWLINK, AF_UNSPEC, 7, "eth2", UP);
	expect_link(w, 1, true, true, 7, GAP_START);
	link_message(w, RTM_NEWLINK, AF_UNSPEC, 7, "eth2", IFF_RUNNING | IFF_LOWER_UP);
	expect_link(w, 1, true, false, 7, GAP_LINK_DOWN);
	link_message(w, RTM_DELLINK, AF_UNSPEC, 7, "eth2", 0);
	expect_link(w, 1, false, false, 0, GAP_IFACE_GONE);
}

static void
test_renames(void **state)
{
	struct world *w = *state;

	link_message(w, RTM_NEWLINK, AF_UNSPEC, 7, "eth2", UP);
	w->links = 0;
	link_message(w, RTM_NEWLINK, AF_UNSPEC, 7, "other", UP);
	expect_link(w, 1, false, false, 0, GAP_IFACE_RENAMED);
	link_message(w, RTM_DELLINK, AF_UNSPEC, 7, "other", 0);
	assert_int_equal(w->links, 0);
	/* Another one takes the name. */
	link_message(w, RTM_NEWLINK, AF_UNSPEC, 9, "eth2", UP);
	expect_link(w, 1, true, true, 9, GAP_START);
	/* A watched one takes another watched one's name: the first is gone, the second is there.
	 */
	link_message(w, RTM_NEWLINK, AF_UNSPEC, 9, "eth3", UP);
	assert_int_equal(w->links, 2);
	assert_int_equal(w->link[0].iface, 1);
	assert_false(w->link[0].present);
	assert_int_equal(w->why[0], GAP_IFACE_RENAMED);
	assert_int_equal(w->link[1].iface, 2);
	assert_int_equal(w->link[1].index, 9);
	/* The same name with another number, its end never heard: first gone, then there. */
	w->links = 0;
	link_message(w, RTM_NEWLINK, AF_UNSPEC, 12, "eth3", UP);
	assert_int_equal(w->links, 2);
	assert_false(w->link[0].present);
	assert_int_equal(w->why[0], GAP_IFACE_GONE);
	assert_int_equal(w->link[1].index, 12);
}

static void
test_bridge_messages(void **state)
{
	struct world *w = *state;

	/* Leaving a bridge is RTM_DELLINK of family AF_BRIDGE; the link lives. */
	link_message(w, RTM_NEWLINK, AF_UNSPEC, 7, "eth2", UP);
	w->links = 0;
	link_message(w, RTM_DELLINK, AF_BRIDGE, 7, "eth2", UP);
	link_message(w, RTM_NEWLINK, AF_BRIDGE, 7, "eth2", 0);
	assert_int_equal(w->links, 0);
}

static void
test_cut_messages(void **state)
{
	struct world *w = *state;
	struct nl_msg *m = nlmsg_alloc_simple(RTM_NEWLINK, 0);
	struct ifinfomsg i = { .ifi_index = 7, .ifi_flags = UP };

	assert_non_null(m);
	nlmsg_append(m, &i, sizeof i, NLMSG_ALIGNTO);
	nla_put_string(m, IFLA_IFNAME, "eth2");
	struct nlmsghdr *h = nlmsg_hdr(m);
	uint32_t whole = h->nlmsg_len;

	for (uint32_t n = 0; n < whole; n++) /* the header says more than there is */
		netlink_message(w->n, h, n);
	for (uint32_t n = 0; n < sizeof *h + sizeof i + 4; n++) { /* the header itself is wrong */
		h->nlmsg_len = n;
		netlink_message(w->n, h, whole);
	}
	assert_int_equal(w->links, 0);
	h->nlmsg_len = whole;
	netlink_message(w->n, h, whole);
	assert_int_equal(w->links, 1);
	nlmsg_free(m);
}

static void
test_addresses(void **state)
{
	struct world *w = *state;
	char text[ADDR_TEXT];

	addr_message(w, RTM_NEWADDR, 7, "10.2.0.1", "10.2.0.1");
	assert_int_equal(w->addr_calls, 1);
	assert_int_equal(w->naddrs, 1);
	assert_string_equal(addr_text(text, &w->addr[0]), "10.2.0.1");
	addr_message(w, RTM_NEWADDR, 8, "10.2.0.1", "10.2.0.1"); /* on a second interface too */
	addr_message(w, RTM_NEWADDR, 7, "10.2.0.1", "10.2.0.1");
	assert_int_equal(w->addr_calls, 1);
	addr_message(w, RTM_NEWADDR, 7, "2001:db8::1", NULL);
	addr_message(w, RTM_NEWADDR, 9, "192.0.2.2",
	    "192.0.2.1"); /* point to point: the other end, our own */
	assert_int_equal(w->addr_calls, 3);
	assert_int_equal(w->naddrs, 3);
	assert_string_equal(addr_text(text, &w->addr[0]), "10.2.0.1");
	assert_string_equal(addr_text(text, &w->addr[1]), "192.0.2.1");
	assert_string_equal(addr_text(text, &w->addr[2]), "2001:db8::1");
	addr_message(
	    w, RTM_DELADDR, 7, "10.2.0.1", "10.2.0.1"); /* the other interface still has it */
	assert_int_equal(w->addr_calls, 3);
	addr_message(w, RTM_DELADDR, 8, "10.2.0.1", "10.2.0.1");
	assert_int_equal(w->addr_calls, 4);
	assert_int_equal(w->naddrs, 2);
	addr_message(w, RTM_DELADDR, 8, "10.9.9.9", "10.9.9.9"); /* never heard of */
	assert_int_equal(w->addr_calls, 4);
}

/* The real kernel, in a network namespace of each test's own: only with privilege. */

static int
set_up_real(void **state)
{
	return unshare(CLONE_NEWNET) < 0 ? -1 : set_up(state);
}

static void
ip(const char *command)
{
	int status = system(command);

	if (status)
		print_error("%s: status %d\n", command, status);
	assert_int_equal(status, 0);
}

static bool
has_addr(const struct world *w, const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	for (uint32_t i = 0; i < w->naddrs; i++)
		if (addr_equal(&w->addr[i], &a))
			return true;
	return false;
}

/* Reads events until IFACE was said with PRESENT and UP, at most five seconds. */
static void
wait_link(struct world *w, uint16_t iface, bool present, bool up)
{
	for (unsigned i = 0; i < 500; i++) {
		struct pollfd p = { .fd = netlink_fd(w->n), .events = POLLIN };

		for (unsigned k = w->links; k-- > 0;)
			if (w->link[k].iface == iface) {
				if (w->link[k].present == present && w->link[k].up == up)
					return;
				break;
			}
		(void)poll(&p, 1, 10);
		netlink_read(w->n, (nstime)i);
	}
	fail_msg("interface %u did not become present=%d up=%d", iface, present, up);
}

static void
test_real_kernel(void **state)
{
	struct world *w = *state;

	ip("ip link add eth1 type veth peer name far1");
	ip("ip link set eth1 up && ip link set far1 up && ip link set lo up");
	ip("ip addr add 10.1.0.1/24 dev eth1");
	assert_int_equal(netlink_open(w->n, 0), 0);
	assert_int_equal(netlink_due(w->n), NETLINK_REDUMP);
	assert_int_equal(w->links, 3); /* eth1 is there, eth2 and eth3 are not: all are said */
	assert_true(w->link[0].present);
	assert_int_equal(w->why[1], GAP_IFACE_GONE);
	assert_int_equal(w->why[2], GAP_IFACE_GONE);
	assert_true(has_addr(w, "10.1.0.1"));
	assert_true(has_addr(w, "127.0.0.1"));
	wait_link(w, 0, true, true);

	ip("ip link set far1 down"); /* the carrier goes */
	wait_link(w, 0, true, false);
	ip("ip link set far1 up");
	wait_link(w, 0, true, true);
	uint32_t index = w->link[w->links - 1].index;
	ip("ip link del eth1");
	wait_link(w, 0, false, false);
	ip("ip link add eth1 type veth peer name far1 && ip link set eth1 up && ip link set far1 "
	   "up");
	wait_link(w, 0, true, true);
	assert_int_not_equal(w->link[w->links - 1].index, index);
	ip("ip link set eth1 down && ip link set eth1 name elsewhere");
	wait_link(w, 0, false, false);
	assert_int_equal(w->why[w->links - 1], GAP_IFACE_RENAMED);
	ip("ip link set elsewhere name eth2 && ip link set eth2 up");
	wait_link(w, 1, true, true);
	unsigned before = w->links;
	ip("ip link add br0 type bridge && ip link set eth2 master br0 && ip link set eth2 "
	   "nomaster");
	netlink_tick(w->n, NETLINK_REDUMP); /* everything is asked again: nothing is new */
	assert_int_equal(w->links, before);
}

/* Where no socket can be had, events are lost in every second until there is one. */
static void
test_no_socket(void **state)
{
	struct world *w = *state;
	struct rlimit files, none;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = files.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	int opened = netlink_open(w->n, 0);
	bool lost = netlink_tick(w->n, 0), early = netlink_tick(w->n, NS_SEC - 1),
	     again = netlink_tick(w->n, NS_SEC);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	assert_true(opened < 0 && lost && !early && again);
	assert_false(netlink_tick(w->n, 2 * NS_SEC));
	assert_true(netlink_fd(w->n) >= 0);
}

static void
test_overrun(void **state)
{
	struct world *w = *state;
	int small = 8192;

	/* Two hundred pairs of interfaces and a small buffer: events are dropped, and the state
	 * must still be right. */
	assert_int_equal(netlink_open(w->n, 0), 0);
	assert_int_equal(
	    setsockopt(netlink_fd(w->n), SOL_SOCKET, SO_RCVBUFFORCE, &small, sizeof small), 0);
	w->links = 0;
	ip("for i in $(seq 200); do echo link add a$i type veth peer name b$i; done | ip -batch -");
	ip("ip link add eth3 type veth peer name far3 && ip link set eth3 up && ip link set far3 "
	   "up");
	ip("ip addr add 2001:db8::3/64 dev eth3 nodad");
	assert_true(netlink_read(w->n, NS_SEC));
	assert_int_equal(netlink_due(w->n), NS_SEC + NETLINK_DEBOUNCE);
	while (netlink_read(w->n, NS_SEC))
		;
	netlink_tick(w->n, NS_SEC + NETLINK_DEBOUNCE - 1);
	assert_int_equal(w->links, 0);
	netlink_tick(w->n, NS_SEC + NETLINK_DEBOUNCE);
	assert_int_equal(w->links, 1);
	assert_int_equal(w->link[0].iface, 2);
	assert_true(w->link[0].present);
	assert_true(has_addr(w, "2001:db8::3"));
}

/* Every interface disappears while nobody reads. */
static void
test_redump_finds_what_is_gone(void **state)
{
	struct world *w = *state;

	ip("ip link add eth2 type veth peer name far2 && ip addr add 10.7.0.1/24 dev eth2");
	assert_int_equal(netlink_open(w->n, 0), 0);
	uint32_t had = w->naddrs;
	w->links = 0;
	/* The events are never read: the answer to the question must do. */
	ip("ip link del eth2");
	netlink_tick(w->n, NETLINK_REDUMP);
	expect_link(w, 1, false, false, 0, GAP_IFACE_GONE);
	assert_int_equal(w->naddrs, had - 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define REAL(name) cmocka_unit_test_setup_teardown(name, set_up_real, tear_down)

int
main(void)
{
	const struct CMUnitTest made[] = {
		CASE(test_up_and_down),
		CASE(test_renames),
		CASE(test_bridge_messages),
		CASE(test_cut_messages),
		CASE(test_addresses),
		CASE(test_no_socket),
	};
	const struct CMUnitTest real[] = {
		REAL(test_real_kernel),
		REAL(test_overrun),
		REAL(test_redump_finds_what_is_gone),
	};

	if (UNIT_RUN(made))
		return 1;
	if (geteuid() != 0 || unshare(CLONE_NEWNET) < 0) {
		fprintf(stderr, "skipped: a network namespace needs root (%s)\n",
		    geteuid() ? "not root" : strerror(errno));
		return 77;
	}
	return UNIT_RUN(real);
}
