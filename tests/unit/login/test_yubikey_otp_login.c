/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes that YubiKeys type, in whole logins. */
#include <stdlib.h>
#include <string.h>

#include "key.h"
#include "login.h"
#include "mfa/yubikey_otp.h"

enum {
	PROCESSES = 8,
	ROUNDS = 25,
};

static const unsigned char bytes[MFA_YUBIKEY_AES_LEN] = "taro's YubiKey";

struct driver_fixture {
	struct test_host host; /* first: login.h takes it for *state */
	struct key key;
	char code[SOFTKEY_CODE_SIZE];
};

static int driver_fixture_setup(void **state)
{
	struct driver_fixture *fixture = calloc(1, sizeof *fixture);
	struct softkey_options options = { .slot[0] = { .kind = SOFTKEY_OTP } };
	struct mfa_token token = { .kind = MFA_KIND_YUBIKEY_OTP,
				   .state = MFA_STATE_ACTIVE };
	const struct mfa_yubikey_otp otp = { .public_id = bytes,
					     .private_id = bytes + 1,
					     .aes_key = bytes };
	if (fixture == NULL)
		return -1;
	*state = fixture;
	host_open(&fixture->host, "", "factors = totp yubikey-otp");
	memcpy(options.slot[0].public_id, bytes, MFA_YUBIKEY_PUBLIC_LEN);
	memcpy(options.slot[0].private_id, bytes + 1, MFA_YUBIKEY_PRIVATE_LEN);
	memcpy(options.slot[0].secret, bytes, MFA_YUBIKEY_AES_LEN);
	key_init(&fixture->key, &options);
	key_power_up(&fixture->key, 0);
	assert_int_equal(mfa_yubikey_otp_save(&otp, &token), MFA_OK);
	enroll_tokens(fixture->host.host.store, "taro", &token, 1);
	return 0;
}

static const char *touch(struct driver_fixture *fixture)
{
	key_type(&fixture->key, 1, 0, fixture->code);
	return fixture->code;
}

static void a_touch_lets_in_once(void **state)
{
	const char *code = touch(*state);
	for (unsigned i = 0; i < 3; i++) {
		struct outcome outcome = login(state, (struct attempt){ .answer = code });
		if (i == 0)
			assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
		else
			assert_outcome(outcome, MFA_DENY, MFA_REASON_USED);
		assert_string_equal(outcome.script.prompt, "One-time code: ");
		assert_int_equal(outcome.script.asked, 1);
	}
	assert_int_equal(failures_of(state, "taro"), 0);
	assert_outcome(login(state, (struct attempt){ .answer = touch(*state) }),
		       MFA_ALLOW, MFA_REASON_RIGHT);
}

static void it_works_from_afar(void **state)
{
	struct attempt attempt = { .answer = touch(*state), .rhost = "192.0.2.1" };
	assert_outcome(login(state, attempt), MFA_ALLOW, MFA_REASON_RIGHT);
}

static void it_may_stand_behind_the_password(void **state)
{
	char line[128] = "a password";
	(void)strcat(line, touch(*state));
	struct outcome outcome =
		login(state, (struct attempt){ .answer = line, .wants_password = true });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_string_equal(outcome.password, "a password");
}

/* As that of slot 1 of a new key. */
static const char *touch_other(struct driver_fixture *fixture)
{
	(void)touch(fixture);
	fixture->code[0] = fixture->code[0] == 'c' ? 'b' : 'c';
	return fixture->code;
}

/* Touched too early. */
static void of_no_token_it_is_never_counted(void **state)
{
	char other[SOFTKEY_CODE_SIZE];
	memcpy(other, touch_other(*state), sizeof other);
	const char *const answers[] = { other, touch(*state), NULL };
	struct outcome outcome = login(state, (struct attempt){ .answers = answers });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_string_equal(outcome.script.prompts[1], "YubiKey not registered. Code: ");
	for (int i = 0; i < 6; i++) {
		outcome = login(state, (struct attempt){ .answer = other });
		assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_TYPED);
		assert_int_equal(outcome.script.asked, 3);
		assert_string_equal(outcome.script.line,
				    "The YubiKey typed a code that is not registered for "
				    "you.");
	}
	assert_int_equal(failures_of(state, "taro"), 0);
}

static void from_afar_it_is_refused_in_silence(void **state)
{
	const struct attempt attempt = { .answer = touch_other(*state),
					 .rhost = "192.0.2.1" };
	for (int i = 0; i < 6; i++) {
		struct outcome outcome = login(state, attempt);
		assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_TYPED);
		assert_int_equal(outcome.script.asked, 1);
		assert_int_equal(outcome.script.told, 0);
		assert_audited(state, "\"reason\":\"key-typed\"");
	}
	assert_int_equal(failures_of(state, "taro"), 0);
	assert_outcome(login(state, (struct attempt){ .answer = touch(*state),
						      .rhost = "192.0.2.1" }),
		       MFA_ALLOW, MFA_REASON_RIGHT);
}

static void from_afar_it_is_told_where_refusals_are_explained(void **state)
{
	struct outcome outcome =
		login(state, (struct attempt){ .answer = touch_other(*state),
					       .rhost = "192.0.2.1",
					       .may_explain = true });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_TYPED);
	assert_int_equal(outcome.script.asked, 3);
	assert_int_equal(outcome.script.told, 1);
}

/* A public id is on each code that was ever shown: it must not tell whose key it is. */
static void from_afar_nobody_learns_whose_key_it_is(void **state)
{
	static const char *const users[] = { "taro", "hanako", "jiro" };
	char made_up[2][SOFTKEY_CODE_SIZE];
	memcpy(made_up[0], touch(*state), sizeof made_up[0]);
	memcpy(made_up[1], touch_other(*state), sizeof made_up[1]);
	enroll(store_of(state), "hanako", &totp_spec, 1);
	for (size_t i = 0; i < 2 * MFA_COUNT(users); i++) {
		char *code = made_up[i % 2];
		memset(code + 12, 'c', 32);
		uint32_t before = generation_of(state, "taro");
		struct outcome outcome =
			login(state, (struct attempt){ .user = users[i / 2],
						       .answer = code,
						       .rhost = "192.0.2.1",
						       .is_unknown = i / 2 == 2 });
		assert_int_equal(outcome.verdict, MFA_DENY);
		assert_int_equal(outcome.script.asked, 1);
		assert_int_equal(outcome.script.told, 0);
		/* the same work: the refusal is stored, and that its line is written */
		assert_int_equal(generation_of(state, "taro") - before,
				 i / 2 == 0 ? 2 : 0);
	}
	assert_int_equal(failures_of(state, "taro"), 1);
}

/* Nor that it was the token of who had the name before. */
static void of_a_retired_record_it_is_of_no_token(void **state)
{
	struct mfa_record *record = stored_record(store_of(state), "taro");
	record->is_retired = true;
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_OK);
	mfa_record_free(&record);
	struct outcome outcome = login(
		state, (struct attempt){ .answer = touch(*state), .rhost = "192.0.2.1" });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_TYPED);
	assert_int_equal(outcome.script.asked, 1);
	assert_int_equal(outcome.script.told, 0);
	assert_audited(state, "\"detail\":\"the record is retired: ");
}

/* A guess at the token's own codes. */
static void with_the_tokens_id_it_is_counted(void **state)
{
	struct driver_fixture *fixture = *state;
	(void)touch(fixture);
	fixture->code[40] = fixture->code[40] == 'c' ? 'b' : 'c';
	assert_outcome(login(state, (struct attempt){ .answer = fixture->code }),
		       MFA_DENY, MFA_REASON_WRONG);
	assert_int_equal(failures_of(state, "taro"), 1);
}

/* As Japanese input makes it of Roman letters. */
static const char garbled[] =
	"ｄてっふじぇっっｃｂｄｃｆｌしｎｄｖｄｂｒｂぇへくいｔｖｊｋじぇｖべｈｊｄ";

/* Caps Lock, a Dvorak layout, kana keys. */
static void through_another_layout_it_lets_in(void **state)
{
	static const char *const upper = "CBDEFGHIJKLNRTUV";
	static const char *const dvorak = "jxe.uidchtnbpygk";
	static const char *const kana[] = { "そ", "こ", "し", "い", "は", "き",
					    "く", "に", "ま", "の", "り", "み",
					    "す", "か", "な", "ひ" };
	static const char modhex[] = "cbdefghijklnrtuv";
	for (unsigned i = 0; i < 3; i++) {
		char text[4 * SOFTKEY_CODE_SIZE] = "";
		const char *code = touch(*state);
		for (; *code != '\0'; code++) {
			size_t key = (size_t)(strchr(modhex, *code) - modhex);
			const char one[] = { i == 0 ? upper[key] : dvorak[key], '\0' };
			(void)strcat(text, i < 2 ? one : kana[key]);
		}
		struct attempt attempt = { .answer = text,
					   .rhost = i == 0 ? "192.0.2.1" : NULL };
		assert_outcome(login(state, attempt), MFA_ALLOW, MFA_REASON_RIGHT);
		assert_outcome(login(state, attempt), MFA_DENY, MFA_REASON_USED);
	}
	assert_int_equal(failures_of(state, "taro"), 0);
}

static void garbled_it_is_asked_for_again(void **state)
{
	const char *const answers[] = { garbled, touch(*state), NULL };
	struct outcome outcome = login(state, (struct attempt){ .answers = answers });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(outcome.script.asked, 2);
	assert_int_equal(outcome.script.told, 0);
	assert_string_equal(outcome.script.prompts[1], "Garbled: Japanese IME? Code: ");
}

static void garbled_three_times_it_is_refused_and_not_counted(void **state)
{
	struct outcome outcome = login(state, (struct attempt){ .answer = garbled });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_GARBLED);
	assert_int_equal(outcome.script.asked, 3);
	assert_string_equal(outcome.script.line,
			    "The YubiKey's code came garbled. Turn off Japanese input.");
	assert_audited(state, "garbled");
	assert_int_equal(failures_of(state, "taro"), 0);
}

/* Unknown and not enrolled users are asked and told the same. */
static void garbled_it_tells_nothing_of_the_user(void **state)
{
	static const char *const users[] = { "taro", "hanako", "jiro" };
	for (size_t i = 0; i < MFA_COUNT(users); i++) {
		struct outcome outcome =
			login(state, (struct attempt){ .user = users[i],
						       .answer = garbled,
						       .is_unknown = i == 2 });
		assert_outcome(outcome, MFA_DENY, MFA_REASON_GARBLED);
		assert_int_equal(outcome.script.asked, 3);
		assert_int_equal(outcome.script.told, 1);
	}
}

/* sshd gives its filler for what users type whom it refuses: another number of questions
 * would tell them from others. */
static void garbled_from_afar_it_is_refused_in_silence(void **state)
{
	struct outcome outcome =
		login(state, (struct attempt){ .answer = garbled, .rhost = "192.0.2.1" });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_GARBLED);
	assert_int_equal(outcome.script.asked, 1);
	assert_int_equal(outcome.script.told, 0);
	assert_int_equal(failures_of(state, "taro"), 0);
	assert_audited(state, "\"reason\":\"code-garbled\"");
}

static void the_password_is_never_garbled(void **state)
{
	struct outcome outcome =
		login(state, (struct attempt){ .answer = garbled, .password = garbled });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_NOT_A_CODE);
	assert_int_equal(outcome.script.asked, 1);
}

static void where_no_such_codes_are_taken_nothing_is_garbled(void **state)
{
	struct driver_fixture *fixture = *state;
	fixture->host.host.config->zones[0].factors = 1U << MFA_KIND_TOTP;
	struct outcome outcome = login(state, (struct attempt){ .answer = garbled });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_WRONG);
	assert_int_equal(outcome.script.asked, 1);
	assert_outcome(login(state, (struct attempt){ .answer = touch(fixture),
						      .rhost = "192.0.2.1" }),
		       MFA_DENY, MFA_REASON_KEY_TYPED);
	assert_audited(state, "\"detail\":\"yubikey-otp is not in factors\"");
}

static int replay(void *context, unsigned index MFA_UNUSED)
{
	struct driver_fixture *fixture = context;
	const struct attempt attempt = { .answer = fixture->code };
	mfa_site_close(&fixture->host.host); /* descriptors are no good behind fork */
	return (int)login_on(&fixture->host, &attempt).verdict;
}

static void of_many_at_once_exactly_one_gets_in(void **state)
{
	struct driver_fixture *fixture = *state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		(void)touch(fixture);
		assert_int_equal(count_processes(PROCESSES, MFA_ALLOW, replay, fixture),
				 1);
	}
}

#define with_driver_fixture(test) \
	cmocka_unit_test_setup_teardown(test, driver_fixture_setup, host_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_driver_fixture(a_touch_lets_in_once),
		with_driver_fixture(it_works_from_afar),
		with_driver_fixture(it_may_stand_behind_the_password),
		with_driver_fixture(of_no_token_it_is_never_counted),
		with_driver_fixture(from_afar_it_is_refused_in_silence),
		with_driver_fixture(from_afar_it_is_told_where_refusals_are_explained),
		with_driver_fixture(from_afar_nobody_learns_whose_key_it_is),
		with_driver_fixture(of_a_retired_record_it_is_of_no_token),
		with_driver_fixture(with_the_tokens_id_it_is_counted),
		with_driver_fixture(through_another_layout_it_lets_in),
		with_driver_fixture(garbled_it_is_asked_for_again),
		with_driver_fixture(garbled_three_times_it_is_refused_and_not_counted),
		with_driver_fixture(garbled_it_tells_nothing_of_the_user),
		with_driver_fixture(garbled_from_afar_it_is_refused_in_silence),
		with_driver_fixture(the_password_is_never_garbled),
		with_driver_fixture(where_no_such_codes_are_taken_nothing_is_garbled),
		with_driver_fixture(of_many_at_once_exactly_one_gets_in),
	};
	return group_main("yubikey_otp_login", tests);
}
