/* screen.h - what the inspectors of screen protocols say, in common: rdp.h, rfb.h.
 *
 * Knows: nothing of any protocol. Included by the inspectors and by inspect.
 */
#ifndef SEGAUDIT_SCREEN_H
#define SEGAUDIT_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/finding.h"

/* What is said of a screen session, at once. */
struct screen_verdict {
	uint16_t id;		    /* 3201 to 3203 */
	uint64_t words;		    /* enum what; never 0 */
	const char *name;	    /* names from the wire (channels, joined by commas); borrowed */
	uint8_t nname;		    /* at most FINDING_NAME; 0: there is nothing to name */
	const uint8_t *certificate; /* FINDING_CERTIFICATE bytes of the hash of the server's; or
				       NULL; borrowed */
};

/* Called for each verdict. The same words under the same id are not said twice of one session. It
 * may not call the inspector. */
typedef void screen_say(void *ctx, const struct screen_verdict *v);

#endif
