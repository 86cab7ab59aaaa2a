/* test_control_request.c - requests of the control socket: which are read, which lines pass. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "hub/control_request.h"

static struct control_request r; /* large; not to be copied */

static enum control_fault
read_text(const char *text)
{
	return control_request_read(&r, text, strlen(text));
}

static void
test_good(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CONTROL_COMMANDS; i++) {
		char text[64];

		snprintf(text, sizeof text, "segaudit 1 %s%s",
		    control_name((enum control_command)i), i == CONTROL_tail ? " 10" : "");
		assert_int_equal(read_text(text), CONTROL_FAULT_NONE);
		assert_int_equal(r.command, i);
		assert_int_equal(r.nfilters, 0);
		/* Reload is the only one that changes something. */
		assert_int_equal(control_changes(r.command), i == CONTROL_reload);
	}
	assert_int_equal(read_text("segaudit 1 tail 2048 id=2003 want=\"mon-fri 08:00-19:00\""),
	    CONTROL_FAULT_NONE);
	assert_int_equal(r.lines, 2048);
	assert_int_equal(r.nfilters, 2);
	assert_int_equal(read_text("segaudit 1 incidents"), CONTROL_FAULT_NONE);
	assert_int_equal(r.lines, 0);
	assert_int_equal(r.nfilters, 0);
}

static void
test_faults(void **state)
{
	static const struct {
		const char *text;
		enum control_fault fault;
	} bad[] = {
		{ "", CONTROL_FAULT_VERSION },
		{ "segaudit 1", CONTROL_FAULT_VERSION },
		{ "segaudit 2 status", CONTROL_FAULT_VERSION },
		{ "segaudit 10 status", CONTROL_FAULT_VERSION },
		{ "GET / HTTP/1.1\r\n\r\n", CONTROL_FAULT_VERSION },
		{ "segaudit 1 ", CONTROL_FAULT_SYNTAX },
		{ "segaudit 1  status", CONTROL_FAULT_SYNTAX },
		{ "segaudit 1 status ", CONTROL_FAULT_SYNTAX },
		{ "segaudit 1 status\n", CONTROL_FAULT_SYNTAX },
		{ "segaudit 1 status x", CONTROL_FAULT_SYNTAX },
		{ "segaudit 1 status id=2003", CONTROL_FAULT_SYNTAX },
		{ "segaudit 1 statu", CONTROL_FAULT_UNKNOWN },
		{ "segaudit 1 statuss", CONTROL_FAULT_UNKNOWN },
		{ "segaudit 1 STATUS", CONTROL_FAULT_UNKNOWN },
		{ "segaudit 1 tail", CONTROL_FAULT_SYNTAX },
		{ "segaudit 1 tail x", CONTROL_FAULT_SYNTAX },
		{ "segaudit 1 tail -1", CONTROL_FAULT_SYNTAX },
		{ "segaudit 1 tail 2049", CONTROL_FAULT_SYNTAX },
		{ "segaudit 1 tail 99999999999", CONTROL_FAULT_SYNTAX },
		{ "segaudit 1 tail 4294967297", CONTROL_FAULT_SYNTAX }, /* 1 in 32 bits */
		{ "segaudit 1 tail 00010", CONTROL_FAULT_SYNTAX },
		{ "segaudit 1 tail 10 x", CONTROL_FAULT_SYNTAX },
		{ "segaudit 1 incidents id=", CONTROL_FAULT_SYNTAX },
		{ "segaudit 1 incidents id=\"2003", CONTROL_FAULT_SYNTAX },
		{ "segaudit 1 incidents \xe3\x81\x82=1", CONTROL_FAULT_SYNTAX },
		{ "segaudit 1 incidents want=\"\xe3\x81\x82\"", CONTROL_FAULT_SYNTAX },
		{ "segaudit 1 incidents want=\"a\x7f\"", CONTROL_FAULT_SYNTAX },
		{ "segaudit 1 reload now", CONTROL_FAULT_SYNTAX },
	};
	char text[8192] = "segaudit 1 incidents";

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (read_text(bad[i].text) != bad[i].fault)
			fail_msg("\"%s\": %d instead of %d", bad[i].text, read_text(bad[i].text),
			    bad[i].fault);
	assert_int_equal(control_request_read(&r, "segaudit 1 status\0", 18), CONTROL_FAULT_SYNTAX);
	/* Sixteen filters, and one more. */
	for (unsigned i = 0; i < CONTROL_FILTERS; i++)
		memcpy(text + 20 + 4 * i, " a=1", 5);
	assert_int_equal(read_text(text), CONTROL_FAULT_NONE);
	assert_int_equal(r.nfilters, CONTROL_FILTERS);
	memcpy(text + 20 + 4 * CONTROL_FILTERS, " a=1", 5);
	assert_int_equal(read_text(text), CONTROL_FAULT_SYNTAX);
	/* As long as one may be, and one byte more. */
	memset(text, 'x', sizeof text);
	memcpy(text, "segaudit 1 incidents a=", 23);
	assert_int_equal(control_request_read(&r, text, CONTROL_REQUEST_MOST), CONTROL_FAULT_NONE);
	assert_int_equal(
	    control_request_read(&r, text, CONTROL_REQUEST_MOST + 1), CONTROL_FAULT_LONG);
}

static void
expect(const char *filters, const char *line, bool passes)
{
	char text[512];

	snprintf(text, sizeof text, "segaudit 1 incidents%s%s", filters[0] ? " " : "", filters);
	assert_int_equal(read_text(text), CONTROL_FAULT_NONE);
	if (control_request_passes(&r, line, strlen(line)) != passes)
		fail_msg("%s: %s%s", filters, line, passes ? " does not pass" : " passes");
}

static void
test_filters(void **state)
{
	static const char line[] =
	    "SEG2003 OPEN ev=AB sev=crit pair=lgwan>internet near=vdi:service in=eth2 vlan=20 "
	    "proto=tcp src=10.2.0.9:51514 dst=10.3.9.7:3390 what=limit,opaque-tunnel n=1 "
	    "msg=\"x sev=info \\\" y=2\"";

	(void)state;
	expect("", line, true);
	expect("id=2003", line, true);
	expect("id=SEG2003", line, true);
	expect("id=seg2003", line, true);
	expect("id=003", line, false);
	expect("id=2002", line, false);
	expect("id=2002 id=2003", line, true);
	expect("state=OPEN", line, true);
	expect("state=CLOSED", line, false);
	expect("sev=crit pair=lgwan>internet", line, true);
	expect("sev=crit pair=lgwan>outside", line, false);
	expect("sev=alert sev=crit in=eth2", line, true);
	expect("sev=alert sev=crit in=eth1", line, false);
	expect("sev=info", line, false); /* what msg holds are no fields */
	expect("y=2", line, false);
	expect("src=10.2.0.9", line, true);
	expect("src=10.2.0.9:51514", line, true);
	expect("src=10.2.0", line, false);
	expect("src=10.2.0.9:5151", line, false);
	expect("dst=10.2.0.9", line, false);
	expect("dst=10.3.9.7", line, true);
	expect("dst=10.3.9.7:3390", line, true);
	expect("flags=likely", "SEG2003 OPEN flags=midstream,likely", true);
	expect("flags=like", "SEG2003 OPEN flags=midstream,likely", false);
	expect("what=limit", line, true);
	expect("what=opaque-tunnel", line, true);
	expect("what=limit,opaque-tunnel", line, true);
	expect("what=opaque", line, false);
	expect("vlan=20 n=1", line, true);
	expect("near=vdi", line, false);
	expect("color=red", line, false);
	expect("src=2001:db8::9", "SEG2003 OPEN src=[2001:db8::9]:51514 n=1", true);
	expect("src=[2001:db8::9]:51514", "SEG2003 OPEN src=[2001:db8::9]:51514 n=1", true);
	expect("src=2001:db8::", "SEG2003 OPEN src=[2001:db8::9]:51514 n=1", false);
	expect("src=2001:db8::9", "SEG2003 OPEN src=2001:db8::9 n=1", true);
	expect("src=2001:db8:", "SEG2003 OPEN src=2001:db8::9 n=1", false);
	expect("want=\"mon-fri 08:00\"", "SEG2006 OPEN want=\"mon-fri 08:00\"", true);
	expect("src=2001", "SEG2003 OPEN src=2001:db8::9 n=1", false);
	expect("src=2001:db8", "SEG2003 OPEN src=[2001:db8 n=1", false);
	/* Lines that are none pass nothing, and harm nobody. */
	expect("id=2003", "", false);
	expect("id=2003", "x", false);
	expect("src=1", "SEG2003 OPEN src=[ dst=: n=", false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_filters),
	};

	return UNIT_RUN(tests);
}
