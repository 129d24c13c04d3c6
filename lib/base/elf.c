/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/elf.h"

#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>

#include "mfa/fs.h"

struct extent {
	uint64_t offset;
	uint64_t len;
};

static bool is_inside(struct extent extent, uint64_t size)
{
	return extent.offset <= size && extent.len <= size - extent.offset;
}

/* MFA_ERR_UNSUPPORTED: the file has not so much; else as mfa_fs_read. */
static int read_exactly(int fd, void *buffer, size_t size, uint64_t offset)
{
	size_t len = 0;
	int err = mfa_fs_read(fd, buffer, size, (off_t)offset, &len);
	return err == MFA_OK && len < size ? MFA_ERR_UNSUPPORTED : err;
}

static bool is_elf(const ElfW(Ehdr) * header)
{
	return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
	       header->e_phentsize == sizeof(ElfW(Phdr));
}

/* Whether all that the loader maps is in the file: MFA_ERR_UNSUPPORTED if not. What is no
 * such file at all is left to the loader. */
static int check_segments(int fd, uint64_t size)
{
	ElfW(Ehdr) header;
	int err = read_exactly(fd, &header, sizeof header, 0);
	if (err == MFA_ERR_UNSUPPORTED || (err == MFA_OK && !is_elf(&header)))
		return MFA_OK;
	for (unsigned i = 0; err == MFA_OK && i < header.e_phnum; i++) {
		ElfW(Phdr) segment;
		struct extent place = { header.e_phoff + i * sizeof segment,
					sizeof segment };
		if (!is_inside(place, size))
			return MFA_ERR_UNSUPPORTED;
		err = read_exactly(fd, &segment, sizeof segment, place.offset);
		if (err != MFA_OK)
			return err;
		place = (struct extent){ segment.p_offset, segment.p_filesz };
		if (segment.p_type == PT_LOAD && !is_inside(place, size))
			return MFA_ERR_UNSUPPORTED;
	}
	return err;
}

int mfa_elf_check_whole(int fd, const char *path, struct mfa_diag *diag)
{
	struct stat status;
	if (fstat(fd, &status) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot stat", path);
	int err = check_segments(fd, (uint64_t)status.st_size);
	if (err == MFA_ERR_UNSUPPORTED)
		return mfa_fail(diag, err, "%s: is cut short, install pam_mfa anew",
				path);
	return err == MFA_OK ? MFA_OK
			     : mfa_fail(diag, err, "%s: cannot read: %s", path,
					mfa_strerror(err));
}
