/* SPDX-License-Identifier: BSD-2-Clause */
#include "leaks.h"

#include <stddef.h>

#include "mfa/base.h"

const char *__lsan_default_suppressions(void);
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

/* LeakSanitizer asks for these: what libraries lose by themselves. */
MFA_PUBLIC const char *__lsan_default_suppressions(void)
{
	return "leak:_nl_normalize_codeset\n" /* glibc: newlocale without memory */
	       "leak:_dl_map_object_deps\n";  /* ld.so keeps it out of sight */
}

MFA_PUBLIC const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1:print_suppressions=0:"
	       "handle_segv=0:handle_abort=0:log_path=/dev/null";
}

MFA_PUBLIC const char *__ubsan_default_options(void)
{
	return "halt_on_error=1";
}

bool leaks_can_be_seen(void)
{
	return __lsan_do_recoverable_leak_check != NULL;
}

bool leaks_are_there(void)
{
	return leaks_can_be_seen() && __lsan_do_recoverable_leak_check() != 0;
}
