/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/base/elf.c: shared objects that a disk has not taken to the end. */
#include "mfa/elf.h"

#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

enum {
	SEGMENTS = 2
};

/* As much of one as is looked at: a note, and a segment that the loader maps. */
struct object {
	ElfW(Ehdr) header;
	ElfW(Phdr) segments[SEGMENTS];
	char mapped[64];
};

static struct object make_object(void)
{
	struct object object = {
		.header = { .e_ident = ELFMAG,
			    .e_phoff = offsetof(struct object, segments),
			    .e_phentsize = sizeof(ElfW(Phdr)),
			    .e_phnum = SEGMENTS },
		.segments = { { .p_type = PT_NOTE,
				.p_offset = UINT64_MAX,
				.p_filesz = UINT64_MAX },
			      { .p_type = PT_LOAD,
				.p_offset = offsetof(struct object, mapped),
				.p_filesz = sizeof object.mapped } },
	};
	return object;
}

static int check_bytes(void **state, const struct object *object, size_t len)
{
	const char *path = path_in(*state, "object.so");
	struct mfa_diag diag = { .text = "" };
	write_bytes(path, object, len);
	MFA_CLEANUP(mfa_close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	int err = mfa_elf_check_whole(fd, path, &diag);
	if (err != MFA_OK)
		assert_non_null(strstr(diag.text, "object.so: is cut short"));
	return err;
}

static void one_is_whole_up_to_its_last_mapped_byte(void **state)
{
	const struct object object = make_object();
	for (size_t len = sizeof object.header; len < sizeof object; len++)
		assert_int_equal(check_bytes(state, &object, len), MFA_ERR_UNSUPPORTED);
	assert_int_equal(check_bytes(state, &object, sizeof object), MFA_OK);
}

static void what_has_no_header_is_left_to_the_loader(void **state)
{
	struct object object = make_object();
	for (size_t len = 0; len < sizeof object.header; len++)
		assert_int_equal(check_bytes(state, &object, len), MFA_OK);
	object.header.e_ident[0] ^= 1;
	assert_int_equal(check_bytes(state, &object, sizeof object - 1), MFA_OK);
}

/* Sums that begin again at 0 end in no file. */
static void places_beyond_all_numbers_are_beyond_the_file(void **state)
{
	struct object objects[] = { make_object(), make_object(), make_object() };
	objects[0].segments[1].p_offset = UINT64_MAX - 8;
	objects[1].segments[1].p_filesz = UINT64_MAX - 8;
	objects[2].header.e_phoff = UINT64_MAX - 8;
	for (size_t i = 0; i < MFA_COUNT(objects); i++)
		assert_int_equal(check_bytes(state, &objects[i], sizeof objects[i]),
				 MFA_ERR_UNSUPPORTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(one_is_whole_up_to_its_last_mapped_byte),
		in_sandbox(what_has_no_header_is_left_to_the_loader),
		in_sandbox(places_beyond_all_numbers_are_beyond_the_file),
	};
	return group_main("elf", tests);
}
