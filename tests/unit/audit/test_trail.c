/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/audit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/authd_protocol.h"
#include "mfa/snapshot.h"
#include "trail.h"

static void a_line_is_json_with_all_that_is_known(void **state)
{
	struct trail *trail = *state;
	const struct mfa_event event = {
		.event = "auth",
		.result = "denied",
		.reason = "code-wrong",
		.zone = "z",
		.service = "sshd",
		.user = "ta\"ro\n太郎\xff",
		.typed = "TARO\x1b[2J\n",
		.token = "abcdefgh",
		.kind = "totp",
		.actor = "root",
		.rhost = "::1",
		.tty = "tty1",
		.caller = "1001",
		.detail = "why",
		.time = NOW,
	};
	assert_int_equal(mfa_audit_append(trail->audit, &event, NULL), MFA_OK);
	char *text = read_text(trail->path);
	static const char *const parts[] = {
		"{\"seq\":1,\"time\":\"2027-01-15T08:00:00Z\",\"event\":\"auth\",\"host\":\"",
		"\"zone\":\"z\",\"caller\":\"1001\",\"service\":\"sshd\","
		"\"user\":\"ta\\\"ro\\u000a太郎\\ufffd\","
		"\"typed\":\"TARO\\u001b[2J\\u000a\",\"token\":\"abcdefgh\","
		"\"kind\":\"totp\",\"actor\":\"root\",\"rhost\":\"::1\",\"tty\":\"tty1\","
		"\"result\":\"denied\",\"reason\":\"code-wrong\",\"detail\":\"why\","
		"\"mac\":\"",
	};
	for (size_t i = 0; i < MFA_COUNT(parts); i++)
		if (strstr(text, parts[i]) == NULL)
			fail_msg("%s does not hold %s", text, parts[i]);
	assert_string_equal(text + strlen(text) - 3, "\"}\n");
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	free(text);
}

static void what_is_rehearsed_is_not_there(void **state)
{
	struct trail *trail = *state;
	const struct mfa_event event = { .event = "auth", .time = NOW };
	struct mfa_diag diag = { .text = "" };
	trail_append_lines(trail, 2);
	char *before = read_text(trail->path);
	assert_int_equal(mfa_audit_rehearse(trail->audit, &event, &diag), MFA_OK);
	char *after = read_text(trail->path);
	assert_string_equal(before, after);
	free(before);
	free(after);
	assert_int_equal(chmod(trail->path, 0666), 0);
	assert_int_equal(mfa_audit_rehearse(trail->audit, &event, &diag), MFA_OK);
	assert_int_equal(unlink(trail->path), 0);
	assert_int_equal(mkdir(trail->path, 0700), 0);
	/* it fails as the other does */
	int err = mfa_audit_append(trail->audit, &event, &diag);
	assert_int_not_equal(err, MFA_OK);
	assert_int_equal(mfa_audit_rehearse(trail->audit, &event, &diag), err);
	assert_int_equal(rmdir(trail->path), 0);
}

static void another_parser_reads_the_lines(void **state)
{
	struct trail *trail = *state;
	char command[512];
	trail_append_lines(trail, 3);
	assert_int_equal(trail_append(trail, "\x01\x7f\"\\\xe3\x81"), MFA_OK);
	if (system("python3 -c 'import json' 2>/dev/null") != 0)
		return;
	(void)snprintf(command, sizeof command,
		       "python3 -c 'import json, sys\n"
		       "lines = [json.loads(l) for l in open(sys.argv[1], \"rb\")]\n"
		       "sys.exit([l[\"seq\"] for l in lines] != [1, 2, 3, 4])' %s",
		       trail->path);
	assert_int_equal(system(command), 0);
}

static void a_torn_last_line_is_found_and_the_trail_goes_on(void **state)
{
	struct trail *trail = *state;
	trail_append_lines(trail, 3);
	char *text = read_text(trail->path);
	size_t len = strlen(text);
	size_t last = line_start(text, 3);
	for (size_t cut = last + 1; cut < len; cut += 7) {
		write_bytes(trail->path, text, cut);
		assert_broken(trail, 3);
		assert_int_equal(trail_append(trail, "after"), MFA_OK);
		assert_int_equal(trail_append(trail, "later"), MFA_OK);
		assert_broken(trail, 3);
		char *now = read_text(trail->path);
		/* nothing is taken away, and the new lines are on their own */
		assert_memory_equal(now, text, cut);
		assert_int_equal(now[cut], '\n');
		assert_memory_equal(now + cut + 1, "{\"seq\":1,", 9);
		assert_non_null(strstr(now + cut, "\n{\"seq\":2,"));
		free(now);
	}
	free(text);
}

static void behind_a_foreign_last_line_the_chain_begins_anew(void **state)
{
	struct trail *trail = *state;
	trail_append_lines(trail, 1);
	char *text = read_text(trail->path);
	char *more = NULL;
	assert_true(asprintf(&more, "%s{\"seq\":7}\n", text) > 0);
	write_text(trail->path, more);
	trail_append_lines(trail, 1);
	assert_broken(trail, 2);
	char *now = read_text(trail->path);
	assert_memory_equal(now, more, strlen(more));
	assert_memory_equal(now + strlen(more), "{\"seq\":1,", 9);
	free(now);
	free(more);
	free(text);
}

static void a_long_trail_goes_on_from_its_end(void **state)
{
	struct trail *trail = *state;
	char detail[512];
	memset(detail, 'd', sizeof detail);
	detail[sizeof detail - 1] = '\0';
	const struct mfa_event event = { .event = "e", .detail = detail, .time = NOW };
	for (int i = 0; i < 60; i++) /* well beyond what is read of its end */
		assert_int_equal(mfa_audit_append(trail->audit, &event, NULL), MFA_OK);
	assert_whole(trail, 60);
}

static void too_long_a_line_is_refused_and_leaves_no_trace(void **state)
{
	struct trail *trail = *state;
	char *user = malloc(20000);
	assert_non_null(user);
	memset(user, '\xff', 20000);
	user[3000] = '\0'; /* six characters each */
	trail_append_lines(trail, 1);
	assert_int_equal(trail_append(trail, user), MFA_ERR_INVALID);
	assert_whole(trail, 1);
	memset(user, 'a', 8000);
	for (size_t len = 8000; len > 7600; len -= 7) {
		user[len] = '\0';
		(void)trail_append(trail, user);
	}
	trail_append_lines(trail, 1);
	uint64_t count = 0;
	assert_int_equal(mfa_audit_verify(trail->audit, NULL, &count), MFA_OK);
	assert_true(count > 2);
	free(user);
}

/* Else who guesses could keep the line from being written. */
static void the_longest_that_a_login_can_say_fits_in_a_line(void **state)
{
	struct trail *trail = *state;
	char text[MFA_AUTHD_TEXT_MAX + 1];
	struct mfa_diag diag;
	memset(text, 1, sizeof text - 1); /* six characters each */
	text[sizeof text - 1] = '\0';
	memset(diag.text, 1, sizeof diag.text - 1);
	diag.text[sizeof diag.text - 1] = '\0';
	const struct mfa_event event = { .event = "auth",
					 .result = "unavailable",
					 .reason = "key-programmed-anew",
					 .zone = "mynumber",
					 .service = text,
					 .user = "taro",
					 .token = "abcdefgh",
					 .kind = "yubikey-otp",
					 .rhost = text,
					 .tty = text,
					 .detail = diag.text,
					 .caller = "4294967295",
					 .repeats = "4294967295",
					 .since = "2026-11-29T18:00:00Z",
					 .time = NOW };
	assert_int_equal(mfa_audit_append(trail->audit, &event, NULL), MFA_OK);
	assert_whole(trail, 1);
}

static void a_line_that_does_not_fit_leaves_no_half(void **state)
{
	struct trail *trail = *state;
	struct rlimit before;
	struct stat status;
	trail_append_lines(trail, 2);
	assert_int_equal(stat(trail->path, &status), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	struct rlimit small = { .rlim_cur = (rlim_t)status.st_size + 20,
				.rlim_max = before.rlim_max };
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	int err = trail_append(trail, "taro");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	(void)signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(err, MFA_ERR_LIMIT);
	assert_whole(trail, 2);
	trail_append_lines(trail, 1);
	assert_whole(trail, 3);
}

static mode_t mode_of(const char *path)
{
	struct stat status;
	assert_int_equal(stat(path, &status), 0);
	return status.st_mode & 07777;
}

/* As logrotate's "create 640 root adm" leaves it; the chain shows what others wrote. */
static void a_trail_of_another_mode_is_mended(void **state)
{
	static const mode_t modes[] = { 0640, 0644, 0664, 0666, 0400, 0000 };
	struct trail *trail = *state;
	for (unsigned i = 0; i < MFA_COUNT(modes); i++) {
		trail_append_lines(trail, 1);
		assert_int_equal(chmod(trail->path, modes[i]), 0);
		assert_int_equal(trail_append(trail, "x"), MFA_OK);
		assert_int_equal(mode_of(trail->path), 0600);
		assert_whole(trail, 2 * (i + 1));
	}
}

/* As a worker does from login to login. */
static void keep_trail(struct trail *trail)
{
	struct mfa_snapshot place = { .count = 0 };
	mfa_audit_keep(trail->audit, &place);
	assert_true(place.count > 0);
	mfa_snapshot_done(&place);
}

static void a_trail_whose_place_is_known_goes_on(void **state)
{
	struct trail *trail = *state;
	keep_trail(trail);
	trail_append_lines(trail, 3);
	assert_int_equal(chmod(trail->path, 0666), 0);
	assert_int_equal(trail_append(trail, "x"), MFA_OK);
	assert_int_equal(mode_of(trail->path), 0600);
	assert_whole(trail, 4);
	assert_int_equal(unlink(trail->path), 0);
	trail_append_lines(trail, 1);
	assert_whole(trail, 1);
}

static void the_place_of_the_first_line_is_checked(void **state)
{
	struct trail *trail = *state;
	keep_trail(trail);
	assert_int_equal(chmod(trail->box.root, 0777), 0);
	assert_int_equal(trail_append(trail, "x"), MFA_ERR_UNSAFE);
	assert_int_equal(trail_append(trail, "x"), MFA_ERR_UNSAFE);
	assert_int_equal(chmod(trail->box.root, 0700), 0);
	trail_append_lines(trail, 1);
}

static void unsafe_files_are_no_trail(void **state)
{
	struct trail *trail = *state;
	uint64_t count = 0;
	trail_append_lines(trail, 1);
	assert_int_equal(rename(trail->path, path_in(&trail->box, "real")), 0);
	assert_int_equal(symlink("real", trail->path), 0);
	assert_int_equal(trail_append(trail, "x"), MFA_ERR_UNSAFE);
	assert_int_equal(mfa_audit_verify(trail->audit, NULL, &count), MFA_ERR_UNSAFE);
}

static void what_is_missing_is_told(void **state)
{
	struct trail *trail = *state;
	uint64_t count = 0;
	assert_int_equal(mfa_audit_verify(trail->audit, NULL, &count), MFA_ERR_NOTFOUND);
	mfa_audit_close(&trail->audit);
	assert_int_equal(mfa_audit_open(path_in(&trail->box, "none/audit"), &trail->key,
					&trail->audit),
			 MFA_OK);
	assert_int_equal(trail_append(trail, "x"), MFA_ERR_NOTFOUND);
}

enum {
	WRITERS = 8,
	LINES = 50
};

static int write_many(void *context, unsigned index MFA_UNUSED)
{
	for (int i = 0; i < LINES; i++)
		if (trail_append(context, "taro") != MFA_OK)
			return 1;
	return 0;
}

static void many_writers_keep_one_chain(void **state)
{
	struct trail *trail = *state;
	assert_int_equal(count_processes(WRITERS, 0, write_many, trail), WRITERS);
	assert_whole(trail, WRITERS * LINES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_trail(a_line_is_json_with_all_that_is_known),
		with_trail(what_is_rehearsed_is_not_there),
		with_trail(another_parser_reads_the_lines),
		with_trail(a_torn_last_line_is_found_and_the_trail_goes_on),
		with_trail(behind_a_foreign_last_line_the_chain_begins_anew),
		with_trail(a_long_trail_goes_on_from_its_end),
		with_trail(too_long_a_line_is_refused_and_leaves_no_trace),
		with_trail(the_longest_that_a_login_can_say_fits_in_a_line),
		with_trail(a_line_that_does_not_fit_leaves_no_half),
		with_trail(a_trail_of_another_mode_is_mended),
		with_trail(a_trail_whose_place_is_known_goes_on),
		with_trail(the_place_of_the_first_line_is_checked),
		with_trail(unsafe_files_are_no_trail),
		with_trail(what_is_missing_is_told),
		with_trail(many_writers_keep_one_chain),
	};
	return group_main("trail", tests);
}
