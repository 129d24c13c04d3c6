/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/audit/bridge.c and lib/audit/scan.c: a trail whose key changes. */
#include "mfa/audit_bridge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trail.h"

static const struct audit_bridge_options options = { .actor = "hanako", .time = NOW };

/* Appends a bridge to the key that begins with `first`; the trail knows both then. */
static int bridge_to(struct trail *trail, const struct mfa_secret *next,
		     bool takes_broken, struct audit_sealed *ret_sealed)
{
	struct audit_bridge_options own = options;
	struct audit_scan scan = { .len = 0 };
	own.takes_broken = takes_broken;
	mfa_audit_use_next(trail->audit, next);
	assert_int_equal(audit_scan_begin(trail->audit, &scan), MFA_OK);
	int err = audit_bridge_append(trail->audit, &own, &scan, NULL, ret_sealed);
	audit_scan_done(&scan);
	return err;
}

/* As after the switch of the keys: only that one is known. */
static void switch_to(struct trail *trail, struct mfa_secret *next)
{
	mfa_secret_done(&trail->key);
	trail->key = *next;
	mfa_audit_close(&trail->audit);
	assert_int_equal(mfa_audit_open(trail->path, &trail->key, &trail->audit), MFA_OK);
}

static void cross(struct trail *trail, unsigned char first)
{
	struct audit_sealed sealed;
	struct mfa_secret next = test_key(first);
	assert_int_equal(bridge_to(trail, &next, false, &sealed), MFA_OK);
	switch_to(trail, &next);
}

static struct mfa_audit_report inspect(struct trail *trail)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_audit_report report;
	assert_done(mfa_audit_inspect(trail->audit, NULL, NULL, &diag, &report), &diag);
	return report;
}

/* A line under a key of the thief's, chained to the last one. */
static void forge(struct mfa_audit *theirs)
{
	const struct mfa_event event = { .event = "auth", .user = "taro", .time = NOW };
	assert_int_equal(mfa_audit_append(theirs, &event, NULL), MFA_OK);
}

static struct mfa_audit *open_with(struct trail *trail, const struct mfa_secret *key)
{
	struct mfa_audit *audit = NULL;
	assert_int_equal(mfa_audit_open(trail->path, key, &audit), MFA_OK);
	return audit;
}

static void the_new_key_alone_verifies_both_sides(void **state)
{
	struct trail *trail = *state;
	trail_append_lines(trail, 5);
	cross(trail, 2);
	assert_whole(trail, 6);
	trail_append_lines(trail, 3);
	assert_whole(trail, 9);
	struct mfa_audit_report report = inspect(trail);
	assert_int_equal(report.bridge, 6);
	assert_int_equal(report.broken, 0);
	assert_string_equal(report.first, "2027-01-15T08:00:00Z");
	assert_string_equal(report.last, report.bridged);
	char *text = read_text(trail->path);
	assert_non_null(strstr(text, "{\"seq\":6,\"time\":\"2027-01-15T08:00:00Z\","
				     "\"event\":\"trail.rekey\",\"host\":"));
	assert_non_null(strstr(text, "\n{\"seq\":7,"));
	free(text);
}

static void the_old_key_makes_no_line_behind_the_bridge(void **state)
{
	struct trail *trail = *state;
	struct mfa_secret old = test_key(1);
	struct mfa_audit *theirs = open_with(trail, &old);
	trail_append_lines(trail, 3);
	cross(trail, 2);
	forge(theirs);
	assert_broken(trail, 5);
	/* nor does it help to take the bridge away */
	char *text = read_text(trail->path);
	text[line_start(text, 4)] = '\0';
	write_text(trail->path, text);
	forge(theirs);
	assert_broken(trail, 1);
	mfa_audit_close(&theirs);
	mfa_secret_done(&old);
	free(text);
}

static void the_old_key_makes_no_bridge(void **state)
{
	struct trail *trail = *state;
	struct mfa_secret old = test_key(1);
	struct audit_sealed sealed;
	trail_append_lines(trail, 3);
	cross(trail, 2);
	/* over a trail of their own, or behind the true bridge */
	struct trail theirs = { .key = old };
	(void)snprintf(theirs.path, sizeof theirs.path, "%s", trail->path);
	theirs.audit = open_with(trail, &old);
	assert_int_equal(bridge_to(&theirs, &old, true, &sealed), MFA_OK);
	assert_broken(trail, 5);
	write_text(trail->path, "");
	trail_append_lines(&theirs, 3);
	assert_int_equal(bridge_to(&theirs, &old, false, &sealed), MFA_OK);
	assert_whole(&theirs, 4);
	assert_broken(trail, 1);
	mfa_audit_close(&theirs.audit);
	mfa_secret_done(&old);
}

static void every_altered_byte_before_the_bridge_or_in_it_is_found(void **state)
{
	struct trail *trail = *state;
	trail_append_lines(trail, 2);
	cross(trail, 2);
	trail_append_lines(trail, 1);
	char *text = read_text(trail->path);
	size_t len = strlen(text);
	size_t bridge = line_start(text, 3);
	size_t behind = line_start(text, 4);
	for (size_t at = 0; at < behind; at++) {
		char was = text[at];
		uint64_t count = 0;
		text[at] = (char)(was ^ 1);
		write_bytes(trail->path, text, len);
		assert_int_equal(mfa_audit_verify(trail->audit, NULL, &count),
				 MFA_ERR_INTEGRITY);
		/* what the bridge does not seal is found at it, by its number of lines */
		if (at < bridge && was != '\n' && text[at] != '\n')
			assert_int_equal(count, 3);
		text[at] = was;
	}
	write_bytes(trail->path, text, len);
	assert_whole(trail, 4);
	/* lines of before that are gone */
	write_text(trail->path, text + line_start(text, 2));
	assert_broken(trail, 2);
	write_text(trail->path, text + bridge);
	assert_broken(trail, 1);
	free(text);
}

static void a_copied_bridge_is_found(void **state)
{
	struct trail *trail = *state;
	trail_append_lines(trail, 2);
	cross(trail, 2);
	char *text = read_text(trail->path);
	char *twice = NULL;
	assert_true(asprintf(&twice, "%s%s", text, text + line_start(text, 3)) > 0);
	write_text(trail->path, twice);
	assert_broken(trail, 4);
	free(twice);
	free(text);
}

static void one_bridge_seals_the_other(void **state)
{
	struct trail *trail = *state;
	cross(trail, 2); /* the first line of all */
	assert_whole(trail, 1);
	assert_int_equal(inspect(trail).bridge, 1);
	trail_append_lines(trail, 2);
	cross(trail, 3);
	trail_append_lines(trail, 2);
	cross(trail, 4); /* and the last one */
	assert_whole(trail, 7);
	assert_int_equal(inspect(trail).bridge, 7);
	/* the file is rotated away: the next begins without one */
	assert_int_equal(unlink(trail->path), 0);
	trail_append_lines(trail, 2);
	assert_whole(trail, 2);
	assert_int_equal(inspect(trail).bridge, 0);
}

static void a_broken_trail_is_sealed_on_demand_and_says_so(void **state)
{
	struct trail *trail = *state;
	struct audit_sealed sealed;
	struct mfa_secret next = test_key(2);
	trail_append_lines(trail, 3);
	char *text = read_text(trail->path);
	text[line_start(text, 2) + 20] ^= 1;
	write_text(trail->path, text);
	assert_int_equal(bridge_to(trail, &next, false, &sealed), MFA_ERR_INTEGRITY);
	char *now = read_text(trail->path);
	assert_string_equal(now, text); /* nothing was appended */
	assert_int_equal(bridge_to(trail, &next, true, &sealed), MFA_OK);
	assert_int_equal(sealed.report.first_bad, 2);
	switch_to(trail, &next);
	assert_whole(trail, 4);
	assert_int_equal(inspect(trail).broken, 2);
	trail_append_lines(trail, 1);
	cross(trail, 3); /* repeats it, as nobody can verify the first bridge any more */
	assert_whole(trail, 6);
	assert_int_equal(inspect(trail).broken, 2);
	free(now);
	free(text);
}

/* As after a power failure. */
static void a_torn_or_too_long_last_line_can_be_sealed(void **state)
{
	struct trail *trail = *state;
	struct mfa_secret next = test_key(2);
	char *filler = malloc(20001);
	assert_non_null(filler);
	memset(filler, 'x', 20000);
	for (size_t len = 1; len <= 20000; len = len * 3 + 1) {
		struct audit_sealed sealed;
		write_text(trail->path, "");
		trail_append_lines(trail, 2);
		char *text = read_text(trail->path);
		char *torn = NULL;
		assert_true(asprintf(&torn, "%s%.*s", text, (int)len, filler) > 0);
		write_text(trail->path, torn);
		assert_broken(trail, 3);
		assert_int_equal(bridge_to(trail, &next, false, &sealed),
				 MFA_ERR_INTEGRITY);
		assert_int_equal(bridge_to(trail, &next, true, &sealed), MFA_OK);
		assert_int_equal(sealed.report.first_bad, 3);
		struct mfa_audit_report report = inspect(trail);
		assert_int_equal(report.lines, 4);
		assert_int_equal(report.bridge, 4);
		assert_int_equal(report.broken, 3);
		free(torn);
		free(text);
	}
	free(filler);
	mfa_secret_done(&next);
}

/* A crash between the bridge and the switch: logins go on under the old key. */
static void while_both_keys_are_known_lines_are_under_either(void **state)
{
	struct trail *trail = *state;
	struct audit_sealed sealed;
	struct mfa_secret next = test_key(2);
	trail_append_lines(trail, 3);
	assert_int_equal(bridge_to(trail, &next, false, &sealed), MFA_OK);
	trail_append_lines(trail, 2);
	assert_whole(trail, 6);
	assert_int_equal(bridge_to(trail, &next, false, &sealed), MFA_OK);
	switch_to(trail, &next);
	assert_whole(trail, 7);
	assert_int_equal(inspect(trail).bridge, 7);
}

static void a_scan_reads_on_where_it_was(void **state)
{
	struct trail *trail = *state;
	struct mfa_audit_report report;
	struct audit_scan scan = { .len = 0 };
	assert_int_equal(audit_scan_begin(trail->audit, &scan), MFA_OK);
	for (unsigned i = 1; i <= 40; i++) { /* well beyond a chunk */
		trail_append_lines(trail, 25);
		assert_int_equal(audit_scan_trail(trail->audit, &scan, NULL, NULL),
				 MFA_OK);
		assert_int_equal(audit_scan_result(&scan, "", NULL, &report), MFA_OK);
		assert_int_equal(report.lines, 25 * i);
	}
	/* another file, as when the trail was rotated meanwhile */
	assert_int_equal(rename(trail->path, path_in(&trail->box, "old")), 0);
	trail_append_lines(trail, 2);
	assert_int_equal(audit_scan_trail(trail->audit, &scan, NULL, NULL), MFA_OK);
	assert_int_equal(audit_scan_result(&scan, "", NULL, &report), MFA_OK);
	assert_int_equal(report.lines, 2);
	/* or one that was cut */
	write_text(trail->path, "");
	trail_append_lines(trail, 1);
	assert_int_equal(audit_scan_trail(trail->audit, &scan, NULL, NULL), MFA_OK);
	assert_int_equal(audit_scan_result(&scan, "", NULL, &report), MFA_OK);
	assert_int_equal(report.lines, 1);
	audit_scan_done(&scan);
}

static bool stop(void *context, size_t done, size_t total)
{
	assert_true(done <= total);
	return ++*(unsigned *)context < 2;
}

static void a_copy_verifies_and_can_be_stopped(void **state)
{
	struct trail *trail = *state;
	unsigned steps = 0;
	const struct mfa_watch watch = { stop, &steps };
	struct mfa_audit_report report;
	const char *copy = path_in(&trail->box, "copy");
	trail_append_lines(trail, 500);
	assert_int_equal(rename(trail->path, copy), 0);
	assert_int_equal(chmod(copy, 0644), 0);
	assert_int_equal(mfa_audit_inspect(trail->audit, copy, NULL, NULL, &report),
			 MFA_OK);
	assert_int_equal(report.lines, 500);
	assert_int_equal(mfa_audit_inspect(trail->audit, copy, &watch, NULL, &report),
			 MFA_ERR_ABORT);
	assert_int_equal(mfa_audit_inspect(trail->audit, path_in(&trail->box, "none"),
					   NULL, NULL, &report),
			 MFA_ERR_NOTFOUND);
}

/* What a line must have to be a bridge, whatever a person had typed into it. */
static void words_of_people_make_no_bridge(void **state)
{
	struct trail *trail = *state;
	struct mfa_event event = { .event = "auth", .time = NOW };
	char zeros[65];
	char detail[256];
	memset(zeros, '0', 64);
	zeros[64] = '\0';
	(void)snprintf(detail, sizeof detail,
		       "x\",\"before_mac\":\"%s\",\"before_hash\":\"%s", zeros, zeros);
	event.detail = detail;
	assert_int_equal(mfa_audit_append(trail->audit, &event, NULL), MFA_OK);
	event.event = MFA_AUDIT_BRIDGE;
	assert_int_equal(mfa_audit_append(trail->audit, &event, NULL), MFA_OK);
	event.event = "auth";
	event.user = "x\",\"event\":\"" MFA_AUDIT_BRIDGE "\",\"";
	assert_int_equal(mfa_audit_append(trail->audit, &event, NULL), MFA_OK);
	assert_whole(trail, 3);
	assert_int_equal(inspect(trail).bridge, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_trail(the_new_key_alone_verifies_both_sides),
		with_trail(the_old_key_makes_no_line_behind_the_bridge),
		with_trail(the_old_key_makes_no_bridge),
		with_trail(every_altered_byte_before_the_bridge_or_in_it_is_found),
		with_trail(a_copied_bridge_is_found),
		with_trail(one_bridge_seals_the_other),
		with_trail(a_broken_trail_is_sealed_on_demand_and_says_so),
		with_trail(a_torn_or_too_long_last_line_can_be_sealed),
		with_trail(while_both_keys_are_known_lines_are_under_either),
		with_trail(a_scan_reads_on_where_it_was),
		with_trail(a_copy_verifies_and_can_be_stopped),
		with_trail(words_of_people_make_no_bridge),
	};
	return group_main("bridge", tests);
}
