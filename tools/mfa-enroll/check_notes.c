/* The prover's notes in words. */
#include "check.h"

const char *check_note_text(const struct app *app, enum mfa_note_kind kind)
{
	switch (kind) {
	case MFA_NOTE_NULLOK:
		return TR(app,
			  MFA_N_("nullok: an account without a password needs none"));
	case MFA_NOTE_ORACLE:
		return TR(app,
			  MFA_N_("a wrong password ends here, before the code is asked "
				 "for: that tells which passwords are right"));
	case MFA_NOTE_ORACLE_CHOSEN:
		return TR(app,
			  MFA_N_("a wrong password ends here, as \"explain\" needs it: "
				 "that tells which passwords are right"));
	case MFA_NOTE_EXPLAIN:
		return TR(app,
			  MFA_N_("\"explain\" tells reasons and locks accounts, but a "
				 "wrong password gets here too: leave it away, or end "
				 "wrong passwords before"));
	case MFA_NOTE_FORWARD_LATE:
		return TR(app,
			  MFA_N_("forward_pass stands behind the module that asks for "
				 "the password: put it before"));
	case MFA_NOTE_FORWARD_UNUSED:
		return TR(app, MFA_N_("forward_pass, but no module behind it takes the "
				      "password"));
	case MFA_NOTE_ASKS_AGAIN:
		return TR(app, MFA_N_("asks for the password again: give it "
				      "use_first_pass"));
	case MFA_NOTE_NO_FILE:
		return TR(app, MFA_N_("the module's file is missing"));
	case MFA_NOTE_STRANGE_FILE:
		return TR(app, MFA_N_("not in libpam's folders: it does not count as "
				      "pam_mfa"));
	case MFA_NOTE_BAD_LINE:
		return TR(app, MFA_N_("libpam cannot read this line, and fails it"));
	case MFA_NOTE_PART_OFF:
		return TR(app,
			  MFA_N_("some logins are left out on purpose (mfa = off), by "
				 "the zone"));
	case MFA_NOTE_UNGATED:
		return TR(app,
			  MFA_N_("not every zone that can decide here has the gate for "
				 "this service: logins that skip auth, as with a key "
				 "alone, are let in by the zone"));
	case MFA_NOTE_NOBODY:
		return TR(app, MFA_N_("nobody can log in here, whatever they show"));
	}
	return "";
}

enum check_level check_note_level(enum mfa_note_kind kind)
{
	switch (kind) {
	case MFA_NOTE_NULLOK:
	case MFA_NOTE_ORACLE:
	case MFA_NOTE_EXPLAIN:
	case MFA_NOTE_FORWARD_LATE:
	case MFA_NOTE_FORWARD_UNUSED:
	case MFA_NOTE_ASKS_AGAIN:
	case MFA_NOTE_NO_FILE:
	case MFA_NOTE_STRANGE_FILE:
	case MFA_NOTE_BAD_LINE:
		return CHECK_WARNING;
	case MFA_NOTE_UNGATED:
		return CHECK_HOLE;
	case MFA_NOTE_ORACLE_CHOSEN:
	case MFA_NOTE_PART_OFF:
	case MFA_NOTE_NOBODY:
		return CHECK_NOTE;
	}
	return CHECK_WARNING;
}
