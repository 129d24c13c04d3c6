/* SPDX-License-Identifier: BSD-2-Clause */
/* What another user owns and may write to, also where this process may not: in a user
 * namespace the product would fail before it looks at the owner. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "login.h"
#include "mfa/fs.h"
#include "trail.h"

static void a_record_of_another_owner_is_refused(void **state)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_record *record = stored_record(store_of(state), "taro");
	assert_int_equal(chown(record_path(state, "taro"), 1, (gid_t)-1), 0);
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_ERR_UNSAFE);
	assert_int_equal(mfa_store_read(store_of(state), "taro", &diag, record),
			 MFA_ERR_UNSAFE);
	assert_non_null(strstr(diag.text, record_path(state, "taro")));
	assert_non_null(strstr(diag.text, "uid 1"));
	mfa_record_free(&record);
}

static void a_file_of_another_owner_is_no_trail(void **state)
{
	struct trail *trail = *state;
	uint64_t count = 0;
	trail_append_lines(trail, 1);
	assert_int_equal(chown(trail->path, 1, (gid_t)-1), 0);
	assert_int_equal(trail_append(trail, "x"), MFA_ERR_UNSAFE);
	assert_int_equal(mfa_audit_verify(trail->audit, NULL, &count), MFA_ERR_UNSAFE);
}

/* Its mode keeps others from changing names, but not its owner. */
static void a_sticky_folder_of_another_owner_is_no_passage(void **state)
{
	struct mfa_diag diag = { .text = "" };
	int fd = -1;
	assert_int_equal(mkdir(path_in(*state, "way"), 0755), 0);
	write_text(path_in(*state, "way/file"), "x");
	const char *path = path_in(*state, "way/file");
	assert_int_equal(chmod(path_in(*state, "way"), 01777), 0);
	assert_int_equal(mfa_fs_open(path, O_RDONLY, &mfa_fs_private, &diag, &fd),
			 MFA_OK);
	mfa_close_fd(&fd);
	assert_int_equal(chown(path_in(*state, "way"), 1, (gid_t)-1), 0);
	assert_int_equal(mfa_fs_open(path, O_RDONLY, &mfa_fs_private, &diag, &fd),
			 MFA_ERR_UNSAFE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		enrolled(a_record_of_another_owner_is_refused),
		cmocka_unit_test_setup_teardown(a_file_of_another_owner_is_no_trail,
						trail_setup, trail_teardown),
		in_sandbox(a_sticky_folder_of_another_owner_is_no_passage),
	};
	return root_group_main("owner_root", tests);
}
