#include "caller.h"

#include <unistd.h>

#include "people.h"

uint32_t caller_find(void)
{
	uid_t real = getuid();
	/* where it cannot be asked, as with few descriptors: the caller's doing, perhaps */
	if (real != 0 && people_has_account(real) != MFA_MATCH_YES)
		return MFA_CALLER_NAMELESS;
	return real;
}
