/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole logins with YubiKeys in the ports. */
#include "mfa/auth.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "keys.h"

static const char first_prompt[] = "YubiKey: Enter, touch; or code: ";
static const char absent_prompt[] = "No YubiKey. Enter or code: ";
static const char *const thrice[] = { "", "", "", NULL };

static void set_faults(struct key_driver_fixture *fixture, struct softkey_faults faults)
{
	usb_mock_set_faults(fixture->mock, fixture->key, &faults);
}

static void enter_and_a_touch_let_in(void **state)
{
	plug_touch_key(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	struct outcome outcome = come(state, (struct attempt){ .answer = "" });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_string_equal(outcome.script.prompt, first_prompt);
	assert_int_equal(outcome.script.asked, 1);
	assert_int_equal(outcome.script.told, 0); /* all that is said is in the prompt */
	assert_string_equal(outcome.diag, "");
	assert_int_not_equal(outcome.token[0], '\0');
	assert_audited(state, "\"yubikey\"");
}

/* A pipe with CR LF, a thumb on the space bar; but not keys that mean something else. */
static void a_blank_line_is_enter(void **state)
{
	const char *const answers[] = { "\033[B", "\r", NULL };
	plug_touch_key(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	struct outcome outcome = come(state, (struct attempt){ .answers = answers });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(outcome.script.asked, 2);
	assert_string_equal(outcome.script.prompts[1], first_prompt);
}

static void a_typed_code_needs_no_key_and_no_plugin(void **state)
{
	struct code code = code_of(&totp_spec, STEP);
	struct outcome outcome =
		come(state, (struct attempt){ .answer = code.text,
					      .plugin_folder = "/nowhere" });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_string_equal(outcome.script.prompt, first_prompt);
	assert_int_equal(outcome.script.told, 0);
}

static void put_key_in(void *context, unsigned question)
{
	if (question == 1)
		plug_touch_key(context, KEY_SERIAL, (struct softkey_faults){ 0 });
}

static void a_key_plugged_in_late_lets_in(void **state)
{
	struct outcome outcome =
		come(state, (struct attempt){ .answers = thrice,
					      .meanwhile = put_key_in,
					      .script_context = *state });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(outcome.script.asked, 2);
	assert_string_equal(outcome.script.prompts[1], absent_prompt);
}

static void a_code_may_be_typed_instead_of_a_missing_key(void **state)
{
	struct code code = code_of(&totp_spec, STEP);
	const char *const answers[] = { "", code.text, NULL };
	assert_outcome(come(state, (struct attempt){ .answers = answers }), MFA_ALLOW,
		       MFA_REASON_RIGHT);
}

struct problem {
	enum mfa_reason reason;
	uint32_t serial;
	struct softkey_faults faults;
	const char *prompt;
	const char *line;
};

static const struct problem problems[] = {
	{ MFA_REASON_KEY_OTHER,
	  1,
	  { 0 },
	  "Wrong YubiKey. Enter or code: ",
	  "This YubiKey is not registered for you." },
	{ MFA_REASON_KEY_UNTOUCHED,
	  KEY_SERIAL,
	  { .touch_after = SOFTKEY_NEVER, .touch_ms = 300 },
	  "Not touched. Enter or code: ",
	  "The YubiKey was not touched. Try again." },
	{ MFA_REASON_KEY_HIDDEN,
	  KEY_SERIAL,
	  { .mute = true },
	  "Replug YubiKey. Enter or code: ",
	  "The YubiKey does not tell its serial number. Plug it in anew; if that does "
	  "not help, ask your system administrator." },
	{ MFA_REASON_KEY_DAMAGED,
	  KEY_SERIAL,
	  { .bad_crc = true },
	  "Disturbed. Enter or code: ",
	  "The connection to the YubiKey was disturbed. Try again." },
	{ MFA_REASON_KEY_CLAIMED,
	  KEY_SERIAL,
	  { .claims = SOFTKEY_NEVER },
	  "YubiKey in use. Enter or code: ",
	  "Another program is using the YubiKey. Close it, and try again." },
	{ MFA_REASON_KEY_BLOCKED,
	  KEY_SERIAL,
	  { .unauthorised = true },
	  "YubiKey blocked. Enter or code: ",
	  "This machine does not allow the YubiKey to be used. Ask your system "
	  "administrator." },
};

static void a_problem_that_stays_is_told_and_not_counted(void **state)
{
	struct key_driver_fixture *fixture = *state;
	for (size_t i = 0; i < MFA_COUNT(problems); i++) {
		const struct problem *problem = &problems[i];
		plug_touch_key(fixture, problem->serial, problem->faults);
		struct outcome outcome =
			come(state, (struct attempt){ .answers = thrice });
		assert_outcome(outcome, MFA_DENY, problem->reason);
		assert_int_equal(outcome.script.asked, 3);
		assert_string_equal(outcome.script.prompts[0], first_prompt);
		assert_string_equal(outcome.script.prompts[1], problem->prompt);
		assert_string_equal(outcome.script.prompts[2], problem->prompt);
		assert_int_equal(outcome.script.told, 1); /* at the end, why */
		assert_string_equal(outcome.script.line, problem->line);
		assert_audited(state, mfa_reason_name(problem->reason));
		assert_failures(state, "taro", 0);
		usb_mock_unplug(fixture->mock, fixture->key);
	}
}

static void an_absent_key_is_told_and_not_counted(void **state)
{
	struct outcome outcome = come(state, (struct attempt){ .answers = thrice });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_ABSENT);
	assert_int_equal(outcome.script.asked, 3);
	assert_string_equal(outcome.script.line,
			    "No YubiKey found. See that it is plugged in.");
	assert_failures(state, "taro", 0);
}

static void an_erased_slot_is_told(void **state)
{
	struct key_driver_fixture *fixture = *state;
	usb_mock_plug(fixture->mock, &(struct softkey_options){ .serial = KEY_SERIAL });
	struct outcome outcome = come(state, (struct attempt){ .answers = thrice });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_EMPTY);
	assert_string_equal(outcome.script.prompts[1], "YubiKey erased. Enter or code: ");
}

struct unfit_key {
	struct softkey_firmware firmware;
	uint16_t product;
	enum mfa_reason reason;
	const char *prompt;
	const char *line;
};

static void a_key_that_can_never_answer_is_told(void **state)
{
	static const struct unfit_key keys[] = {
		{ { 2, 1, 2 },
		  0,
		  MFA_REASON_KEY_TOO_OLD,
		  "YubiKey too old. Enter or code: ",
		  "This YubiKey is too old to be used. Ask your system administrator." },
		{ { 5, 4, 3 },
		  0x0402,
		  MFA_REASON_KEY_UNFIT,
		  "Not an OTP key. Enter or code: ",
		  "This key has no OTP function. Use your YubiKey, or ask your system "
		  "administrator." },
	};
	struct key_driver_fixture *fixture = *state;
	for (size_t i = 0; i < MFA_COUNT(keys); i++) {
		struct softkey_options options = soft_key(KEY_SERIAL);
		options.firmware = keys[i].firmware;
		options.product = keys[i].product;
		unsigned key = usb_mock_plug(fixture->mock, &options);
		struct outcome outcome =
			come(state, (struct attempt){ .answers = thrice });
		assert_outcome(outcome, MFA_DENY, keys[i].reason);
		assert_string_equal(outcome.script.prompts[1], keys[i].prompt);
		assert_string_equal(outcome.script.line, keys[i].line);
		assert_audited(state, mfa_reason_name(keys[i].reason));
		assert_failures(state, "taro", 0);
		usb_mock_unplug(fixture->mock, key);
	}
}

static void a_key_with_another_secret_is_refused_and_not_counted(void **state)
{
	struct key_driver_fixture *fixture = *state;
	struct softkey_options options = soft_key(KEY_SERIAL);
	options.slot[KEY_SLOT - 1].secret[19] ^= 1;
	usb_mock_plug(fixture->mock, &options);
	struct outcome outcome = come(state, (struct attempt){ .answers = thrice });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_WRONG);
	assert_int_equal(outcome.script.asked, 1);
	assert_failures(state, "taro", 0);
}

static void make_whole(void *context, unsigned question)
{
	if (question == 1)
		set_faults(context, (struct softkey_faults){ 0 });
}

/* Gives jiro a token of each slot, and a key with both of them. */
static struct softkey_options enroll_both(struct key_driver_fixture *fixture)
{
	const struct mfa_token tokens[] = { key_token(KEY_SERIAL, 1),
					    key_token(KEY_SERIAL, KEY_SLOT) };
	struct mfa_diag diag = { .text = "" };
	struct softkey_options options = soft_key(KEY_SERIAL);
	options.slot[0] = options.slot[1];
	assert_done(mfa_site_open(&fixture->host.host, &diag), &diag);
	enroll_tokens(fixture->host.host.store, "jiro", tokens, 2);
	mfa_site_close(&fixture->host.host);
	return options;
}

static void a_slot_that_was_programmed_anew_hides_not_the_other(void **state)
{
	struct key_driver_fixture *fixture = *state;
	struct softkey_options options = enroll_both(fixture);
	options.slot[0].secret[0] ^= 1;
	unsigned key = usb_mock_plug(fixture->mock, &options);
	assert_outcome(come(state, (struct attempt){ .user = "jiro", .answer = "" }),
		       MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(usb_mock_counts(fixture->mock, key).challenges, 2);
	assert_failures(state, "jiro", 0);
}

static void when_all_slots_were_programmed_anew_it_is_refused_once(void **state)
{
	struct key_driver_fixture *fixture = *state;
	struct softkey_options options = enroll_both(fixture);
	options.slot[0].secret[0] ^= 1;
	options.slot[1].secret[0] ^= 1;
	unsigned key = usb_mock_plug(fixture->mock, &options);
	struct outcome outcome =
		come(state, (struct attempt){ .user = "jiro", .answers = thrice });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_WRONG);
	assert_int_equal(outcome.script.asked, 1);
	assert_int_equal(usb_mock_counts(fixture->mock, key).challenges, 2);
	assert_failures(state, "jiro", 0);
}

/* The other key is at home: that does not hide what is the matter with this one. */
static void a_key_that_was_programmed_anew_is_told_where_the_other_is_not_there(
	void **state)
{
	struct key_driver_fixture *fixture = *state;
	struct mfa_token tokens[] = { { .kind = MFA_KIND_NONE },
				      key_token(KEY_SERIAL, KEY_SLOT),
				      key_token(KEY_SERIAL + 1, KEY_SLOT) };
	struct mfa_diag diag = { .text = "" };
	struct softkey_options options = soft_key(KEY_SERIAL);
	options.slot[KEY_SLOT - 1].secret[0] ^= 1;
	make_token(&totp_spec, &tokens[0]);
	assert_done(mfa_site_open(&fixture->host.host, &diag), &diag);
	enroll_tokens(fixture->host.host.store, "jiro", tokens, MFA_COUNT(tokens));
	mfa_site_close(&fixture->host.host);
	unsigned key = usb_mock_plug(fixture->mock, &options);
	struct outcome outcome =
		come(state, (struct attempt){ .user = "jiro", .answers = thrice });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_WRONG);
	assert_int_equal(outcome.script.asked, 1);
	assert_int_equal(usb_mock_counts(fixture->mock, key).challenges, 1);
	assert_failures(state, "jiro", 0);
}

/* What was wrong at first is no diagnosis of what came of it. */
static void a_solved_problem_leaves_no_diagnosis(void **state)
{
	plug_touch_key(*state, KEY_SERIAL, (struct softkey_faults){ .bad_crc = true });
	struct outcome outcome =
		come(state, (struct attempt){ .answers = thrice,
					      .meanwhile = make_whole,
					      .script_context = *state });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_string_equal(outcome.diag, "");
}

static void pull_out(void *context, unsigned question)
{
	struct key_driver_fixture *fixture = context;
	if (question == 1)
		usb_mock_unplug(fixture->mock, fixture->key);
}

static void a_diagnosis_is_of_the_last_problem(void **state)
{
	const char *const answers[] = { "", "the password", NULL };
	plug_touch_key(*state, KEY_SERIAL, (struct softkey_faults){ .bad_crc = true });
	struct outcome outcome =
		come(state, (struct attempt){ .answers = thrice,
					      .meanwhile = pull_out,
					      .script_context = *state });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_ABSENT);
	assert_string_equal(outcome.diag, "");
	struct key_driver_fixture *fixture = *state;
	usb_mock_replug(fixture->mock, fixture->key);
	outcome = come(state, (struct attempt){ .answers = answers });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_WRONG);
	assert_string_equal(outcome.diag, "");
}

static void a_login_from_afar_is_never_offered_a_key(void **state)
{
	plug_touch_key(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	struct outcome outcome =
		come(state, (struct attempt){ .answer = "", .rhost = "192.0.2.1" });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_EMPTY);
	assert_string_equal(outcome.script.prompt, "One-time code: ");
	assert_int_equal(outcome.script.asked, 1);
	assert_int_equal(outcome.script.told, 0);
	outcome = come(state, (struct attempt){ .answer = "pw",
						.password = "pw",
						.rhost = "192.0.2.1" });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_NOT_A_CODE);
	struct key_driver_fixture *fixture = *state;
	assert_int_equal(usb_mock_counts(fixture->mock, fixture->key).transfers, 0);
}

static void where_the_zone_takes_no_keys_none_is_offered(void **state)
{
	struct key_driver_fixture *fixture = *state;
	plug_touch_key(fixture, KEY_SERIAL, (struct softkey_faults){ 0 });
	fixture->host.host.config->zones[0].factors = 1U << MFA_KIND_TOTP;
	struct outcome outcome = come(state, (struct attempt){ .answer = "" });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_EMPTY);
	assert_string_equal(outcome.script.prompt, "One-time code: ");
	assert_int_equal(usb_mock_counts(fixture->mock, fixture->key).transfers, 0);
}

/* Programs that give one string to every prompt: it means Enter, and once only. */
static void the_password_again_is_one_attempt(void **state)
{
	const struct attempt again = { .answer = "pw", .password = "pw" };
	struct outcome outcome = come(state, again);
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_ABSENT);
	assert_int_equal(outcome.script.asked, 1);
	plug_touch_key(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	outcome = come(state, again);
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(outcome.script.asked, 1);
	assert_failures(state, "taro", 0);
}

static void a_missing_or_unsafe_plugin_is_an_outage_with_its_line(void **state)
{
	struct key_driver_fixture *fixture = *state;
	plug_touch_key(fixture, KEY_SERIAL, (struct softkey_faults){ 0 });
	for (unsigned i = 0; i < 2; i++) {
		if (i == 1)
			assert_int_equal(chmod(fixture->plugins, 0777), 0);
		struct outcome outcome =
			come(state, (struct attempt){ .answers = thrice,
						      .plugin_folder = i == 0 ? "/nowhere"
									      : NULL });
		assert_outcome(outcome, MFA_UNAVAILABLE, MFA_REASON_KEY_UNUSABLE);
		assert_int_equal(outcome.script.asked, 1);
		assert_string_equal(outcome.script.line,
				    "YubiKeys cannot be used on this machine. Ask your "
				    "system administrator.");
		assert_non_null(strstr(outcome.diag, i == 0 ? "/nowhere" : "plugins"));
		assert_audited(state, "key-unusable");
	}
	assert_failures(state, "taro", 0);
}

static void forbidden_ports_are_an_outage(void **state)
{
	plug_touch_key(*state, KEY_SERIAL, (struct softkey_faults){ .denied = true });
	struct outcome outcome = come(state, (struct attempt){ .answers = thrice });
	assert_outcome(outcome, MFA_UNAVAILABLE, MFA_REASON_KEY_UNUSABLE);
	assert_int_equal(outcome.script.asked, 1);
	assert_non_null(strstr(outcome.diag, "Access denied"));
}

/* A key that is nobody's, no key: the same for everybody who asks. */
static void nothing_tells_who_has_a_key(void **state)
{
	static const char *const users[] = { "taro", "hanako", "jiro", "nobody-at-all" };
	for (unsigned with_key = 0; with_key < 2; with_key++) {
		if (with_key == 1)
			plug_touch_key(*state, 1, (struct softkey_faults){ 0 });
		for (size_t i = 0; i < MFA_COUNT(users); i++) {
			struct outcome outcome =
				come(state, (struct attempt){ .user = users[i],
							      .answers = thrice,
							      .is_unknown = i == 3 });
			assert_outcome(outcome, MFA_DENY,
				       with_key == 1 ? MFA_REASON_KEY_OTHER
						     : MFA_REASON_KEY_ABSENT);
			assert_int_equal(outcome.script.asked, 3);
			assert_int_equal(outcome.script.told, 1);
			assert_string_equal(outcome.script.prompts[0], first_prompt);
			if (with_key == 0)
				assert_string_equal(outcome.script.prompts[1],
						    absent_prompt);
		}
	}
}

static void change_record(void **state, void (*change)(struct mfa_record *record))
{
	struct key_driver_fixture *fixture = *state;
	struct mfa_diag diag = { .text = "" };
	assert_done(mfa_site_open(&fixture->host.host, &diag), &diag);
	struct mfa_record *record = stored_record(store_of(state), "taro");
	change(record);
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_OK);
	mfa_record_free(&record);
	mfa_site_close(&fixture->host.host);
}

static void suspend_key(struct mfa_record *record)
{
	record->tokens[0].state = MFA_STATE_SUSPENDED;
}

static void retire(struct mfa_record *record)
{
	record->is_retired = true;
}

/* It is not even asked: who has the account's password need not know whose key it is. */
static void a_key_of_a_retired_record_is_somebody_elses(void **state)
{
	plug_touch_key(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	change_record(state, retire);
	struct outcome outcome = come(state, (struct attempt){ .answers = thrice });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_OTHER);
	assert_int_equal(outcome.script.asked, 3);
	assert_audited(state, "\"detail\":\"the record is retired: ");
}

static void a_suspended_key_is_refused_when_it_answers(void **state)
{
	plug_touch_key(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	change_record(state, suspend_key);
	struct outcome outcome = come(state, (struct attempt){ .answers = thrice });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_SUSPENDED);
	assert_int_equal(outcome.script.asked, 1);
}

static void who_gives_up_between_is_told_nothing(void **state)
{
	static const char *const once[] = { "", NULL };
	struct outcome outcome = come(state, (struct attempt){ .answers = once });
	assert_outcome(outcome, MFA_GIVEN_UP, MFA_REASON_NO_ANSWER);
	assert_int_equal(outcome.script.asked, 2);
	assert_int_equal(outcome.script.told, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		with_key_driver_fixture(enter_and_a_touch_let_in),
		with_key_driver_fixture(a_blank_line_is_enter),
		with_key_driver_fixture(a_typed_code_needs_no_key_and_no_plugin),
		with_key_driver_fixture(a_key_plugged_in_late_lets_in),
		with_key_driver_fixture(a_code_may_be_typed_instead_of_a_missing_key),
		with_key_driver_fixture(a_problem_that_stays_is_told_and_not_counted),
		with_key_driver_fixture(an_absent_key_is_told_and_not_counted),
		with_key_driver_fixture(an_erased_slot_is_told),
		with_key_driver_fixture(a_key_that_can_never_answer_is_told),
		with_key_driver_fixture(
			a_slot_that_was_programmed_anew_hides_not_the_other),
		with_key_driver_fixture(
			when_all_slots_were_programmed_anew_it_is_refused_once),
		with_key_driver_fixture(
			a_key_that_was_programmed_anew_is_told_where_the_other_is_not_there),
		with_key_driver_fixture(
			a_key_with_another_secret_is_refused_and_not_counted),
		with_key_driver_fixture(a_solved_problem_leaves_no_diagnosis),
		with_key_driver_fixture(a_diagnosis_is_of_the_last_problem),
		with_key_driver_fixture(a_login_from_afar_is_never_offered_a_key),
		with_key_driver_fixture(where_the_zone_takes_no_keys_none_is_offered),
		with_key_driver_fixture(the_password_again_is_one_attempt),
		with_key_driver_fixture(
			a_missing_or_unsafe_plugin_is_an_outage_with_its_line),
		with_key_driver_fixture(forbidden_ports_are_an_outage),
		with_key_driver_fixture(nothing_tells_who_has_a_key),
		with_key_driver_fixture(a_key_of_a_retired_record_is_somebody_elses),
		with_key_driver_fixture(a_suspended_key_is_refused_when_it_answers),
		with_key_driver_fixture(who_gives_up_between_is_told_nothing),
	};
	return keys_main("touch", tests, argc, argv);
}
