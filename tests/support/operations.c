/* SPDX-License-Identifier: BSD-2-Clause */
#include "operations.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "mfa/key.h"
#include "mfa/key_note.h"
#include "mfa/key_trial.h"
#include "mfa/rekey.h"

/* Without an allocation, which might be the one that is to fail. */
static const char *source_of(struct test_host *host, const char *name,
			     char source[static 128])
{
	(void)snprintf(source, 128, "file:%s/%s", host->box.root, name);
	return source;
}

static int read_config(struct test_host *host, const char *name, struct mfa_diag *diag,
		       struct mfa_config **ret_config)
{
	char source[128];
	const char *path = source_of(host, name, source) + strlen("file:");
	return mfa_config_load(path, diag, ret_config);
}

static void write_many_keys(struct test_host *host)
{
	assert_int_equal(mkdir(path_in(&host->box, "mfa.conf.d"), 0755), 0);
	write_text(path_in(&host->box, "mfa.conf.d/10-fixture.conf"),
		   "[zone main]\nservices = login lightdm\nusers = taro hanako\n"
		   "[zone fixture]\ntitle = \"The fixture\"\nrhosts = 192.0.2.0/24\n");
}

static int load_config(struct test_host *host, struct mfa_diag *diag)
{
	struct mfa_config *config = NULL;
	int err = read_config(host, "mfa.conf", diag, &config);
	if (err == MFA_OK)
		assert_int_equal(config->zone_count, 2);
	else
		assert_null(config);
	mfa_config_free(config);
	return err;
}

static void write_one_zone(struct test_host *host)
{
	write_text(path_in(&host->box, "one.conf"), "[zone main]\n");
}

static int load_one_zone(struct test_host *host, struct mfa_diag *diag)
{
	struct mfa_config *config = NULL;
	int err = read_config(host, "one.conf", diag, &config);
	if (err == MFA_OK)
		assert_string_equal(config->default_zone, "main");
	mfa_config_free(config);
	return err;
}

static void begin_rekey(struct test_host *host)
{
	char source[128];
	assert_int_equal(mfa_key_create_next(source_of(host, "store.key", source),
					     &host->key, NULL),
			 MFA_OK);
}

static int open_host(struct test_host *host, struct mfa_diag *diag)
{
	mfa_site_close(&host->host);
	return mfa_site_open(&host->host, diag);
}

static int create_key(struct test_host *host, struct mfa_diag *diag)
{
	char source[128];
	return mfa_key_create(source_of(host, "other.key", source), diag);
}

static int load_key(struct test_host *host, struct mfa_diag *diag)
{
	char source[128];
	struct mfa_secret key = { 0 };
	int err = mfa_key_load(source_of(host, "store.key", source), diag, &key);
	if (err == MFA_OK)
		assert_memory_equal(key.data, host->key.data, MFA_KEY_SIZE);
	else
		assert_null(key.data);
	mfa_secret_done(&key);
	return err;
}

static int load_next_key(struct test_host *host, struct mfa_diag *diag)
{
	char source[128];
	struct mfa_secret key = { 0 };
	int err = mfa_key_load_next(source_of(host, "store.key", source), diag, &key);
	mfa_secret_done(&key);
	return err;
}

static void write_wrong_key(struct test_host *host)
{
	static const unsigned char wrong[MFA_KEY_SIZE] = "not of this store";
	write_bytes(path_in(&host->box, "other.key"), wrong, sizeof wrong);
}

static int put_key(struct test_host *host, struct mfa_diag *diag)
{
	char source[128];
	return mfa_key_put(source_of(host, "other.key", source), &host->key, false, diag);
}

static int replace_key(struct test_host *host, struct mfa_diag *diag)
{
	char source[128];
	return mfa_key_put(source_of(host, "other.key", source), &host->key, true, diag);
}

static int try_key(struct test_host *host, struct mfa_diag *diag)
{
	struct mfa_key_trial trial = { 0 };
	int err = mfa_key_try(host->host.config, &host->key, diag, &trial);
	assert_int_equal(trial.opened > 0, err == MFA_OK);
	return err;
}

static int write_copy(struct test_host *host, struct mfa_diag *diag)
{
	static const unsigned char bytes[MFA_KEY_COPY_SIZE] = "a copy";
	char source[128];
	const char *path = source_of(host, "copy", source) + strlen("file:");
	return mfa_key_copy_write(path, bytes, diag);
}

static void write_first_copy(struct test_host *host)
{
	assert_int_equal(write_copy(host, NULL), MFA_OK);
}

static int read_copy(struct test_host *host, struct mfa_diag *diag)
{
	unsigned char bytes[MFA_KEY_COPY_SIZE];
	char source[128];
	size_t len = 0;
	const char *path = source_of(host, "copy", source) + strlen("file:");
	int err = mfa_key_copy_read(path, diag, bytes, &len);
	assert_int_equal(len, err == MFA_OK ? sizeof bytes : 0);
	return err;
}

static int write_note(struct test_host *host, struct mfa_diag *diag)
{
	const struct mfa_key_note note = { "0123-4567-89ab-cdef", NOW, "hanako" };
	return mfa_key_note_write(host->host.config->key, &note, diag);
}

static void write_first_note(struct test_host *host)
{
	assert_int_equal(write_note(host, NULL), MFA_OK);
}

static int read_note(struct test_host *host, struct mfa_diag *diag)
{
	struct mfa_key_note note = { .time = 0 };
	int err = mfa_key_note_read(host->host.config->key, diag, &note);
	assert_int_equal(note.time, err == MFA_OK ? NOW : 0);
	return err;
}

static int prepare_store(struct test_host *host, struct mfa_diag *diag)
{
	char source[128];
	bool is_made = false;
	const struct mfa_store_keys keys = { .current = &host->key };
	return mfa_store_prepare(source_of(host, "other", source), &keys,
				 mfa_factor_fill_decoy, diag, &is_made);
}

static int create_record(struct test_host *host, struct mfa_diag *diag)
{
	struct mfa_record *record = mfa_store_workspace(host->host.store);
	*record = (struct mfa_record){ .user = "hanako" };
	int err = mfa_store_create(host->host.store, record, diag);
	assert_int_equal(record->generation != 0, err == MFA_OK);
	return err;
}

static int read_record(struct test_host *host, struct mfa_diag *diag)
{
	struct mfa_record *record = mfa_store_workspace(host->host.store);
	int err = mfa_store_read(host->host.store, "taro", diag, record);
	assert_int_equal(record->token_count, err == MFA_OK ? 1 : 0);
	return err;
}

/* Reads and changes the record, in the way of change. */
static int change_record(struct test_host *host, struct mfa_diag *diag,
			 int (*change)(struct mfa_store *store, struct mfa_record *record,
				       struct mfa_diag *diag))
{
	struct mfa_record *record = mfa_store_workspace(host->host.store);
	int err = mfa_store_read(host->host.store, "taro", diag, record);
	if (err != MFA_OK)
		return err;
	record->failures++;
	return change(host->host.store, record, diag);
}

static int swap_record(struct test_host *host, struct mfa_diag *diag)
{
	return change_record(host, diag, mfa_store_swap);
}

static int scrub_record(struct test_host *host, struct mfa_diag *diag)
{
	return change_record(host, diag, mfa_store_scrub);
}

static int remove_it(struct mfa_store *store, struct mfa_record *record,
		     struct mfa_diag *diag)
{
	return mfa_store_remove(store, record, diag);
}

static int remove_record(struct test_host *host, struct mfa_diag *diag)
{
	return change_record(host, diag, remove_it);
}

static int count_user(void *context, const char *user MFA_UNUSED)
{
	++*(unsigned *)context;
	return MFA_OK;
}

static int list_users(struct test_host *host, struct mfa_diag *diag)
{
	unsigned count = 0;
	int err = mfa_store_list(host->host.store, count_user, &count, diag);
	if (err == MFA_OK)
		assert_int_equal(count, 1);
	return err;
}

static int append_line(struct test_host *host, struct mfa_diag *diag)
{
	const struct mfa_event event = { .event = "auth", .user = "taro", .time = NOW };
	return mfa_audit_append(host->host.audit, &event, diag);
}

static void append_first_line(struct test_host *host)
{
	assert_int_equal(append_line(host, NULL), MFA_OK);
}

static int verify_trail(struct test_host *host, struct mfa_diag *diag)
{
	uint64_t count = 0;
	int err = mfa_audit_verify(host->host.audit, diag, &count);
	if (err == MFA_OK)
		assert_int_equal(count, 1);
	return err;
}

static int check_rekey(struct test_host *host, struct mfa_diag *diag)
{
	struct mfa_rekey_report report = { 0 };
	return mfa_rekey_check(&host->host, NULL, diag, &report);
}

static int64_t moment(void)
{
	return NOW;
}

/* The host opens the store anew, as the program of an administrator does. */
static int run_rekey(struct test_host *host, bool has_trail, struct mfa_diag *diag)
{
	const struct mfa_rekey_options options = { .clock = moment,
						   .has_trail = has_trail };
	struct mfa_rekey_report report = { 0 };
	int err = open_host(host, diag);
	return err == MFA_OK ? mfa_rekey_run(&host->host, &options, diag, &report) : err;
}

static int rekey(struct test_host *host, struct mfa_diag *diag)
{
	return run_rekey(host, false, diag);
}

static int rekey_trail(struct test_host *host, struct mfa_diag *diag)
{
	return run_rekey(host, true, diag);
}

const struct operation operations[] = {
	{ "load the configuration", write_many_keys, load_config, MFA_OK, false },
	{ "load a configuration of one zone", write_one_zone, load_one_zone, MFA_OK,
	  false },
	{ "open the host", NULL, open_host, MFA_OK, false },
	{ "open the host during a rekey", begin_rekey, open_host, MFA_OK, false },
	{ "make a key", NULL, create_key, MFA_ERR_EXISTS, false },
	{ "load the key", NULL, load_key, MFA_OK, false },
	{ "load the next key", begin_rekey, load_next_key, MFA_OK, false },
	{ "put a key where none is", NULL, put_key, MFA_ERR_EXISTS, false },
	{ "replace a key", write_wrong_key, replace_key, MFA_OK, false },
	{ "try a key", NULL, try_key, MFA_OK, false },
	{ "try a key during a rekey", begin_rekey, try_key, MFA_OK, false },
	{ "write a copy of the key", NULL, write_copy, MFA_ERR_EXISTS, false },
	{ "read a copy of the key", write_first_copy, read_copy, MFA_OK, false },
	{ "note that a copy was verified", write_first_note, write_note, MFA_OK, false },
	{ "read that a copy was verified", write_first_note, read_note, MFA_OK, false },
	{ "make a store", NULL, prepare_store, MFA_OK, false },
	{ "create a record", NULL, create_record, MFA_ERR_EXISTS, false },
	{ "read a record", NULL, read_record, MFA_OK, false },
	{ "change a record", NULL, swap_record, MFA_OK, false },
	{ "scrub a record", NULL, scrub_record, MFA_OK, false },
	{ "remove a record", NULL, remove_record, MFA_ERR_NOTFOUND, true },
	{ "list the users", NULL, list_users, MFA_OK, false },
	{ "append to the trail", append_first_line, append_line, MFA_OK, false },
	{ "verify the trail", append_first_line, verify_trail, MFA_OK, false },
	{ "check before a rekey", NULL, check_rekey, MFA_OK, false },
	{ "rekey", NULL, rekey, MFA_OK, false },
	{ "rekey with the trail", append_first_line, rekey_trail, MFA_OK, false },
};

const size_t operation_count = MFA_COUNT(operations);
