/* SPDX-License-Identifier: BSD-2-Clause */
#include "modules.h"

#include <stdio.h>
#include <string.h>

#include "mfa/rootfs.h"

/* The phases that an entry is about. */
enum phase {
	IN_AUTH = 1 << MFA_FACILITY_AUTH,
	IN_ACCOUNT = 1 << MFA_FACILITY_ACCOUNT,
	IN_BOTH = IN_AUTH | IN_ACCOUNT
};

#define ONLY(code) MFA_ANSWER(MFA_PAM_##code)
#define CODES	   (MFA_ANSWERS_ANY & ~ONLY(INVALID))
#define FAILURES   (MFA_ANSWERS_UNGOOD & ~ONLY(INVALID))

/* Modules that cannot give every answer, from the sources of Linux-PAM 1.5.2 and the
 * manuals of other projects. */
struct known {
	const char *module;
	unsigned phases;
	const char *unless[3]; /* arguments with which it can give every answer */
	uint64_t answers;
};

static const struct known knowledge[] = {
	{ "pam_deny.so", IN_BOTH, { NULL }, FAILURES & ~ONLY(IGNORE) },
	{ "pam_permit.so", IN_BOTH, { NULL }, CODES & ~ONLY(IGNORE) },
	{ "pam_rootok.so", IN_BOTH, { NULL }, CODES & ~ONLY(IGNORE) },
	{ "pam_env.so", IN_AUTH, { NULL }, ONLY(IGNORE) },
	{ "pam_group.so", IN_AUTH, { NULL }, ONLY(IGNORE) },
	{ "pam_keyinit.so", IN_AUTH, { NULL }, ONLY(IGNORE) },
	{ "pam_mail.so", IN_AUTH, { NULL }, ONLY(IGNORE) },
	{ "pam_warn.so", IN_BOTH, { NULL }, ONLY(IGNORE) },
	{ "pam_issue.so", IN_AUTH, { NULL }, FAILURES },
	{ "pam_nologin.so", IN_BOTH, { "successok" }, FAILURES },
	{ "pam_selinux.so", IN_AUTH, { NULL }, ONLY(AUTH_ERR) },
	{ "pam_wheel.so", IN_BOTH, { "trust" }, FAILURES },
	{ "pam_limits.so", IN_BOTH, { NULL }, ONLY(MODULE_UNKNOWN) },
	{ "pam_loginuid.so", IN_AUTH, { NULL }, ONLY(MODULE_UNKNOWN) },
	{ "pam_mkhomedir.so", IN_BOTH, { NULL }, ONLY(MODULE_UNKNOWN) },
	{ "pam_motd.so", IN_BOTH, { NULL }, ONLY(MODULE_UNKNOWN) },
	{ "pam_namespace.so", IN_BOTH, { NULL }, ONLY(MODULE_UNKNOWN) },
	{ "pam_pwhistory.so", IN_BOTH, { NULL }, ONLY(MODULE_UNKNOWN) },
	{ "pam_systemd.so", IN_BOTH, { NULL }, ONLY(MODULE_UNKNOWN) },
	{ "pam_time.so", IN_AUTH, { NULL }, ONLY(MODULE_UNKNOWN) },
	{ "pam_umask.so", IN_BOTH, { NULL }, ONLY(MODULE_UNKNOWN) },
	/* passwords: PAM_IGNORE only if an argument says so */
	{ "pam_unix.so",
	  IN_AUTH,
	  { NULL },
	  CODES & ~ONLY(IGNORE) & ~ONLY(NEW_AUTHTOK_REQD) },
	/* Debian's; see can_ignore for Red Hat's */
	{ "pam_krb5.so", IN_AUTH, { NULL }, CODES & ~ONLY(IGNORE) },
	{ "pam_radius_auth.so", IN_AUTH, { "localifdown" }, CODES & ~ONLY(IGNORE) },
	{ "pam_sss.so",
	  IN_AUTH,
	  { "ignore_unknown_user", "ignore_authinfo_unavail", "allow_missing_name" },
	  CODES & ~ONLY(IGNORE) },
	{ "pam_ldap.so",
	  IN_AUTH,
	  { "ignore_unknown_user", "ignore_authinfo_unavail" },
	  CODES & ~ONLY(IGNORE) },
	{ "pam_winbind.so", IN_AUTH, { "unknown_ok" }, CODES & ~ONLY(IGNORE) },
};

/* Where pam_script looks when no "dir=" says so: Debian's folder, upstream's. */
static const char *const script_folders[] = { "/usr/share/libpam-script", "/usr/bin" };

enum {
	SCRIPT_FOLDER_MAX = 100 /* it truncates longer names */
};

/* pam_unix2 is SUSE's. */
static const char *const password_modules[] = {
	"pam_unix.so",	  "pam_sss.so",		 "pam_krb5.so",	       "pam_ldap.so",
	"pam_winbind.so", "pam_systemd_home.so", "pam_radius_auth.so", "pam_unix2.so",
};

/* Modules besides those above of which it is known that they check no password of an
 * account. The passphrase of pam_encfs opens a folder; that of pam_ssh a key. */
static const char *const other_modules[] = {
	"pam_abl.so",
	"pam_access.so",
	"pam_cap.so",
	"pam_ccreds.so",
	"pam_debug.so",
	"pam_duo.so",
	"pam_echo.so",
	"pam_ecryptfs.so",
	"pam_encfs.so",
	"pam_exec.so",
	"pam_faildelay.so",
	"pam_faillock.so",
	"pam_fprintd.so",
	"pam_ftp.so",
	"pam_gnome_keyring.so",
	"pam_google_authenticator.so",
	"pam_kwallet5.so",
	"pam_lastlog.so",
	"pam_listfile.so",
	"pam_localuser.so",
	"pam_mfa.so",
	"pam_mount.so",
	"pam_oath.so",
	"pam_pkcs11.so",
	"pam_radius_auth.so", /* with skip_passwd */
	"pam_rhosts.so",
	"pam_script.so",
	"pam_securetty.so",
	"pam_sepermit.so",
	"pam_shells.so",
	"pam_ssh.so",
	"pam_ssh_agent_auth.so",
	"pam_succeed_if.so",
	"pam_tally2.so",
	"pam_timestamp.so",
	"pam_u2f.so",
	"pam_userdb.so",
	"pam_usermapper.so",
	"pam_usertype.so",
	"pam_yubico.so",
};

/* "pam_foo" and "pam_foo.so" name the same module. */
static bool matches_name(const char *module, const char *name)
{
	size_t len = strlen(name);
	return strncmp(module, name, len) == 0 &&
	       (module[len] == '\0' || strcmp(module + len, ".so") == 0);
}

enum module_role module_role(const struct mfa_inspector *inspector,
			     const struct mfa_stack_line *line)
{
	const char *module = mfa_stack_line_module(line);
	if (line->kind != MFA_LINE_MODULE || module_is_strange(line) ||
	    module_is_impostor(inspector, line))
		return MODULE_OTHER;
	if (strcmp(module, "pam_mfa.so") == 0)
		return MODULE_MFA;
	/* the server is asked with an empty password first, and may ask for anything */
	if (strcmp(module, "pam_radius_auth.so") == 0 &&
	    mfa_stack_line_has(line, "skip_passwd"))
		return MODULE_OTHER;
	for (size_t i = 0; i < MFA_COUNT(password_modules); i++)
		if (strcmp(module, password_modules[i]) == 0)
			return MODULE_PASSWORD;
	/* checks a password that a server accepted earlier */
	const char *action = mfa_stack_line_value(line, "action=");
	if (strcmp(module, "pam_ccreds.so") == 0 && action != NULL &&
	    strcmp(action, "validate") == 0)
		return MODULE_PASSWORD;
	if (inspector->config == NULL)
		return MODULE_OTHER;
	const struct mfa_strings *own = &inspector->config->password_modules;
	for (size_t i = 0; i < own->count; i++)
		if (matches_name(module, own->items[i]))
			return MODULE_PASSWORD;
	return MODULE_OTHER;
}

static bool has_exempting_argument(const struct mfa_stack_line *line,
				   const struct known *known)
{
	for (size_t i = 0; i < MFA_COUNT(known->unless) && known->unless[i] != NULL; i++)
		if (mfa_stack_line_has(line, known->unless[i]))
			return true;
	return false;
}

static bool has_script(const struct mfa_inspector *inspector, const char *folder,
		       const char *name)
{
	char path[256];
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	return mfa_rootfs_exists(inspector->rootfs.root, path);
}

/* pam_script needs a script; without one it fails, unless "onerr" says otherwise. */
static bool can_script_succeed(const struct mfa_inspector *inspector,
			       const struct mfa_stack_line *line,
			       enum mfa_facility facility)
{
	const char *name =
		facility == MFA_FACILITY_ACCOUNT ? "pam_script_acct" : "pam_script_auth";
	const char *folder = mfa_stack_line_value(line, "dir=");
	/* for a folder of service files the root with the scripts is unknown */
	if (inspector->rootfs.folder != NULL ||
	    mfa_stack_line_value(line, "onerr=") != NULL)
		return true;
	if (folder != NULL)
		return folder[0] != '/' || strlen(folder) > SCRIPT_FOLDER_MAX ||
		       has_script(inspector, folder, name);
	for (size_t i = 0; i < MFA_COUNT(script_folders); i++)
		if (has_script(inspector, script_folders[i], name))
			return true;
	return false;
}

/* Whether the module can succeed, as far as that depends on more than its arguments. */
static bool can_succeed(const struct mfa_inspector *inspector,
			const struct mfa_stack_line *line, enum mfa_facility facility,
			const char *service)
{
	const char *module = mfa_stack_line_module(line);
	if (strcmp(module, "pam_script.so") == 0)
		return can_script_succeed(inspector, line, facility);
	/* it refuses all remote hosts but "localhost" */
	if (strcmp(module, "pam_fprintd.so") == 0)
		return service == NULL || strcmp(service, "sshd") != 0 ||
		       !inspector->has_sshd_addresses;
	return true;
}

/* Red Hat's pam_krb5 answers so for users below minimum_uid, which krb5.conf can say as
 * well; Debian's, another module of that name, does not. */
static bool can_ignore(const struct mfa_inspector *inspector,
		       const struct mfa_stack_line *line)
{
	return strcmp(mfa_stack_line_module(line), "pam_krb5.so") == 0 &&
	       !inspector->is_debian;
}

bool module_is_known(const struct mfa_inspector *inspector,
		     const struct mfa_stack_line *line)
{
	const char *module = mfa_stack_line_module(line);
	if (module_role(inspector, line) != MODULE_OTHER)
		return true;
	for (size_t i = 0; i < MFA_COUNT(other_modules); i++)
		if (strcmp(other_modules[i], module) == 0)
			return true;
	for (size_t i = 0; i < MFA_COUNT(knowledge); i++)
		if (strcmp(knowledge[i].module, module) == 0)
			return true;
	return false;
}

struct mfa_line_facts module_facts(const struct mfa_inspector *inspector,
				   const struct mfa_stack_line *line,
				   enum mfa_facility facility, const char *service)
{
	struct mfa_line_facts facts = { .answers = MFA_ANSWERS_ANY };
	const char *module = mfa_stack_line_module(line);
	if (line->kind == MFA_LINE_BAD)
		return (struct mfa_line_facts){ .answers = ONLY(PERM_DENIED) };
	if (module_is_missing(inspector, line))
		return (struct mfa_line_facts){ .answers = ONLY(MODULE_UNKNOWN) };
	if (module_is_strange(line) || module_is_impostor(inspector, line))
		return facts;
	if (module_role(inspector, line) == MODULE_PASSWORD) {
		facts.gives_on = ONLY(SUCCESS);
		facts.gives = MFA_HAD_PASSWORD;
	}
	for (size_t i = 0; i < MFA_COUNT(knowledge); i++) {
		const struct known *known = &knowledge[i];
		if (strcmp(known->module, module) == 0 &&
		    (known->phases & (1U << facility)) != 0 &&
		    !has_exempting_argument(line, known))
			facts.answers = known->answers;
	}
	if (can_ignore(inspector, line))
		facts.answers |= ONLY(IGNORE);
	if (!can_succeed(inspector, line, facility, service))
		facts.answers &= FAILURES & ~ONLY(IGNORE);
	if (strcmp(module, "pam_rootok.so") == 0) {
		facts.gives_on = ONLY(SUCCESS) | ONLY(NEW_AUTHTOK_REQD);
		facts.gives = MFA_HAD_ROOT;
	}
	return facts;
}
