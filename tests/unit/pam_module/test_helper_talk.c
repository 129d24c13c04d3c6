/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_module/helper.c: what of the person's answers reaches the helper, and what comes
 * back. The helper is bad_helper.c, which tells what it got. */
#include "helper.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <security/pam_appl.h>

#include "mfa/helper_protocol.h"
#include "support.h"

/* What the person does, and what was told. */
struct person {
	const char *line;
	size_t len;
	int err; /* not MFA_OK: instead of a line */
	char told[64];
};

static int ask(void *context, const char *prompt, struct mfa_secret *ret_answer)
{
	const struct person *person = context;
	assert_string_equal(prompt, "?");
	return person->err != MFA_OK
		       ? person->err
		       : mfa_secret_copy(person->line, person->len, ret_answer);
}

static void forget(void *context MFA_UNUSED, struct mfa_secret *answer)
{
	mfa_secret_done(answer);
}

static void tell(void *context, enum mfa_tone tone, const char *text)
{
	struct person *person = context;
	assert_int_equal(tone, MFA_TELL_ERROR);
	(void)snprintf(person->told, sizeof person->told, "%s", text);
}

static int no_conversation(int count MFA_UNUSED,
			   const struct pam_message **messages MFA_UNUSED,
			   struct pam_response **responses MFA_UNUSED,
			   void *context MFA_UNUSED)
{
	return PAM_CONV_ERR;
}

/* typed: what the modules before asked for. */
static struct mfa_auth_result talk(struct person *person, const char *typed,
				   bool forward_pass)
{
	const struct pam_conv conv = { no_conversation, NULL };
	struct mfa_auth_result result = { 0 };
	char user[] = "root";
	pam_handle_t *handle = NULL;
	assert_int_equal(chmod(MFA_VERIFY_PATH, 04755), 0);
	assert_int_equal(pam_start("test", "root", &conv, &handle), PAM_SUCCESS);
	struct login login = {
		.handle = handle,
		.arguments = { .forward_pass = forward_pass },
		.facts = { .login = { .service = "mirror" }, .user = user },
	};
	assert_int_equal(login_identify(&login, NULL, NULL), MFA_OK);
	struct mfa_dialog dialog = {
		.ask = ask, .forget = forget, .tell = tell, .context = person
	};
	struct mfa_span password = { (const unsigned char *)typed, strlen(typed) };
	int err = helper_run(&login, &dialog, password, &result);
	nss_done(&login.facts.identity);
	assert_int_equal(pam_end(handle, PAM_SUCCESS), PAM_SUCCESS);
	assert_done(err, &result.diag);
	return result;
}

static void assert_mirrored(const struct person *person, enum mfa_helper_letter type,
			    size_t len, int first)
{
	char text[64];
	(void)snprintf(text, sizeof text, "%c %zu %d", (int)type, len, first);
	assert_string_equal(person->told, text);
}

static void a_line_reaches_the_helper(void **state MFA_UNUSED)
{
	struct person person = { .line = "123456", .len = 6 };
	struct mfa_auth_result result = talk(&person, "", false);
	assert_mirrored(&person, MFA_HELPER_REPLY, 6, '1');
	assert_int_equal(result.verdict, MFA_ALLOW);
	assert_int_equal(result.password.len, 0);
}

static void the_password_in_front_of_the_code_stays_here(void **state MFA_UNUSED)
{
	struct person person = { .line = "pw123456", .len = 8 };
	struct mfa_auth_result result = talk(&person, "", true);
	assert_int_equal(result.password.len, 2);
	assert_memory_equal(result.password.data, "pw", 2);
	mfa_auth_result_done(&result);
}

static void the_password_once_more_is_not_sent(void **state MFA_UNUSED)
{
	struct person person = { .line = "secret", .len = 6 };
	(void)talk(&person, "secret", false);
	assert_mirrored(&person, MFA_HELPER_AGAIN, 0, 0);
	(void)talk(&person, "Secret", false);
	assert_mirrored(&person, MFA_HELPER_REPLY, 6, 's');
}

static void a_line_longer_than_a_packet_is_cut(void **state MFA_UNUSED)
{
	char line[3 * MFA_PACKET_SIZE];
	memset(line, 'x', sizeof line);
	struct person person = { .line = line, .len = sizeof line };
	(void)talk(&person, "", false);
	assert_mirrored(&person, MFA_HELPER_REPLY, MFA_PACKET_SIZE - 1, 'x');
}

static void who_gives_no_line_is_told_with_the_reason(void **state MFA_UNUSED)
{
	static const struct {
		int err;
		int why;
	} cases[] = {
		{ MFA_ERR_ABORT, MFA_HELPER_GIVEN_UP },
		{ MFA_ERR_NOMEM, MFA_HELPER_NO_MEMORY },
		{ MFA_ERR_CONV, MFA_HELPER_NO_DIALOG },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		struct person person = { .err = cases[i].err };
		(void)talk(&person, "", false);
		assert_mirrored(&person, MFA_HELPER_NONE, 1, cases[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_reaches_the_helper),
		cmocka_unit_test(the_password_in_front_of_the_code_stays_here),
		cmocka_unit_test(the_password_once_more_is_not_sent),
		cmocka_unit_test(a_line_longer_than_a_packet_is_cut),
		cmocka_unit_test(who_gives_no_line_is_told_with_the_reason),
	};
	return root_group_main("helper_talk", tests);
}
