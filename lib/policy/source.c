/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a guess comes from, and how a lock is described. */
#include "mfa/lockout.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "mfa/bytes.h"
#include "mfa/seal.h"
#include "mfa/text.h"

/* 0: root, whose program may serve anybody. */
static uint32_t find_guesser(const struct mfa_login *login)
{
	bool is_served = login->caller == 0 && mfa_text_is_empty(login->rhost);
	return is_served ? login->peer : login->caller;
}

/* A host's name has no case, and may have a dot at its end (RFC 4343, RFC 1034 section
 * 3.1). */
static void fold_host(const char *rhost, char ret_host[static MFA_SOURCE_SIZE])
{
	size_t len = 0;
	for (; len < MFA_SOURCE_SIZE - 1 && rhost[len] != '\0'; len++)
		ret_host[len] = rhost[len] >= 'A' && rhost[len] <= 'Z'
					? (char)(rhost[len] - 'A' + 'a')
					: rhost[len];
	if (len > 1 && ret_host[len - 1] == '.')
		len--;
	ret_host[len] = '\0';
}

/* The host that the login came from, which has a name. */
static void format_host(const struct mfa_login *login,
			char ret_text[static MFA_SOURCE_SIZE])
{
	char network[MFA_NETWORK_SIZE];
	char host[MFA_SOURCE_SIZE];
	fold_host(login->rhost, host);
	if (login->is_from_itself || strcmp(host, "localhost") == 0)
		(void)snprintf(ret_text, MFA_SOURCE_SIZE, "host " MFA_NETWORK_LOOPBACK);
	else if (mfa_address_network(login->rhost, network))
		(void)snprintf(ret_text, MFA_SOURCE_SIZE, "host %s", network);
	else
		(void)snprintf(ret_text, MFA_SOURCE_SIZE, "host %.*s",
			       MFA_SOURCE_SIZE - (int)sizeof "host ", host);
}

/* Only what a guesser cannot choose: not the terminal of a local user, nor the last 64
 * bits of an IPv6 address, nor an address of 127.0.0.0/8. */
void mfa_source_format(const struct mfa_login *login,
		       char ret_text[static MFA_SOURCE_SIZE])
{
	static const char folder[] = "/dev/";
	uint32_t user = find_guesser(login);
	const char *tty = mfa_text_is_empty(login->tty) ? "" : login->tty;
	if (strncmp(tty, folder, strlen(folder)) == 0)
		tty += strlen(folder);
	if (user != 0 && login->is_nameless) /* a user namespace has thousands of ids */
		(void)snprintf(ret_text, MFA_SOURCE_SIZE, "user ids without a login");
	else if (user != 0)
		(void)snprintf(ret_text, MFA_SOURCE_SIZE, "user id %u", (unsigned)user);
	else if (!mfa_text_is_empty(login->rhost))
		format_host(login, ret_text);
	else if (tty[0] != '\0')
		(void)snprintf(ret_text, MFA_SOURCE_SIZE, "terminal %s", tty);
	else
		(void)snprintf(ret_text, MFA_SOURCE_SIZE, "service %s",
			       mfa_text_is_empty(login->service) ? "" : login->service);
}

int mfa_source_id(const struct mfa_secret *store_key, const struct mfa_login *login,
		  struct mfa_diag *diag, uint64_t *ret_id)
{
	unsigned char key[MFA_SUBKEY_SIZE];
	unsigned char hash[crypto_generichash_BYTES_MIN];
	char source[MFA_SOURCE_SIZE];
	crypto_generichash_state state;
	int err = mfa_seal_derive(store_key, MFA_KEY_SOURCE, key);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "store key: %s", mfa_strerror(err));
	mfa_source_format(login, source);
	(void)crypto_generichash_init(&state, key, sizeof key, sizeof hash);
	(void)crypto_generichash_update(&state, (const unsigned char *)login->user,
					strlen(login->user) + 1);
	(void)crypto_generichash_update(&state, (const unsigned char *)source,
					strlen(source));
	(void)crypto_generichash_final(&state, hash, sizeof hash);
	mfa_wipe(key, sizeof key);
	mfa_wipe(&state, sizeof state);
	*ret_id = mfa_get64(hash);
	return MFA_OK;
}

void mfa_lockout_explain(const struct mfa_lockout *lockout, const struct mfa_login *login,
			 struct mfa_diag *ret_diag)
{
	char who[MFA_SOURCE_SIZE] = "the account";
	char until[MFA_TIME_SIZE + sizeof "until "] = "until an administrator unlocks";
	ret_diag->text[0] = '\0';
	if (lockout->scope == MFA_LOCKED_NOBODY)
		return;
	if (lockout->scope == MFA_LOCKED_SOURCE)
		mfa_source_format(login, who);
	if (lockout->until != MFA_LOCKED_FOREVER) {
		memcpy(until, "until ", sizeof "until ");
		mfa_text_format_time(lockout->until, until + strlen(until));
	}
	if (lockout->scope == MFA_LOCKED_ELSEWHERE)
		(void)mfa_fail(
			ret_diag, MFA_OK,
			"%d wrong codes in a row: locked but at this machine, until "
			"a right code there or mfa-enroll unlock",
			MFA_LOCKOUT_CEILING);
	else
		(void)mfa_fail(ret_diag, MFA_OK, "%s is locked %s", who, until);
}
