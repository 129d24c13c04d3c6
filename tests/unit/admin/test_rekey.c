/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/rekey.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/key.h"
#include "support.h"

enum {
	USERS = 5,
	DECOYS = 1 + MFA_DECOYS, /* with the common one */
};

static int64_t moment(void)
{
	return NOW;
}

static const struct mfa_rekey_options plain = { .clock = moment };

static const char *user_name(unsigned index, char name[static 16])
{
	(void)snprintf(name, 16, "user%u", index);
	return name;
}

/* The common one first. */
static const char *decoy_name(size_t index, char name[static 16])
{
	name[0] = '\0';
	if (index > 0)
		mfa_decoy_name(index - 1, name);
	return name;
}

static void enroll_all(struct test_host *host)
{
	char name[16];
	for (unsigned i = 0; i < USERS; i++)
		enroll(host->host.store, user_name(i, name), &hotp_spec, 1);
}

/* A host of another process: what it sees of the keys and the records now. */
static void assert_all_readable(struct test_host *host)
{
	char name[16];
	struct mfa_diag diag = { .text = "" };
	struct mfa_site other = { 0 };
	assert_done(mfa_site_load(path_in(&host->box, "mfa.conf"), &diag, &other), &diag);
	assert_done(mfa_site_open(&other, &diag), &diag);
	for (unsigned i = 0; i < USERS; i++) {
		struct mfa_record *record =
			stored_record(other.store, user_name(i, name));
		assert_int_equal(record->token_count, 1);
		assert_string_equal(record->user, name);
		mfa_record_free(&record);
	}
	for (size_t i = 0; i < DECOYS; i++) {
		struct mfa_record *decoy =
			stored_record(other.store, decoy_name(i, name));
		mfa_record_free(&decoy);
	}
	mfa_site_done(&other);
}

static bool has_next_key(struct test_host *host)
{
	return access(path_in(&host->box, "store.key.next"), F_OK) == 0;
}

static void read_key(struct test_host *host, unsigned char key[static MFA_KEY_SIZE])
{
	assert_int_equal(read_bytes(path_in(&host->box, "store.key"), key, MFA_KEY_SIZE),
			 MFA_KEY_SIZE);
}

static void every_record_is_under_the_new_key_alone(void **state)
{
	struct test_host *host = *state;
	struct mfa_diag diag = { .text = "" };
	struct mfa_rekey_report report = { 0 };
	unsigned char before[MFA_KEY_SIZE];
	unsigned char after[MFA_KEY_SIZE];
	char source[512];
	enroll_all(host);
	read_key(host, before);
	assert_done(mfa_rekey_run(&host->host, &plain, &diag, &report), &diag);
	assert_int_equal(report.records, USERS);
	assert_int_equal(report.resealed, USERS + DECOYS);
	assert_false(report.was_resumed);
	assert_false(has_next_key(host));
	read_key(host, after);
	assert_memory_not_equal(before, after, MFA_SUBKEY_SIZE);
	assert_memory_equal(before + MFA_SUBKEY_SIZE, after + MFA_SUBKEY_SIZE,
			    MFA_SUBKEY_SIZE); /* the trail's half */
	assert_all_readable(host);
	/* the old key opens nothing, in neither slot */
	struct mfa_store *old = NULL;
	struct mfa_record *record = mfa_record_new();
	(void)snprintf(source, sizeof source, "file:%s", path_in(&host->box, "store"));
	assert_done(mfa_store_open(source, &host->key, &diag, &old), &diag);
	assert_int_equal(mfa_store_read(old, "user1", NULL, record), MFA_ERR_INTEGRITY);
	for (size_t i = 0; i < DECOYS; i++)
		assert_int_equal(mfa_store_read(old, decoy_name(i, source), NULL, record),
				 MFA_ERR_INTEGRITY);
	mfa_store_close(&old);
	mfa_record_free(&record);
}

struct stop {
	size_t after;
};

static bool stop_after(void *context, size_t done, size_t total MFA_UNUSED)
{
	const struct stop *stop = context;
	return done < stop->after;
}

static void stops_anywhere_and_goes_on(void **state)
{
	struct test_host *host = *state;
	struct mfa_rekey_report report = { 0 };
	struct mfa_diag diag = { .text = "" };
	enroll_all(host);
	for (size_t after = 1; after <= USERS + DECOYS; after++) {
		struct stop stop = { .after = after };
		struct mfa_watch watch = { stop_after, &stop };
		const struct mfa_rekey_options options = { .watch = &watch,
							   .clock = moment };
		unsigned char before[MFA_KEY_SIZE];
		unsigned char now[MFA_KEY_SIZE];
		read_key(host, before);
		assert_int_equal(mfa_rekey_run(&host->host, &options, &diag, &report),
				 MFA_ERR_ABORT);
		read_key(host, now);
		assert_memory_equal(before, now, MFA_KEY_SIZE);
		assert_true(has_next_key(host));
		assert_all_readable(host);
		mfa_site_done(&host->host);
		assert_done(mfa_site_load(path_in(&host->box, "mfa.conf"), &diag,
					  &host->host),
			    &diag);
		assert_done(mfa_site_open(&host->host, &diag), &diag);
	}
	assert_done(mfa_rekey_run(&host->host, &plain, &diag, &report), &diag);
	assert_true(report.was_resumed);
	assert_int_equal(report.resealed, 0); /* the stopped runs had done them all */
	assert_false(has_next_key(host));
	assert_all_readable(host);
}

/* As in a store of before, or where somebody has removed one. */
static void decoys_that_are_missing_are_no_error(void **state)
{
	struct test_host *host = *state;
	struct mfa_rekey_report report = { 0 };
	struct mfa_diag diag = { .text = "" };
	enroll_all(host);
	assert_int_equal(unlink(path_in(&host->box, "store/users/.decoy-00")), 0);
	assert_int_equal(unlink(path_in(&host->box, "store/users/.decoy-40")), 0);
	assert_done(mfa_rekey_check(&host->host, NULL, &diag, &report), &diag);
	assert_int_equal(report.records, USERS);
	assert_done(mfa_rekey_run(&host->host, &plain, &diag, &report), &diag);
	assert_int_equal(report.records, USERS);
	assert_int_equal(report.resealed, USERS + DECOYS - 2);
}

static bool log_in_meanwhile(void *context, size_t done, size_t total MFA_UNUSED)
{
	struct test_host *host = context;
	struct mfa_diag diag = { .text = "" };
	struct mfa_site other = { 0 };
	char name[16];
	assert_done(mfa_site_load(path_in(&host->box, "mfa.conf"), &diag, &other), &diag);
	assert_done(mfa_site_open(&other, &diag), &diag);
	struct mfa_record *record = mfa_record_new();
	for (unsigned i = 0; i < USERS; i++) {
		assert_done(
			mfa_store_read(other.store, user_name(i, name), &diag, record),
			&diag);
		record->failures++;
		assert_done(mfa_store_swap(other.store, record, &diag), &diag);
	}
	if (done == 1)
		enroll(other.store, "late", &hotp_spec, 1);
	mfa_record_free(&record);
	mfa_site_done(&other);
	return true;
}

static void logins_and_enrolments_go_on_meanwhile(void **state)
{
	struct test_host *host = *state;
	struct mfa_rekey_report report = { 0 };
	struct mfa_diag diag = { .text = "" };
	struct mfa_watch watch = { log_in_meanwhile, host };
	const struct mfa_rekey_options options = { .watch = &watch, .clock = moment };
	enroll_all(host);
	assert_done(mfa_rekey_run(&host->host, &options, &diag, &report), &diag);
	assert_int_equal(report.records, USERS + 1);
	assert_all_readable(host);
	mfa_site_done(&host->host);
	assert_done(mfa_site_load(path_in(&host->box, "mfa.conf"), &diag, &host->host),
		    &diag);
	assert_done(mfa_site_open(&host->host, &diag), &diag);
	struct mfa_record *record = stored_record(host->host.store, "user3");
	assert_int_equal(record->failures,
			 USERS + DECOYS); /* one for each step, none lost */
	mfa_record_free(&record);
	record = stored_record(host->host.store, "late");
	mfa_record_free(&record);
}

static void a_damaged_record_keeps_the_old_key(void **state)
{
	struct test_host *host = *state;
	struct mfa_rekey_report report = { 0 };
	struct mfa_diag diag = { .text = "" };
	unsigned char bytes[20000];
	enroll_all(host);
	const char *path = path_in(&host->box, "store/users/user2");
	size_t len = read_bytes(path, bytes, sizeof bytes);
	bytes[8192 + 100] ^= 1;
	write_bytes(path, bytes, len);
	assert_int_equal(mfa_rekey_check(&host->host, NULL, &diag, &report),
			 MFA_ERR_INTEGRITY);
	assert_non_null(strstr(diag.text, "user2"));
	assert_false(has_next_key(host));
	assert_int_equal(mfa_rekey_run(&host->host, &plain, &diag, &report),
			 MFA_ERR_INTEGRITY);
	assert_non_null(strstr(diag.text, "user2"));
	assert_true(has_next_key(host));
	bytes[8192 + 100] ^= 1;
	write_bytes(path, bytes, len);
	assert_all_readable(host);
	assert_done(mfa_rekey_run(&host->host, &plain, &diag, &report), &diag);
	assert_all_readable(host);
}

static void a_dry_run_changes_nothing(void **state)
{
	struct test_host *host = *state;
	struct mfa_rekey_report report = { 0 };
	struct mfa_diag diag = { .text = "" };
	unsigned char before[20000];
	unsigned char after[20000];
	enroll_all(host);
	const char *path = path_in(&host->box, "store/users/user2");
	size_t len = read_bytes(path, before, sizeof before);
	assert_done(mfa_rekey_check(&host->host, NULL, &diag, &report), &diag);
	assert_int_equal(report.records, USERS);
	assert_int_equal(read_bytes(path, after, sizeof after), len);
	assert_memory_equal(before, after, len);
	assert_false(has_next_key(host));
}

static void a_check_can_be_stopped(void **state)
{
	struct test_host *host = *state;
	struct mfa_rekey_report report = { .records = 99 };
	struct mfa_diag diag = { .text = "" };
	struct stop stop = { .after = 2 };
	const struct mfa_watch watch = { stop_after, &stop };
	enroll_all(host);
	assert_int_equal(mfa_rekey_check(&host->host, &watch, &diag, &report),
			 MFA_ERR_ABORT);
	assert_int_equal(report.records, 99);
	const struct mfa_record *record = mfa_store_workspace(host->host.store);
	assert_int_equal(record->token_count, 0); /* no secret stays in it */
}

/* Takes everybody away who is left. */
static bool remove_meanwhile(void *context, size_t done MFA_UNUSED, size_t total)
{
	struct test_host *host = context;
	struct mfa_record *record = mfa_record_new();
	char name[16];
	assert_int_equal(total, USERS + DECOYS);
	for (unsigned i = 0; i < USERS; i++)
		if (mfa_store_read(host->host.store, user_name(i, name), NULL, record) ==
		    MFA_OK)
			assert_int_equal(mfa_store_remove(host->host.store, record, NULL),
					 MFA_OK);
	mfa_record_free(&record);
	return true;
}

static void users_who_are_removed_meanwhile_are_no_error(void **state)
{
	struct test_host *host = *state;
	struct mfa_rekey_report report = { 0 };
	struct mfa_diag diag = { .text = "" };
	const struct mfa_watch watch = { remove_meanwhile, host };
	const struct mfa_rekey_options options = { .watch = &watch, .clock = moment };
	enroll_all(host);
	assert_done(mfa_rekey_check(&host->host, &watch, &diag, &report), &diag);
	enroll_all(host);
	assert_done(mfa_rekey_run(&host->host, &options, &diag, &report), &diag);
	assert_false(has_next_key(host));
}

static void waits_for_those_who_hold_the_old_key(void **state)
{
	struct test_host *host = *state;
	struct mfa_rekey_report report = { 0 };
	struct mfa_diag diag = { .text = "" };
	struct mfa_site other = { 0 };
	enroll_all(host);
	assert_done(mfa_site_load(path_in(&host->box, "mfa.conf"), &diag, &other), &diag);
	assert_done(mfa_site_open(&other, &diag), &diag);
	assert_int_equal(mfa_rekey_run(&host->host, &plain, &diag, &report),
			 MFA_ERR_BUSY);
	assert_all_readable(host);
	mfa_site_done(&other);
	assert_done(mfa_rekey_run(&host->host, &plain, &diag, &report), &diag);
}

static void open_another(struct test_host *host, struct mfa_site *ret_host)
{
	struct mfa_diag diag = { .text = "" };
	*ret_host = (struct mfa_site){ 0 };
	assert_done(mfa_site_load(path_in(&host->box, "mfa.conf"), &diag, ret_host),
		    &diag);
	assert_done(mfa_site_open(ret_host, &diag), &diag);
}

/* A change of a lock that fails loses the lock. Who gets it later, when other runs have
 * ended and begun, must not make a key current that no record is sealed under. */
static void an_overtaken_run_takes_no_other_key(void **state)
{
	struct test_host *host = *state;
	struct mfa_rekey_report report = { 0 };
	struct mfa_diag diag = { .text = "" };
	struct mfa_site second;
	struct mfa_site third;
	enroll_all(host);
	assert_int_equal(flock(host->host.key_hold, LOCK_UN), 0);
	open_another(host, &second);
	assert_done(mfa_rekey_run(&second, &plain, &diag, &report), &diag);
	mfa_site_done(&second);
	open_another(host, &third);
	assert_done(mfa_key_create_next(third.config->key, &third.key, &diag), &diag);
	mfa_site_done(&third);
	assert_int_equal(
		mfa_key_hold(host->host.config->key, host->host.key_hold, true, &diag),
		MFA_ERR_CONFLICT);
	assert_non_null(strstr(diag.text, "another rekey"));
	assert_int_equal(mfa_rekey_run(&host->host, &plain, &diag, &report),
			 MFA_ERR_CONFLICT);
	assert_true(has_next_key(host));
	assert_all_readable(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_host(every_record_is_under_the_new_key_alone),
		on_host(stops_anywhere_and_goes_on),
		on_host(decoys_that_are_missing_are_no_error),
		on_host(logins_and_enrolments_go_on_meanwhile),
		on_host(a_damaged_record_keeps_the_old_key),
		on_host(a_dry_run_changes_nothing),
		on_host(a_check_can_be_stopped),
		on_host(users_who_are_removed_meanwhile_are_no_error),
		on_host(waits_for_those_who_hold_the_old_key),
		on_host(an_overtaken_run_takes_no_other_key),
	};
	return group_main("rekey", tests);
}
