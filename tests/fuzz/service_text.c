/* SPDX-License-Identifier: BSD-2-Clause */
/* A service file's text with lines of pam_mfa.so, and without them: what is put in is
 * read by libpam's rules, and what is taken out is gone. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "mfa/service_text.h"
#include "mfa/stack.h"

static bool asks(const struct mfa_service *service)
{
	const struct mfa_stack *stack = &service->own[MFA_FACILITY_AUTH];
	for (size_t i = 0; i < stack->count; i++)
		if (strcmp(mfa_stack_line_module(&stack->lines[i]), "pam_mfa.so") == 0)
			return true;
	return false;
}

static void check_added(const char *text)
{
	const struct mfa_pam_rootfs tree = { "", fuzz_folder() };
	struct mfa_diag diag = { .text = "" };
	struct mfa_service service;
	char *again = NULL;
	must(mfa_service_text_add(text, MFA_COMMON_MORE, &again) == MFA_ERR_EXISTS);
	fuzz_write(fuzz_path("probe"), text, strlen(text));
	if (mfa_service_read(&tree, "probe", &diag, &service) != MFA_OK)
		return;
	must(service.is_refused || service.is_undefined_behaviour || asks(&service));
	mfa_service_done(&service);
}

static void check_removed(const char *text)
{
	char *again = NULL;
	must(mfa_service_text_remove(text, &again) == MFA_ERR_NOTFOUND);
}

static void add(const char *text, enum mfa_common_auth common)
{
	char *made = NULL;
	char *back = NULL;
	int err = mfa_service_text_add(text, common, &made);
	must(err != MFA_OK || made != NULL);
	if (err != MFA_OK)
		return;
	check_added(made);
	if (mfa_service_text_remove(made, &back) == MFA_OK)
		check_removed(back);
	free(back);
	free(made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	char *text = input_text(&input);
	char *without = NULL;
	fuzz_write(fuzz_path("common-auth"), "auth required pam_unix.so\n", 26);
	fuzz_write(fuzz_path("common-account"), "account required pam_unix.so\n", 29);
	(void)mfa_common_auth_kind(text);
	(void)mfa_service_text_has_common(text);
	add(text, MFA_COMMON_PLAIN);
	add(text, MFA_COMMON_MORE);
	if (mfa_service_text_remove(text, &without) == MFA_OK)
		check_removed(without);
	free(without);
	free(text);
	return 0;
}
