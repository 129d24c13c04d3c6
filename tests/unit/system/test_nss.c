/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/system/nss.c, against this machine's name service and one of a test's own. */
#include "mfa/nss.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

int __real_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
		      struct passwd **ret_found);
int __real_getgrouplist(const char *user, gid_t group, gid_t *groups, int *count);
int __wrap_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
		      struct passwd **ret_found);
int __wrap_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size,
		      struct passwd **ret_found);
int __wrap_getgrouplist(const char *user, gid_t group, gid_t *groups, int *count);

/* What the name service answers to everything. */
static struct {
	bool is_real;
	const char *name;  /* pw_name; NULL: nobody */
	const char *owner; /* of the user id */
	size_t needs;	   /* bytes of the buffer */
	int errnum;
	unsigned asked;
	unsigned asked_groups;
} service;

static int setup(void **state MFA_UNUSED)
{
	memset(&service, 0, sizeof service);
	return 0;
}

static int answer(const char *name, struct passwd *entry, char *buffer, size_t size,
		  struct passwd **ret_found)
{
	service.asked++;
	*ret_found = NULL;
	if (service.errnum != 0)
		return service.errnum;
	if (name == NULL)
		return 0;
	if (size < service.needs || size < strlen(name) + 1)
		return ERANGE;
	memcpy(buffer, name, strlen(name) + 1);
	*entry = (struct passwd){ .pw_name = buffer, .pw_uid = 1234, .pw_gid = 5 };
	*ret_found = entry;
	return 0;
}

int __wrap_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
		      struct passwd **ret_found)
{
	if (service.is_real)
		return __real_getpwnam_r(name, entry, buffer, size, ret_found);
	return answer(service.name, entry, buffer, size, ret_found);
}

int __wrap_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size,
		      struct passwd **ret_found)
{
	assert_int_equal(uid, 1234);
	return answer(service.owner, entry, buffer, size, ret_found);
}

int __wrap_getgrouplist(const char *user, gid_t group, gid_t *groups, int *count)
{
	service.asked_groups++;
	return __real_getgrouplist(user, group, groups, count);
}

static struct identity find(const char *typed)
{
	struct identity identity = { 0 };
	assert_int_equal(nss_find(typed, &identity), MFA_OK);
	return identity;
}

static enum mfa_match is_member(const char *user, const char *group)
{
	MFA_CLEANUP(nss_done) struct identity identity = find(user);
	return nss_is_member(&identity, group);
}

/* root, daemon and their groups are there on every Linux. */
static void finds_group_of_passwd_line(void **state MFA_UNUSED)
{
	service.is_real = true;
	assert_int_equal(is_member("root", "root"), MFA_MATCH_YES);
	assert_int_equal(is_member("daemon", "daemon"), MFA_MATCH_YES);
}

static void knows_who_is_no_member(void **state MFA_UNUSED)
{
	service.is_real = true;
	assert_int_equal(is_member("daemon", "root"), MFA_MATCH_NO);
}

static void cannot_tell_of_unknown_names(void **state MFA_UNUSED)
{
	service.is_real = true;
	assert_int_equal(is_member("nobody-here", "root"), MFA_MATCH_UNKNOWN);
	assert_int_equal(is_member("root", "no-such-group"), MFA_MATCH_UNKNOWN);
	assert_int_equal(is_member("", ""), MFA_MATCH_UNKNOWN);
}

static void the_groups_are_asked_for_once(void **state MFA_UNUSED)
{
	service.is_real = true;
	MFA_CLEANUP(nss_done) struct identity identity = find("daemon");
	assert_int_equal(nss_is_member(&identity, "root"), MFA_MATCH_NO);
	assert_int_equal(nss_is_member(&identity, "daemon"), MFA_MATCH_YES);
	assert_int_equal(nss_is_member(&identity, "sys"), MFA_MATCH_NO);
	assert_int_equal(service.asked_groups, 1);
}

static void knows_users(void **state MFA_UNUSED)
{
	static const char *const nobodies[] = { "nobody-here", "" };
	service.is_real = true;
	struct identity identity = find("root");
	assert_int_equal(identity.is_known, MFA_MATCH_YES);
	assert_string_equal(identity.name, "root");
	assert_null(identity.typed);
	assert_true(nss_is_self(&identity) == (getuid() == 0));
	nss_done(&identity);
	for (size_t i = 0; i < MFA_COUNT(nobodies); i++) {
		identity = find(nobodies[i]);
		assert_int_equal(identity.is_known, MFA_MATCH_NO);
		assert_string_equal(identity.name, nobodies[i]);
		assert_null(identity.typed);
		nss_done(&identity);
	}
}

static void the_name_is_the_name_services_own(void **state MFA_UNUSED)
{
	service.name = "taro";
	service.owner = "taro";
	MFA_CLEANUP(nss_done) struct identity identity = find("CITY\\TARO");
	assert_int_equal(identity.is_known, MFA_MATCH_YES);
	assert_string_equal(identity.name, "taro");
	assert_string_equal(identity.typed, "CITY\\TARO");
	assert_int_equal(service.asked, 1);
	assert_false(nss_has_own_name(&identity));
}

static void a_name_typed_as_it_is_and_with_its_own_id_is_its_own(void **state MFA_UNUSED)
{
	service.name = service.owner = "taro";
	MFA_CLEANUP(nss_done) struct identity identity = find("taro");
	assert_null(identity.typed);
	assert_true(nss_has_own_name(&identity));
	assert_true(nss_has_own_name(&identity));
	assert_int_equal(service.asked, 2);
}

static void a_second_name_of_an_id_is_not_its_own(void **state MFA_UNUSED)
{
	service.name = "taro2";
	service.owner = "taro";
	MFA_CLEANUP(nss_done) struct identity identity = find("taro2");
	assert_int_equal(nss_owns_uid(&identity), MFA_MATCH_NO);
	assert_false(nss_has_own_name(&identity));
}

static void an_id_that_leads_nowhere_is_no_name_s(void **state MFA_UNUSED)
{
	service.name = "taro";
	MFA_CLEANUP(nss_done) struct identity identity = find("taro");
	assert_int_equal(nss_owns_uid(&identity), MFA_MATCH_UNKNOWN);
	assert_false(nss_has_own_name(&identity));
}

static void a_name_that_nobody_has_is_in_no_doubt(void **state MFA_UNUSED)
{
	MFA_CLEANUP(nss_done) struct identity identity = find("taro");
	assert_true(nss_has_own_name(&identity));
	assert_int_equal(nss_owns_uid(&identity), MFA_MATCH_UNKNOWN);
	assert_int_equal(service.asked, 1);
}

static void a_name_service_that_fails_leaves_what_was_typed(void **state MFA_UNUSED)
{
	static const int errors[] = { EIO, EAGAIN, ENOMEM, EMFILE, ECONNREFUSED };
	for (size_t i = 0; i < MFA_COUNT(errors); i++) {
		service.errnum = errors[i];
		MFA_CLEANUP(nss_done) struct identity identity = find("taro");
		assert_int_equal(identity.is_known, MFA_MATCH_UNKNOWN);
		assert_int_equal(identity.problem, errors[i]);
		assert_string_equal(identity.name, "taro");
		assert_false(nss_has_own_name(&identity));
		assert_false(nss_is_self(&identity));
	}
}

static void a_long_line_is_read(void **state MFA_UNUSED)
{
	service.name = service.owner = "taro";
	service.needs = (size_t)300 * 1024;
	MFA_CLEANUP(nss_done) struct identity identity = find("taro");
	assert_int_equal(identity.is_known, MFA_MATCH_YES);
	assert_true(nss_has_own_name(&identity));
}

static void a_line_without_end_is_not_read_for_ever(void **state MFA_UNUSED)
{
	service.name = "taro";
	service.needs = SIZE_MAX;
	MFA_CLEANUP(nss_done) struct identity identity = find("taro");
	assert_int_equal(identity.is_known, MFA_MATCH_UNKNOWN);
	assert_true(service.asked < 20);
}

static void a_name_that_can_have_no_record_is_nobodys(void **state MFA_UNUSED)
{
	static char longest[MFA_USER_SIZE];
	static char longer[MFA_USER_SIZE + 1];
	memset(longest, 'a', sizeof longest - 1);
	memset(longer, 'a', sizeof longer - 1);
	const char *const names[] = { "", "a\nb", "\xff\xfe", "\x1b[2J", longer };
	for (size_t i = 0; i < MFA_COUNT(names); i++) {
		service.name = service.owner = names[i];
		MFA_CLEANUP(nss_done) struct identity identity = find("taro");
		assert_int_equal(identity.is_known, MFA_MATCH_UNKNOWN);
		assert_string_equal(identity.name, "");
		assert_string_equal(identity.typed, "taro");
		assert_false(nss_has_own_name(&identity));
		assert_false(nss_are_same(&identity, &identity));
	}
	service.name = longest;
	MFA_CLEANUP(nss_done) struct identity identity = find(longest);
	assert_string_equal(identity.name, longest);
}

/* The one is for a log; by the beginning of the other nobody must get in. */
static void what_was_typed_is_cut_and_an_unknown_name_is_not(void **state MFA_UNUSED)
{
	static char typed[6000];
	memset(typed, 'T', sizeof typed - 1);
	service.name = "taro";
	struct identity identity = find(typed);
	assert_int_equal(strlen(identity.typed), MFA_USER_SIZE - 1);
	nss_done(&identity);
	service.name = NULL;
	identity = find(typed);
	assert_string_equal(identity.name, typed);
	nss_done(&identity);
}

static void accounts_are_the_same_by_name_and_id(void **state MFA_UNUSED)
{
	service.name = "taro";
	MFA_CLEANUP(nss_done) struct identity one = find("TARO");
	MFA_CLEANUP(nss_done) struct identity other = find("taro");
	assert_true(nss_are_same(&one, &other));
	other.uid++;
	assert_false(nss_are_same(&one, &other));
	other.is_known = MFA_MATCH_UNKNOWN;
	assert_true(nss_are_same(&one, &other));
	service.name = "hanako";
	MFA_CLEANUP(nss_done) struct identity another = find("taro");
	assert_false(nss_are_same(&one, &another));
}

static void a_copy_has_its_own_memory(void **state MFA_UNUSED)
{
	service.is_real = true;
	struct identity identity = find("daemon");
	(void)nss_is_member(&identity, "daemon");
	MFA_CLEANUP(nss_done) struct identity copy = { 0 };
	assert_int_equal(nss_copy(&identity, &copy), MFA_OK);
	assert_true(nss_are_same(&identity, &copy));
	nss_done(&identity);
	assert_string_equal(copy.name, "daemon");
	assert_int_equal(nss_is_member(&copy, "daemon"), MFA_MATCH_YES);
}

#define fresh(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		fresh(finds_group_of_passwd_line),
		fresh(knows_who_is_no_member),
		fresh(cannot_tell_of_unknown_names),
		fresh(the_groups_are_asked_for_once),
		fresh(knows_users),
		fresh(the_name_is_the_name_services_own),
		fresh(a_name_typed_as_it_is_and_with_its_own_id_is_its_own),
		fresh(a_second_name_of_an_id_is_not_its_own),
		fresh(an_id_that_leads_nowhere_is_no_name_s),
		fresh(a_name_that_nobody_has_is_in_no_doubt),
		fresh(a_name_service_that_fails_leaves_what_was_typed),
		fresh(a_long_line_is_read),
		fresh(a_line_without_end_is_not_read_for_ever),
		fresh(a_name_that_can_have_no_record_is_nobodys),
		fresh(what_was_typed_is_cut_and_an_unknown_name_is_not),
		fresh(accounts_are_the_same_by_name_and_id),
		fresh(a_copy_has_its_own_memory),
	};
	return group_main("nss", tests);
}
