/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/edits.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "support.h"

/* Three files: one changes, one is made, one goes. */
static void make_edits(struct sandbox *box, struct mfa_edits *edits)
{
	struct mfa_diag diag = { .text = "" };
	write_text(path_in(box, "login"), "old\n");
	assert_int_equal(chmod(path_in(box, "login"), 0640), 0);
	write_text(path_in(box, "gone"), "was here\n");
	assert_done(mfa_edits_add(edits, path_in(box, "login"), "new\n", &diag), &diag);
	assert_done(mfa_edits_add(edits, path_in(box, "made"), "made\n", &diag), &diag);
	assert_done(mfa_edits_add(edits, path_in(box, "gone"), NULL, &diag), &diag);
	(void)strcpy(edits->id, "0123456789abcdef");
	(void)strcpy(edits->boot, "boot");
	(void)strcpy(edits->actor, "taro");
	edits->time = NOW;
	edits->deadline_ms = 300000;
	assert_int_equal(mfa_strings_add(&edits->services, "login"), MFA_OK);
}

static void assert_text(const char *path, const char *wanted)
{
	if (wanted == NULL) {
		assert_int_not_equal(access(path, F_OK), 0);
		return;
	}
	MFA_CLEANUP(mfa_free_string) char *text = read_text(path);
	assert_string_equal(text, wanted);
}

static void assert_all(struct sandbox *box, const char *login, const char *made,
		       const char *gone)
{
	assert_text(path_in(box, "login"), login);
	assert_text(path_in(box, "made"), made);
	assert_text(path_in(box, "gone"), gone);
}

static void assert_tidy(struct sandbox *box)
{
	static const char *const names[] = {
		".login.pam_mfa-new",
		".login.pam_mfa-old",
		".made.pam_mfa-new",
		".gone.pam_mfa-old",
	};
	for (size_t i = 0; i < MFA_COUNT(names); i++)
		assert_text(path_in(box, names[i]), NULL);
}

static int apply_all(const struct mfa_edits *edits, struct mfa_diag *diag)
{
	int err = mfa_edits_stage(edits, diag);
	return err == MFA_OK ? mfa_edits_apply(edits, diag) : err;
}

static void what_changes_nothing_is_no_change(void **state)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	struct mfa_diag diag = { .text = "" };
	write_text(path_in(*state, "login"), "same\n");
	assert_done(mfa_edits_add(&edits, path_in(*state, "login"), "same\n", &diag),
		    &diag);
	assert_done(mfa_edits_add(&edits, path_in(*state, "none"), NULL, &diag), &diag);
	assert_int_equal(edits.count, 0);
}

static void changes_on_top_lead_from_the_first_to_the_last(void **state)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits newer = { .count = 0 };
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings kept = { 0 };
	struct mfa_diag diag = { .text = "" };
	make_edits(*state, &edits);
	assert_done(mfa_edits_stage(&edits, &diag), &diag);
	assert_done(mfa_edits_apply(&edits, &diag), &diag);
	mfa_edits_tidy(&edits);
	write_text(path_in(*state, "su"), "su\n");
	assert_done(mfa_edits_add(&newer, path_in(*state, "login"), "newest\n", &diag),
		    &diag);
	assert_done(mfa_edits_add(&newer, path_in(*state, "su"), "new su\n", &diag),
		    &diag);
	(void)strcpy(newer.id, "newer");
	assert_done(mfa_edits_stage(&newer, &diag), &diag);
	assert_done(mfa_edits_apply(&newer, &diag), &diag);
	mfa_edits_tidy(&newer);
	assert_int_equal(mfa_edits_merge(&edits, &newer), MFA_OK);
	assert_int_equal(newer.count, 0);
	assert_int_equal(edits.count, 4);
	assert_string_equal(edits.id, "newer");
	assert_int_equal(edits.services.count, 0);
	assert_done(mfa_edits_restore(&edits, path_in(*state, ""), &diag, &kept), &diag);
	assert_int_equal(kept.count, 0);
	assert_all(*state, "old\n", NULL, "was here\n");
	assert_text(path_in(*state, "su"), "su\n");
}

static void links_are_not_changed(void **state)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	struct mfa_diag diag = { .text = "" };
	assert_int_equal(symlink("elsewhere", path_in(*state, "login")), 0);
	assert_int_equal(mfa_edits_add(&edits, path_in(*state, "login"), "x", &diag),
			 MFA_ERR_UNSAFE);
	assert_int_equal(mfa_edits_add(&edits, path_in(*state, ""), "x", &diag),
			 MFA_ERR_UNSAFE);
}

static void all_of_it_is_written_down(void **state)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits read = { .count = 0 };
	struct mfa_diag diag = { .text = "" };
	const char *path = path_in(*state, "trying");
	make_edits(*state, &edits);
	assert_done(mfa_edits_save(&edits, path, &diag), &diag);
	assert_int_equal(mfa_edits_save(&edits, path, &diag), MFA_ERR_EXISTS);
	assert_done(mfa_edits_load(path, &diag, &read), &diag);
	assert_string_equal(read.id, edits.id);
	assert_string_equal(read.boot, "boot");
	assert_string_equal(read.actor, "taro");
	assert_true(read.time == NOW && read.deadline_ms == 300000);
	assert_int_equal(read.services.count, 1);
	assert_string_equal(read.services.items[0], "login");
	assert_int_equal(read.count, 3);
	for (size_t i = 0; i < read.count; i++) {
		assert_string_equal(read.items[i].path, edits.items[i].path);
		assert_true(mfa_edit_sides_match(&read.items[i].before,
						 &edits.items[i].before));
		assert_true(mfa_edit_sides_match(&read.items[i].after,
						 &edits.items[i].after));
	}
	assert_int_equal(read.items[0].before.mode, 0640);
	assert_ptr_equal(mfa_edits_find(&read, read.items[1].path), &read.items[1]);
	assert_null(mfa_edits_find(&read, "/none"));
}

/* login is changed by both, made by the earlier ones alone, and by hand in between. */
static void what_was_changed_twice_is_undone_as_one(void **state)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits first = { .count = 0 };
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits second = { .count = 0 };
	struct mfa_diag diag = { .text = "" };
	struct mfa_strings kept = { 0 };
	make_edits(*state, &first);
	assert_done(apply_all(&first, &diag), &diag);
	write_text(path_in(*state, "gone"), "by hand\n");
	assert_done(mfa_edits_add(&second, path_in(*state, "login"), "newer\n", &diag),
		    &diag);
	assert_done(mfa_edits_add(&second, path_in(*state, "gone"), "newer\n", &diag),
		    &diag);
	assert_done(apply_all(&second, &diag), &diag);
	assert_int_equal(mfa_edits_merge(&first, &second), MFA_OK);
	assert_int_equal(first.count, 3);
	assert_done(mfa_edits_restore(&first, path_in(*state, ""), &diag, &kept), &diag);
	assert_int_equal(kept.count, 0);
	assert_all(*state, "old\n", NULL, "by hand\n");
}

static void free_bytes(unsigned char **bytes)
{
	free(*bytes);
}

static void assert_damaged(const unsigned char *bytes, size_t len)
{
	struct mfa_edits read = { .count = 0 };
	assert_int_equal(mfa_edits_decode(bytes, len, &read), MFA_ERR_INTEGRITY);
	assert_null(read.items);
}

static void damage_is_noticed(void **state)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	MFA_CLEANUP(free_bytes) unsigned char *bytes = NULL;
	size_t len = 0;
	make_edits(*state, &edits);
	assert_int_equal(mfa_edits_encode(&edits, &bytes, &len), MFA_OK);
	for (size_t i = 0; i < len; i++) {
		assert_damaged(bytes, i);
		bytes[i] ^= 0x40;
		assert_damaged(bytes, len);
		bytes[i] ^= 0x40;
	}
}

/* Somebody who can write the file can also make the sum right. */
static void what_has_no_sense_is_damaged(void **state)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	MFA_CLEANUP(free_bytes) unsigned char *bytes = NULL;
	size_t len = 0;
	make_edits(*state, &edits);
	edits.items[1].path[0] = 'x'; /* no absolute path */
	assert_int_equal(mfa_edits_encode(&edits, &bytes, &len), MFA_OK);
	assert_damaged(bytes, len);
}

static void nothing_changes_before_it_is_made(void **state)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	struct mfa_diag diag = { .text = "" };
	make_edits(*state, &edits);
	assert_done(mfa_edits_stage(&edits, &diag), &diag);
	assert_all(*state, "old\n", NULL, "was here\n");
	mfa_edits_tidy(&edits);
	assert_tidy(*state);
}

static void a_folder_is_tidied_without_knowing_the_files(void **state)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	struct mfa_diag diag = { .text = "" };
	make_edits(*state, &edits);
	write_text(path_in(*state, "x.pam_mfa-old"), "");
	write_text(path_in(*state, ".pam_mfa-old"), "");
	assert_done(mfa_edits_stage(&edits, &diag), &diag);
	mfa_edits_tidy_folder(path_in(*state, ""));
	assert_tidy(*state);
	assert_all(*state, "old\n", NULL, "was here\n");
	assert_text(path_in(*state, "x.pam_mfa-old"), "");
	assert_text(path_in(*state, ".pam_mfa-old"), "");
}

static void made_and_undone(void **state)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings kept = { 0 };
	struct mfa_diag diag = { .text = "" };
	struct stat first, changed, last;
	make_edits(*state, &edits);
	assert_int_equal(stat(path_in(*state, "login"), &first), 0);
	assert_done(mfa_edits_stage(&edits, &diag), &diag);
	assert_done(mfa_edits_apply(&edits, &diag), &diag);
	assert_all(*state, "new\n", "made\n", NULL);
	assert_int_equal(stat(path_in(*state, "login"), &changed), 0);
	assert_true(changed.st_mode == first.st_mode && changed.st_nlink == 1);
	assert_done(mfa_edits_restore(&edits, path_in(*state, ""), &diag, &kept), &diag);
	assert_all(*state, "old\n", NULL, "was here\n");
	assert_int_equal(stat(path_in(*state, "login"), &last), 0);
	assert_true(last.st_ino == first.st_ino && last.st_nlink == 1);
	assert_true(last.st_mtim.tv_nsec == first.st_mtim.tv_nsec);
	assert_done(mfa_edits_restore(&edits, path_in(*state, ""), &diag, &kept), &diag);
	assert_int_equal(kept.count, 0);
	assert_tidy(*state);
}

static void undone_from_what_is_written_down(void **state)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings kept = { 0 };
	struct mfa_diag diag = { .text = "" };
	struct stat last;
	make_edits(*state, &edits);
	assert_done(mfa_edits_stage(&edits, &diag), &diag);
	assert_done(mfa_edits_apply(&edits, &diag), &diag);
	mfa_edits_tidy(&edits);
	assert_done(mfa_edits_restore(&edits, path_in(*state, ""), &diag, &kept), &diag);
	assert_all(*state, "old\n", NULL, "was here\n");
	assert_int_equal(stat(path_in(*state, "login"), &last), 0);
	assert_int_equal(last.st_mode & 07777, 0640);
	assert_tidy(*state);
}

static void what_somebody_has_changed_since_stays(void **state)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings kept = { 0 };
	struct mfa_diag diag = { .text = "" };
	const char *folder = path_in(*state, "kept");
	make_edits(*state, &edits);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_done(mfa_edits_stage(&edits, &diag), &diag);
	assert_done(mfa_edits_apply(&edits, &diag), &diag);
	write_text(path_in(*state, "login"), "mine\n");
	assert_done(mfa_edits_restore(&edits, folder, &diag, &kept), &diag);
	assert_all(*state, "mine\n", NULL, "was here\n");
	assert_int_equal(kept.count, 1);
	assert_string_equal(kept.items[0], path_in(*state, "login"));
	assert_text(path_in(*state, "kept/login"), "old\n");
	assert_tidy(*state);
}

static void what_was_changed_before_is_a_conflict(void **state)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	struct mfa_diag diag = { .text = "" };
	make_edits(*state, &edits);
	write_text(path_in(*state, "login"), "mine\n");
	assert_int_equal(mfa_edits_stage(&edits, &diag), MFA_ERR_CONFLICT);
	assert_non_null(strstr(diag.text, "login"));
}

static void assert_attribute(const char *path, const char *wanted)
{
	char value[8] = "";
	ssize_t len = getxattr(path, "user.test", value, sizeof value - 1);
	assert_int_equal(len, strlen(wanted));
	assert_string_equal(value, wanted);
}

static void extended_attributes_go_with_the_file(void **state)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings kept = { 0 };
	struct mfa_diag diag = { .text = "" };
	const char *path = path_in(*state, "login");
	make_edits(*state, &edits);
	if (setxattr(path, "user.test", "mine", 4, 0) != 0 && errno == ENOTSUP)
		skip();
	assert_done(mfa_edits_stage(&edits, &diag), &diag);
	assert_done(mfa_edits_apply(&edits, &diag), &diag);
	assert_attribute(path, "mine");
	mfa_edits_tidy(&edits);
	assert_done(mfa_edits_restore(&edits, path_in(*state, ""), &diag, &kept), &diag);
	assert_attribute(path, "mine");
}

/* While they were staged: what comes last would be lost. */
static void what_was_changed_just_before_is_a_conflict(void **state)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings kept = { 0 };
	struct mfa_diag diag = { .text = "" };
	make_edits(*state, &edits);
	assert_done(mfa_edits_stage(&edits, &diag), &diag);
	write_text(path_in(*state, "made"), "mine\n");
	assert_int_equal(mfa_edits_apply(&edits, &diag), MFA_ERR_CONFLICT);
	assert_non_null(strstr(diag.text, "made"));
	assert_all(*state, "new\n", "mine\n", "was here\n");
	assert_done(mfa_edits_restore(&edits, path_in(*state, ""), &diag, &kept), &diag);
	assert_all(*state, "old\n", "mine\n", "was here\n");
	assert_int_equal(kept.count, 1);
}

/* The others are undone, and it is done with. */
static void a_folder_that_went_away_is_no_obstacle(void **state)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings kept = { 0 };
	struct mfa_diag diag = { .text = "" };
	assert_int_equal(mkdir(path_in(*state, "more"), 0755), 0);
	assert_done(mfa_edits_add(&edits, path_in(*state, "more/made"), "x\n", &diag),
		    &diag);
	make_edits(*state, &edits);
	assert_done(mfa_edits_stage(&edits, &diag), &diag);
	assert_done(mfa_edits_apply(&edits, &diag), &diag);
	assert_int_equal(unlink(path_in(*state, "more/made")), 0);
	assert_int_equal(rmdir(path_in(*state, "more")), 0);
	assert_done(mfa_edits_restore(&edits, path_in(*state, ""), &diag, &kept), &diag);
	assert_all(*state, "old\n", NULL, "was here\n");
	assert_int_equal(kept.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(what_changes_nothing_is_no_change),
		in_sandbox(changes_on_top_lead_from_the_first_to_the_last),
		in_sandbox(links_are_not_changed),
		in_sandbox(what_was_changed_twice_is_undone_as_one),
		in_sandbox(all_of_it_is_written_down),
		in_sandbox(damage_is_noticed),
		in_sandbox(what_has_no_sense_is_damaged),
		in_sandbox(nothing_changes_before_it_is_made),
		in_sandbox(a_folder_is_tidied_without_knowing_the_files),
		in_sandbox(made_and_undone),
		in_sandbox(undone_from_what_is_written_down),
		in_sandbox(what_somebody_has_changed_since_stays),
		in_sandbox(what_was_changed_before_is_a_conflict),
		in_sandbox(extended_attributes_go_with_the_file),
		in_sandbox(what_was_changed_just_before_is_a_conflict),
		in_sandbox(a_folder_that_went_away_is_no_obstacle),
	};
	return group_main("edits", tests);
}
