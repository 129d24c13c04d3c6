/* SPDX-License-Identifier: BSD-2-Clause */
/* What an ssh server was built with: one without libpam asks it nothing, whatever UsePAM
 * says; and since OpenSSH 9.8 the service is not the program's name. */
#include "check/sshd_servers.h"

#include <string.h>

#include "mfa/rootfs.h"

struct sshd_build {
	char *bytes; /* owned */
	size_t len;
};

static void build_done(struct sshd_build *build)
{
	mfa_free_string(&build->bytes);
}

static bool has_text(const struct sshd_build *build, const char *text)
{
	return memmem(build->bytes, build->len, text, strlen(text)) != NULL;
}

/* false: it is no program, but a script or less. */
static bool read_build(const struct check *check, const char *path,
		       struct sshd_build *build)
{
	static const char magic[] = "\177ELF";
	return mfa_rootfs_read(check->root, path, &build->bytes, &build->len) == MFA_OK &&
	       build->len > strlen(magic) &&
	       memcmp(build->bytes, magic, strlen(magic)) == 0;
}

bool sshd_has_service_name(const struct check *check, const char *program)
{
	MFA_CLEANUP(build_done) struct sshd_build build = { .len = 0 };
	return read_build(check, program, &build) && has_text(&build, "pamservicename");
}

/* Since OpenSSH 9.8 another program asks. */
static bool has_session_program(const struct sshd_build *build)
{
	return has_text(build, "/sshd-session");
}

void sshd_look_at_build(struct check *check, const char *program,
			struct check_place place)
{
	MFA_CLEANUP(build_done) struct sshd_build build = { .len = 0 };
	if (!read_build(check, program, &build))
		return;
	if (!has_text(&build, "libpam.so") && !has_session_program(&build))
		check_add_once(check, CHECK_HOLE, "sshd-no-pam", place,
			       TR(check->app,
				  MFA_N_("%s was built without PAM, and asks it nothing: "
					 "remove it, or start /usr/sbin/sshd")),
			       program);
	else if (!has_text(&build, SSHD_CONFIG))
		check_add_unknown(check, program);
}
