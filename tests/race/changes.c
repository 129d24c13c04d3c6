/* SPDX-License-Identifier: BSD-2-Clause */
/* Logins of one user against mfa-enroll, which suspends, resumes, removes and adds that
 * user's tokens meanwhile. Every token has one process that logs in with it and knows its
 * counter, so each outcome is right or wrong by the operations that were done by then. */
#include "race.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "workers.h"

enum {
	SUSPENDED = 3, /* holders whose token is suspended and resumed */
	REMOVED = 3,   /* holders whose token is removed and added anew */
	HOLDERS = SUSPENDED + REMOVED + 1, /* and one whom nobody disturbs */
	CLERKS = 2,
	ATTEMPTS_MAX = 20000,
	CHANGES_MAX = 1000,
	SECRETS = 1000, /* between those of two holders */
	PAUSE_US = 500,
};

static const char USER[] = "changed";

/* An operation of mfa-enroll, and what the token is afterwards. */
struct change {
	int64_t begin;
	int64_t end;
	bool is_active;
	unsigned life; /* which of the tokens that the holder has one after the other */
};

struct attempt {
	int64_t begin;
	int64_t end;
	unsigned life;
	int answer;
};

struct holder {
	_Atomic unsigned life; /* the one to log in with */
	unsigned change_count;
	unsigned attempt_count;
	uint64_t counter; /* of its last life: codes accepted */
	struct change changes[CHANGES_MAX];
	struct attempt attempts[ATTEMPTS_MAX];
};

struct office {
	struct pam_fixture *fixture;
	pthread_barrier_t start;
	_Atomic bool is_closed;
	unsigned operations; /* of each clerk */
	unsigned failed_operations[CLERKS];
	struct holder holders[HOLDERS];
};

static const char *label_of(unsigned number, unsigned life, char label[static 32])
{
	(void)snprintf(label, 32, "h%u-%u", number, life);
	return label;
}

static unsigned secret_of(unsigned number, unsigned life)
{
	return number * SECRETS + life;
}

static void use(void *context, unsigned number)
{
	struct office *office = context;
	struct holder *holder = &office->holders[number];
	unsigned life = 0;
	workers_gate_wait(&office->start);
	while (!atomic_load(&office->is_closed) && holder->attempt_count < ATTEMPTS_MAX) {
		struct attempt *attempt = &holder->attempts[holder->attempt_count++];
		attempt->life = atomic_load(&holder->life);
		if (attempt->life != life)
			holder->counter = 0;
		life = attempt->life;
		attempt->begin = pam_fixture_ticks();
		/* refusals from one place would be told of together */
		attempt->answer = pam_fixture_login_from(
			office->fixture,
			number * ATTEMPTS_MAX + (unsigned)holder->attempt_count, USER,
			pam_fixture_code(secret_of(number, life), holder->counter));
		attempt->end = pam_fixture_ticks();
		if (attempt->answer == PAM_SUCCESS)
			holder->counter++;
		else
			(void)usleep(PAUSE_US);
	}
}

static bool find_id(struct office *office, unsigned number, unsigned life,
		    char id[static MFA_TOKEN_ID_SIZE])
{
	char label[32];
	MFA_CLEANUP(mfa_record_free)
	struct mfa_record *record = pam_fixture_read(office->fixture, USER);
	const struct mfa_token *token =
		pam_fixture_token_of(record, label_of(number, life, label));
	if (token != NULL)
		(void)snprintf(id, MFA_TOKEN_ID_SIZE, "%s", token->id);
	return token != NULL;
}

/* suspend, resume or remove */
static bool operation_on(struct office *office, unsigned number, const char *verb)
{
	char id[MFA_TOKEN_ID_SIZE];
	if (!find_id(office, number, atomic_load(&office->holders[number].life), id))
		return false;
	const char *const words[] = { "--yes", verb, USER, id, NULL };
	return pam_fixture_enroll(office->fixture, words, NULL) == 0;
}

static bool add_anew(struct office *office, unsigned number, unsigned life)
{
	char label[32];
	const char *const words[] = { "add",
				      USER,
				      "hotp",
				      "--secret-stdin",
				      "hex",
				      "--digits",
				      "8",
				      "--no-confirm",
				      "--allow-unknown",
				      "--label",
				      label_of(number, life, label),
				      NULL };
	return pam_fixture_enroll(office->fixture, words,
				  pam_fixture_secret(secret_of(number, life)).text) == 0;
}

/* Turns a holder's token off when it is on, and on when it is off. */
static bool change(struct office *office, unsigned number)
{
	struct holder *holder = &office->holders[number];
	const struct change *last = &holder->changes[holder->change_count - 1];
	bool is_removed = number >= SUSPENDED;
	bool is_good = false;
	struct change next = {
		.begin = pam_fixture_ticks(),
		.is_active = !last->is_active,
		.life = last->life,
	};
	if (is_removed && next.is_active) {
		atomic_store(&holder->life, ++next.life);
		is_good = add_anew(office, number, next.life);
	} else if (is_removed) {
		is_good = operation_on(office, number, "remove");
	} else {
		is_good = operation_on(office, number,
				       next.is_active ? "resume" : "suspend");
	}
	next.end = pam_fixture_ticks();
	holder->changes[holder->change_count++] = next;
	return is_good;
}

static void administer(void *context, unsigned number)
{
	struct office *office = context;
	unsigned clerk = number - HOLDERS;
	unsigned first = clerk == 0 ? 0 : SUSPENDED;
	unsigned count = clerk == 0 ? SUSPENDED : REMOVED;
	unsigned seed = clerk + 1;
	workers_gate_wait(&office->start);
	for (unsigned i = 0; i < office->operations; i++)
		office->failed_operations[clerk] +=
			!change(office, first + (unsigned)rand_r(&seed) % count);
}

/* Whether the token can have been in the state that the answer tells of. */
static bool is_explained(const struct holder *holder, const struct attempt *attempt)
{
	for (unsigned i = 0; i < holder->change_count; i++) {
		const struct change *at = &holder->changes[i];
		int64_t until = i + 1 < holder->change_count ? at[1].end : INT64_MAX;
		bool lets_in = at->is_active && at->life == attempt->life;
		if (at->begin <= attempt->end && attempt->begin <= until &&
		    lets_in == (attempt->answer == PAM_SUCCESS))
			return true;
	}
	return false;
}

struct findings {
	unsigned accepted;
	unsigned refused;
	unsigned strange;     /* neither accepted nor refused */
	unsigned unexplained; /* no order of the operations leads to it */
	unsigned lost; /* tokens, states, counters that are not as they were left */
	unsigned tokens;
};

static void check_holder(struct office *office, struct mfa_record *record,
			 unsigned number, struct findings *findings)
{
	struct holder *holder = &office->holders[number];
	const struct change *last = &holder->changes[holder->change_count - 1];
	char label[32];
	for (unsigned i = 0; i < holder->attempt_count; i++) {
		const struct attempt *attempt = &holder->attempts[i];
		findings->accepted += attempt->answer == PAM_SUCCESS;
		findings->refused += attempt->answer == PAM_AUTH_ERR;
		findings->strange +=
			attempt->answer != PAM_SUCCESS && attempt->answer != PAM_AUTH_ERR;
		findings->unexplained += !is_explained(holder, attempt);
	}
	const struct mfa_token *token =
		pam_fixture_token_of(record, label_of(number, last->life, label));
	bool is_there = last->is_active || number < SUSPENDED;
	findings->tokens += is_there;
	if (!is_there || token == NULL) {
		findings->lost += is_there != (token != NULL);
		return;
	}
	findings->lost += (token->state == MFA_STATE_ACTIVE) != last->is_active;
	bool was_used = holder->attempt_count > 0 &&
			holder->attempts[holder->attempt_count - 1].life == last->life;
	findings->lost += was_used && pam_fixture_counter_of(token) != holder->counter;
}

static struct office *office_new(struct race *race)
{
	struct office *office = workers_memory(sizeof *office);
	struct pam_fixture_token tokens[HOLDERS];
	char labels[HOLDERS][32];
	office->fixture = &race->fixture;
	office->operations = race->rounds / 20 < 300 ? race->rounds / 20 : 300;
	workers_gate_init(&office->start, HOLDERS + CLERKS);
	for (unsigned i = 0; i < HOLDERS; i++) {
		office->holders[i].changes[0].is_active = true;
		office->holders[i].change_count = 1;
		tokens[i] = (struct pam_fixture_token){ MFA_KIND_HOTP, secret_of(i, 0), 0,
							label_of(i, 0, labels[i]) };
	}
	pam_fixture_enrol(&race->fixture, USER, tokens, HOLDERS);
	return office;
}

static uint64_t audit_lines(struct race *race, bool *ret_is_whole)
{
	struct mfa_diag diag = { .text = "" };
	uint64_t count = 0;
	*ret_is_whole =
		mfa_audit_verify(race->fixture.host.audit, &diag, &count) == MFA_OK;
	return count;
}

bool race_changes(struct race *race)
{
	struct office *office = office_new(race);
	struct workers workers = { .count = 0 };
	struct workers clerks = { .count = HOLDERS };
	bool is_whole = false;
	uint64_t lines = audit_lines(race, &is_whole);
	for (unsigned i = 0; i < HOLDERS; i++)
		workers_add(&workers, use, office);
	for (unsigned i = 0; i < CLERKS; i++)
		workers_add(&clerks, administer, office);
	struct workers waited = { .count = CLERKS };
	for (unsigned i = 0; i < CLERKS; i++)
		waited.pids[i] = clerks.pids[HOLDERS + i];
	bool is_good = workers_join(&waited);
	atomic_store(&office->is_closed, true);
	is_good = workers_join(&workers) && is_good;
	struct findings found = { 0 };
	MFA_CLEANUP(mfa_record_free)
	struct mfa_record *record = pam_fixture_read(&race->fixture, USER);
	for (unsigned i = 0; i < HOLDERS; i++)
		check_holder(office, record, i, &found);
	found.lost += record->token_count != found.tokens;
	unsigned failed = office->failed_operations[0] + office->failed_operations[1];
	lines = audit_lines(race, &is_whole) - lines;
	bool has_lines =
		lines == found.accepted + found.refused + CLERKS * office->operations;
	is_good = is_good && is_whole && has_lines && failed == 0 && found.strange == 0 &&
		  found.unexplained == 0 && found.lost == 0;
	pam_fixture_report(
		&(struct pam_fixture_case){ "race", "changes", race->where }, is_good,
		"%u logins let in, %u refused, %u otherwise; %u not explained; %u operations, "
		"%u failed; %u states lost; audit chain %s, %llu lines %s",
		found.accepted, found.refused, found.strange, found.unexplained,
		CLERKS * office->operations, failed, found.lost,
		is_whole ? "whole" : "broken", (unsigned long long)lines,
		has_lines ? "as expected" : "NOT as expected");
	return is_good;
}
