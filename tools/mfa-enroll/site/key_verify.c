/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll key verify-copy */
#include "site/key_acts.h"

#include <stdio.h>

#include "mfa/seal.h"

static enum exit_code complain_of_copy(const struct app *app, const char *file, int err)
{
	switch (err) {
	case MFA_ERR_INVALID:
		app_complain(TR(app, MFA_N_("%s: not a copy of a store key")), file);
		return EXIT_REFUSED;
	case MFA_ERR_INTEGRITY:
		app_complain(TR(app, MFA_N_("%s: damaged; take another copy")), file);
		return EXIT_INTEGRITY;
	case MFA_ERR_UNSUPPORTED:
		app_complain(TR(app, MFA_N_("%s: of a newer version, or somebody has "
					    "altered it")),
			     file);
		return EXIT_REFUSED;
	case MFA_ERR_CRYPTO:
		app_complain(TR(app, MFA_N_("%s: wrong passphrase, or somebody has "
					    "altered it")),
			     file);
		return EXIT_REFUSED;
	default:
		return app_fail(err, NULL);
	}
}

static enum exit_code read_file(const struct app *app, const char *file,
				struct mfa_key_copy *ret_copy)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret passphrase = { 0 };
	unsigned char data[MFA_KEY_COPY_SIZE];
	struct mfa_span bytes = { data, 0 };
	struct mfa_diag diag = { .text = "" };
	int err = mfa_key_copy_read(file, &diag, data, &bytes.len);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	err = mfa_key_copy_inspect(bytes);
	if (err != MFA_OK)
		return complain_of_copy(app, file, err);
	enum exit_code code = passphrase_ask(app, &passphrase);
	if (code != EXIT_DONE)
		return code;
	err = mfa_key_copy_open(bytes, &passphrase, ret_copy);
	return err == MFA_OK ? EXIT_DONE : complain_of_copy(app, file, err);
}

enum exit_code key_read_copy(const struct app *app, const struct key_wish *wish,
			     struct mfa_key_copy *ret_copy)
{
	return wish->file != NULL ? read_file(app, wish->file, ret_copy)
				  : sheet_ask(app, &ret_copy->key);
}

/* Which key a copy is of. */
enum copied {
	COPIED_PRESENT,
	COPIED_NEXT,  /* of an unfinished rekey */
	COPIED_OLDER, /* the trail's half is the same */
	COPIED_OTHER,
};

static bool is_key(const struct mfa_secret *one, const struct mfa_secret *other)
{
	return one->data != NULL && one->len == other->len &&
	       mfa_secret_is_equal(one->data, other->data, other->len);
}

static enum copied compare_key(const struct mfa_site *site, const struct mfa_secret *key)
{
	if (is_key(&site->key, key))
		return COPIED_PRESENT;
	if (is_key(&site->next_key, key))
		return COPIED_NEXT;
	bool has_same_trail =
		mfa_secret_is_equal(site->key.data + MFA_SUBKEY_SIZE,
				    key->data + MFA_SUBKEY_SIZE, MFA_SUBKEY_SIZE);
	return has_same_trail ? COPIED_OLDER : COPIED_OTHER;
}

static enum exit_code tell_of_copy(const struct app *app, enum copied copied,
				   const char *facts)
{
	switch (copied) {
	case COPIED_PRESENT:
		(void)printf(TR(app, MFA_N_("Verified: this is the store key as it is "
					    "now (%s).")),
			     facts);
		(void)fputc('\n', stdout);
		if (app->site.next_key.data != NULL)
			app_complain("%s",
				     TR(app, MFA_N_("but a rekey is unfinished: once it "
						    "is finished, copy the new key")));
		return EXIT_DONE;
	case COPIED_NEXT:
		app_complain(TR(app, MFA_N_("of the next key of an unfinished rekey "
					    "(%s): finish it, then verify again")),
			     facts);
		return EXIT_REFUSED;
	case COPIED_OLDER:
		app_complain(TR(app, MFA_N_("of an older key of this store (%s): there "
					    "was a rekey since. Copy the new key, and "
					    "destroy this copy")),
			     facts);
		return EXIT_REFUSED;
	case COPIED_OTHER:
		app_complain(TR(app, MFA_N_("not of this store's key (%s): of another "
					    "host, or of before rekey --trail")),
			     facts);
		return EXIT_REFUSED;
	}
	return EXIT_REFUSED;
}

enum exit_code key_verify_act(struct app *app, const struct key_wish *wish)
{
	MFA_CLEANUP(mfa_key_copy_done) struct mfa_key_copy copy = { .time = 0 };
	struct mfa_diag diag = { .text = "" };
	char facts[KEY_FACTS_SIZE];
	enum exit_code code = app_open(app);
	if (code != EXIT_DONE)
		return code;
	mfa_site_close(&app->site); /* a person types meanwhile */
	code = key_read_copy(app, wish, &copy);
	if (code != EXIT_DONE)
		return code;
	int err = app_open_site(app, &diag);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	key_write_facts(app, &copy, facts);
	code = tell_of_copy(app, compare_key(&app->site, &copy.key), facts);
	if (code != EXIT_DONE)
		return code;
	code = key_note(app, &copy.key);
	enum exit_code logged = key_log(app, "store.key-verify", wish, &copy.key);
	return code == EXIT_DONE ? logged : code;
}
