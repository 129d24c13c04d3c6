/* SPDX-License-Identifier: BSD-2-Clause */
#include "user_filename.h"

#include <stdio.h>
#include <string.h>

#include "mfa/decoy.h"

static const char HEX[] = "0123456789ABCDEF";

static bool is_plain_byte(char byte)
{
	return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
	       (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' || byte == '-';
}

/* Behind the line feed there is the number. */
static void encode_decoy(const char *decoy, char ret_name[static STORE_NAME_SIZE])
{
	if (decoy[0] == '\0')
		(void)snprintf(ret_name, STORE_NAME_SIZE, ".decoy");
	else
		(void)snprintf(ret_name, STORE_NAME_SIZE, ".decoy-%s", decoy + 1);
}

int store_name_encode(const char *user, char ret_name[static STORE_NAME_SIZE])
{
	char name[STORE_NAME_SIZE];
	size_t out = 0;
	if (mfa_decoy_is_name(user)) {
		encode_decoy(user, ret_name);
		return MFA_OK;
	}
	for (size_t in = 0; user[in] != '\0'; in++) {
		bool keep = is_plain_byte(user[in]) && !(in == 0 && user[in] == '.');
		if (out + (keep ? 1 : 3) >= STORE_NAME_SIZE)
			return MFA_ERR_INVALID;
		unsigned char byte = (unsigned char)user[in];
		if (keep) {
			name[out++] = user[in];
		} else {
			name[out++] = '%';
			name[out++] = HEX[byte >> 4];
			name[out++] = HEX[byte & 15];
		}
	}
	name[out] = '\0';
	memcpy(ret_name, name, out + 1);
	return MFA_OK;
}

static int hex_value(char digit)
{
	const char *at = digit != '\0' ? strchr(HEX, digit) : NULL;
	return at == NULL ? -1 : (int)(at - HEX);
}

int store_name_decode(const char *name, char ret_user[static STORE_NAME_SIZE])
{
	char user[STORE_NAME_SIZE];
	char again[STORE_NAME_SIZE];
	size_t out = 0;
	if (strlen(name) >= STORE_NAME_SIZE)
		return MFA_ERR_INVALID;
	for (size_t in = 0; name[in] != '\0'; in++) {
		if (name[in] != '%') {
			user[out++] = name[in];
			continue;
		}
		int high = hex_value(name[in + 1]);
		int low = high < 0 ? -1 : hex_value(name[in + 2]);
		if (low < 0)
			return MFA_ERR_INVALID;
		user[out++] = (char)(high << 4 | low);
		in += 2;
	}
	user[out] = '\0';
	/* only what encoding returns, so that a user has no second file */
	if (out == 0 || strlen(user) != out || store_name_encode(user, again) != MFA_OK ||
	    strcmp(again, name) != 0)
		return MFA_ERR_INVALID;
	memcpy(ret_user, user, out + 1);
	return MFA_OK;
}
