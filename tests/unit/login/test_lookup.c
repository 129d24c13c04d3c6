/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/login/lookup.c: on which record the login of a user without one works. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "login.h"
#include "mfa/factor.h"

enum {
	NAMES = 20,
	LOCK_WAIT_MS = 30, /* in which a login that does not wait would be over */
};

static const char *name_of(unsigned i, char name[static 16])
{
	(void)snprintf(name, 16, "nobody%u", i);
	return name;
}

static struct outcome try_stranger(void **state, const char *user)
{
	struct outcome outcome = login(
		state,
		(struct attempt){ .user = user, .answer = "123456", .is_unknown = true });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_UNKNOWN_USER);
	return outcome;
}

/* Of all decoys, the common one first. */
struct generations {
	uint32_t of[1 + MFA_DECOYS];
};

static struct generations read_generations(void **state)
{
	struct generations generations;
	generations.of[0] = generation_of(state, MFA_DECOY_USER);
	for (size_t i = 0; i < MFA_DECOYS; i++) {
		char name[MFA_DECOY_NAME_SIZE];
		mfa_decoy_name(i, name);
		generations.of[1 + i] = generation_of(state, name);
	}
	return generations;
}

static void a_name_always_has_the_same_decoy_to_itself(void **state)
{
	char name[16];
	for (unsigned i = 0; i < 3 * NAMES; i++) {
		const char *user = name_of(i % NAMES, name);
		struct generations before = read_generations(state);
		uint32_t own = generation_of(state, decoy_of(state, user).name);
		(void)try_stranger(state, user);
		assert_true(generation_of(state, decoy_of(state, user).name) > own);
		struct generations after = read_generations(state);
		unsigned changed = 0;
		for (size_t j = 0; j < MFA_COUNT(after.of); j++)
			changed += before.of[j] != after.of[j];
		assert_int_equal(changed, 1);
	}
}

/* Two names with decoys of their own. */
static void find_apart(void **state, char one[static 16], char other[static 16])
{
	unsigned i = 1;
	name_of(0, one);
	while (strcmp(decoy_of(state, one).name,
		      decoy_of(state, name_of(i, other)).name) == 0)
		i++;
}

static void the_lock_of_one_name_does_not_show_in_another(void **state)
{
	char one[16];
	char other[16];
	find_apart(state, one, other);
	for (int i = 0; i < 7; i++)
		(void)try_stranger(state, one);
	assert_true(failures_of(state, decoy_of(state, one).name) > 0);
	assert_int_equal(failures_of(state, decoy_of(state, other).name), 0);
	assert_int_equal(failures_of(state, MFA_DECOY_USER), 0);
}

struct stranger {
	struct test_host *host;
	char user[16];
};

static int log_in(void *context, unsigned index MFA_UNUSED)
{
	const struct stranger *stranger = context;
	const struct attempt attempt = { .user = stranger->user,
					 .answer = "123456",
					 .is_unknown = true };
	struct outcome outcome = login_on(stranger->host, &attempt);
	return outcome.reason == MFA_REASON_UNKNOWN_USER ? 0 : 1;
}

static bool is_over(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT), 0);
	return info.si_pid == pid;
}

static const char *decoy_path(void **state, const char *user)
{
	char file[32];
	(void)snprintf(file, sizeof file, ".decoy-%s", decoy_of(state, user).name + 1);
	return record_path(state, file);
}

/* Somebody else's login writes the decoy of one name. */
static void names_with_other_decoys_do_not_wait_for_each_other(void **state)
{
	struct stranger one = { .host = *state };
	struct stranger other = { .host = *state };
	const struct timespec nap = { .tv_nsec = LOCK_WAIT_MS * 1000000L };
	find_apart(state, one.user, other.user);
	const char *path = decoy_path(state, one.user);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	pid_t waiting = start_opening(path, log_in, &one);
	assert_int_equal(end_of(start_process(log_in, &other)), 0);
	(void)nanosleep(&nap, NULL);
	assert_false(is_over(waiting));
	assert_int_equal(flock(fd, LOCK_UN), 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(end_of(waiting), 0);
}

/* Whoever types such a name is nobody, and works on the decoy of what was typed. */
static void a_decoys_own_name_is_a_name_like_others(void **state)
{
	static const char *const names[] = { "", "\n00", "\n17", "\n63", "\n99" };
	for (size_t i = 0; i < MFA_COUNT(names); i++) {
		const char *decoy = decoy_of(state, names[i]).name;
		char own[MFA_DECOY_NAME_SIZE];
		memcpy(own, decoy, sizeof own);
		struct generations before = read_generations(state);
		uint32_t generation = generation_of(state, own);
		struct outcome outcome = try_stranger(state, names[i]);
		assert_string_equal(outcome.diag, "");
		assert_true(generation_of(state, own) > generation);
		struct generations after = read_generations(state);
		unsigned changed = 0;
		for (size_t j = 0; j < MFA_COUNT(after.of); j++)
			changed += before.of[j] != after.of[j];
		assert_int_equal(changed, 1);
	}
}

static void the_common_decoy_serves_where_one_is_missing(void **state)
{
	assert_int_equal(unlink(decoy_path(state, "jiro")), 0);
	uint32_t common = generation_of(state, MFA_DECOY_USER);
	struct outcome outcome = try_stranger(state, "jiro");
	assert_string_equal(outcome.diag, "");
	assert_true(generation_of(state, MFA_DECOY_USER) > common);
	assert_int_equal(unlink(record_path(state, ".decoy")), 0);
	outcome = login(state, (struct attempt){ .user = "jiro", .answer = "123456" });
	assert_outcome(outcome, MFA_UNAVAILABLE, MFA_REASON_FAILED);
	assert_non_null(strstr(outcome.diag, "mfa-enroll init"));
}

static void a_damaged_decoy_is_not_replaced_by_the_common_one(void **state)
{
	write_text(decoy_path(state, "jiro"), "no record");
	assert_outcome(
		login(state, (struct attempt){ .user = "jiro", .answer = "123456" }),
		MFA_UNAVAILABLE, MFA_REASON_FAILED);
}

static void prepare(struct test_host *host, bool *ret_made)
{
	struct mfa_diag diag = { .text = "" };
	const struct mfa_store_keys keys = { .current = &host->key };
	assert_done(mfa_store_prepare(host->host.config->store, &keys,
				      mfa_factor_fill_decoy, &diag, ret_made),
		    &diag);
}

static void a_store_of_before_works_and_gets_the_others_by_init(void **state)
{
	struct test_host host;
	void *old = &host;
	bool is_made = false;
	(void)state;
	host_open_old(&host);
	uint32_t common = generation_of(&old, MFA_DECOY_USER);
	(void)try_stranger(&old, "jiro");
	assert_true(generation_of(&old, MFA_DECOY_USER) > common);
	assert_int_equal(read_user(&old, decoy_of(&old, "jiro").name), MFA_ERR_NOTFOUND);
	common = generation_of(&old, MFA_DECOY_USER);
	uint32_t failures = failures_of(&old, MFA_DECOY_USER);
	prepare(&host, &is_made);
	assert_true(is_made);
	/* the same open store: no restart is needed */
	uint32_t own = generation_of(&old, decoy_of(&old, "jiro").name);
	(void)try_stranger(&old, "jiro");
	assert_true(generation_of(&old, decoy_of(&old, "jiro").name) > own);
	assert_int_equal(generation_of(&old, MFA_DECOY_USER), common);
	assert_int_equal(failures_of(&old, MFA_DECOY_USER), failures);
	host_close(&host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_host(a_name_always_has_the_same_decoy_to_itself),
		on_host(the_lock_of_one_name_does_not_show_in_another),
		on_host(names_with_other_decoys_do_not_wait_for_each_other),
		on_host(a_decoys_own_name_is_a_name_like_others),
		on_host(the_common_decoy_serves_where_one_is_missing),
		on_host(a_damaged_decoy_is_not_replaced_by_the_common_one),
		cmocka_unit_test(a_store_of_before_works_and_gets_the_others_by_init),
	};
	return group_main("lookup", tests);
}
