/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/turn.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "mfa/bytes.h"
#include "mfa/text.h"

enum {
	AT_ANSWERED = 8,
	AT_SERIAL = AT_ANSWERED + 8,
	AT_SERVICE = AT_SERIAL + 4,
	AT_TERMINAL = AT_SERVICE + MFA_TURN_WHERE_SIZE,
	AT_USER = AT_TERMINAL + MFA_TURN_WHERE_SIZE,
};

static bool is_plain_name(const char *text, size_t size)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._/:@+";
	size_t len = strspn(text, plain);
	return len < size && text[len] == '\0';
}

static bool is_user_or_empty(const char *text)
{
	return text[0] == '\0' || mfa_text_is_label(text, MFA_TURN_USER_SIZE);
}

void mfa_turn_make(const char *service, const char *terminal, const char *user,
		   struct mfa_turn *ret_turn)
{
	static const char unusable[] = "?";
	const char *where[] = { service != NULL ? service : "",
				terminal != NULL ? terminal : "" };
	if (strncmp(where[1], "/dev/", 5) == 0)
		where[1] += 5;
	for (size_t i = 0; i < MFA_COUNT(where); i++)
		if (!is_plain_name(where[i], MFA_TURN_WHERE_SIZE))
			where[i] = unusable;
	if (user == NULL || !is_user_or_empty(user))
		user = user == NULL ? "" : unusable;
	*ret_turn = (struct mfa_turn){ .number = 0 };
	while (ret_turn->number == 0)
		randombytes_buf(&ret_turn->number, sizeof ret_turn->number);
	(void)snprintf(ret_turn->service, sizeof ret_turn->service, "%s", where[0]);
	(void)snprintf(ret_turn->terminal, sizeof ret_turn->terminal, "%s", where[1]);
	(void)snprintf(ret_turn->user, sizeof ret_turn->user, "%s", user);
}

static bool is_place_name(const char *text)
{
	return strcmp(text, "?") == 0 || is_plain_name(text, MFA_TURN_WHERE_SIZE);
}

static bool is_valid_turn(const struct mfa_turn *turn)
{
	bool has_end = memchr(turn->service, '\0', sizeof turn->service) != NULL &&
		       memchr(turn->terminal, '\0', sizeof turn->terminal) != NULL &&
		       memchr(turn->user, '\0', sizeof turn->user) != NULL;
	if (!has_end || turn->answered_ms < 0 ||
	    (turn->serial != 0) != (turn->answered_ms != 0))
		return false;
	if (turn->number == 0)
		return turn->serial == 0 && turn->service[0] == '\0' &&
		       turn->terminal[0] == '\0' && turn->user[0] == '\0';
	return is_place_name(turn->service) && is_place_name(turn->terminal) &&
	       is_user_or_empty(turn->user);
}

int mfa_turn_put(const struct mfa_turn *turn,
		 unsigned char ret_bytes[static MFA_TURN_SIZE])
{
	if (!is_valid_turn(turn))
		return MFA_ERR_INVALID;
	memset(ret_bytes, 0, MFA_TURN_SIZE);
	mfa_put64(ret_bytes, turn->number);
	mfa_put64(ret_bytes + AT_ANSWERED, (uint64_t)turn->answered_ms);
	mfa_put32(ret_bytes + AT_SERIAL, turn->serial);
	memcpy(ret_bytes + AT_SERVICE, turn->service, strlen(turn->service));
	memcpy(ret_bytes + AT_TERMINAL, turn->terminal, strlen(turn->terminal));
	memcpy(ret_bytes + AT_USER, turn->user, strlen(turn->user));
	return MFA_OK;
}

int mfa_turn_get(const unsigned char bytes[static MFA_TURN_SIZE],
		 struct mfa_turn *ret_turn)
{
	unsigned char again[MFA_TURN_SIZE];
	struct mfa_turn turn = {
		.number = mfa_get64(bytes),
		.answered_ms = (int64_t)mfa_get64(bytes + AT_ANSWERED),
		.serial = mfa_get32(bytes + AT_SERIAL),
	};
	memcpy(turn.service, bytes + AT_SERVICE, sizeof turn.service);
	memcpy(turn.terminal, bytes + AT_TERMINAL, sizeof turn.terminal);
	memcpy(turn.user, bytes + AT_USER, sizeof turn.user);
	if (mfa_turn_put(&turn, again) != MFA_OK ||
	    memcmp(again, bytes, sizeof again) != 0)
		return MFA_ERR_INVALID;
	*ret_turn = turn;
	return MFA_OK;
}
