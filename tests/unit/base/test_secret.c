/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/secret.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

static void a_fresh_secret_is_all_zero(void **state MFA_UNUSED)
{
	for (size_t len = 0; len < 100; len++) {
		struct mfa_secret secret = { 0 };
		assert_int_equal(mfa_secret_alloc(len, &secret), MFA_OK);
		assert_non_null(secret.data);
		assert_int_equal(secret.len, len);
		for (size_t i = 0; i < len; i++)
			assert_int_equal(secret.data[i], 0);
		mfa_secret_done(&secret);
	}
}

static void every_block_is_aligned_for_a_struct(void **state MFA_UNUSED)
{
	for (size_t size = 0; size < 200; size++) {
		void *block = mfa_locked_new(size);
		assert_non_null(block);
		assert_int_equal((uintptr_t)block % _Alignof(max_align_t), 0);
		mfa_locked_free(block);
	}
}

static void a_copy_is_equal_and_apart(void **state MFA_UNUSED)
{
	char text[] = "secret";
	struct mfa_secret copy = { 0 };
	assert_int_equal(mfa_secret_copy(text, 6, &copy), MFA_OK);
	text[0] = 'S';
	assert_int_equal(copy.len, 6);
	assert_memory_equal(copy.data, "secret", 6);
	mfa_secret_done(&copy);
}

static void an_empty_copy_needs_no_data(void **state MFA_UNUSED)
{
	struct mfa_secret copy = { 0 };
	assert_int_equal(mfa_secret_copy(NULL, 0, &copy), MFA_OK);
	assert_non_null(copy.data);
	assert_int_equal(copy.len, 0);
	mfa_secret_done(&copy);
}

static void two_random_secrets_differ(void **state MFA_UNUSED)
{
	struct mfa_secret a = { 0 };
	struct mfa_secret b = { 0 };
	assert_int_equal(mfa_secret_random(32, &a), MFA_OK);
	assert_int_equal(mfa_secret_random(32, &b), MFA_OK);
	assert_int_equal(a.len, 32);
	assert_memory_not_equal(a.data, b.data, 32);
	mfa_secret_done(&a);
	mfa_secret_done(&b);
}

static void ending_twice_is_fine(void **state MFA_UNUSED)
{
	struct mfa_secret secret = { 0 };
	mfa_secret_done(&secret);
	assert_int_equal(mfa_secret_alloc(3, &secret), MFA_OK);
	mfa_secret_done(&secret);
	assert_null(secret.data);
	assert_int_equal(secret.len, 0);
	mfa_secret_done(&secret);
	mfa_locked_free(NULL);
}

static void equality_looks_at_every_byte(void **state MFA_UNUSED)
{
	unsigned char a[33];
	unsigned char b[33];
	memset(a, 7, sizeof a);
	memset(b, 7, sizeof b);
	assert_true(mfa_secret_is_equal(a, b, sizeof a));
	for (size_t i = 0; i < sizeof a; i++) {
		b[i] ^= 0x80;
		assert_false(mfa_secret_is_equal(a, b, sizeof a));
		assert_true(mfa_secret_is_equal(a, b, i));
		b[i] ^= 0x80;
	}
}

static void wiping_zeroes_exactly_its_length(void **state MFA_UNUSED)
{
	char text[] = "0123456789";
	mfa_wipe(text, 4);
	assert_memory_equal(text, "\0\0\0\0", 4);
	assert_string_equal(text + 4, "456789");
}

/* Whether a child is killed by SIGSEGV when it touches the byte. */
static bool touching_kills(const volatile unsigned char *byte)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)signal(SIGSEGV, SIG_DFL);
		_exit(*byte == 0 ? 0 : 1);
	}
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
}

static void a_secret_lies_before_a_guard_page(void **state MFA_UNUSED)
{
	struct mfa_secret secret = { 0 };
	assert_int_equal(mfa_secret_alloc(32, &secret), MFA_OK);
	assert_false(touching_kills(secret.data + 31));
	assert_true(touching_kills(secret.data + 32));
	mfa_secret_done(&secret);
}

static void an_ended_secret_can_be_read_no_more(void **state MFA_UNUSED)
{
	struct mfa_secret secret = { 0 };
	assert_int_equal(mfa_secret_alloc(32, &secret), MFA_OK);
	const volatile unsigned char *was = secret.data;
	mfa_secret_done(&secret);
	assert_true(touching_kills(was));
}

static void a_size_that_overflows_is_refused(void **state MFA_UNUSED)
{
	struct mfa_secret secret = { 0 };
	assert_int_equal(mfa_secret_alloc(SIZE_MAX, &secret), MFA_ERR_NOMEM);
	assert_int_equal(mfa_secret_alloc(SIZE_MAX / 2, &secret), MFA_ERR_NOMEM);
	assert_null(secret.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fresh_secret_is_all_zero),
		cmocka_unit_test(every_block_is_aligned_for_a_struct),
		cmocka_unit_test(a_copy_is_equal_and_apart),
		cmocka_unit_test(an_empty_copy_needs_no_data),
		cmocka_unit_test(two_random_secrets_differ),
		cmocka_unit_test(ending_twice_is_fine),
		cmocka_unit_test(equality_looks_at_every_byte),
		cmocka_unit_test(wiping_zeroes_exactly_its_length),
		cmocka_unit_test(a_secret_lies_before_a_guard_page),
		cmocka_unit_test(an_ended_secret_can_be_read_no_more),
		cmocka_unit_test(a_size_that_overflows_is_refused),
	};
	return group_main("secret", tests);
}
