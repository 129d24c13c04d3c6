/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/key_copy.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "mfa/bytes.h"
#include "mfa/seal.h"
#include "mfa/text.h"

/* The layout: see docs/store-format.md. What is before the stream's header is bound to
 * the key by the seal. */
enum {
	AT_VERSION = 7,
	AT_PASSES = 8,
	AT_MEMORY = 12,
	AT_SALT = 16,
	AT_ID = AT_SALT + crypto_pwhash_SALTBYTES,
	AT_TIME = AT_ID + MFA_KEY_ID_BYTES,
	AT_HOST = AT_TIME + 8,
	AT_STREAM = AT_HOST + MFA_KEY_HOST_SIZE,
	AT_SEALED = AT_STREAM + crypto_secretstream_xchacha20poly1305_HEADERBYTES,
	SEALED_SIZE = MFA_KEY_SIZE + crypto_secretstream_xchacha20poly1305_ABYTES,
	AT_CHECKSUM = AT_SEALED + SEALED_SIZE,
	CHECKSUM_SIZE = 16,
	PASSES_MAX = 8,
	MEMORY_MAX_KIB = 512 * 1024,
	KIB = 1024,
};

_Static_assert(AT_CHECKSUM + CHECKSUM_SIZE == MFA_KEY_COPY_SIZE, "size");
_Static_assert(MFA_KEY_SIZE <= crypto_generichash_KEYBYTES_MAX, "key of the id");

static const unsigned char magic[AT_VERSION] = "MFA-KEY";
static const unsigned char version = '1';

const struct mfa_key_copy_cost mfa_key_copy_cost = { .passes = 3,
						     .memory_kib = 256 * KIB };

void mfa_key_id_bytes(const struct mfa_secret *key,
		      unsigned char ret_id[static MFA_KEY_ID_BYTES])
{
	static const unsigned char use[] = "pam_mfa key id";
	unsigned char hash[crypto_generichash_BYTES];
	(void)crypto_generichash(hash, sizeof hash, use, sizeof use - 1, key->data,
				 key->len);
	memcpy(ret_id, hash, MFA_KEY_ID_BYTES);
}

void mfa_key_id(const struct mfa_secret *key, char ret_id[static MFA_KEY_ID_SIZE])
{
	unsigned char id[MFA_KEY_ID_BYTES];
	mfa_key_id_bytes(key, id);
	(void)snprintf(ret_id, MFA_KEY_ID_SIZE, "%02x%02x-%02x%02x-%02x%02x-%02x%02x",
		       id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7]);
}

void mfa_key_copy_done(struct mfa_key_copy *copy)
{
	mfa_secret_done(&copy->key);
}

static bool is_cost_sound(uint32_t passes, uint32_t memory_kib)
{
	return passes >= crypto_pwhash_OPSLIMIT_MIN && passes <= PASSES_MAX &&
	       memory_kib >= crypto_pwhash_MEMLIMIT_MIN / KIB &&
	       memory_kib <= MEMORY_MAX_KIB;
}

/* The key that seals, from the passphrase and what the header says. */
static int derive_seal_key(const unsigned char *bytes,
			   const struct mfa_secret *passphrase,
			   struct mfa_secret *ret_key)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	int err = mfa_secret_alloc(crypto_secretstream_xchacha20poly1305_KEYBYTES, &key);
	if (err != MFA_OK)
		return err;
	size_t memory = (size_t)mfa_get32(bytes + AT_MEMORY) * KIB;
	if (crypto_pwhash(key.data, key.len, (const char *)passphrase->data,
			  passphrase->len, bytes + AT_SALT, mfa_get32(bytes + AT_PASSES),
			  memory, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return MFA_ERR_NOMEM;
	*ret_key = key;
	key = (struct mfa_secret){ 0 };
	return MFA_OK;
}

static void compute_checksum(const unsigned char *bytes,
			     unsigned char ret_sum[static CHECKSUM_SIZE])
{
	(void)crypto_generichash(ret_sum, CHECKSUM_SIZE, bytes, AT_CHECKSUM, NULL, 0);
}

static void write_header(const struct mfa_key_copy *copy,
			 const struct mfa_key_copy_cost *cost, unsigned char *bytes)
{
	memset(bytes, 0, MFA_KEY_COPY_SIZE);
	memcpy(bytes, magic, sizeof magic);
	bytes[AT_VERSION] = version;
	mfa_put32(bytes + AT_PASSES, cost->passes);
	mfa_put32(bytes + AT_MEMORY, cost->memory_kib);
	randombytes_buf(bytes + AT_SALT, crypto_pwhash_SALTBYTES);
	mfa_key_id_bytes(&copy->key, bytes + AT_ID);
	mfa_put64(bytes + AT_TIME, (uint64_t)copy->time);
	memcpy(bytes + AT_HOST, copy->host, strnlen(copy->host, MFA_KEY_HOST_SIZE - 1));
}

static void push_key(const struct mfa_secret *key, const unsigned char *seal_key,
		     unsigned char *bytes)
{
	crypto_secretstream_xchacha20poly1305_state state;
	(void)crypto_secretstream_xchacha20poly1305_init_push(&state, bytes + AT_STREAM,
							      seal_key);
	(void)crypto_secretstream_xchacha20poly1305_push(
		&state, bytes + AT_SEALED, NULL, key->data, key->len, bytes, AT_STREAM,
		crypto_secretstream_xchacha20poly1305_TAG_FINAL);
	mfa_wipe(&state, sizeof state);
}

int mfa_key_copy_seal(const struct mfa_key_copy *copy,
		      const struct mfa_secret *passphrase,
		      const struct mfa_key_copy_cost *cost,
		      unsigned char ret_bytes[static MFA_KEY_COPY_SIZE])
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret seal_key = { 0 };
	unsigned char bytes[MFA_KEY_COPY_SIZE];
	if (copy->key.len != MFA_KEY_SIZE ||
	    !is_cost_sound(cost->passes, cost->memory_kib))
		return MFA_ERR_INVALID;
	write_header(copy, cost, bytes);
	int err = derive_seal_key(bytes, passphrase, &seal_key);
	if (err != MFA_OK)
		return err;
	push_key(&copy->key, seal_key.data, bytes);
	compute_checksum(bytes, bytes + AT_CHECKSUM);
	memcpy(ret_bytes, bytes, sizeof bytes);
	return MFA_OK;
}

/* Damage is told from a wrong passphrase, and found before the passphrase is asked for:
 * the checksum is nobody's secret, and protects from nobody. */
int mfa_key_copy_inspect(struct mfa_span bytes)
{
	unsigned char sum[CHECKSUM_SIZE];
	if (bytes.len <= AT_VERSION || memcmp(bytes.data, magic, sizeof magic) != 0)
		return MFA_ERR_INVALID;
	if (bytes.data[AT_VERSION] > version)
		return MFA_ERR_UNSUPPORTED;
	if (bytes.len != MFA_KEY_COPY_SIZE || bytes.data[AT_VERSION] != version)
		return MFA_ERR_INTEGRITY;
	compute_checksum(bytes.data, sum);
	if (memcmp(sum, bytes.data + AT_CHECKSUM, sizeof sum) != 0)
		return MFA_ERR_INTEGRITY;
	return is_cost_sound(mfa_get32(bytes.data + AT_PASSES),
			     mfa_get32(bytes.data + AT_MEMORY))
		       ? MFA_OK
		       : MFA_ERR_UNSUPPORTED;
}

static bool pull_key(const unsigned char *bytes, const unsigned char *seal_key,
		     unsigned char *ret_key)
{
	crypto_secretstream_xchacha20poly1305_state state;
	unsigned char tag = 0;
	bool is_open =
		crypto_secretstream_xchacha20poly1305_init_pull(&state, bytes + AT_STREAM,
								seal_key) == 0 &&
		crypto_secretstream_xchacha20poly1305_pull(&state, ret_key, NULL, &tag,
							   bytes + AT_SEALED, SEALED_SIZE,
							   bytes, AT_STREAM) == 0 &&
		tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
	mfa_wipe(&state, sizeof state);
	return is_open;
}

static bool is_header_sound(const unsigned char *bytes, const struct mfa_secret *key)
{
	unsigned char id[MFA_KEY_ID_BYTES];
	const char *host = (const char *)bytes + AT_HOST;
	mfa_key_id_bytes(key, id);
	return memcmp(id, bytes + AT_ID, sizeof id) == 0 &&
	       memchr(host, '\0', MFA_KEY_HOST_SIZE) != NULL &&
	       (host[0] == '\0' || mfa_text_is_label(host, MFA_KEY_HOST_SIZE));
}

int mfa_key_copy_open(struct mfa_span bytes, const struct mfa_secret *passphrase,
		      struct mfa_key_copy *ret_copy)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret seal_key = { 0 };
	MFA_CLEANUP(mfa_key_copy_done) struct mfa_key_copy copy = { .time = 0 };
	int err = mfa_key_copy_inspect(bytes);
	if (err == MFA_OK)
		err = derive_seal_key(bytes.data, passphrase, &seal_key);
	if (err == MFA_OK)
		err = mfa_secret_alloc(MFA_KEY_SIZE, &copy.key);
	if (err != MFA_OK)
		return err;
	if (!pull_key(bytes.data, seal_key.data, copy.key.data) ||
	    !is_header_sound(bytes.data, &copy.key))
		return MFA_ERR_CRYPTO;
	copy.time = (int64_t)mfa_get64(bytes.data + AT_TIME);
	memcpy(copy.host, bytes.data + AT_HOST, sizeof copy.host);
	*ret_copy = copy;
	copy.key = (struct mfa_secret){ 0 };
	return MFA_OK;
}
