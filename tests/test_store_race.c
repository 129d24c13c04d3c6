/* lib/stores/file.c under many processes. */
#include <stdio.h>

#include "login.h"

enum {
	PROCESSES = 8,
	ROUNDS = 100
};

/* Adds one to failures so often, each time by read and swap. */
static int add_up(void *context, unsigned index MFA_UNUSED)
{
	struct mfa_store *store = context;
	struct mfa_record *record = mfa_record_new();
	for (unsigned done = 0; done < ROUNDS;) {
		if (mfa_store_read(store, "taro", NULL, record) != MFA_OK)
			return 1;
		record->failures++;
		int err = mfa_store_swap(store, record, NULL);
		if (err != MFA_OK && err != MFA_ERR_CONFLICT)
			return 2;
		done += err == MFA_OK;
	}
	return 0;
}

static void many_processes_lose_no_change(void **state)
{
	enroll(store_of(state), "taro", &totp_spec, 1);
	assert_int_equal(count_processes(PROCESSES, 0, add_up, store_of(state)),
			 PROCESSES);
	struct mfa_record *record = stored_record(store_of(state), "taro");
	assert_int_equal(record->failures, PROCESSES * ROUNDS);
	mfa_record_free(&record);
}

/* Creates, removes and reads one user; every answer must be a clean one. */
static int come_and_go(void *context, unsigned index)
{
	struct mfa_store *store = context;
	struct mfa_record *record = mfa_record_new();
	for (unsigned i = 0; i < ROUNDS; i++) {
		int err = mfa_store_read(store, "taro", NULL, record);
		if (err != MFA_OK && err != MFA_ERR_NOTFOUND)
			return 1;
		if (index % 2 == 0 && err == MFA_ERR_NOTFOUND) {
			(void)snprintf(record->user, sizeof record->user, "taro");
			err = mfa_store_create(store, record, NULL);
			if (err != MFA_OK && err != MFA_ERR_EXISTS)
				return 2;
		} else if (index % 2 == 1 && err == MFA_OK) {
			err = mfa_store_remove(store, record, NULL);
			if (err != MFA_OK && err != MFA_ERR_CONFLICT)
				return 3;
		}
	}
	return 0;
}

static void creating_and_removing_at_once_stays_clean(void **state)
{
	assert_int_equal(count_processes(PROCESSES, 0, come_and_go, store_of(state)),
			 PROCESSES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_host(many_processes_lose_no_change),
		on_host(creating_and_removing_at_once_stays_clean),
	};
	return group_main("store_race", tests);
}
