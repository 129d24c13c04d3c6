/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/cure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pam_bench.h"
#include "support.h"

static struct mfa_cure cure_of(struct bench *bench, const char *service,
			       const char *lines)
{
	struct mfa_cure cure = { .kind = MFA_CURE_NONE };
	assert_int_equal(judge(bench, service, lines), MFA_GRADE_BYPASS);
	assert_int_equal(mfa_cure_find(&bench->inspector, service, &bench->result, &cure),
			 MFA_OK);
	return cure;
}

/* The change, which closes every way, and the numbers of its lines. */
static void assert_cure(struct bench *bench, const char *lines, enum mfa_cure_kind kind,
			unsigned line, unsigned other)
{
	struct mfa_cure cure = cure_of(bench, "login", lines);
	assert_string_equal(mfa_cure_name(cure.kind), mfa_cure_name(kind));
	assert_int_equal(cure.line != NULL ? cure.line->number : 0, line);
	assert_int_equal(cure.other != NULL ? cure.other->number : 0, other);
	assert_true(cure.is_whole);
}

static void a_line_that_is_not_reached_comes_before_what_ends_the_stack(void **state)
{
	ON_BENCH(state, "");
	assert_cure(&bench,
		    "auth [success=done default=die] pam_unix.so\n"
		    "auth required pam_mfa.so\n",
		    MFA_CURE_MOVE_OR_REQUIRE, 2, 1);
	/* behind the code, a wrong password would not count */
	assert_cure(&bench, "auth sufficient pam_unix.so\nauth required pam_mfa.so\n",
		    MFA_CURE_REQUIRE_OTHER, 2, 1);
	assert_cure(&bench,
		    "auth [success=2 default=ignore] pam_unix.so\n"
		    "auth requisite pam_deny.so\nauth required pam_mfa.so\n"
		    "auth required pam_permit.so\n",
		    MFA_CURE_MOVE, 3, 1);
}

static void what_does_not_count_is_made_required(void **state)
{
	ON_BENCH(state, "");
	assert_cure(&bench, "auth required pam_unix.so\nauth optional pam_mfa.so\n",
		    MFA_CURE_REQUIRE, 2, 0);
	assert_cure(&bench, "auth optional pam_unix.so\nauth required pam_mfa.so\n",
		    MFA_CURE_REQUIRE, 1, 0);
	assert_cure(&bench,
		    "auth required pam_unix.so\n"
		    "auth [success=ok default=ignore] pam_mfa.so\n",
		    MFA_CURE_REQUIRE, 2, 0);
}

static void what_passes_somebody_by_is_made_strict(void **state)
{
	ON_BENCH(state, "");
	assert_cure(&bench, "auth required pam_krb5.so\nauth required pam_mfa.so\n",
		    MFA_CURE_BE_STRICT, 1, 0);
}

static void what_lets_in_by_itself_is_taken_out(void **state)
{
	ON_BENCH(state, "");
	assert_cure(&bench, "auth sufficient pam_permit.so\n" BOTH, MFA_CURE_TAKE_OUT, 1,
		    0);
	assert_cure(
		&bench,
		"auth [success=2 default=ignore] pam_succeed_if.so user ingroup x\n" BOTH
		"auth required pam_permit.so\n",
		MFA_CURE_TAKE_OUT, 1, 0);
	assert_cure(&bench,
		    BOTH "auth [success=ok default=reset] pam_cap.so\n"
			 "auth required pam_permit.so\n",
		    MFA_CURE_TAKE_OUT, 3, 0);
}

static void what_no_line_asks_for_is_added(void **state)
{
	ON_BENCH(state, "");
	struct mfa_cure cure = cure_of(&bench, "login", "auth required pam_unix.so\n");
	assert_int_equal(cure.kind, MFA_CURE_ADD_LAST);
	assert_string_equal(cure.module, "pam_mfa.so");
	assert_string_equal(strrchr(cure.file, '/'), "/login");
	cure = cure_of(&bench, "login", "auth [success=done default=die] pam_unix.so\n");
	assert_int_equal(cure.kind, MFA_CURE_ADD_FIRST);
	/* two changes are needed: no single one is shown */
	cure = cure_of(&bench, "login", "auth sufficient pam_unix.so\n");
	assert_int_equal(cure.kind, MFA_CURE_NONE);
	cure = cure_of(&bench, "login", "auth required pam_mfa.so\n");
	assert_string_equal(cure.module, "pam_unix.so");
	assert_true(cure.is_whole);
}

/* What is left is told of by the next check. */
static void a_change_that_closes_one_of_two_ways_is_better_than_none(void **state)
{
	ON_BENCH(state, "");
	struct mfa_cure cure = cure_of(&bench, "login",
				       "auth sufficient pam_permit.so\n"
				       "auth required pam_unix.so\n");
	assert_int_equal(cure.kind, MFA_CURE_TAKE_OUT);
	assert_false(cure.is_whole);
}

static void an_unknown_module_may_be_the_one_that_checks_the_password(void **state)
{
	ON_BENCH(state, "");
	assert_cure(&bench,
		    "auth [success=ok default=bad] pam_example.so\n"
		    "auth required pam_mfa.so\n",
		    MFA_CURE_NAME, 1, 0);
	assert_cure(&bench, "auth required pam_example.so\nauth required pam_mfa.so\n",
		    MFA_CURE_NAME_STRICTLY, 1, 0);
}

static void the_gate_comes_first_in_the_account_phase(void **state)
{
	ON_BENCH(state, "");
	struct mfa_cure cure = cure_of(&bench, "sshd",
				       BOTH "account sufficient pam_localuser.so\n"
					    "account required pam_mfa.so\n"
					    "account required pam_unix.so\n");
	assert_int_equal(cure.kind, MFA_CURE_MOVE);
	assert_int_equal(cure.line->number, 4);
	assert_int_equal(cure.other->number, 3);
	cure = cure_of(&bench, "sshd", BOTH "account required pam_unix.so\n");
	assert_int_equal(cure.kind, MFA_CURE_ADD_LAST);
	assert_string_equal(cure.module, "pam_mfa.so");
}

static void a_zone_without_gate_is_to_name_the_service(void **state)
{
	ON_BENCH(state, "[host]\nzone = rest\n[zone keyed]\nusers = hanako\ngate =\n"
			"[zone rest]\nservices = *\n");
	struct mfa_cure cure = cure_of(&bench, "sshd",
				       BOTH "account required pam_mfa.so\n"
					    "account required pam_unix.so\n");
	assert_int_equal(cure.kind, MFA_CURE_GATE);
	assert_string_equal(cure.zone->name, "keyed");
}

static void write_service(struct bench *bench, const char *name, const char *lines)
{
	char path[64];
	(void)snprintf(path, sizeof path, "pam.d/%s", name);
	write_text(path_in(bench->box, path), lines);
}

static void what_a_jump_lands_on_stays(void **state)
{
	ON_BENCH(state, "");
	struct mfa_cure cure = cure_of(&bench, "chfn",
				       "auth sufficient pam_rootok.so\n"
				       "auth [success=1 default=ignore] pam_unix.so\n"
				       "auth requisite pam_deny.so\n"
				       "auth required pam_permit.so\n");
	assert_int_equal(cure.kind, MFA_CURE_ADD_LAST);
	assert_true(cure.is_whole);
}

/* It would be proved then, but for root, and nobody else could use it. */
static void a_change_that_leaves_root_alone_is_no_cure(void **state)
{
	ON_BENCH(state, "");
	struct mfa_cure cure = cure_of(&bench, "chfn",
				       "auth sufficient pam_rootok.so\n"
				       "auth sufficient pam_permit.so\n"
				       "auth required pam_deny.so\n");
	assert_int_not_equal(cure.kind, MFA_CURE_TAKE_OUT);
}

static void what_others_include_is_not_taken_out(void **state)
{
	ON_BENCH(state, "");
	write_service(&bench, "shared", "auth sufficient pam_permit.so\n" BOTH);
	write_service(&bench, "sshd", "auth include shared\n");
	struct mfa_cure cure = cure_of(&bench, "login", "auth include shared\n");
	assert_int_not_equal(cure.kind, MFA_CURE_TAKE_OUT);
}

static void what_another_service_needs_is_not_taken_from_it(void **state)
{
	static const char lines[] = "auth [success=done default=die] pam_unix.so\n"
				    "auth include shared\n";
	ON_BENCH(state, "");
	write_service(&bench, "shared", "auth required pam_mfa.so\n");
	write_service(&bench, "sshd", "auth required pam_unix.so\nauth include shared\n");
	struct mfa_cure cure = cure_of(&bench, "login", lines);
	assert_int_equal(cure.kind, MFA_CURE_REQUIRE_OTHER);
}

static void a_change_that_locks_another_service_is_no_cure(void **state)
{
	static const char lines[] = "auth include shared\nauth required pam_mfa.so\n";
	ON_BENCH(state, "");
	write_service(&bench, "shared", "auth sufficient pam_unix.so\n");
	struct mfa_cure cure = cure_of(&bench, "login", lines);
	assert_int_equal(cure.kind, MFA_CURE_REQUIRE_OTHER);
	assert_true(cure.is_whole);
	write_service(&bench, "sshd", "auth include shared\nauth required pam_deny.so\n");
	cure = cure_of(&bench, "login", lines);
	assert_int_not_equal(cure.kind, MFA_CURE_REQUIRE_OTHER);
	assert_false(cure.is_whole);
}

/* A file of pam.d that is made at random, and edited as the cure says. */
enum {
	FILE_LINES = 6,
	LINE_SIZE = 80,
	FILE_SIZE = FILE_LINES * LINE_SIZE + 2 * LINE_SIZE,
	FILES = 3000
};

struct draft_file {
	char lines[FILE_LINES + 1][LINE_SIZE];
	size_t count;
};

static void make_file(struct draft_file *file)
{
	static const char *const controls[] = {
		"required",
		"requisite",
		"sufficient",
		"optional",
		"[success=1 default=ignore]",
		"[success=done default=die]",
		"[success=ok default=bad]",
		"[success=2 default=ignore]",
	};
	static const char *const modules[] = { "pam_unix.so",	 "pam_mfa.so",
					       "pam_unix.so",	 "pam_mfa.so",
					       "pam_deny.so",	 "pam_permit.so",
					       "pam_env.so",	 "pam_krb5.so",
					       "pam_listfile.so" };
	file->count = 1 + (size_t)rand() % FILE_LINES;
	for (size_t i = 0; i < file->count; i++)
		(void)snprintf(file->lines[i], LINE_SIZE, "auth %s %s\n",
			       controls[(size_t)rand() % MFA_COUNT(controls)],
			       modules[(size_t)rand() % MFA_COUNT(modules)]);
}

static const char *module_of(const char *line)
{
	return strstr(line, "pam_");
}

static void set_control(struct draft_file *file, unsigned number, const char *control)
{
	char line[LINE_SIZE];
	(void)snprintf(line, sizeof line, "auth %s %s", control,
		       module_of(file->lines[number - 1]));
	memcpy(file->lines[number - 1], line, sizeof line);
}

static void take_out(struct draft_file *file, unsigned number)
{
	for (size_t i = number - 1; i + 1 < file->count; i++)
		memcpy(file->lines[i], file->lines[i + 1], LINE_SIZE);
	file->count--;
}

/* number: that of the line before which it comes. */
static void put_in(struct draft_file *file, unsigned number, const char *line)
{
	for (size_t i = file->count; i >= number; i--)
		memcpy(file->lines[i], file->lines[i - 1], LINE_SIZE);
	(void)snprintf(file->lines[number - 1], LINE_SIZE, "%s", line);
	file->count++;
}

static void move_line(struct draft_file *file, unsigned number, unsigned before)
{
	char line[LINE_SIZE];
	memcpy(line, file->lines[number - 1], sizeof line);
	take_out(file, number);
	put_in(file, before, line);
}

static void edit_file(struct draft_file *file, const struct mfa_cure *cure)
{
	char added[LINE_SIZE];
	(void)snprintf(added, sizeof added, "auth required %s\n",
		       cure->module != NULL ? cure->module : "");
	switch (cure->kind) {
	case MFA_CURE_REQUIRE:
		set_control(file, cure->line->number, "required");
		break;
	case MFA_CURE_BE_STRICT:
		set_control(file, cure->line->number, "[success=ok default=bad]");
		break;
	case MFA_CURE_REQUIRE_OTHER:
		set_control(file, cure->other->number, "required");
		break;
	case MFA_CURE_MOVE:
	case MFA_CURE_MOVE_OR_REQUIRE:
		move_line(file, cure->line->number, cure->other->number);
		break;
	case MFA_CURE_TAKE_OUT:
		take_out(file, cure->line->number);
		break;
	case MFA_CURE_ADD_LAST:
		put_in(file, (unsigned)file->count + 1, added);
		break;
	case MFA_CURE_ADD_FIRST:
		put_in(file, 1, added);
		break;
	case MFA_CURE_NONE:
	case MFA_CURE_NAME:
	case MFA_CURE_NAME_STRICTLY:
	case MFA_CURE_INSTALL:
	case MFA_CURE_GATE:
		fail_msg("%s", mfa_cure_name(cure->kind));
	}
}

static enum mfa_grade judge_file(struct bench *bench, const struct draft_file *file,
				 char ret_text[static FILE_SIZE])
{
	ret_text[0] = '\0';
	for (size_t i = 0; i < file->count; i++)
		(void)strcat(ret_text, file->lines[i]);
	return judge(bench, "login", ret_text);
}

/* The file is written anew as the cure says, read by libpam's rules, and proved. */
static void what_is_told_to_do_proves_it(void **state)
{
	ON_BENCH(state, "");
	unsigned whole = 0;
	srand(1);
	for (int i = 0; i < FILES; i++) {
		struct draft_file file;
		struct mfa_cure cure = { .kind = MFA_CURE_NONE };
		char before[FILE_SIZE], text[FILE_SIZE];
		make_file(&file);
		if (judge_file(&bench, &file, before) != MFA_GRADE_BYPASS)
			continue;
		assert_int_equal(
			mfa_cure_find(&bench.inspector, "login", &bench.result, &cure),
			MFA_OK);
		if (!cure.is_whole)
			continue;
		if (cure.kind == MFA_CURE_MOVE_OR_REQUIRE && i % 2 == 0)
			cure.kind = MFA_CURE_REQUIRE_OTHER;
		edit_file(&file, &cure);
		if (judge_file(&bench, &file, text) != MFA_GRADE_PROVED ||
		    has_note(&bench, MFA_ADVISORY_NOBODY))
			fail_msg("%s\n%sis not proved:\n%s", mfa_cure_name(cure.kind),
				 before, text);
		whole++;
	}
	assert_true(whole > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(a_line_that_is_not_reached_comes_before_what_ends_the_stack),
		in_sandbox(what_does_not_count_is_made_required),
		in_sandbox(what_passes_somebody_by_is_made_strict),
		in_sandbox(what_lets_in_by_itself_is_taken_out),
		in_sandbox(what_no_line_asks_for_is_added),
		in_sandbox(a_change_that_closes_one_of_two_ways_is_better_than_none),
		in_sandbox(an_unknown_module_may_be_the_one_that_checks_the_password),
		in_sandbox(the_gate_comes_first_in_the_account_phase),
		in_sandbox(a_zone_without_gate_is_to_name_the_service),
		in_sandbox(what_a_jump_lands_on_stays),
		in_sandbox(a_change_that_leaves_root_alone_is_no_cure),
		in_sandbox(what_others_include_is_not_taken_out),
		in_sandbox(what_another_service_needs_is_not_taken_from_it),
		in_sandbox(a_change_that_locks_another_service_is_no_cure),
		in_sandbox(what_is_told_to_do_proves_it),
	};
	return group_main("cure", tests);
}
