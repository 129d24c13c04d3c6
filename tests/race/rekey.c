/* SPDX-License-Identifier: BSD-2-Clause */
/* Logins while the store key is changed again and again. */
#include "race.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "workers.h"

enum {
	USERS = 4,
	EXIT_BUSY = 6, /* mfa-enroll's: logins without a gap leave it no moment to end */
	REKEYS_MAX = 40
};

struct shift {
	const struct pam_fixture *fixture;
	_Atomic bool is_over;
	unsigned logins[USERS];
	unsigned refused[USERS];
};

static const char *user_of(unsigned number, char name[static 32])
{
	(void)snprintf(name, 32, "rekey%u", number);
	return name;
}

static void log_in(void *context, unsigned number)
{
	struct shift *shift = context;
	char name[32];
	(void)user_of(number, name);
	while (!atomic_load(&shift->is_over)) {
		struct pam_fixture_code code =
			pam_fixture_code(number, shift->logins[number]++);
		shift->refused[number] +=
			pam_fixture_login(shift->fixture, name, code) != PAM_SUCCESS;
	}
}

bool race_rekey(struct race *race)
{
	static const char *const help[] = { "rekey", "--help", NULL };
	/* every other one changes the trail's half too */
	static const char *const words[][RIG_WORDS_MAX] = {
		{ "--yes", "rekey", "--in-memory", "--trail", NULL },
		{ "--yes", "rekey", "--in-memory", NULL },
	};
	struct mfa_diag diag = { .text = "" };
	uint64_t lines = 0;
	struct workers workers = { .count = 0 };
	struct shift *shift = workers_memory(sizeof *shift);
	unsigned rekeys = race->rounds / 40 < REKEYS_MAX ? race->rounds / 40 : REKEYS_MAX;
	unsigned failed = 0;
	unsigned busy = 0;
	unsigned logins = 0;
	unsigned refused = 0;
	unsigned lost = 0;
	char name[32];
	if (pam_fixture_enroll(&race->fixture, help, NULL) != 0)
		return true;
	shift->fixture = &race->fixture;
	for (unsigned i = 0; i < USERS; i++) {
		struct pam_fixture_token token = { MFA_KIND_HOTP, i, 0, "rekey" };
		pam_fixture_enrol(&race->fixture, user_of(i, name), &token, 1);
	}
	pam_fixture_close(&race->fixture); /* who has it open holds the key */
	for (unsigned i = 0; i < USERS; i++)
		workers_add(&workers, log_in, shift);
	for (unsigned i = 0; i < rekeys; i++) {
		int code = pam_fixture_enroll(&race->fixture, words[i % 2], NULL);
		busy += code == EXIT_BUSY;
		failed += code != 0 && code != EXIT_BUSY;
	}
	atomic_store(&shift->is_over, true);
	bool is_good = workers_join(&workers);
	failed += pam_fixture_enroll(&race->fixture, words[0], NULL) != 0;
	pam_fixture_open(&race->fixture);
	bool is_whole =
		mfa_audit_verify(race->fixture.host.audit, &diag, &lines) == MFA_OK;
	for (unsigned i = 0; i < USERS; i++) {
		MFA_CLEANUP(mfa_record_free)
		struct mfa_record *record =
			pam_fixture_read(&race->fixture, user_of(i, name));
		logins += shift->logins[i];
		refused += shift->refused[i];
		lost += pam_fixture_counter_of(&record->tokens[0]) != shift->logins[i];
	}
	is_good = is_good && failed == 0 && refused == 0 && lost == 0 && logins > 0 &&
		  is_whole;
	pam_fixture_report(
		&(struct pam_fixture_case){ "race", "rekey", race->where }, is_good,
		"%u rekeys, %u to be tried again, %u failed; %u of %u right codes "
		"refused meanwhile, %u counters lost, %s",
		rekeys, busy, failed, refused, logins, lost,
		is_whole ? "the trail whole" : diag.text);
	return is_good;
}
