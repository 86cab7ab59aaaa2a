/* fuzz_control.c - any bytes as a request of the control socket, and as a line that is asked
 * whether it passes.
 *
 * The bytes up to the first NUL are the request, the rest is the line.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "hub/control_request.h"

/* Does the span lie in the request's own copy? */
static void
check_span(const struct control_request *r, struct span s)
{
	CHECK(s.size && s.at >= r->text && s.at + s.size <= r->text + sizeof r->text);
}

static void
check_plain(const struct record_field *f)
{
	char plain[32];

	(void)record_plain(plain, sizeof plain, f);
	CHECK(strlen(plain) < sizeof plain);
	for (const char *p = plain; *p; p++)
		CHECK((unsigned char)*p >= ' ' && *p != 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	size_t head = nul ? (size_t)(nul - data) : size;
	const char *line = (const char *)data + head + (nul != NULL);
	size_t line_size = size - head - (nul != NULL);
	struct control_request *r = malloc(sizeof *r);

	if (!r)
		return 0;
	enum control_fault fault = control_request_read(r, data, head);
	CHECK((fault == CONTROL_FAULT_LONG) == (head > CONTROL_REQUEST_MOST));
	if (fault == CONTROL_FAULT_NONE) {
		CHECK(r->command < CONTROL_COMMANDS);
		CHECK(r->lines <= CONTROL_LINES && r->nfilters <= CONTROL_FILTERS);
		for (unsigned i = 0; i < r->nfilters; i++) {
			check_span(r, r->filter[i].key);
			check_plain(&r->filter[i]);
		}
		bool passes = control_request_passes(r, line, line_size);
		CHECK(passes || r->nfilters);
	}
	free(r);
	return 0;
}
