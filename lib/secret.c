#include "mfa/secret.h"

#include <string.h>

#include <sodium.h>

/* libsodium ends a block at a guard page, so only a multiple of this is aligned. */
enum {
	ALIGNMENT = 16
};

void *mfa_locked_new(size_t size)
{
	if (size > SIZE_MAX - ALIGNMENT)
		return NULL;
	size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	void *block = sodium_malloc(rounded > 0 ? rounded : ALIGNMENT);
	if (block != NULL)
		memset(block, 0, rounded > 0 ? rounded : ALIGNMENT);
	return block;
}

void mfa_locked_free(void *block)
{
	sodium_free(block);
}

int mfa_secret_alloc(size_t len, struct mfa_secret *ret_secret)
{
	unsigned char *data = mfa_locked_new(len);
	if (data == NULL)
		return MFA_ERR_NOMEM;
	*ret_secret = (struct mfa_secret){ .data = data, .len = len };
	return MFA_OK;
}

int mfa_secret_copy(const void *data, size_t len, struct mfa_secret *ret_secret)
{
	int err = mfa_secret_alloc(len, ret_secret);
	if (err == MFA_OK && len > 0)
		memcpy(ret_secret->data, data, len);
	return err;
}

int mfa_secret_random(size_t len, struct mfa_secret *ret_secret)
{
	int err = mfa_secret_alloc(len, ret_secret);
	if (err == MFA_OK)
		randombytes_buf(ret_secret->data, len);
	return err;
}

void mfa_secret_done(struct mfa_secret *secret)
{
	mfa_locked_free(secret->data);
	*secret = (struct mfa_secret){ 0 };
}

bool mfa_secret_is_equal(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}

void mfa_wipe(void *data, size_t len)
{
	sodium_memzero(data, len);
}
