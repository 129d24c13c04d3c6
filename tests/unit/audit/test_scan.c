/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/audit/trail.c: what a chain that was tampered with looks like. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mfa/seal.h"
#include "trail.h"

static void an_untouched_trail_verifies(void **state)
{
	struct trail *trail = *state;
	struct stat status;
	trail_append_lines(trail, 50);
	assert_whole(trail, 50);
	assert_int_equal(stat(trail->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
}

static void an_empty_trail_verifies(void **state)
{
	struct trail *trail = *state;
	write_text(trail->path, "");
	assert_whole(trail, 0);
	trail_append_lines(trail, 1);
	assert_whole(trail, 1);
}

static void another_key_verifies_nothing(void **state)
{
	struct trail *trail = *state;
	uint64_t count = 0;
	struct mfa_secret other = test_key(2);
	struct mfa_audit *audit = NULL;
	trail_append_lines(trail, 2);
	assert_int_equal(mfa_audit_open(trail->path, &other, &audit), MFA_OK);
	assert_int_equal(mfa_audit_verify(audit, NULL, &count), MFA_ERR_INTEGRITY);
	assert_int_equal(count, 1);
	mfa_audit_close(&audit);
	assert_null(audit);
	mfa_secret_done(&other);
}

static void without_a_whole_key_nothing_is_written_or_verified(void **state)
{
	struct trail *trail = *state;
	uint64_t count = 0;
	struct mfa_audit *audit = NULL;
	struct mfa_secret half = { trail->key.data, MFA_KEY_SIZE / 2 };
	trail_append_lines(trail, 2);
	assert_int_equal(mfa_audit_open(trail->path, &half, &audit), MFA_OK);
	const struct mfa_event event = { .event = "auth", .time = NOW };
	assert_int_equal(mfa_audit_append(audit, &event, NULL), MFA_ERR_INVALID);
	assert_int_equal(mfa_audit_verify(audit, NULL, &count), MFA_ERR_INVALID);
	mfa_audit_close(&audit);
	assert_whole(trail, 2);
}

static void a_folder_is_told_from_a_trail(void **state)
{
	struct trail *trail = *state;
	struct mfa_diag diag = { .text = "" };
	struct mfa_audit_report report;
	assert_int_equal(mfa_audit_inspect(trail->audit, "/tmp", NULL, &diag, &report),
			 MFA_ERR_INVALID);
	assert_string_equal(diag.text, "/tmp: is a directory");
}

static void every_altered_byte_is_found_in_its_line(void **state)
{
	struct trail *trail = *state;
	trail_append_lines(trail, 3);
	char *text = read_text(trail->path);
	size_t len = strlen(text);
	uint64_t line = 1;
	for (size_t at = 0; at < len; at++) {
		char was = text[at];
		text[at] = (char)(was ^ 1);
		write_bytes(trail->path, text, len);
		assert_broken(trail, line);
		text[at] = was;
		line += was == '\n';
	}
	write_bytes(trail->path, text, len);
	assert_whole(trail, 3);
	free(text);
}

static void a_removed_line_is_found(void **state)
{
	struct trail *trail = *state;
	trail_append_lines(trail, 5);
	char *text = read_text(trail->path);
	for (unsigned line = 1; line < 5;
	     line++) { /* the chain cannot know of lines behind its end */
		size_t start = line_start(text, line);
		size_t next = line_start(text, line + 1);
		char *less = strdup(text);
		assert_non_null(less);
		memmove(less + start, less + next, strlen(less + next) + 1);
		write_text(trail->path, less);
		assert_broken(trail, line);
		free(less);
	}
	free(text);
}

static void lines_in_another_order_are_found(void **state)
{
	struct trail *trail = *state;
	trail_append_lines(trail, 3);
	char *text = read_text(trail->path);
	char *turned = NULL;
	int second = (int)line_start(text, 2);
	int third = (int)line_start(text, 3);
	assert_true(asprintf(&turned, "%.*s%s%.*s", second, text, text + third,
			     third - second, text + second) >= 0);
	write_text(trail->path, turned);
	assert_broken(trail, 2);
	free(turned);
	free(text);
}

static void write_both(struct trail *trail, const char *first, const char *second)
{
	char *text = NULL;
	assert_true(asprintf(&text, "%s%s", first, second) >= 0);
	write_text(trail->path, text);
	free(text);
}

static void a_doubled_or_foreign_line_is_found(void **state)
{
	struct trail *trail = *state;
	trail_append_lines(trail, 2);
	char *text = read_text(trail->path);
	write_both(trail, text, text + line_start(text, 2));
	assert_broken(trail, 3);
	write_both(trail, text, "{}\n");
	assert_broken(trail, 3);
	write_both(trail, "\n", text);
	assert_broken(trail, 1);
	free(text);
}

static void a_line_of_another_trail_under_the_same_key_is_found(void **state)
{
	struct trail *trail = *state;
	trail_append_lines(trail, 1);
	char *first = read_text(trail->path);
	write_text(trail->path, "");
	assert_int_equal(trail_append(trail, "somebody else"), MFA_OK);
	assert_int_equal(trail_append(trail, "second"), MFA_OK);
	char *other = read_text(trail->path);
	/* number 2 follows number 1, but not that one */
	write_both(trail, first, other + line_start(other, 2));
	assert_broken(trail, 2);
	free(first);
	free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_trail(an_untouched_trail_verifies),
		with_trail(an_empty_trail_verifies),
		with_trail(a_folder_is_told_from_a_trail),
		with_trail(another_key_verifies_nothing),
		with_trail(without_a_whole_key_nothing_is_written_or_verified),
		with_trail(every_altered_byte_is_found_in_its_line),
		with_trail(a_removed_line_is_found),
		with_trail(lines_in_another_order_are_found),
		with_trail(a_doubled_or_foreign_line_is_found),
		with_trail(a_line_of_another_trail_under_the_same_key_is_found),
	};
	return group_main("scan", tests);
}
