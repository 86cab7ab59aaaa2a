/* outlet_journal.h - a line as systemd-journald takes it: one datagram of fields
 * (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/).
 *
 * Knows: the fields' names, and the form of a value that holds a newline. Owns nothing. Called by
 * hub/outlet only. Never sends.
 *
 * MESSAGE is the line, PRIORITY and SYSLOG_FACILITY its numbers, MESSAGE_ID names the id for the
 * catalog. SEGAUDIT_ID, SEGAUDIT_STATE and one SEGAUDIT_<KEY> for each field of the line, whose
 * values are what they stand for, without escapes; SEGAUDIT_TIME is when the line was said, since
 * the journal knows only when it came.
 */
#ifndef SEGAUDIT_OUTLET_JOURNAL_H
#define SEGAUDIT_OUTLET_JOURNAL_H

#include "base/text.h"
#include "hub/outlet.h"

/* Bytes of a record: a line and its fields, each at most 9 bytes longer than in the line. */
enum { JOURNAL_RECORD = 8192 };

/* Appends the record of a line to T. A field that does not fit is left out; MESSAGE always fits in
 * JOURNAL_RECORD bytes. */
void journal_record(struct text *t, const struct outlet *o, const struct outlet_line *line);

#endif
