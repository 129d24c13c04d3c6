/* SPDX-License-Identifier: BSD-2-Clause */
/* pam.d: each service through the prover. */
#include "check/parts.h"

#include <stdlib.h>
#include <string.h>

/* Greeters that can log somebody in by themselves do so in these services. */
static bool is_autologin_off(const struct check *check, const char *name)
{
	static const char ending[] = "-autologin";
	size_t len = strlen(name);
	return len > strlen(ending) && strcmp(name + len - strlen(ending), ending) == 0 &&
	       check->pam_folder == NULL && !check_has_autologin(check, name);
}

static int inspect_service(struct check *check, const char *name, bool is_other)
{
	struct check_service *services =
		reallocarray(check->services, check->service_count + 1, sizeof *services);
	if (services == NULL)
		return MFA_ERR_NOMEM;
	check->services = services;
	struct check_service *service = &services[check->service_count];
	*service = (struct check_service){ .is_other = is_other };
	service->name = strdup(name);
	if (service->name == NULL)
		return MFA_ERR_NOMEM;
	check->service_count++;
	service->is_unused = is_autologin_off(check, name);
	const char *asked = is_other ? NULL : name;
	int err = mfa_inspect(&check->inspector, asked, &service->inspection);
	if (err != MFA_OK || service->inspection.grade != MFA_GRADE_BYPASS)
		return err;
	return mfa_cure_find(&check->inspector, asked, &service->inspection,
			     &service->cure);
}

void check_services(struct check *check)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	struct mfa_diag diag = { .text = "" };
	int err = MFA_OK;
	if (check->only != NULL)
		err = mfa_strings_add(&names, check->only);
	else
		err = mfa_service_list(&check->inspector.rootfs, &diag, &names);
	for (size_t i = 0; err == MFA_OK && i < names.count; i++)
		err = inspect_service(check, names.items[i],
				      strcmp(names.items[i], "other") == 0);
	if (!check->inspector.knows_modules)
		check_add(check, CHECK_NOTE, "modules-unseen", CHECK_NOWHERE, "%s",
			  TR(check->app, MFA_N_("there are no modules of PAM to look at "
						"here: each is taken to exist")));
	if (err == MFA_OK && check->service_count == 0)
		check_add(check, CHECK_HOLE, "no-services", CHECK_NOWHERE, "%s",
			  TR(check->app, MFA_N_("there are no service files of PAM")));
	if (err != MFA_OK)
		check->findings.err = err;
}
