/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/store/record.c: whose a record is, and its tokens. */
#include "mfa/record.h"

#include <ctype.h>
#include <string.h>

#include "support.h"

static int record_setup(void **state)
{
	*state = mfa_record_new();
	return *state == NULL;
}

static int record_teardown(void **state)
{
	struct mfa_record *record = *state;
	mfa_record_free(&record);
	return 0;
}

struct ownership {
	struct mfa_record record;
	bool has_uid;
	uint32_t uid;
	enum mfa_record_status status;
};

static void a_record_opens_for_its_own_account_alone(void **state MFA_UNUSED)
{
	static const struct ownership cases[] = {
		{ { .has_uid = false }, true, 1001, MFA_RECORD_USABLE },
		{ { .has_uid = false }, false, 0, MFA_RECORD_USABLE },
		{ { .has_uid = true, .uid = 1001 }, true, 1001, MFA_RECORD_USABLE },
		{ { .has_uid = true, .uid = 1001 }, true, 1002, MFA_RECORD_OF_OTHER_UID },
		{ { .has_uid = true, .uid = 0 }, true, 1001, MFA_RECORD_OF_OTHER_UID },
		{ { .has_uid = true, .uid = 1001 }, true, 0, MFA_RECORD_OF_OTHER_UID },
		/* a name service that cannot be asked */
		{ { .has_uid = true, .uid = 1001 }, false, 0, MFA_RECORD_USABLE },
		{ { .is_retired = true }, true, 1001, MFA_RECORD_RETIRED },
		{ { .is_retired = true }, false, 0, MFA_RECORD_RETIRED },
		{ { .is_retired = true, .has_uid = true, .uid = 1001 },
		  true,
		  1001,
		  MFA_RECORD_RETIRED },
		{ { .is_moving = true, .is_retired = true },
		  true,
		  1001,
		  MFA_RECORD_MOVING },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++)
		assert_int_equal(mfa_record_status(&cases[i].record, cases[i].has_uid,
						   cases[i].uid),
				 cases[i].status);
}

static void an_added_token_gets_an_id_of_its_own(void **state)
{
	struct mfa_record *record = *state;
	struct mfa_token token = { .id = "mine", .kind = MFA_KIND_TOTP };
	for (size_t i = 0; i < MFA_TOKENS_MAX; i++) {
		struct mfa_token *added = NULL;
		assert_int_equal(mfa_record_add(record, &token, &added), MFA_OK);
		assert_ptr_equal(added, &record->tokens[i]);
		assert_int_equal(strlen(added->id), MFA_TOKEN_ID_SIZE - 1);
		for (const char *c = added->id; *c != '\0'; c++)
			assert_true(islower((unsigned char)*c) ||
				    isdigit((unsigned char)*c));
		assert_ptr_equal(mfa_record_find(record, added->id), added);
	}
	struct mfa_token *added = NULL;
	assert_int_equal(mfa_record_add(record, &token, &added), MFA_ERR_FULL);
	assert_null(added);
	assert_null(mfa_record_find(record, "mine"));
	assert_null(mfa_record_find(record, ""));
}

static void a_removed_token_leaves_nothing_behind(void **state)
{
	static const struct mfa_token nothing;
	struct mfa_record *record = *state;
	for (char c = 'a'; c <= 'c'; c++)
		record->tokens[record->token_count++] =
			(struct mfa_token){ .id = { c },
					    .kind = MFA_KIND_TOTP,
					    .label = { c },
					    .data = { (unsigned char)c } };
	struct mfa_token first = record->tokens[0];
	struct mfa_token last = record->tokens[2];
	mfa_record_remove(record, &record->tokens[1]);
	assert_int_equal(record->token_count, 2);
	assert_memory_equal(&record->tokens[0], &first, sizeof first);
	assert_memory_equal(&record->tokens[1], &last, sizeof last);
	assert_memory_equal(&record->tokens[2], &nothing, sizeof nothing);
	mfa_record_remove(record, &record->tokens[1]);
	mfa_record_remove(record, &record->tokens[0]);
	assert_int_equal(record->token_count, 0);
	assert_memory_equal(&record->tokens[0], &nothing, sizeof nothing);
}

#define with_record(test) \
	cmocka_unit_test_setup_teardown(test, record_setup, record_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_opens_for_its_own_account_alone),
		with_record(an_added_token_gets_an_id_of_its_own),
		with_record(a_removed_token_leaves_nothing_behind),
	};
	return group_main("record", tests);
}
