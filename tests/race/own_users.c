/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes with a user each: nobody waits for anybody, nobody is refused. */
#include "race.h"

#include <stdio.h>

#include "workers.h"

enum {
	LOGINS = 60
};

static const unsigned sizes[] = { 1, 2, 4, 8, 16 };

struct runner {
	unsigned refused;
	int64_t ticks; /* spent in logins */
};

struct field {
	struct pam_fixture *fixture;
	pthread_barrier_t start;
	struct runner runners[CREW_MAX];
};

static enum mfa_kind kind_of(unsigned number)
{
	return number % 2 == 0 ? MFA_KIND_HOTP : MFA_KIND_TOTP;
}

static const char *user_of(unsigned number, char name[static 32])
{
	(void)snprintf(name, 32, "own%u", number);
	return name;
}

/* The right code; for TOTP the step is forgotten before, and not measured. */
static struct pam_fixture_code next_code(struct pam_fixture *fixture, unsigned number,
					 unsigned count)
{
	char name[32];
	if (kind_of(number) == MFA_KIND_HOTP)
		return pam_fixture_code(number, count);
	pam_fixture_reset(fixture, user_of(number, name));
	return pam_fixture_code(number, (uint64_t)(pam_fixture_now() / RIG_PERIOD));
}

static void run(void *context, unsigned number)
{
	struct field *field = context;
	struct runner *runner = &field->runners[number];
	char name[32];
	MFA_CLEANUP(mfa_record_free)
	struct mfa_record *record =
		pam_fixture_read(field->fixture, user_of(number, name));
	unsigned first = (unsigned)pam_fixture_counter_of(&record->tokens[0]);
	workers_gate_wait(&field->start);
	for (unsigned i = 0; i < LOGINS; i++) {
		struct pam_fixture_code code =
			next_code(field->fixture, number, first + i);
		int64_t begin = pam_fixture_ticks();
		runner->refused +=
			pam_fixture_login(field->fixture, name, code) != PAM_SUCCESS;
		runner->ticks += pam_fixture_ticks() - begin;
	}
}

static bool race_size(struct race *race, unsigned count)
{
	struct workers workers = { .count = 0 };
	struct field *field = workers_memory(sizeof *field);
	field->fixture = &race->fixture;
	workers_gate_init(&field->start, count);
	for (unsigned i = 0; i < count; i++)
		workers_add(&workers, run, field);
	bool is_good = workers_join(&workers);
	unsigned refused = 0;
	double throughput = 0;
	for (unsigned i = 0; i < count; i++) {
		refused += field->runners[i].refused;
		throughput += LOGINS / ((double)field->runners[i].ticks / 1e9);
	}
	char name[32];
	is_good = is_good && refused == 0;
	(void)snprintf(name, sizeof name, "own_users_%u", count);
	pam_fixture_report(&(struct pam_fixture_case){ "race", name, race->where },
			   is_good, "%u of %u right codes refused; %.0f logins/s",
			   refused, count * LOGINS, throughput);
	return is_good;
}

bool race_own_users(struct race *race)
{
	bool is_good = true;
	char name[32];
	for (unsigned i = 0; i < CREW_MAX; i++) {
		struct pam_fixture_token token = { kind_of(i), i, 0, "own" };
		pam_fixture_enrol(&race->fixture, user_of(i, name), &token, 1);
	}
	for (size_t i = 0; i < MFA_COUNT(sizes); i++)
		is_good = race_size(race, sizes[i]) && is_good;
	return is_good;
}
