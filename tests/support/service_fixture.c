/* SPDX-License-Identifier: BSD-2-Clause */
#include "service_fixture.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "service_process.h"
#include "support.h"
#include "user_namespace.h"

static pid_t service;

/* The module would run it where the test has no service. */
static void hide_installed_program(void)
{
	char folder[PATH_MAX];
	(void)snprintf(folder, sizeof folder, "%s", MFA_AUTHD_PATH);
	*strrchr(folder, '/') = '\0';
	if (access(folder, F_OK) == 0)
		assert_int_equal(mount("tmpfs", folder, "tmpfs", 0, "mode=755"), 0);
}

void service_fixture_prepare(void)
{
	static bool is_prepared;
	if (is_prepared)
		return;
	is_prepared = true;
	if (!user_namespace_is_entered()) {
		assert_int_equal(unshare(CLONE_NEWNS), 0);
		assert_int_equal(mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL),
				 0);
	}
	assert_int_equal(mount("tmpfs", "/run", "tmpfs", 0, "mode=755"), 0);
	hide_installed_program();
}

void service_fixture_start(const char *config)
{
	struct mfa_diag diag = { .text = "" };
	service_fixture_stop();
	service_fixture_prepare();
	assert_done(service_start(config, &diag, &service), &diag);
}

void service_fixture_stop(void)
{
	service_stop(&service);
}
