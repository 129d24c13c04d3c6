/* SPDX-License-Identifier: BSD-2-Clause */
/* What must be true after any login. */
#include "fault_fixture.h"

#include <string.h>

#include <security/pam_appl.h>

#include "mfa/oath.h"
#include "mfa/yubikey_driver.h"
#include "mfa/yubikey_otp.h"
#include "service_process.h"

enum {
	ANEW_MAX = 9
};

struct plain_login {
	struct fault_fixture *fixture;
	const struct entry_point *entry;
};

static void no_hook(void *context MFA_UNUSED)
{
}

static void log_in_plainly(void *context)
{
	static const struct hooks hooks = { no_hook, no_hook, NULL };
	const struct plain_login *login = context;
	fault_fixture_login(login->fixture, login->entry, &hooks);
}

static int try_code(struct fault_fixture *fixture, const struct entry_point *entry,
		    uint64_t counter)
{
	struct plain_login login = { fixture, entry };
	fault_fixture_set_code(fixture, entry, counter);
	*fixture->outcome = (struct outcome){ .code = -1 };
	(void)fault_fixture_run_child(log_in_plainly, &login);
	return fixture->outcome->code;
}

/* The next code; for a YubiKey in the port whether it has been used. */
static bool reads_token(const struct mfa_token *token, uint64_t *ret_counter)
{
	struct mfa_oath oath;
	struct mfa_yubikey key;
	struct mfa_yubikey_otp otp;
	if (token->kind == MFA_KIND_YUBIKEY_OTP) {
		bool is_read = mfa_yubikey_otp_load(token, &otp) == MFA_OK;
		*ret_counter = is_read ? otp.counter + 1 : 0;
		return is_read && memcmp(otp.aes_key, fault_fixture_secret,
					 MFA_YUBIKEY_AES_LEN) == 0;
	}
	if (token->kind == MFA_KIND_YUBIKEY) {
		*ret_counter = token->last_used != 0 ? SCENE_COUNTER + 1 : SCENE_COUNTER;
		return mfa_yubikey_load(token, &key) == MFA_OK &&
		       memcmp(key.secret, fault_fixture_secret, MFA_YUBIKEY_SECRET_LEN) ==
			       0;
	}
	if (mfa_oath_load(token, &oath) != MFA_OK ||
	    oath.secret_len != strlen(fault_fixture_secret) ||
	    memcmp(oath.secret, fault_fixture_secret, oath.secret_len) != 0)
		return false;
	*ret_counter = oath.counter;
	return true;
}

/* A module that loses the service sends the line again: its code is used by then, and so
 * the key in the port is asked. */
static bool may_ask_key(const struct entry_point *entry, const struct mfa_token *token)
{
	return entry->is_module && entry->is_right && entry->password != NULL &&
	       token->kind == MFA_KIND_YUBIKEY;
}

/* ret_counter: of the entry point's token; the others must be as they were. */
static bool reads_counter(struct fault_fixture *fixture, const struct entry_point *entry,
			  uint64_t *ret_counter, uint32_t *ret_failures)
{
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = mfa_record_new();
	if (record == NULL ||
	    mfa_store_read(fixture->host.store, fault_fixture_user, NULL, record) !=
		    MFA_OK ||
	    record->token_count != SCENE_TOKENS)
		return false;
	*ret_failures = record->failures;
	for (size_t i = 0; i < SCENE_TOKENS; i++) {
		const struct mfa_token *token = &record->tokens[i];
		uint64_t counter = 0;
		if (token->kind != fault_fixture_kind(i) ||
		    strcmp(token->label, "fault") != 0 || !reads_token(token, &counter))
			return false;
		if (token->kind == entry->kind)
			*ret_counter = counter;
		else if (counter != SCENE_COUNTER && !may_ask_key(entry, token))
			return false;
	}
	return true;
}

static const char *check_state(struct fault_fixture *fixture,
			       const struct entry_point *entry, uint64_t counter,
			       uint32_t failures)
{
	const struct outcome *outcome = fixture->outcome;
	uint64_t lines = 0;
	bool is_spent = counter == SCENE_COUNTER + 1;
	bool may_spend = entry->is_right && !entry->skips_auth;
	bool may_fail = !entry->is_right && !entry->skips_auth &&
			entry->kind != MFA_KIND_YUBIKEY &&
			strcmp(entry->user, fault_fixture_user) == 0;
	if (counter != SCENE_COUNTER && !(is_spent && may_spend))
		return "the record is neither the old nor the new one";
	/* a module that loses the service asks the person again */
	if (failures > (may_fail ? 1U + entry->is_module : 0))
		return "the record counts failures that were none";
	if (outcome->code == PAM_SUCCESS && !is_spent)
		return "PAM_SUCCESS, and the record was not committed";
	if (mfa_audit_verify(fixture->host.audit, NULL, &lines) != MFA_OK)
		return "the audit trail is broken";
	/* a module that loses the service begins anew, with a line each time */
	uint64_t again = entry->is_module ? ANEW_MAX : 0;
	if (lines > fixture->lines + 2 + again)
		return "the audit trail has lines that nobody wrote";
	if (outcome->code == PAM_SUCCESS &&
	    (lines < fixture->lines + 1 || lines > fixture->lines + 1 + again))
		return "PAM_SUCCESS without its line in the audit trail";
	return NULL;
}

/* Where the key in the port is another's, a code has to do. */
static const struct entry_point *next_way(const struct entry_point *entry)
{
	static const struct entry_point plain[] = {
		{ .kind = MFA_KIND_HOTP, .service = "plain", .user = fault_fixture_user },
		{ .kind = MFA_KIND_YUBIKEY_OTP,
		  .service = "plain",
		  .user = fault_fixture_user },
		{ .kind = MFA_KIND_YUBIKEY,
		  .service = "plain",
		  .user = fault_fixture_user },
	};
	size_t at = 0;
	while (entry->is_right && plain[at].kind != entry->kind)
		at++;
	return &plain[at];
}

static const char *check_next(struct fault_fixture *fixture,
			      const struct entry_point *entry, uint64_t counter)
{
	const struct entry_point *next = next_way(entry);
	if (next->kind != entry->kind)
		counter = SCENE_COUNTER;
	if (next->kind != MFA_KIND_YUBIKEY && counter > SCENE_COUNTER &&
	    try_code(fixture, next, SCENE_COUNTER) != PAM_AUTH_ERR)
		return "a code that was spent was accepted again";
	if (next->kind == MFA_KIND_YUBIKEY)
		keys_wait();
	if (try_code(fixture, next, counter) != PAM_SUCCESS)
		return "the next login was refused";
	return NULL;
}

const char *fault_fixture_check(struct fault_fixture *fixture,
				const struct entry_point *entry)
{
	const struct outcome *outcome = fixture->outcome;
	uint64_t counter = 0;
	uint32_t failures = 0;
	/* it ends what is begun; the next login is not its own */
	service_stop(&fixture->service);
	if (!outcome->is_done)
		return "the login never ended";
	if (outcome->has_leaked_memory)
		return "memory leaked";
	if (outcome->open_fds[0] != outcome->open_fds[1])
		return "a file was left open";
	if (outcome->has_session)
		return "a device or the site was left open";
	if (outcome->guards[0] != outcome->guards[1])
		return "a locked block was left in memory";
	if (!entry->is_right && outcome->code == PAM_SUCCESS)
		return "PAM_SUCCESS for a wrong code";
	if (!entry->is_account && outcome->code == fault_fixture_ignored)
		return "PAM_IGNORE";
	if (!reads_counter(fixture, entry, &counter, &failures))
		return "the record cannot be read";
	const char *problem = check_state(fixture, entry, counter, failures);
	if (problem != NULL)
		return problem;
	return check_next(fixture, entry, counter);
}
