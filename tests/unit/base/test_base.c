/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "mfa/bytes.h"
#include "support.h"

static void every_error_has_words_of_its_own(void **state MFA_UNUSED)
{
	for (int a = MFA_OK; a >= MFA_ERR_LIMIT; a--) {
		assert_string_not_equal(mfa_strerror(a), "unknown error");
		for (int b = MFA_OK; b > a; b--)
			assert_string_not_equal(mfa_strerror(a), mfa_strerror(b));
	}
	assert_string_equal(mfa_strerror(1), "unknown error");
	assert_string_equal(mfa_strerror(MFA_ERR_LIMIT - 1), "unknown error");
}

static void errno_becomes_the_error_that_says_best(void **state MFA_UNUSED)
{
	static const struct {
		int errnum;
		int err;
	} cases[] = {
		{ ENOMEM, MFA_ERR_NOMEM },   { ENOENT, MFA_ERR_NOTFOUND },
		{ EEXIST, MFA_ERR_EXISTS },  { ENOSPC, MFA_ERR_NOSPACE },
		{ EDQUOT, MFA_ERR_NOSPACE }, { EROFS, MFA_ERR_READONLY },
		{ ELOOP, MFA_ERR_UNSAFE },   { EAGAIN, MFA_ERR_BUSY },
		{ EIO, MFA_ERR_IO },	     { EACCES, MFA_ERR_IO },
		{ 0, MFA_ERR_IO },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++)
		assert_int_equal(mfa_err_from_errno(cases[i].errnum), cases[i].err);
}

static void a_failure_writes_its_line_and_returns_its_error(void **state MFA_UNUSED)
{
	struct mfa_diag diag = { .text = "old" };
	assert_int_equal(mfa_fail(&diag, MFA_ERR_IO, "%s:%d", "file", 7), MFA_ERR_IO);
	assert_string_equal(diag.text, "file:7");
	assert_int_equal(mfa_fail(NULL, MFA_ERR_BUSY, "nobody reads"), MFA_ERR_BUSY);
}

static void a_failed_call_names_its_reason(void **state MFA_UNUSED)
{
	struct mfa_diag diag = { .text = "" };
	assert_int_equal(mfa_fail_errno(&diag, EROFS, "%s", "/x"), MFA_ERR_READONLY);
	assert_string_equal(diag.text, "/x: Read-only file system");
	assert_int_equal(mfa_fail_errno(NULL, ENOSPC, "x"), MFA_ERR_NOSPACE);
}

static void a_long_diagnosis_is_cut_not_overrun(void **state MFA_UNUSED)
{
	struct {
		struct mfa_diag diag;
		char behind[4];
	} guarded = { .behind = "xyz" };
	char text[2000];
	memset(text, 'a', sizeof text);
	text[sizeof text - 1] = '\0';
	(void)mfa_fail(&guarded.diag, MFA_ERR_IO, "%s", text);
	assert_int_equal(strlen(guarded.diag.text), sizeof guarded.diag.text - 1);
	for (size_t len = sizeof guarded.diag.text - 8; len < sizeof text; len++) {
		(void)mfa_fail_errno(&guarded.diag, EIO, "%.*s", (int)len, text);
		assert_true(strlen(guarded.diag.text) < sizeof guarded.diag.text);
		assert_string_equal(guarded.behind, "xyz");
	}
}

static void numbers_survive_their_bytes(void **state MFA_UNUSED)
{
	unsigned char bytes[9] = { [8] = 0x5a };
	mfa_put64(bytes, 0x8877665544332211U);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(bytes[i], 0x11 * (i + 1));
	assert_int_equal(bytes[8], 0x5a);
	assert_int_equal(mfa_get16(bytes), 0x2211);
	assert_int_equal(mfa_get32(bytes), 0x44332211);
	assert_int_equal(mfa_get64(bytes), 0x8877665544332211U);
	mfa_put16(bytes, 0xfffe);
	mfa_put32(bytes + 2, 0xfffffffdU);
	assert_int_equal(mfa_get16(bytes), 0xfffe);
	assert_int_equal(mfa_get32(bytes + 2), 0xfffffffdU);
	assert_int_equal(bytes[6], 0x77);
}

static void cleanup_leaves_nothing_to_use_again(void **state MFA_UNUSED)
{
	char *text = strdup("text");
	assert_non_null(text);
	mfa_free_string(&text);
	assert_null(text);
	mfa_free_string(&text);
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int was = fd;
	assert_true(fd >= 0);
	mfa_close_fd(&fd);
	assert_int_equal(fd, -1);
	assert_int_equal(fcntl(was, F_GETFD), -1);
	mfa_close_fd(&fd);
}

static void handing_over_leaves_an_empty_hand(void **state MFA_UNUSED)
{
	char letter = 'a';
	char *mine = &letter;
	char *yours = MFA_TAKE(mine);
	assert_null(mine);
	assert_ptr_equal(yours, &letter);
	int my_fd = 5;
	int your_fd = MFA_TAKE_FD(my_fd);
	assert_int_equal(my_fd, -1);
	assert_int_equal(your_fd, 5);
}

static void preparing_twice_is_fine(void **state MFA_UNUSED)
{
	assert_int_equal(mfa_init(), MFA_OK);
	assert_int_equal(mfa_init(), MFA_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_words_of_its_own),
		cmocka_unit_test(errno_becomes_the_error_that_says_best),
		cmocka_unit_test(a_failure_writes_its_line_and_returns_its_error),
		cmocka_unit_test(a_failed_call_names_its_reason),
		cmocka_unit_test(a_long_diagnosis_is_cut_not_overrun),
		cmocka_unit_test(numbers_survive_their_bytes),
		cmocka_unit_test(cleanup_leaves_nothing_to_use_again),
		cmocka_unit_test(handing_over_leaves_an_empty_hand),
		cmocka_unit_test(preparing_twice_is_fine),
	};
	return group_main("base", tests);
}
