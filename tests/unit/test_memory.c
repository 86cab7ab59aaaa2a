/* test_memory.c - what is sealed stays as it is, and nothing else passes for it. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"

static void
test_fixed(void **state)
{
	int fd = memory_fixed("test", 5000);
	uint8_t *at;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(lseek(fd, 0, SEEK_END), 5000);
	assert_int_equal(ftruncate(fd, 4999), -1);
	assert_int_equal(ftruncate(fd, 5001), -1);
	at = mmap(NULL, 5000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(at != MAP_FAILED);
	assert_int_equal(at[4999], 0);
	at[4999] = 7; /* only the size is fixed */
	munmap(at, 5000);
	assert_false(memory_is_sealed(fd, 5000));
	close(fd);
}

static void
test_sealed(void **state)
{
	static const char text[] = "for ever";
	char got[sizeof text];
	int fd = memory_sealed("test", text, sizeof text);

	(void)state;
	assert_true(fd >= 0);
	assert_true(memory_is_sealed(fd, sizeof text));
	assert_int_equal(pread(fd, got, sizeof got, 0), sizeof got);
	assert_memory_equal(got, text, sizeof text);
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(ftruncate(fd, 100), -1);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1); /* not even more seals */
	assert_true(mmap(NULL, sizeof text, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	/* another size than was said */
	assert_false(memory_is_sealed(fd, sizeof text - 1));
	assert_false(memory_is_sealed(fd, sizeof text + 1));
	close(fd);
}

/* What is written piece by piece is sealed at the end. */
static void
test_open_and_seal(void **state)
{
	int fd = memory_open("test");

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(write(fd, "for ", 4), 4);
	assert_int_equal(write(fd, "ever", 4), 4);
	assert_false(memory_is_sealed(fd, 8));
	assert_int_equal(memory_seal(fd), 0);
	assert_true(memory_is_sealed(fd, 8));
	assert_int_equal(write(fd, "!", 1), -1);
	assert_int_equal(memory_seal(fd), -EPERM); /* not even again */
	close(fd);
}

static void
test_not_sealed(void **state)
{
	int fd, pair[2];

	(void)state;
	assert_false(memory_is_sealed(-1, 0));
	assert_int_equal(pipe(pair), 0); /* whoever read it would wait */
	assert_false(memory_is_sealed(pair[0], 0));
	close(pair[0]);
	close(pair[1]);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_false(memory_is_sealed(fd, 0));
	close(fd);
	/* every seal but one: it could shrink under its reader */
	fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 10), 0);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SEAL), 0);
	assert_false(memory_is_sealed(fd, 10));
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_sealed),
		cmocka_unit_test(test_open_and_seal),
		cmocka_unit_test(test_not_sealed),
	};

	return UNIT_RUN(tests);
}
