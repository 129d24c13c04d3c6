/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/admin/rekey.c: the trail's half of the key. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mfa/audit_bridge.h"
#include "mfa/key.h"
#include "mfa/rekey.h"
#include "support.h"

static int64_t moment(void)
{
	return NOW + 7;
}

static const struct mfa_rekey_options plain = { .clock = moment };
static const struct mfa_rekey_options with_trail = { .clock = moment,
						     .actor = "hanako",
						     .has_trail = true };

static void append(struct mfa_site *host, unsigned count)
{
	const struct mfa_event event = { .event = "auth", .user = "taro", .time = NOW };
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(mfa_audit_append(host->audit, &event, NULL), MFA_OK);
}

/* As the next program opens it. */
static void reopen(struct test_host *host)
{
	struct mfa_diag diag = { .text = "" };
	mfa_site_close(&host->host);
	assert_done(mfa_site_open(&host->host, &diag), &diag);
}

static struct mfa_rekey_report rekey(struct test_host *host,
				     const struct mfa_rekey_options *options)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_rekey_report report = { 0 };
	assert_done(mfa_rekey_run(&host->host, options, &diag, &report), &diag);
	assert_false(host->host.is_open); /* its key is the old one */
	reopen(host);
	return report;
}

static struct mfa_audit_report inspect(struct test_host *host)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_audit_report report;
	assert_done(mfa_audit_inspect(host->host.audit, NULL, NULL, &diag, &report),
		    &diag);
	return report;
}

static bool has_next_key(struct test_host *host)
{
	return access(path_in(&host->box, "store.key.next"), F_OK) == 0;
}

static bool has_same_half(const struct mfa_site *host, const unsigned char *key)
{
	return memcmp(host->key.data + MFA_SUBKEY_SIZE, key + MFA_SUBKEY_SIZE,
		      MFA_SUBKEY_SIZE) == 0;
}

static void on_demand_the_half_changes_and_a_bridge_is_built(void **state)
{
	struct test_host *host = *state;
	append(&host->host, 4);
	struct mfa_rekey_report report = rekey(host, &plain);
	assert_false(report.has_trail);
	assert_true(has_same_half(&host->host, host->key.data));
	assert_int_equal(inspect(host).bridge, 0);
	report = rekey(host, &with_trail);
	assert_true(report.has_trail);
	assert_int_equal(report.trail.lines, 4);
	assert_int_equal(strlen(report.hash), 64);
	assert_false(has_same_half(&host->host, host->key.data));
	append(&host->host, 2);
	assert_int_equal(inspect(host).lines, 7);
	assert_int_equal(inspect(host).bridge, 5);
	char *text = read_text(path_in(&host->box, "audit.jsonl"));
	assert_non_null(strstr(text, report.hash));
	assert_non_null(strstr(text, "\"actor\":\"hanako\""));
	free(text);
}

static void a_trail_without_a_file_begins_with_the_bridge(void **state)
{
	struct test_host *host = *state;
	assert_true(rekey(host, &with_trail).has_trail);
	append(&host->host, 1);
	assert_int_equal(inspect(host).lines, 2);
	assert_int_equal(inspect(host).bridge, 1);
}

static void a_broken_trail_is_refused_before_anything_is_changed(void **state)
{
	struct test_host *host = *state;
	struct mfa_diag diag = { .text = "" };
	struct mfa_rekey_report report = { 0 };
	struct mfa_rekey_options options = with_trail;
	const char *path = path_in(&host->box, "audit.jsonl");
	append(&host->host, 3);
	char *text = read_text(path);
	text[strlen(text) - 1] = '\0'; /* the last line is torn */
	write_text(path, text);
	assert_int_equal(mfa_rekey_run(&host->host, &options, &diag, &report),
			 MFA_ERR_INTEGRITY);
	assert_non_null(strstr(diag.text, "audit.jsonl:3:"));
	assert_false(has_next_key(host));
	assert_true(host->host.is_open);
	options.takes_broken = true;
	report = rekey(host, &options);
	assert_int_equal(report.trail.first_bad, 3);
	assert_int_equal(inspect(host).broken, 3);
	free(text);
}

/* What a run leaves that is killed between the bridge and the switch. */
static void leave_bridge(struct test_host *host)
{
	struct audit_scan scan = { .len = 0 };
	struct audit_sealed sealed;
	const struct audit_bridge_options options = { .actor = "hanako", .time = NOW };
	assert_int_equal(mfa_key_create_next(host->host.config->key, NULL, NULL), MFA_OK);
	reopen(host);
	assert_int_equal(audit_scan_begin(host->host.audit, &scan), MFA_OK);
	assert_int_equal(
		audit_bridge_append(host->host.audit, &options, &scan, NULL, &sealed),
		MFA_OK);
	audit_scan_done(&scan);
}

static void a_run_that_ended_before_the_switch_is_completed(void **state)
{
	struct test_host *host = *state;
	append(&host->host, 2);
	leave_bridge(host);
	reopen(host);
	append(&host->host, 2); /* logins go on under the old half */
	assert_true(has_same_half(&host->host, host->key.data));
	assert_int_equal(inspect(host).lines, 5);
	struct mfa_rekey_report report = rekey(host, &with_trail);
	assert_true(report.was_resumed);
	assert_true(report.has_trail);
	append(&host->host, 1);
	assert_int_equal(inspect(host).lines, 7);
	assert_int_equal(inspect(host).bridge, 6);
}

/* Without the option: the half changes all the same, and never without a bridge. */
static void the_run_that_goes_on_changes_what_the_first_one_would(void **state)
{
	struct test_host *host = *state;
	append(&host->host, 2);
	assert_int_equal(mfa_key_create_next(host->host.config->key, NULL, NULL), MFA_OK);
	struct mfa_rekey_report report = rekey(host, &plain);
	assert_true(report.was_resumed);
	assert_true(report.has_trail);
	assert_int_equal(inspect(host).bridge, 3);
	/* and the other way round it says that it has not */
	assert_int_equal(
		mfa_key_create_next(host->host.config->key, &host->host.key, NULL),
		MFA_OK);
	report = rekey(host, &with_trail);
	assert_true(report.was_resumed);
	assert_false(report.has_trail);
	assert_int_equal(inspect(host).lines, 3);
	assert_true(rekey(host, &with_trail).has_trail);
	assert_int_equal(inspect(host).bridge, 4);
}

struct late {
	struct test_host *host;
	bool is_done;
};

/* A login that comes while the records are sealed anew, and the trail was read already.
 */
static bool log_in_late(void *context, size_t done MFA_UNUSED, size_t total MFA_UNUSED)
{
	struct late *late = context;
	struct mfa_site other = { 0 };
	const char *path = path_in(&late->host->box, "mfa.conf");
	assert_int_equal(mfa_site_load(path, NULL, &other), MFA_OK);
	assert_int_equal(mfa_site_open(&other, NULL), MFA_OK);
	append(&other, 1);
	mfa_site_done(&other);
	late->is_done = true;
	return true;
}

static void lines_of_meanwhile_are_sealed_too(void **state)
{
	struct test_host *host = *state;
	struct late late = { .host = host };
	const struct mfa_watch watch = { log_in_late, &late };
	struct mfa_rekey_options options = with_trail;
	options.watch = &watch;
	append(&host->host, 3);
	struct mfa_rekey_report report = rekey(host, &options);
	assert_true(late.is_done);
	/* at a piece of the trail, and at each decoy */
	const uint64_t lines = 3 + 1 + 1 + MFA_DECOYS;
	assert_int_equal(report.trail.lines, lines);
	assert_int_equal(inspect(host).bridge, lines + 1);
}

/* A login in another process, which has the key from the last record on. */
struct slow {
	struct test_host *host;
	int ready[2];
	pid_t pid;
	bool is_started;
};

/* Waits a while for a bridge, which there must not be before this login has ended. */
static int log_in_slowly(void *context, unsigned index MFA_UNUSED)
{
	struct slow *slow = context;
	struct mfa_site other = { 0 };
	struct mfa_audit_report report = { .bridge = 0 };
	const struct timespec nap = { .tv_nsec = 5000000 };
	const struct mfa_event event = { .event = "auth", .time = NOW };
	if (mfa_site_load(path_in(&slow->host->box, "mfa.conf"), NULL, &other) !=
		    MFA_OK ||
	    mfa_site_open(&other, NULL) != MFA_OK ||
	    mfa_audit_append(other.audit, &event, NULL) != MFA_OK ||
	    write(slow->ready[1], "", 1) != 1)
		return 1;
	for (int i = 0; i < 60 && report.bridge == 0; i++) {
		(void)nanosleep(&nap, NULL);
		if (mfa_audit_inspect(other.audit, NULL, NULL, NULL, &report) != MFA_OK)
			return 2;
	}
	int err = mfa_audit_append(other.audit, &event, NULL);
	mfa_site_done(&other);
	return err != MFA_OK ? 3 : report.bridge != 0 ? 4 : 0;
}

static bool start_login(void *context, size_t done MFA_UNUSED, size_t total MFA_UNUSED)
{
	struct slow *slow = context;
	char byte = 0;
	if (slow->is_started)
		return true;
	slow->is_started = true;
	assert_int_equal(pipe(slow->ready), 0);
	slow->pid = start_process(log_in_slowly, slow);
	assert_int_equal(read(slow->ready[0], &byte, 1), 1);
	assert_int_equal(close(slow->ready[0]), 0);
	assert_int_equal(close(slow->ready[1]), 0);
	return true;
}

static void no_line_of_the_old_half_comes_behind_the_bridge(void **state)
{
	struct test_host *host = *state;
	struct slow slow = { .host = host };
	const struct mfa_watch watch = { start_login, &slow };
	struct mfa_rekey_options options = with_trail;
	options.watch = &watch; /* without a trail yet, it is called for records alone */
	(void)rekey(host, &options);
	assert_int_equal(end_of(slow.pid), 0);
	assert_int_equal(inspect(host).lines, 3);
	assert_int_equal(inspect(host).bridge, 3);
}

static void the_time_of_the_last_one_is_kept(void **state)
{
	struct test_host *host = *state;
	struct mfa_diag diag = { .text = "" };
	int64_t when = -1;
	assert_done(mfa_rekey_time(&host->host, &diag, &when), &diag);
	assert_int_equal(when, 0);
	(void)rekey(host, &plain);
	assert_done(mfa_rekey_time(&host->host, &diag, &when), &diag);
	assert_int_equal(when, NOW + 7);
	assert_done(mfa_rekey_set_time(&host->host, NOW + 9, &diag), &diag);
	assert_done(mfa_rekey_time(&host->host, &diag, &when), &diag);
	assert_int_equal(when, NOW + 9);
	assert_int_equal(unlink(path_in(&host->box, "store/users/.decoy")), 0);
	assert_done(mfa_rekey_time(&host->host, &diag, &when), &diag);
	assert_int_equal(when, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_host(on_demand_the_half_changes_and_a_bridge_is_built),
		on_host(a_trail_without_a_file_begins_with_the_bridge),
		on_host(a_broken_trail_is_refused_before_anything_is_changed),
		on_host(a_run_that_ended_before_the_switch_is_completed),
		on_host(the_run_that_goes_on_changes_what_the_first_one_would),
		on_host(lines_of_meanwhile_are_sealed_too),
		on_host(no_line_of_the_old_half_comes_behind_the_bridge),
		on_host(the_time_of_the_last_one_is_kept),
	};
	return group_main("rekey_trail", tests);
}
