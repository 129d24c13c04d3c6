/* SPDX-License-Identifier: BSD-2-Clause */
/* The acts of mfa-enroll key, and what they share. */
#pragma once

#include "cli/app.h"
#include "mfa/key_copy.h"

/* What the command line asks for. */
struct key_wish {
	const char *file; /* NULL: on paper */
	bool replaces;	  /* --replace */
};

enum exit_code key_copy_act(struct app *app, const struct key_wish *wish);
enum exit_code key_verify_act(struct app *app, const struct key_wish *wish);
enum exit_code key_restore_act(struct app *app, const struct key_wish *wish);

/* Asks for a new passphrase, twice, or for that of a copy. The caller owns it. EXIT_DONE,
 * or the exit code to end with, after a complaint. */
enum exit_code passphrase_choose(const struct app *app, struct mfa_secret *ret_passphrase)
	MFA_MUST_CHECK;
enum exit_code passphrase_ask(const struct app *app, struct mfa_secret *ret_passphrase)
	MFA_MUST_CHECK;

/* Shows a key on a screen of its own, until Enter or a signal; and has such lines typed
 * in. EXIT_DONE, or ... */
enum exit_code sheet_show(const struct app *app, const struct mfa_secret *key)
	MFA_MUST_CHECK;
enum exit_code sheet_ask(const struct app *app, struct mfa_secret *ret_key)
	MFA_MUST_CHECK;

/* Reads a copy, from its file or from paper. The caller ends ret_copy. Waits for a
 * person, so the host must not be open (mfa/site.h). EXIT_DONE, or ... */
enum exit_code key_read_copy(const struct app *app, const struct key_wish *wish,
			     struct mfa_key_copy *ret_copy) MFA_MUST_CHECK;

/* What a copy says of itself, as "key ID, of HOST, TIME". */
enum {
	KEY_FACTS_SIZE = MFA_KEY_ID_SIZE + MFA_KEY_HOST_SIZE + 64
};
void key_write_facts(const struct app *app, const struct mfa_key_copy *copy,
		     char ret_facts[static KEY_FACTS_SIZE]);

/* A line in the trail, with the key's id and where the copy is. */
enum exit_code key_log(struct app *app, const char *event, const struct key_wish *wish,
		       const struct mfa_secret *key);

/* Notes beside the key that a copy of it was verified just now. */
enum exit_code key_note(struct app *app, const struct mfa_secret *key) MFA_MUST_CHECK;
