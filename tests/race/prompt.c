/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions that wait at the prompt. */
#include "race.h"

#include <semaphore.h>

#include "workers.h"

enum {
	SECRET = 1,
	WAITERS = 2,
	LONG_WAIT = 10 * 60
};

struct waiter {
	sem_t is_there; /* it has its prompt */
	sem_t may_go;	/* the person has typed the code */
	sem_t is_done;
	struct pam_fixture_code code; /* what the person types */
	int64_t shift;		      /* how far the clock moved on meanwhile */
	int answer;
	struct pam_fixture_session *session;
};

struct room {
	const struct pam_fixture *fixture;
	const char *user;
	struct waiter waiters[WAITERS];
};

static void wait_for_person(void *context)
{
	struct waiter *waiter = context;
	(void)sem_post(&waiter->is_there);
	(void)sem_wait(&waiter->may_go);
	if (waiter->shift != 0)
		pam_fixture_clock_shift(waiter->shift);
	waiter->session->code = waiter->code;
}

static void sit(void *context, unsigned number)
{
	struct room *room = context;
	struct waiter *waiter = &room->waiters[number];
	struct pam_fixture_session session = { .at_prompt = wait_for_person,
					       .context = waiter };
	waiter->session = &session;
	pam_fixture_session_open(room->fixture, room->user, &session);
	waiter->answer = pam_fixture_session_run(&session);
	pam_fixture_session_close(&session);
	(void)sem_post(&waiter->is_done);
}

static struct room *room_new(struct race *race, const char *user)
{
	struct room *room = workers_memory(sizeof *room);
	room->fixture = &race->fixture;
	room->user = user;
	for (unsigned i = 0; i < WAITERS; i++)
		if (sem_init(&room->waiters[i].is_there, 1, 0) != 0 ||
		    sem_init(&room->waiters[i].may_go, 1, 0) != 0 ||
		    sem_init(&room->waiters[i].is_done, 1, 0) != 0)
			pam_fixture_die("no semaphore");
	return room;
}

static int answer(struct waiter *waiter, struct pam_fixture_code code)
{
	waiter->code = code;
	(void)sem_post(&waiter->may_go);
	(void)sem_wait(&waiter->is_done);
	return waiter->answer;
}

/* Two wait; a third comes and goes; then the first, then the second. */
static bool race_kind(struct race *race, enum mfa_kind kind)
{
	bool is_totp = kind == MFA_KIND_TOTP;
	const char *user = is_totp ? "prompt-totp" : "prompt-hotp";
	struct pam_fixture_token token = { kind, SECRET, 0, "prompt" };
	struct workers workers = { .count = 0 };
	pam_fixture_enrol(&race->fixture, user, &token, 1);
	struct room *room = room_new(race, user);
	/* three codes in a row, which for TOTP a stopped clock keeps within the window */
	if (is_totp)
		pam_fixture_clock_stop(pam_fixture_now());
	uint64_t first = is_totp ? (uint64_t)(pam_fixture_now() / RIG_PERIOD) - 1 : 0;
	for (unsigned i = 0; i < WAITERS; i++)
		workers_add(&workers, sit, room);
	for (unsigned i = 0; i < WAITERS; i++)
		(void)sem_wait(&room->waiters[i].is_there);
	int passing =
		pam_fixture_login(&race->fixture, user, pam_fixture_code(SECRET, first));
	int one = answer(&room->waiters[0], pam_fixture_code(SECRET, first + 1));
	int two = answer(&room->waiters[1], pam_fixture_code(SECRET, first + 2));
	pam_fixture_clock_stop(0);
	bool is_good = workers_join(&workers) && passing == PAM_SUCCESS &&
		       one == PAM_SUCCESS && two == PAM_SUCCESS;
	pam_fixture_report(
		&(struct pam_fixture_case){
			"race", is_totp ? "prompt_totp" : "prompt_hotp", race->where },
		is_good,
		"while two sessions wait: a third gets %d, then the first %d, the "
		"second %d (0: accepted)",
		passing, one, two);
	return is_good;
}

/* A greeter may show its prompt for a long time: the code is judged by when it comes. */
static bool race_patience(struct race *race)
{
	static const struct pam_fixture_token token = { MFA_KIND_TOTP, SECRET, 0,
							"patience" };
	struct workers workers = { .count = 0 };
	pam_fixture_enrol(&race->fixture, "patience", &token, 1);
	struct room *room = room_new(race, "patience");
	struct waiter *waiter = &room->waiters[0];
	workers_add(&workers, sit, room);
	(void)sem_wait(&waiter->is_there);
	uint64_t old_step = (uint64_t)(pam_fixture_now() / RIG_PERIOD);
	waiter->shift = LONG_WAIT;
	int fresh = answer(waiter,
			   pam_fixture_code(SECRET, old_step + LONG_WAIT / RIG_PERIOD));
	pam_fixture_clock_shift(0);
	bool is_good = workers_join(&workers) && fresh == PAM_SUCCESS;
	pam_fixture_report(
		&(struct pam_fixture_case){ "race", "prompt_patience", race->where },
		is_good,
		"a fresh code after %d minutes at the prompt gets %d (0: accepted)",
		LONG_WAIT / 60, fresh);
	return is_good;
}

bool race_prompt(struct race *race)
{
	bool is_good = race_kind(race, MFA_KIND_TOTP);
	is_good = race_kind(race, MFA_KIND_HOTP) && is_good;
	return race_patience(race) && is_good;
}
