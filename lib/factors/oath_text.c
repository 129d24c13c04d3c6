/* SPDX-License-Identifier: BSD-2-Clause */
/* OATH secrets as text: base32, hexadecimal, the otpauth URI. */
#include "mfa/oath.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <liboath/oath.h>
#include <sodium.h>

enum {
	GROUP = 4,
	TEXT_MAX = 512
};

/* liboath allocates from the ordinary heap, so its results are wiped before they are
 * freed. */
static void free_plain(char *text, size_t len)
{
	if (text != NULL)
		mfa_wipe(text, len);
	free(text);
}

static int encode_base32(const struct mfa_oath *oath, struct mfa_secret *ret_text)
{
	char *text = NULL;
	size_t len = 0;
	int rc = oath_base32_encode((const char *)oath->secret, oath->secret_len, &text,
				    &len);
	if (rc != OATH_OK)
		return rc == OATH_MALLOC_ERROR ? MFA_ERR_NOMEM : MFA_ERR_CRYPTO;
	size_t kept = strcspn(text, "=");
	struct mfa_secret copy = { 0 };
	int err = mfa_secret_alloc(kept + 1, &copy);
	if (err == MFA_OK) {
		memcpy(copy.data, text, kept);
		*ret_text = copy;
	}
	free_plain(text, len);
	return err;
}

static int load_base32(const struct mfa_token *token, struct mfa_oath *ret_oath,
		       struct mfa_secret *ret_text)
{
	int err = mfa_oath_load(token, ret_oath);
	return err == MFA_OK ? encode_base32(ret_oath, ret_text) : err;
}

int mfa_oath_base32(const struct mfa_token *token, struct mfa_secret *ret_text)
{
	struct mfa_oath oath;
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret plain = { 0 };
	struct mfa_secret grouped = { 0 };
	int err = load_base32(token, &oath, &plain);
	if (err == MFA_OK)
		err = mfa_secret_alloc(plain.len + plain.len / GROUP + 1, &grouped);
	if (err != MFA_OK)
		return err;
	size_t out = 0;
	for (size_t in = 0; plain.data[in] != '\0'; in++) {
		if (in > 0 && in % GROUP == 0)
			grouped.data[out++] = ' ';
		grouped.data[out++] = plain.data[in];
	}
	*ret_text = grouped;
	return MFA_OK;
}

/* Percent-encodes outside RFC 3986's unreserved characters. */
static size_t append_encoded(char *uri, size_t at, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~";
	for (; *text != '\0' && at + 4 < TEXT_MAX * 4; text++) {
		if (strchr(plain, *text) != NULL) {
			uri[at++] = *text;
		} else {
			(void)snprintf(uri + at, 4, "%%%02X",
				       (unsigned)(unsigned char)*text);
			at += 3;
		}
	}
	uri[at] = '\0';
	return at;
}

int mfa_oath_uri(const struct mfa_token *token, const char *issuer, const char *user,
		 struct mfa_secret *ret_uri)
{
	struct mfa_oath oath;
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret secret = { 0 };
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret uri = { 0 };
	int err = load_base32(token, &oath, &secret);
	if (err == MFA_OK)
		err = mfa_secret_alloc(TEXT_MAX * 5, &uri);
	if (err != MFA_OK)
		return err;
	char *text = (char *)uri.data;
	size_t at = (size_t)snprintf(text, uri.len, "otpauth://%s/",
				     mfa_kind_name(token->kind));
	at = append_encoded(text, at, issuer);
	text[at++] = ':';
	at = append_encoded(text, at, user);
	/* upper case, which takes less room in a QR code */
	at += (size_t)snprintf(text + at, uri.len - at,
			       "?secret=%s&issuer=", (const char *)secret.data);
	at = append_encoded(text, at, issuer);
	if (oath.hash != MFA_HASH_SHA1)
		at += (size_t)snprintf(text + at, uri.len - at, "&algorithm=%s",
				       oath.hash == MFA_HASH_SHA256 ? "SHA256"
								    : "SHA512");
	if (oath.digits != 6)
		at += (size_t)snprintf(text + at, uri.len - at, "&digits=%u",
				       oath.digits);
	if (token->kind == MFA_KIND_HOTP)
		(void)snprintf(text + at, uri.len - at, "&counter=%llu",
			       (unsigned long long)oath.counter);
	else if (oath.period != 30)
		(void)snprintf(text + at, uri.len - at, "&period=%u", oath.period);
	*ret_uri = uri;
	uri = (struct mfa_secret){ 0 };
	return MFA_OK;
}

static int copy_decoded(const unsigned char *data, size_t len,
			struct mfa_secret *ret_secret)
{
	if (len < MFA_OATH_SECRET_MIN || len > MFA_OATH_SECRET_MAX)
		return MFA_ERR_INVALID;
	return mfa_secret_copy(data, len, ret_secret);
}

/* A copy without spaces, hyphens and padding. */
static int strip_separators(const char *text, size_t len, struct mfa_secret *ret_tidy)
{
	if (len > TEXT_MAX || memchr(text, '\0', len) != NULL)
		return MFA_ERR_INVALID;
	struct mfa_secret tidied = { 0 };
	int err = mfa_secret_alloc(len + 1, &tidied);
	if (err != MFA_OK)
		return err;
	size_t out = 0;
	for (size_t i = 0; i < len; i++)
		if (strchr(" \t\r\n-", text[i]) == NULL)
			tidied.data[out++] = (unsigned char)text[i];
	while (out > 0 && tidied.data[out - 1] == '=')
		tidied.data[--out] = '\0';
	*ret_tidy = tidied;
	return MFA_OK;
}

int mfa_oath_parse_base32(const char *text, size_t len, struct mfa_secret *ret_secret)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret tidied = { 0 };
	int err = strip_separators(text, len, &tidied);
	if (err != MFA_OK)
		return err;
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz234567";
	const char *plain = (const char *)tidied.data;
	if (strspn(plain, alphabet) != strlen(plain))
		return MFA_ERR_INVALID;
	char *data = NULL;
	size_t data_len = 0;
	int rc = oath_base32_decode(plain, strlen(plain), &data, &data_len);
	if (rc != OATH_OK)
		return rc == OATH_MALLOC_ERROR ? MFA_ERR_NOMEM : MFA_ERR_INVALID;
	err = copy_decoded((const unsigned char *)data, data_len, ret_secret);
	free_plain(data, data_len);
	return err;
}

int mfa_oath_parse_hex(const char *text, size_t len, struct mfa_secret *ret_secret)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret tidied = { 0 };
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret data = { 0 };
	int err = strip_separators(text, len, &tidied);
	if (err == MFA_OK)
		err = mfa_secret_alloc(TEXT_MAX, &data);
	if (err != MFA_OK)
		return err;
	const char *plain = (const char *)tidied.data;
	size_t data_len = 0;
	if (sodium_hex2bin(data.data, data.len, plain, strlen(plain), NULL, &data_len,
			   NULL) != 0 ||
	    data_len * 2 != strlen(plain))
		return MFA_ERR_INVALID;
	return copy_decoded(data.data, data_len, ret_secret);
}
