/* rdp_channel.c - what static virtual channels are for, by their names ([MS-RDPBCGR] 2.2.1.3.4.1).
 * What is not in the table redirects something that nobody has described. */
#include "worker/rdp_in.h"

#include <strings.h>

/* In names CAPITALS and small letters are the same: [MS-RDPECLIP] 2.1 says CLIPRDR, its own example
 * (4.1) has cliprdr. */
static const struct {
	const char *name;
	uint64_t words; /* 0: it redirects nothing */
	bool dynamic;
} table[] = {
	/* [MS-RDPEFS] 2.1. Also printers, ports and smart cards ([MS-RDPEPC], [MS-RDPESP],
	 * [MS-RDPESC]): which of them is said in the channel itself. */
	{ "rdpdr", WHAT_DRIVE, false },
	{ "cliprdr", WHAT_CLIPBOARD, false }, /* [MS-RDPECLIP] 2.1 */
	{ "urbdrc", WHAT_USB, false },	      /* [MS-RDPEUSB] 2.1, there a dynamic one */
	{ "drdynvc", 0, true },		      /* [MS-RDPEDYC] 2.1 */
	{ "rdpsnd", 0, false },		      /* [MS-RDPEA] 2.1: sound of the server */
	{ "rail", 0, false },	 /* [MS-RDPERP] 1.4: single windows; Microsoft's client */
	{ "rail_wi", 0, false }, /* asks for these two with it */
	{ "rail_ri", 0, false }, { "encomsp", 0, false }, /* [MS-RDPEMC] 1.5: who looks on */
};

/* Adds a name as it was sent. Room is left to say that there were more. */
static void
add_name(struct rdp_channels *c, const uint8_t *name, size_t n)
{
	static const char more[] = ",...";
	size_t comma = c->nnames > 0;

	if (c->cut)
		return;
	c->cut = c->nnames + comma + n > sizeof c->names - (sizeof more - 1);
	if (c->cut) {
		memcpy(c->names + c->nnames, more, sizeof more - 1);
		c->nnames = (uint8_t)(c->nnames + sizeof more - 1);
		return;
	}
	if (comma)
		c->names[c->nnames] = ',';
	memcpy(c->names + c->nnames + comma, name, n);
	c->nnames = (uint8_t)(c->nnames + comma + n);
}

void
rdp_channel(struct rdp_channels *c, const uint8_t *name)
{
	const char *text = (const char *)name;
	size_t n = strnlen(text, RDP_CHANNEL_NAME - 1); /* the last byte is a zero */
	uint64_t words = WHAT_CHANNEL;
	bool dynamic = false;

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		if (strlen(table[i].name) != n || strncasecmp(table[i].name, text, n) != 0)
			continue;
		words = table[i].words;
		dynamic = table[i].dynamic;
	}
	for (size_t i = n; i < RDP_CHANNEL_NAME; i++)
		if (name[i] != 0)
			words |= WHAT_CHANNEL; /* something is behind the name */
	c->dynamic |= dynamic;
	c->nameless |= n == 0;
	if (n == 0 || words == 0)
		return;
	c->words |= words;
	add_name(c, name, n);
}
