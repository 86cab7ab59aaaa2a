/* verify.c - `segauditctl verify` alone: record_verify [-j] [-r] [-k PUBKEY] FILE… */
#include <string.h>

#include "client/verify.h"

int
main(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "-j") == 0;

	return verify_command(argc - json, argv + json, json);
}
