/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/advisories.h"

const char *advisory_text(const struct app *app, enum mfa_advisory_kind kind)
{
	switch (kind) {
	case MFA_ADVISORY_NULLOK:
		return TR(app,
			  MFA_N_("nullok: an account without a password needs none"));
	case MFA_ADVISORY_ORACLE:
		return TR(app,
			  MFA_N_("a wrong password ends here, before the code is asked "
				 "for: that tells which passwords are right"));
	case MFA_ADVISORY_ORACLE_CHOSEN:
		return TR(app,
			  MFA_N_("a wrong password ends here, as \"explain\" needs it: "
				 "that tells which passwords are right"));
	case MFA_ADVISORY_EXPLAIN:
		return TR(app, MFA_N_("\"explain\" tells reasons and locks accounts, "
				      "but a wrong password gets here too: omit it, "
				      "or end wrong passwords before"));
	case MFA_ADVISORY_FORWARD_LATE:
		return TR(app, MFA_N_("forward_pass comes after the module that asks "
				      "for the password: put it before"));
	case MFA_ADVISORY_FORWARD_UNUSED:
		return TR(app, MFA_N_("forward_pass, but no module behind it takes the "
				      "password"));
	case MFA_ADVISORY_FORWARD_GATED:
		return TR(app, MFA_N_("forward_pass cannot know whether the password is "
				      "right, so the gate refuses everybody"));
	case MFA_ADVISORY_ASKS_AGAIN:
		return TR(app, MFA_N_("asks for the password again: give it "
				      "use_first_pass"));
	case MFA_ADVISORY_NO_FILE:
		return TR(app, MFA_N_("the module's file is missing"));
	case MFA_ADVISORY_STRANGE_FILE:
		return TR(app, MFA_N_("not in libpam's folders: it does not count as "
				      "pam_mfa"));
	case MFA_ADVISORY_BAD_LINE:
		return TR(app, MFA_N_("libpam cannot read this line, and fails it"));
	case MFA_ADVISORY_PART_OFF:
		return TR(app,
			  MFA_N_("some logins are left out on purpose (mfa = off), by "
				 "the zone"));
	case MFA_ADVISORY_UNGATED:
		return TR(app,
			  MFA_N_("not every zone that can decide here has the gate for "
				 "this service: logins that skip auth, as with a key "
				 "alone, are let in by the zone"));
	case MFA_ADVISORY_NOBODY:
		return TR(app, MFA_N_("nobody can log in here"));
	case MFA_ADVISORY_MISSPELT:
		return TR(app, MFA_N_("libpam cannot read the control (required, "
				      "requisite, sufficient, optional, [...]), and "
				      "fails the line"));
	case MFA_ADVISORY_BAD_ARGUMENT:
		return TR(app, MFA_N_("pam_mfa does not know this argument, and refuses "
				      "everybody"));
	case MFA_ADVISORY_NO_CONFIG:
		return TR(app, MFA_N_("pam_mfa cannot read its configuration, and "
				      "refuses everybody"));
	case MFA_ADVISORY_NO_ZONE:
		return TR(app, MFA_N_("there is no such zone in the configuration, so "
				      "pam_mfa refuses everybody"));
	case MFA_ADVISORY_ASKS_TWICE:
		return TR(app,
			  MFA_N_("pam_mfa.so asks here, and at another line too: two "
				 "codes for one login; one of the lines is enough"));
	case MFA_ADVISORY_UNKNOWN:
		return TR(app, MFA_N_("nothing is known of this module: if it checks the "
				      "password, name it in password_modules of "
				      "mfa.conf"));
	}
	return "";
}

enum check_level advisory_level(enum mfa_advisory_kind kind)
{
	switch (kind) {
	case MFA_ADVISORY_NULLOK:
	case MFA_ADVISORY_ORACLE:
	case MFA_ADVISORY_EXPLAIN:
	case MFA_ADVISORY_FORWARD_LATE:
	case MFA_ADVISORY_FORWARD_UNUSED:
	case MFA_ADVISORY_FORWARD_GATED:
	case MFA_ADVISORY_ASKS_AGAIN:
	case MFA_ADVISORY_ASKS_TWICE:
	case MFA_ADVISORY_NO_FILE:
	case MFA_ADVISORY_STRANGE_FILE:
	case MFA_ADVISORY_BAD_LINE:
	case MFA_ADVISORY_MISSPELT:
	case MFA_ADVISORY_BAD_ARGUMENT:
	case MFA_ADVISORY_NO_CONFIG:
	case MFA_ADVISORY_NO_ZONE:
		return CHECK_WARNING;
	case MFA_ADVISORY_UNGATED:
		return CHECK_HOLE;
	case MFA_ADVISORY_ORACLE_CHOSEN:
	case MFA_ADVISORY_PART_OFF:
	case MFA_ADVISORY_NOBODY:
	case MFA_ADVISORY_UNKNOWN:
		return CHECK_NOTE;
	}
	return CHECK_WARNING;
}
