/* line.h - the line of ALERTS 1: one incident, or one note of the auditor about itself, as text or
 * as JSON.
 *
 * Knows: which fields a line has and in which order; that all up to dst stand in the first 400
 * bytes. Owns nothing. Called by hub and replay. Never more than LINE_MAX_BYTES bytes, in JSON too;
 * what does not fit is left out with trunc=1: first msg is shortened, then what a conduit wants and
 * got, then long names are cut, then fields behind dst are left out.
 *
 * Beyond the examples of ALERTS: a tag on the side where the copy left is outvlan=30; WORSE says
 * n=+ADDED total=; CLOSED ends its counts with n=+ADDED when some were not said before;
 * ethertype=0x88cc stands for proto, src and dst of a frame without IP.
 */
#ifndef SEGAUDIT_LINE_H
#define SEGAUDIT_LINE_H

#include "base/text.h"
#include "hub/incident.h"

struct rollup;

enum { LINE_MAX_BYTES = 1024 };

/* What only a running daemon adds to a line; NULL in replay. */
struct line_run {
	char sid[9];  /* this run, 8 hexadecimal digits */
	uint64_t seq; /* number of the line in this run */
	char h[17];   /* its hash, 16 hexadecimal digits (model/chain.h): any, until it is known */
	const char *sha256; /* of the incident's evidence, for CLOSED: 64 digits; NULL: none */
};

/* `SEG2003 OPEN ev=… …` without a newline. ADDED as incident_say(). P gives language and timezone;
 * it need not be that of the incident's generation. Severity goes to *SEVERITY (syslog number). */
void line_incident(struct text *t, const struct policy *p, enum incident_state state,
    const struct incident *i, uint64_t added, const struct line_run *run, uint8_t *severity);

/* The same as one JSON object (ALERTS 1.1). */
void line_incident_json(struct text *t, const struct policy *p, enum incident_state state,
    const struct incident *i, uint64_t added, const struct line_run *run);

/* The severity (syslog number) of a line about an incident. */
uint8_t line_severity(enum incident_state state, const struct incident *i);

/* `SEG2003 UPDATE sev=… … n=+ADDED incidents=K …` without ev: what stands for lines that were not
 * said (hub/storm). closed= says how many of the incidents were said before and are closed. */
void line_rollup(
    struct text *t, const struct policy *p, const struct rollup *r, const struct line_run *run);
void line_rollup_json(
    struct text *t, const struct policy *p, const struct rollup *r, const struct line_run *run);

/* `SEG9001 NOTE sev=info verdict=notice FIELDS msg="…"`: FIELDS is built by the caller with
 * text_add/text_pair, may be empty. A field in= says that 6004 and 9004 are about a captured
 * interface: they are err then. MSG is any text. */
void line_note(struct text *t, uint16_t id, const char *fields, const char *msg,
    const struct line_run *run, uint8_t *severity);
void line_note_json(
    struct text *t, uint16_t id, const char *fields, const char *msg, const struct line_run *run);

#endif
