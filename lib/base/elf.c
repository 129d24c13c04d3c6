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

static bool read_exactly(int fd, void *buffer, size_t size, uint64_t offset)
{
	size_t len = 0;
	return mfa_fs_read(fd, buffer, size, (off_t)offset, &len) == MFA_OK &&
	       len == size;
}

/* Whether all that the loader maps is in the file. What is no such file at all is left to
 * the loader. */
static bool has_segments(int fd, uint64_t size)
{
	ElfW(Ehdr) header;
	if (!read_exactly(fd, &header, sizeof header, 0) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    header.e_phentsize != sizeof(ElfW(Phdr)))
		return true;
	for (unsigned i = 0; i < header.e_phnum; i++) {
		ElfW(Phdr) segment;
		struct extent place = { header.e_phoff + i * sizeof segment,
					sizeof segment };
		if (!is_inside(place, size) ||
		    !read_exactly(fd, &segment, sizeof segment, place.offset))
			return false;
		place = (struct extent){ segment.p_offset, segment.p_filesz };
		if (segment.p_type == PT_LOAD && !is_inside(place, size))
			return false;
	}
	return true;
}

int mfa_elf_check_whole(int fd, const char *path, struct mfa_diag *diag)
{
	struct stat status;
	if (fstat(fd, &status) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot stat", path);
	if (has_segments(fd, (uint64_t)status.st_size))
		return MFA_OK;
	return mfa_fail(diag, MFA_ERR_UNSUPPORTED,
			"%s: is cut short, install pam_mfa anew", path);
}
