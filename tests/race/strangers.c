/* SPDX-License-Identifier: BSD-2-Clause */
/* Names without a record: they are all refused, whoever comes at the same time, and while
 * decoys are removed, made and sealed anew. */
#include "race.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "workers.h"

enum {
	STRANGERS = 4, /* as many as the service has workers */
	LOGINS = 100,
	REMOVED = 8, /* decoys that are made again and again */
	REKEYS_MAX = 20,
	EXIT_BUSY = 6, /* mfa-enroll's */
};

static const char *const init[] = { "init", "--in-memory", NULL };

struct field {
	const struct pam_fixture *fixture;
	pthread_barrier_t start;
	char names[STRANGERS][32];
	unsigned strange[STRANGERS]; /* other answers than a refusal */
	int64_t ticks[STRANGERS];
};

/* Each from an address of its own: many wrong answers from one have to wait. */
static unsigned try_name(const struct pam_fixture *fixture, const char *name,
			 unsigned number)
{
	return pam_fixture_login_from(fixture, number, name, pam_fixture_code(0, 0)) !=
	       PAM_AUTH_ERR;
}

static void log_in(void *context, unsigned number)
{
	struct field *field = context;
	workers_gate_wait(&field->start);
	int64_t begin = pam_fixture_ticks();
	for (unsigned i = 0; i < LOGINS; i++)
		field->strange[number] += try_name(field->fixture, field->names[number],
						   number * LOGINS + i);
	field->ticks[number] = pam_fixture_ticks() - begin;
}

static bool has_equal(const struct race *race, const struct field *field, unsigned count,
		      const char *name)
{
	char decoy[MFA_DECOY_NAME_SIZE];
	char other[MFA_DECOY_NAME_SIZE];
	mfa_store_choose_decoy(race->fixture.host.store, name, decoy);
	for (unsigned i = 0; i < count; i++) {
		mfa_store_choose_decoy(race->fixture.host.store, field->names[i], other);
		if (strcmp(decoy, other) == 0)
			return true;
	}
	return false;
}

/* Names that all share a decoy, or none. */
static void choose_names(const struct race *race, bool is_shared, struct field *field)
{
	unsigned count = 0;
	for (unsigned i = 0; count < STRANGERS; i++) {
		char name[32];
		(void)snprintf(name, sizeof name, "stranger%u", i);
		if (count == 0 || has_equal(race, field, count, name) == is_shared)
			memcpy(field->names[count++], name, sizeof name);
	}
}

/* Logins a second. */
static double race_names(struct race *race, bool is_shared, unsigned *inout_strange)
{
	struct workers workers = { .count = 0 };
	struct field *field = workers_memory(sizeof *field);
	double throughput = 0;
	field->fixture = &race->fixture;
	choose_names(race, is_shared, field);
	workers_gate_init(&field->start, STRANGERS);
	for (unsigned i = 0; i < STRANGERS; i++)
		workers_add(&workers, log_in, field);
	*inout_strange += !workers_join(&workers);
	for (unsigned i = 0; i < STRANGERS; i++) {
		*inout_strange += field->strange[i];
		throughput += LOGINS / ((double)field->ticks[i] / 1e9);
	}
	return throughput;
}

bool race_strangers(struct race *race)
{
	unsigned strange = 0;
	double apart = race_names(race, false, &strange);
	double shared = race_names(race, true, &strange);
	pam_fixture_report(
		&(struct pam_fixture_case){ "race", "strangers", race->where },
		strange == 0,
		"%d names without a record, %u other answers than a refusal; %.0f "
		"logins/s with a decoy each, %.0f with one for all",
		STRANGERS, strange, apart, shared);
	return strange == 0;
}

struct shift {
	const struct pam_fixture *fixture;
	_Atomic bool is_over;
	unsigned logins;
	unsigned strange;
	unsigned inits;
	unsigned failed;
};

static void come_and_go(void *context, unsigned number MFA_UNUSED)
{
	struct shift *shift = context;
	while (!atomic_load(&shift->is_over)) {
		char name[32];
		(void)snprintf(name, sizeof name, "stranger%u", shift->logins++);
		shift->strange += try_name(shift->fixture, name, shift->logins);
	}
}

static void remove_decoys(const struct pam_fixture *fixture)
{
	for (unsigned i = 0; i < REMOVED; i++) {
		char path[RIG_PATH_SIZE];
		(void)snprintf(path, sizeof path, "%s/lib/users/.decoy-%02u",
			       fixture->folder, i);
		(void)unlink(path);
	}
}

static void make_decoys(void *context, unsigned number MFA_UNUSED)
{
	struct shift *shift = context;
	while (!atomic_load(&shift->is_over)) {
		remove_decoys(shift->fixture);
		int code = pam_fixture_enroll(shift->fixture, init, NULL);
		shift->inits++;
		shift->failed += code != 0 && code != EXIT_BUSY;
	}
}

/* Whether all are there, and under the key of now. */
static bool are_whole(struct pam_fixture *fixture, struct mfa_diag *diag)
{
	int err = MFA_OK;
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = mfa_record_new();
	if (record == NULL)
		pam_fixture_die("no memory");
	for (size_t i = 0; err == MFA_OK && i < MFA_DECOYS; i++) {
		char name[MFA_DECOY_NAME_SIZE];
		mfa_decoy_name(i, name);
		err = mfa_store_read(fixture->host.store, name, diag, record);
	}
	return err == MFA_OK;
}

static unsigned rekey_meanwhile(const struct race *race, unsigned *ret_failed)
{
	static const char *const words[] = { "--yes", "rekey", "--in-memory", NULL };
	unsigned rekeys =
		race->rounds / 100 < REKEYS_MAX ? race->rounds / 100 : REKEYS_MAX;
	unsigned done = 0;
	for (unsigned i = 0; i < rekeys; i++) {
		int code = pam_fixture_enroll(&race->fixture, words, NULL);
		done += code == 0;
		*ret_failed += code != 0 && code != EXIT_BUSY;
	}
	return done;
}

bool race_decoys(struct race *race)
{
	struct mfa_diag diag = { .text = "" };
	struct workers workers = { .count = 0 };
	struct shift *shift = workers_memory(sizeof *shift);
	unsigned failed = 0;
	shift->fixture = &race->fixture;
	pam_fixture_close(&race->fixture); /* who has it open holds the key */
	workers_add(&workers, come_and_go, shift);
	workers_add(&workers, make_decoys, shift);
	unsigned rekeys = rekey_meanwhile(race, &failed);
	atomic_store(&shift->is_over, true);
	bool is_good = workers_join(&workers);
	failed += shift->failed;
	failed += pam_fixture_enroll(&race->fixture, init, NULL) != 0;
	pam_fixture_open(&race->fixture);
	bool is_whole = are_whole(&race->fixture, &diag);
	is_good = is_good && failed == 0 && shift->strange == 0 && is_whole;
	pam_fixture_report(&(struct pam_fixture_case){ "race", "decoys", race->where },
			   is_good,
			   "%u rekeys and %u inits, %u failed; %u of %u names without a "
			   "record not refused, %s",
			   rekeys, shift->inits, failed, shift->strange, shift->logins,
			   is_whole ? "the decoys whole" : diag.text);
	return is_good;
}
