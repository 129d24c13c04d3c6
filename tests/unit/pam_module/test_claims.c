/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_module/claims.c, in an application of the test's own: what leaves the program of a
 * login, and what does not. */
#include "claims.h"

#include <string.h>

#include <security/pam_appl.h>

#include "support.h"

static int converse(int count MFA_UNUSED, const struct pam_message **messages MFA_UNUSED,
		    struct pam_response **ret_responses MFA_UNUSED,
		    void *context MFA_UNUSED)
{
	return PAM_CONV_ERR;
}

static struct {
	pam_handle_t *handle;
	struct claims claims;
	struct mfa_diag diag;
} at;

static void start(const char *user)
{
	static const struct pam_conv conv = { converse, NULL };
	assert_int_equal(pam_start("pam_mfa-test", user, &conv, &at.handle), PAM_SUCCESS);
}

static int setup(void **state MFA_UNUSED)
{
	memset(&at, 0, sizeof at);
	start("taro");
	return 0;
}

static int teardown(void **state MFA_UNUSED)
{
	claims_done(&at.claims);
	return pam_end(at.handle, PAM_SUCCESS);
}

#define with_handle(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void set(int type, const char *text)
{
	assert_int_equal(pam_set_item(at.handle, type, text), PAM_SUCCESS);
}

static int begin(const char *argument)
{
	const char *arguments[] = { argument };
	return claims_begin(at.handle, argument != NULL, arguments, MFA_AUTHD_AUTH,
			    &at.diag, &at.claims);
}

/* An application may free its own while the person is asked. */
static void what_pam_has_is_copied(void **state MFA_UNUSED)
{
	set(PAM_TTY, "pts/3");
	set(PAM_RHOST, "192.0.2.7");
	assert_done(begin("explain"), &at.diag);
	set(PAM_TTY, "tty1");
	set(PAM_RHOST, NULL);
	const struct mfa_authd_begin *said = &at.claims.begin;
	assert_int_equal(said->phase, MFA_AUTHD_AUTH);
	assert_string_equal(said->user, "taro");
	assert_string_equal(said->service, "pam_mfa-test");
	assert_string_equal(said->tty, "pts/3");
	assert_string_equal(said->rhost, "192.0.2.7");
	assert_true(said->may_explain);
	assert_false(said->wants_password || said->is_debug);
}

static void what_pam_has_not_is_empty_and_not_missing(void **state MFA_UNUSED)
{
	unsigned char payload[MFA_PACKET_SIZE];
	size_t len = 0;
	assert_done(begin(NULL), &at.diag);
	const struct mfa_authd_begin *said = &at.claims.begin;
	assert_string_equal(said->display, "");
	assert_string_equal(said->config, "");
	assert_string_equal(said->passed, "");
	assert_int_equal(mfa_authd_pack_begin(said, payload, &len), MFA_OK);
}

/* Its beginning may be somebody's. */
static void a_name_that_is_too_long_is_sent_as_nobodys(void **state MFA_UNUSED)
{
	char name[MFA_AUTHD_TEXT_MAX + 2];
	memset(name, 't', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	set(PAM_USER, name);
	assert_done(begin(NULL), &at.diag);
	assert_string_equal(at.claims.begin.user, "\001");
	assert_string_equal(at.claims.user, name);
	assert_string_equal(claims_other_user(&at.claims), "");
}

static void a_user_that_the_application_changes_is_told(void **state MFA_UNUSED)
{
	char longer[MFA_AUTHD_TEXT_MAX + 2];
	assert_done(begin(NULL), &at.diag);
	assert_string_equal(claims_other_user(&at.claims), "");
	set(PAM_USER, "hanako");
	assert_string_equal(claims_other_user(&at.claims), "hanako");
	memset(longer, 'h', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	set(PAM_USER, longer);
	assert_string_equal(claims_other_user(&at.claims), "\001");
	set(PAM_USER, "taro");
	assert_string_equal(claims_other_user(&at.claims), "");
}

static void without_a_name_there_is_no_login(void **state MFA_UNUSED)
{
	assert_int_equal(pam_end(at.handle, PAM_SUCCESS), PAM_SUCCESS);
	start(NULL);
	assert_int_equal(begin(NULL), MFA_ERR_CONV);
	assert_non_null(strstr(at.diag.text, "user name"));
}

static void an_argument_that_is_none_is_named(void **state MFA_UNUSED)
{
	assert_int_equal(begin("explian"), MFA_ERR_CONFIG);
	assert_non_null(strstr(at.diag.text, "explian"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_handle(what_pam_has_is_copied),
		with_handle(what_pam_has_not_is_empty_and_not_missing),
		with_handle(a_name_that_is_too_long_is_sent_as_nobodys),
		with_handle(a_user_that_the_application_changes_is_told),
		with_handle(without_a_name_there_is_no_login),
		with_handle(an_argument_that_is_none_is_named),
	};
	return group_main("claims", tests);
}
