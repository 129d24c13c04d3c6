/* SPDX-License-Identifier: BSD-2-Clause */
/* For programs that clear their environment: umockdev's library looks there for the mock,
 * at each call. */
#include <stdlib.h>

int clearenv(void)
{
	return 0;
}
