/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/login/auth.c and lib/policy/source.c: where guesses come from, and whom they lock
 * out. */
#include <stdio.h>
#include <string.h>

#include "login.h"
#include "mfa/lockout.h"

enum {
	LOCK_TIME = 900,
	JIRO = 1002, /* a stranger's user id */
	HANAKO = 1003,
};

/* One login of taro with the right code, or a wrong one, of its time. */
static struct outcome come(void **state, struct attempt from, bool is_right)
{
	int64_t now = from.now != 0 ? from.now : NOW;
	struct code code = is_right ? code_of(&totp_spec, (uint64_t)now / 30)
				    : wrong_code(&totp_spec, (uint64_t)now / 30);
	from.answer = code.text;
	return login(state, from);
}

static void guess(void **state, struct attempt from, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		assert_outcome(come(state, from, false), MFA_DENY, MFA_REASON_WRONG);
}

static void assert_shut(void **state, struct attempt from)
{
	assert_outcome(come(state, from, true), MFA_DENY, MFA_REASON_LOCKED);
}

static void assert_open(void **state, struct attempt from)
{
	struct mfa_record *record = stored_record(store_of(state), "taro");
	int64_t next = record->last_success + 30; /* each step's code once */
	mfa_record_free(&record);
	if (from.now < next)
		from.now = next > NOW ? next : NOW;
	assert_outcome(come(state, from, true), MFA_ALLOW, MFA_REASON_RIGHT);
}

static void set_failures(void **state, const char *user, uint32_t failures)
{
	struct mfa_record *record = stored_record(store_of(state), user);
	record->failures = failures;
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_OK);
	mfa_record_free(&record);
}

static unsigned locked_sources(void **state, const char *user)
{
	const struct mfa_zone zone = default_zone();
	struct mfa_record *record = stored_record(store_of(state), user);
	int64_t until = 0;
	unsigned count = mfa_lockout_sources(&zone, record, NOW, &until);
	mfa_record_free(&record);
	return count;
}

static void a_stranger_locks_nobody_but_himself(void **state)
{
	const struct attempt jiro = { .caller = JIRO, .tty = "pts/1" };
	guess(state, jiro, 5);
	assert_shut(state, jiro);
	assert_audited(state, "\"reason\":\"locked\",\"detail\":\"user id 1002 is locked "
			      "until 2027-01-15T08:15:00Z\"");
	assert_open(state, (struct attempt){ .caller = HANAKO, .tty = "pts/1" });
	assert_open(state, (struct attempt){ .rhost = "192.0.2.7", .tty = "ssh" });
	assert_open(state, (struct attempt){ .tty = "tty1" });
	/* that taro got in is no news for him */
	struct attempt later = jiro;
	later.now = NOW + LOCK_TIME - 1;
	assert_shut(state, later);
	later.now = NOW + LOCK_TIME;
	guess(state, later, 5);
	later.now += 2 * LOCK_TIME - 1;
	assert_shut(state, later);
}

static void the_line_that_begins_a_lock_says_whose(void **state)
{
	const struct attempt jiro = { .caller = JIRO };
	guess(state, jiro, 4);
	assert_audited(state, "\"reason\":\"code-wrong\",\"mac\"");
	guess(state, jiro, 1);
	assert_audited(state,
		       "\"reason\":\"code-wrong\",\"detail\":\"user id 1002 is locked");
}

/* What the one who guesses can choose makes no other source; what others have does. */
static void sources_are_what_nobody_chooses(void **state MFA_UNUSED)
{
	static const struct {
		struct attempt one;
		struct attempt other;
		bool is_same;
	} cases[] = {
		{ { .caller = JIRO, .tty = "pts/1" },
		  { .caller = JIRO, .tty = "pts/2" },
		  true },
		{ { .caller = JIRO, .rhost = "192.0.2.7" },
		  { .caller = JIRO, .rhost = "192.0.2.8" },
		  true },
		{ { .caller = JIRO }, { .caller = HANAKO }, false },
		{ { .caller = JIRO, .tty = "tty1" }, { .tty = "tty1" }, false },
		{ { .rhost = "192.0.2.7", .tty = "ssh" },
		  { .rhost = "::ffff:192.0.2.7", .tty = "pts/1" },
		  true },
		{ { .rhost = "192.0.2.7" }, { .rhost = "192.0.2.8" }, false },
		{ { .rhost = "2001:db8::1" }, { .rhost = "2001:db8::ffff:2" }, true },
		{ { .rhost = "2001:db8::1" }, { .rhost = "2001:db8:0:1::1" }, false },
		{ { .rhost = "host.example" }, { .rhost = "host.example" }, true },
		{ { .rhost = "host.example" }, { .rhost = "other.example" }, false },
		{ { .rhost = "host.example" }, { .rhost = "Host.EXAMPLE" }, true },
		{ { .rhost = "host.example" }, { .rhost = "host.example." }, true },
		{ { .rhost = "localhost" }, { .rhost = "LocalHost." }, true },
		{ { .tty = "tty1" }, { .tty = "/dev/tty1" }, true },
		{ { .tty = "tty1" }, { .tty = "tty2" }, false },
		{ { .rhost = "", .tty = "" }, { .rhost = NULL, .tty = NULL }, true },
		{ { .tty = "192.0.2.7" }, { .rhost = "192.0.2.7" }, false },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		void *host = NULL;
		assert_int_equal(enrolled_setup(&host), 0);
		guess(&host, cases[i].one, 5);
		if (cases[i].is_same)
			assert_shut(&host, cases[i].other);
		else
			assert_open(&host, cases[i].other);
		assert_int_equal(host_teardown(&host), 0);
	}
}

static void behind_a_password_the_account_is_locked_for_all(void **state)
{
	struct attempt jiro = { .caller = JIRO, .is_behind_password = true };
	guess(state, (struct attempt){ .caller = JIRO }, 5);
	guess(state, jiro, 5); /* what was counted without one does not stop it */
	assert_shut(state, jiro);
	assert_audited(state, "\"detail\":\"the account is locked until ");
	assert_shut(state, (struct attempt){ .tty = "tty1" });
	assert_int_equal(failures_of(state, "taro"), 10);
	jiro.now = NOW + LOCK_TIME;
	assert_open(state, jiro);
}

static void at_a_hundred_only_this_machine_is_judged(void **state)
{
	const struct attempt remote = { .rhost = "192.0.2.7" };
	const struct attempt here = { .tty = "tty1" };
	set_failures(state, "taro", 99);
	guess(state, remote, 1);
	assert_audited(state,
		       "\"reason\":\"code-wrong\",\"detail\":\"100 wrong codes in a "
		       "row: locked but at this machine");
	assert_shut(state, remote);
	assert_shut(state, (struct attempt){ .rhost = "198.51.100.1" });
	assert_shut(state, (struct attempt){ .caller = JIRO, .is_elsewhere = true });
	assert_audited(state, "\"reason\":\"locked\",\"detail\":\"100 wrong codes");
	guess(state, here, 1);
	assert_shut(state, here); /* once in lock_time */
	assert_audited(state, "\"detail\":\"terminal tty1 is locked until ");
	assert_open(state, (struct attempt){ .tty = "tty2" });
	assert_int_equal(failures_of(state, "taro"), 0);
	assert_open(state, remote);
}

static void at_a_hundred_a_password_leads_in_as_well(void **state)
{
	set_failures(state, "taro", 100);
	assert_shut(state, (struct attempt){ .rhost = "192.0.2.7" });
	assert_open(state,
		    (struct attempt){ .rhost = "192.0.2.7", .is_behind_password = true });
	assert_int_equal(failures_of(state, "taro"), 0);
}

/* A record that the first release has locked is opened by an administrator, as ever. */
static void an_old_lock_without_end_stays_one(void **state)
{
	struct mfa_record *record = stored_record(store_of(state), "taro");
	record->failures = record->behind_password = 100;
	record->locked_until = MFA_LOCKED_FOREVER;
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_OK);
	assert_shut(state, (struct attempt){ .tty = "tty1" });
	assert_audited(state, "\"detail\":\"the account is locked until an administrator "
			      "unlocks\"");
	mfa_record_free(&record);
	record = stored_record(store_of(state), "taro");
	mfa_lockout_clear(record);
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_OK);
	mfa_record_free(&record);
	assert_open(state, (struct attempt){ .tty = "tty1" });
}

/* People without a record: the same answers and the same work, no matter who guessed
 * before. */
static void who_has_no_record_is_refused_alike(void **state)
{
	static const char *const names[] = { "jiro", "hanako", "jiro" };
	const struct decoy decoy = decoy_of(state, "jiro");
	const char *const answer = "123456";
	for (unsigned i = 0; i < 3 * 7; i++) {
		const struct decoy own = decoy_of(state, names[i % 3]);
		uint32_t before = generation_of(state, own.name);
		struct attempt attempt = { .user = names[i % 3],
					   .answer = answer,
					   .rhost = "192.0.2.7",
					   .is_unknown = i % 3 == 1 };
		struct outcome outcome = login(state, attempt);
		assert_outcome(outcome, MFA_DENY,
			       attempt.is_unknown ? MFA_REASON_UNKNOWN_USER
						  : MFA_REASON_NOT_ENROLLED);
		assert_string_equal(outcome.diag, "");
		assert_int_equal(outcome.script.told, 0);
		assert_true(generation_of(state, own.name) > before);
	}
	/* each name for itself, as it would be with records: 14 and 7 */
	assert_int_equal(locked_sources(state, decoy.name), 1);
	assert_int_equal(failures_of(state, decoy.name), 5);
	assert_int_equal(failures_of(state, decoy_of(state, "hanako").name), 5);
	set_failures(state, decoy.name, 100);
	assert_outcome(login(state, (struct attempt){ .user = "jiro", .answer = answer }),
		       MFA_DENY, MFA_REASON_NOT_ENROLLED);
	assert_open(state, (struct attempt){ .rhost = "192.0.2.7" });
}

/* Also names that share a decoy. */
static void names_of_one_decoy_are_locked_each_for_itself(void **state)
{
	char other[16] = "";
	const struct decoy decoy = decoy_of(state, "jiro");
	for (unsigned i = 0;
	     i == 0 || strcmp(decoy_of(state, other).name, decoy.name) != 0; i++)
		(void)snprintf(other, sizeof other, "jiro%u", i);
	const char *const names[] = { "jiro", other };
	for (unsigned i = 0; i < 2 * 7; i++)
		assert_outcome(login(state, (struct attempt){ .user = names[i % 2],
							      .answer = "123456",
							      .rhost = "192.0.2.7" }),
			       MFA_DENY, MFA_REASON_NOT_ENROLLED);
	assert_int_equal(locked_sources(state, decoy.name), 2);
	assert_int_equal(failures_of(state, decoy.name), 10);
}

static uint64_t id_of(const struct mfa_secret *key, const char *user, uint32_t caller)
{
	const struct mfa_login login = { .user = user, .caller = caller };
	uint64_t id = 0;
	assert_int_equal(mfa_source_id(key, &login, NULL, &id), MFA_OK);
	return id;
}

static void the_record_tells_no_sources(void **state MFA_UNUSED)
{
	struct mfa_secret keys[3] = { test_key(1), test_key(1), test_key(1) };
	keys[1].data[0] ^= 1;		     /* a rekey: the trail's half stays */
	keys[2].data[MFA_KEY_SIZE - 1] ^= 1; /* and does not */
	uint64_t id = id_of(&keys[0], "taro", JIRO);
	assert_true(id_of(&keys[0], "taro", JIRO) == id);
	assert_true(id_of(&keys[1], "taro", JIRO) == id);
	assert_true(id_of(&keys[2], "taro", JIRO) != id);
	assert_true(id_of(&keys[0], "tar", JIRO) != id);
	assert_true(id_of(&keys[0], "", JIRO) != id);
	assert_true(id_of(&keys[0], "taro", HANAKO) != id);
	keys[0].len--;
	assert_int_equal(
		mfa_source_id(&keys[0], &(struct mfa_login){ .user = "" }, NULL, &id),
		MFA_ERR_INVALID);
	for (size_t i = 0; i < MFA_COUNT(keys); i++)
		mfa_secret_done(&keys[i]);
}

static void sources_have_words(void **state MFA_UNUSED)
{
	static char long_name[2000];
	memset(long_name, 'x', sizeof long_name - 1);
	static const struct {
		struct mfa_login login;
		const char *text;
	} cases[] = {
		{ { .caller = 7, .is_nameless = true, .rhost = "192.0.2.7" },
		  "user ids without a login" },
		{ { .peer = JIRO, .service = "polkit-1" }, "user id 1002" },
		{ { .peer = JIRO, .is_nameless = true }, "user ids without a login" },
		{ { .peer = JIRO, .is_nameless = true, .rhost = "192.0.2.7" },
		  "host 192.0.2.7" }, /* as cockpit's: one process for all of them */
		{ { .caller = HANAKO, .peer = JIRO }, "user id 1003" },
		{ { .caller = UINT32_MAX - 1 }, "user id 4294967294" },
		{ { .rhost = "192.0.2.7", .is_from_itself = true }, "host 127.0.0.0/8" },
		{ { .rhost = "LocalHost" }, "host 127.0.0.0/8" },
		{ { .rhost = "127.0.0.9" }, "host 127.0.0.0/8" },
		{ { .rhost = "192.0.2.7", .tty = "ssh" }, "host 192.0.2.7" },
		{ { .rhost = "2001:db8::1" }, "host 2001:db8::/64" },
		{ { .rhost = "host.example" }, "host host.example" },
		{ { .rhost = "Host.Example." }, "host host.example" },
		{ { .tty = "/dev/tty1", .service = "login" }, "terminal tty1" },
		{ { .tty = "/dev/", .service = "cockpit" }, "service cockpit" },
		{ { .service = NULL }, "service " },
	};
	char text[MFA_SOURCE_SIZE];
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		mfa_source_format(&cases[i].login, text);
		assert_string_equal(text, cases[i].text);
	}
	mfa_source_format(&(struct mfa_login){ .rhost = long_name }, text);
	assert_int_equal(strlen(text), MFA_SOURCE_SIZE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		enrolled(a_stranger_locks_nobody_but_himself),
		enrolled(the_line_that_begins_a_lock_says_whose),
		cmocka_unit_test(sources_are_what_nobody_chooses),
		enrolled(behind_a_password_the_account_is_locked_for_all),
		enrolled(at_a_hundred_only_this_machine_is_judged),
		enrolled(at_a_hundred_a_password_leads_in_as_well),
		enrolled(an_old_lock_without_end_stays_one),
		enrolled(who_has_no_record_is_refused_alike),
		enrolled(names_of_one_decoy_are_locked_each_for_itself),
		cmocka_unit_test(the_record_tells_no_sources),
		cmocka_unit_test(sources_have_words),
	};
	return group_main("source", tests);
}
