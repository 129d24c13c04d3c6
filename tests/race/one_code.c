/* SPDX-License-Identifier: BSD-2-Clause */
/* One code in many processes: exactly one gets in, and every failure is counted. */
#include "race.h"

#include <stdio.h>
#include <unistd.h>

#include "key_fixture.h"
#include "workers.h"

static const unsigned sizes[] = { 2, 4, 8, 16 };

enum {
	SECRET = 1,
	STEPS = MFA_COUNT(sizes)
};

struct contest {
	const struct pam_fixture *fixture;
	const char *user;
	pthread_barrier_t begin; /* the round is set up */
	pthread_barrier_t start; /* everybody goes */
	pthread_barrier_t end;	 /* everybody has an answer */
	bool is_over;
	bool at_prompt; /* go when the prompt is there, not before */
	struct pam_fixture_code code;
	int answers[CREW_MAX];
};

/* What the rounds of one kind of token came to. */
struct score {
	unsigned rounds;
	unsigned none;	  /* rounds in which nobody got in */
	unsigned twice;	  /* rounds in which more than one did */
	unsigned strange; /* answers that are neither yes nor no, wrong counters */
	unsigned refused;
};

static void go(void *context)
{
	struct contest *contest = context;
	workers_gate_wait(&contest->start);
}

static void compete(void *context, unsigned number)
{
	struct contest *contest = context;
	for (unsigned round = 0;; round++) {
		char host[PAM_FIXTURE_HOST_SIZE];
		workers_gate_wait(&contest->begin);
		if (contest->is_over)
			return;
		struct pam_fixture_session session = { .code = contest->code,
						       .host = host };
		pam_fixture_choose_host(round * CREW_MAX + number, host);
		if (contest->at_prompt) {
			session.at_prompt = go;
			session.context = contest;
		}
		pam_fixture_session_open(contest->fixture, contest->user, &session);
		if (!contest->at_prompt)
			go(contest);
		contest->answers[number] = pam_fixture_session_run(&session);
		if (contest->at_prompt && !session.was_asked)
			go(contest);
		pam_fixture_session_close(&session);
		workers_gate_wait(&contest->end);
	}
}

static struct contest *contest_new(const struct pam_fixture *fixture, const char *user,
				   unsigned count)
{
	struct contest *contest = workers_memory(sizeof *contest);
	contest->fixture = fixture;
	contest->user = user;
	workers_gate_init(&contest->begin, count + 1);
	workers_gate_init(&contest->start, count + 1);
	workers_gate_init(&contest->end, count + 1);
	return contest;
}

static void run_round(struct contest *contest)
{
	workers_gate_wait(&contest->begin);
	workers_gate_wait(&contest->start);
	workers_gate_wait(&contest->end);
}

/* Sets the code that this round is about; what the record says when it was accepted. */
static uint64_t prepare_round(struct race *race, struct contest *contest,
			      enum mfa_kind kind)
{
	uint64_t step = (uint64_t)(pam_fixture_now() / RIG_PERIOD);
	if (kind == MFA_KIND_TOTP) {
		pam_fixture_reset(&race->fixture, contest->user);
		contest->code = pam_fixture_code(SECRET, step);
		return step;
	}
	MFA_CLEANUP(mfa_record_free)
	struct mfa_record *record = pam_fixture_read(&race->fixture, contest->user);
	uint64_t counter = pam_fixture_counter_of(&record->tokens[0]);
	contest->code = kind == MFA_KIND_HOTP ? pam_fixture_code(SECRET, counter)
					      : pam_fixture_typed(SECRET, counter + 1);
	return counter + 1;
}

static void judge_round(struct race *race, const struct contest *contest, unsigned count,
			uint64_t expected, struct score *score)
{
	unsigned accepted = 0;
	for (unsigned i = 0; i < count; i++) {
		accepted += contest->answers[i] == PAM_SUCCESS;
		score->refused += contest->answers[i] == PAM_AUTH_ERR;
		score->strange += contest->answers[i] != PAM_SUCCESS &&
				  contest->answers[i] != PAM_AUTH_ERR;
	}
	MFA_CLEANUP(mfa_record_free)
	struct mfa_record *record = pam_fixture_read(&race->fixture, contest->user);
	score->strange += pam_fixture_counter_of(&record->tokens[0]) != expected;
	score->strange += record->failures != 0;
	score->none += accepted == 0;
	score->twice += accepted > 1;
	score->rounds++;
}

static void race_size(struct race *race, const struct pam_fixture_token *token,
		      unsigned count, struct score *score)
{
	char user[32];
	struct workers workers = { .count = 0 };
	(void)snprintf(user, sizeof user, "%s%u", token->label, count);
	pam_fixture_enrol(&race->fixture, user, token, 1);
	struct contest *contest = contest_new(&race->fixture, user, count);
	for (unsigned i = 0; i < count; i++)
		workers_add(&workers, compete, contest);
	for (unsigned i = 0; i < race->rounds / 2 / STEPS; i++) {
		contest->at_prompt = i % 2 == 0;
		uint64_t expected = prepare_round(race, contest, token->kind);
		run_round(contest);
		judge_round(race, contest, count, expected, score);
	}
	contest->is_over = true;
	workers_gate_wait(&contest->begin);
	score->strange += !workers_join(&workers);
}

static bool race_kind(struct race *race, const struct pam_fixture_token *token)
{
	struct score score = { 0 };
	char name[64];
	for (size_t i = 0; i < STEPS; i++)
		race_size(race, token, sizes[i], &score);
	bool is_good = score.none == 0 && score.twice == 0 && score.strange == 0;
	(void)snprintf(name, sizeof name, "one_%s_code", token->label);
	pam_fixture_report(
		&(struct pam_fixture_case){ "race", name, race->where }, is_good,
		"%u rounds of 2 to 16 processes: nobody accepted in %u, more than one "
		"in %u; %u refused, %u other answers",
		score.rounds, score.none, score.twice, score.refused, score.strange);
	return is_good;
}

bool race_one_code(struct race *race)
{
	static const struct pam_fixture_token kinds[] = {
		{ MFA_KIND_TOTP, SECRET, 0, "totp" },
		{ MFA_KIND_HOTP, SECRET, 0, "hotp" },
		{ MFA_KIND_YUBIKEY_OTP, SECRET, 0, "yubikey_otp" },
	};
	bool is_good = true;
	for (size_t i = 0; i < MFA_COUNT(kinds); i++)
		is_good = race_kind(race, &kinds[i]) && is_good;
	return is_good;
}

bool race_wrong_codes(struct race *race)
{
	enum {
		COUNT = 16,
		ROUNDS = 5 /* 80 failures, below the limit of 99 */
	};
	static const struct pam_fixture_token token = { MFA_KIND_HOTP, SECRET, 0,
							"wrong" };
	struct workers workers = { .count = 0 };
	unsigned strange = 0;
	pam_fixture_enrol(&race->fixture, "wrong", &token, 1);
	struct contest *contest = contest_new(&race->fixture, "wrong", COUNT);
	contest->code = pam_fixture_code(SECRET, 1000);
	for (unsigned i = 0; i < COUNT; i++)
		workers_add(&workers, compete, contest);
	for (unsigned i = 0; i < ROUNDS; i++) {
		run_round(contest);
		for (unsigned at = 0; at < COUNT; at++)
			strange += contest->answers[at] != PAM_AUTH_ERR;
	}
	contest->is_over = true;
	workers_gate_wait(&contest->begin);
	strange += !workers_join(&workers);
	MFA_CLEANUP(mfa_record_free)
	struct mfa_record *record = pam_fixture_read(&race->fixture, "wrong");
	bool is_good = strange == 0 && record->failures == COUNT * ROUNDS;
	pam_fixture_report(
		&(struct pam_fixture_case){ "race", "wrong_codes", race->where }, is_good,
		"%u of %d failures counted, %u other answers", record->failures,
		COUNT * ROUNDS, strange);
	return is_good;
}
