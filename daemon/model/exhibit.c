/* exhibit.c - see exhibit.h. */
#include "model/exhibit.h"

bool
exhibit_valid(const struct exhibit *x, size_t size, const struct policy *p)
{
	return finding_valid(&x->f, p) && place_valid(&x->at, p) && size <= EXHIBIT_SNAP &&
	       x->wirelen >= size && !(x->flags & ~(unsigned)EXHIBIT_FLAGS);
}
