/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A block is an unreadable page, the pages of the block, and an unreadable page. The data
 * end at the end of the last page, so that an overrun is caught at once. libsodium's
 * guarded heap does the same in 38 us a block, this in 14 (tests/bench). */
enum {
	ALIGNMENT = 16
};

/* At the beginning of the first page. */
struct header {
	_Alignas(ALIGNMENT) size_t pages_size;
};

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

void *mfa_locked_new(size_t size)
{
	const size_t page = page_size();
	if (size > SIZE_MAX / 2)
		return NULL;
	size_t data_size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (data_size == 0)
		data_size = ALIGNMENT;
	size_t pages_size = (sizeof(struct header) + data_size + page - 1) / page * page;
	unsigned char *map = mmap(NULL, pages_size + 2 * page, PROT_NONE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return NULL;
	unsigned char *pages = map + page;
	if (mprotect(pages, pages_size, PROT_READ | PROT_WRITE) != 0 ||
	    madvise(pages, pages_size, MADV_DONTDUMP) != 0) {
		(void)munmap(map, pages_size + 2 * page);
		return NULL;
	}
	/* beyond the limit of locked memory the block is used unlocked */
	(void)mlock(pages, pages_size);
	((struct header *)(void *)pages)->pages_size = pages_size;
	return pages + pages_size - data_size;
}

void mfa_locked_free(void *block)
{
	if (block == NULL)
		return;
	const size_t page = page_size();
	/* the data begin in the first page, or right after it */
	unsigned char *last = (unsigned char *)block - sizeof(struct header);
	unsigned char *pages = last - (uintptr_t)last % page;
	size_t pages_size = ((struct header *)(void *)pages)->pages_size;
	mfa_wipe(pages, pages_size);
	(void)munmap(pages - page, pages_size + 2 * page);
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

void mfa_secret_done(struct mfa_secret *secret)
{
	mfa_locked_free(secret->data);
	*secret = (struct mfa_secret){ 0 };
}

void mfa_wipe(void *data, size_t len)
{
	explicit_bzero(data, len);
}
