/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/login_facts.h"

#include <string.h>
#include <unistd.h>

#include "support.h"

static const struct mfa_login_claims claims = { .user = "root",
						.service = "su",
						.rhost = "192.0.2.7",
						.tty = "pts/3",
						.display = ":0" };

static struct mfa_login_facts *begin(struct mfa_login_facts *facts)
{
	assert_int_equal(mfa_login_facts_begin(&claims, NOW, facts), MFA_OK);
	return facts;
}

/* An application may free its own while it talks to the person. */
static void what_a_program_says_is_copied(void **state MFA_UNUSED)
{
	MFA_CLEANUP(mfa_login_facts_done) struct mfa_login_facts facts = { 0 };
	char service[] = "su";
	char user[] = "root";
	const struct mfa_login_claims mine = { .user = user, .service = service };
	assert_int_equal(mfa_login_facts_begin(&mine, NOW, &facts), MFA_OK);
	memset(service, 'x', sizeof service - 1);
	memset(user, 'x', sizeof user - 1);
	assert_string_equal(facts.login.service, "su");
	assert_string_equal(facts.user, "root");
	assert_null(facts.login.rhost);
	assert_null(facts.login.tty);
	assert_null(facts.login.user); /* nobody was asked yet */
	assert_true(facts.login.now == NOW);
}

static void the_login_is_the_accounts(void **state MFA_UNUSED)
{
	MFA_CLEANUP(mfa_login_facts_done) struct mfa_login_facts facts = { 0 };
	(void)begin(&facts);
	assert_int_equal(mfa_login_facts_identify(&facts, NULL), MFA_OK);
	assert_string_equal(facts.login.user, "root");
	assert_null(facts.login.typed);
	assert_true(facts.login.has_uid);
	assert_int_equal(facts.login.uid, 0);
	assert_true(facts.login.is_own_name(facts.login.context));
	assert_int_equal(facts.login.is_member(facts.login.context, "root"),
			 MFA_MATCH_YES);
	MFA_CLEANUP(mfa_login_facts_done) struct mfa_login_facts again = { 0 };
	(void)begin(&again);
	assert_int_equal(mfa_login_facts_identify(&again, &facts.identity), MFA_OK);
	assert_string_equal(again.login.user, "root");
	assert_ptr_not_equal(again.login.user, facts.login.user);
}

static void nobody_has_no_user_id(void **state MFA_UNUSED)
{
	MFA_CLEANUP(mfa_login_facts_done) struct mfa_login_facts facts = { 0 };
	const struct mfa_login_claims unknown = { .user = "nobody-has-this-name" };
	assert_int_equal(mfa_login_facts_begin(&unknown, NOW, &facts), MFA_OK);
	assert_int_equal(mfa_login_facts_identify(&facts, NULL), MFA_OK);
	assert_string_equal(facts.login.user, "nobody-has-this-name");
	assert_false(facts.login.has_uid);
}

static enum mfa_place place_of(struct mfa_login_facts *facts)
{
	return facts->login.place(facts->login.context);
}

static void what_is_not_known_is_elsewhere(void **state MFA_UNUSED)
{
	MFA_CLEANUP(mfa_login_facts_done) struct mfa_login_facts facts = { 0 };
	assert_int_equal(place_of(begin(&facts)), MFA_PLACE_ELSEWHERE);
	assert_true(facts.has_place);
	mfa_login_facts_set_place(&facts, MFA_PLACE_OWN);
	assert_int_equal(place_of(&facts), MFA_PLACE_OWN); /* it is not asked for again */
}

static void a_peer_is_the_caller(void **state MFA_UNUSED)
{
	MFA_CLEANUP(mfa_login_facts_done) struct mfa_login_facts facts = { 0 };
	const struct mfa_peer gone = { .uid = 0, .pid = 1, .real_uid = 1002 };
	mfa_login_facts_read_peer(begin(&facts), &gone, 1003);
	assert_int_equal(facts.login.caller, 1002);
	assert_int_equal(facts.login.peer, 0); /* a program of the caller's says so */
	assert_true(facts.login.is_nameless);
	assert_int_equal(place_of(&facts), MFA_PLACE_ELSEWHERE);
	assert_int_equal(facts.real_uid, 1002);
}

static void the_input_of_a_users_program_is_the_users_doing(void **state MFA_UNUSED)
{
	MFA_CLEANUP(mfa_login_facts_done) struct mfa_login_facts facts = { 0 };
	MFA_CLEANUP(mfa_login_facts_done) struct mfa_login_facts more = { 0 };
	const struct mfa_peer root = { .uid = 0, .pid = getpid(), .is_known = true };
	const struct mfa_peer user = { .uid = 1002, .pid = 1, .real_uid = 1002 };
	mfa_login_facts_read_peer(begin(&facts), &root, 1003);
	assert_int_equal(facts.login.caller, 0);
	assert_int_equal(facts.login.peer, 1003);
	mfa_login_facts_read_peer(begin(&more), &user, 1003);
	assert_int_equal(more.login.caller, 1002);
	assert_int_equal(more.login.peer, 0);
}

static void this_process_is_its_own_caller(void **state MFA_UNUSED)
{
	MFA_CLEANUP(mfa_login_facts_done) struct mfa_login_facts facts = { 0 };
	mfa_login_facts_read_self(begin(&facts));
	assert_int_equal(facts.login.caller, getuid());
	assert_int_equal(facts.pid, getpid());
	assert_false(facts.login.is_from_itself);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_program_says_is_copied),
		cmocka_unit_test(the_login_is_the_accounts),
		cmocka_unit_test(nobody_has_no_user_id),
		cmocka_unit_test(what_is_not_known_is_elsewhere),
		cmocka_unit_test(a_peer_is_the_caller),
		cmocka_unit_test(the_input_of_a_users_program_is_the_users_doing),
		cmocka_unit_test(this_process_is_its_own_caller),
	};
	return group_main("login_facts", tests);
}
