/* fuzz_savefile.c - any bytes as a capture file: what is read lies inside, is bounded, and ends. */
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "capture/savefile.h"

/* Reads to the end, touching every byte of every frame. */
static void
read_all(struct savefile *s, size_t size)
{
	volatile uint8_t sink = 0;
	size_t frames = 0;

	for (;;) {
		struct frame f = { .bytes = NULL };
		uint32_t iface;

		switch (savefile_next(s, &f, &iface)) {
		case SAVEFILE_FRAME:
			CHECK(++frames <= size / 16);
			CHECK(iface < savefile_ifaces(s) && savefile_iface(s, iface));
			CHECK(f.caplen <= size && f.wirelen >= f.caplen && f.time >= 0);
			for (uint32_t i = 0; i < f.caplen; i++)
				sink ^= f.bytes[i];
			continue;
		case SAVEFILE_MORE:
			CHECK(savefile_fill(s) == 0);
			continue;
		case SAVEFILE_END:
			CHECK(savefile_lost(s) == 0);
			break;
		case SAVEFILE_BAD:
			CHECK(savefile_error(s)[0] != '\0' && savefile_lost(s) <= size);
			break;
		}
		(void)sink; /* only there to be written */
		return;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct savefile *s;
	const char *error;
	int fd = memfd_create("input", MFD_CLOEXEC);

	CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	if (savefile_open_fd(fd, &s, &error) < 0) {
		CHECK(error && *error);
		return 0;
	}
	read_all(s, size);
	savefile_close(s);
	return 0;
}
