/* savefile.h - reads captured frames from a pcap or pcapng file, in place.
 *
 * Knows: classic pcap (micro- and nanoseconds, both byte orders, modified magics) and pcapng (SHB,
 * IDB, EPB, SPB, old PB; others skipped; sections of either byte order; per-interface link type,
 * snap length, time resolution and offset, name, MAC). Owns the file descriptor and one buffer of
 * 256 KiB that grows only for a larger block (16 MiB at most). Called by replay. Never trusts a
 * length, never uses libpcap. pcap: draft-ietf-opsawg-pcap; pcapng: draft-ietf-opsawg-pcapng.
 */
#ifndef SEGAUDIT_SAVEFILE_H
#define SEGAUDIT_SAVEFILE_H

#include "base/addr.h"
#include "model/frame.h"

struct savefile;

enum savefile_result {
	SAVEFILE_FRAME, /* one more frame */
	SAVEFILE_MORE,	/* the buffer is used up: let go of all frames taken so far, then
			   savefile_fill() */
	SAVEFILE_END,	/* clean end of the file */
	SAVEFILE_BAD, /* truncated or malformed here; savefile_error() says what. The frames before
			 are good */
};

/* One interface description of the file. A classic pcap has one, without a name. */
struct savefile_iface {
	char name[64]; /* if_name, cut, control bytes made `?`; "" without one */
	struct mac mac;
	bool has_mac;  /* if_MACaddr */
	uint32_t link; /* enum frame_link or another linktype */
};

/* Opens FILE and reads its header. 0; -errno when it cannot be opened or read; -EBADMSG when it is
 * neither pcap nor pcapng (an empty or cut file too): then *ERROR, a text of its own, says what it
 * is. The caller closes it. */
int savefile_open(const char *file, struct savefile **s, const char **error);
void savefile_close(struct savefile *s);

/* The same from a descriptor, read on from where it stands; it is closed in every case, at the
 * latest by savefile_close(). */
int savefile_open_fd(int fd, struct savefile **s, const char **error);

/* The next frame. `bytes` points into the buffer and stays valid until savefile_fill(). Sets bytes,
 * caplen, wirelen, time, link; *IFACE is the number of its description. seq and iface are the
 * caller's. Files may go back in time: the caller sees it as it is; but a time before 1970 or after
 * 2199 becomes the nearest of these, so that adding a length to it cannot overflow. A pcapng block
 * without a time (SPB) has that of the frame before it in the file. */
enum savefile_result savefile_next(struct savefile *s, struct frame *f, uint32_t *iface);

/* Reads on behind what is left in the buffer. 0, or -errno. */
int savefile_fill(struct savefile *s);

/* Descriptions seen so far (pcapng may add some on the way), and one of them. */
uint32_t savefile_ifaces(const struct savefile *s);
const struct savefile_iface *savefile_iface(const struct savefile *s, uint32_t iface);

/* What SAVEFILE_BAD was about, in one sentence with the offset in the file. Borrowed. */
const char *savefile_error(const struct savefile *s);

/* Bytes from the point of SAVEFILE_BAD to the end of the file: what could not be judged. Of a pipe,
 * those that were read. */
uint64_t savefile_lost(const struct savefile *s);

#endif
