/* SPDX-License-Identifier: BSD-2-Clause */
/* Many processes and one YubiKey in the port. */
#include "race.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "key_fixture.h"
#include "workers.h"

enum {
	SECRET = 1,
	OTHER_SECRET = 2,
	TIMEOUT_MS = 1000, /* yubikey_timeout */
	QUESTIONS = 3,	   /* that a login asks at most */
	SLACK_MS = 3000,   /* for a machine that does other things as well */
	ASKED = 30,	   /* questions in all, with those for another's turn */
	PACE_MS = 100,	   /* of a person who presses Enter again */
	ENTER_MS = 400, /* what looking at the ports takes, with others at it as well */
	TIME_MS = QUESTIONS * TIMEOUT_MS + ASKED * (PACE_MS + ENTER_MS) + SLACK_MS,
	WAITERS = 4,
	ROUNDS_PART = 256,
	MS_NS = 1000000,
};

const char race_key_zone[] = "yubikey_timeout = 1s\n";

static const unsigned sizes[] = { 2, 4, 8, 16 };
static const char OWNER[] = "owner";
static const char STRANGER[] = "stranger"; /* the same key, another secret */

struct person {
	int answer;
	bool is_busy; /* the last prompt says so, or that it was another's turn */
	bool was_busy;
	bool was_untouched;
	int64_t took_ms;
};

struct queue {
	const struct pam_fixture *fixture;
	pthread_barrier_t start;
	bool has_strangers; /* every other process */
	struct person people[CREW_MAX];
};

static bool is_stranger(const struct queue *queue, unsigned number)
{
	return queue->has_strangers && number % 2 == 1;
}

static void ask_again(void *context, const char *prompt)
{
	static const struct timespec pace = { 0, PACE_MS * MS_NS };
	struct person *person = context;
	person->is_busy = strstr(prompt, "Don't touch yet") != NULL ||
			  strstr(prompt, "Used elsewhere") != NULL;
	person->was_busy |= person->is_busy;
	person->was_untouched |= strstr(prompt, "Not touched") != NULL;
	(void)nanosleep(&pace, NULL);
}

static void press_enter(const struct pam_fixture *fixture, const char *user,
			struct person *person)
{
	struct pam_fixture_session session = { .code = pam_fixture_enter,
					       .at_again = ask_again,
					       .context = person };
	pam_fixture_session_open(fixture, user, &session);
	int64_t begin = pam_fixture_ticks();
	person->answer = pam_fixture_session_run(&session);
	person->took_ms = (pam_fixture_ticks() - begin) / MS_NS;
	pam_fixture_session_close(&session);
}

static void queue_up(void *context, unsigned number)
{
	struct queue *queue = context;
	workers_gate_wait(&queue->start);
	press_enter(queue->fixture, is_stranger(queue, number) ? STRANGER : OWNER,
		    &queue->people[number]);
}

static struct queue *queue_new(const struct pam_fixture *fixture, unsigned count)
{
	static struct queue *queue;
	if (queue == NULL)
		queue = workers_memory(sizeof *queue);
	memset(queue, 0, sizeof *queue);
	queue->fixture = fixture;
	workers_gate_init(&queue->start, count);
	return queue;
}

/* What must be true behind any of it: the lock is free and the next login works. */
static bool is_free(struct race *race)
{
	struct person next = { .answer = PAM_SYSTEM_ERR };
	if (!pam_fixture_ports_are_free())
		return false;
	press_enter(&race->fixture, OWNER, &next);
	return next.answer == PAM_SUCCESS && next.took_ms < TIMEOUT_MS + SLACK_MS;
}

static void enrol(struct race *race)
{
	static bool is_done;
	const struct pam_fixture_token right = { MFA_KIND_YUBIKEY, SECRET, 0, "key" };
	const struct pam_fixture_token other = { MFA_KIND_YUBIKEY, OTHER_SECRET, 0,
						 "key" };
	struct mfa_diag diag = { .text = "" };
	if (is_done)
		return;
	is_done = true;
	pam_fixture_enrol(&race->fixture, OWNER, &right, 1);
	pam_fixture_enrol(&race->fixture, STRANGER, &other, 1);
	MFA_CLEANUP(mfa_record_free)
	struct mfa_record *record = pam_fixture_read(&race->fixture, STRANGER);
	key_fixture_claim(&record->tokens[0], key_fixture_serial(SECRET));
	if (mfa_store_swap(race->fixture.host.store, record, &diag) != MFA_OK)
		pam_fixture_die("%s", diag.text);
}

struct score {
	unsigned rounds;
	unsigned let_in;
	unsigned busy;
	unsigned wrong;	  /* let in by an answer that was not theirs */
	unsigned strange; /* refused, and not for another's sake */
	unsigned late;
	unsigned none; /* rounds in which nobody got in, or not one challenge each */
	unsigned held; /* rounds that left the lock, or the key, unusable */
};

static void judge_person(const struct person *person, bool is_a_stranger,
			 struct score *score)
{
	bool is_in = person->answer == PAM_SUCCESS;
	bool is_busy = person->answer == PAM_AUTH_ERR && person->is_busy;
	score->late += person->took_ms > TIME_MS;
	score->busy += is_busy;
	if (is_a_stranger) {
		score->wrong += is_in;
		score->strange += person->answer != PAM_AUTH_ERR;
		return;
	}
	score->let_in += is_in;
	score->strange += !is_in && !is_busy;
}

static void run_round(struct race *race, unsigned count, bool has_strangers,
		      struct score *score)
{
	struct workers workers = { .count = 0 };
	struct queue *queue = queue_new(&race->fixture, count);
	unsigned let_in = score->let_in;
	unsigned challenges = key_fixture_fact("challenges");
	queue->has_strangers = has_strangers;
	for (unsigned i = 0; i < count; i++)
		workers_add(&workers, queue_up, queue);
	score->strange += !workers_join(&workers);
	for (unsigned i = 0; i < count; i++)
		judge_person(&queue->people[i], is_stranger(queue, i), score);
	let_in = score->let_in - let_in;
	challenges = key_fixture_fact("challenges") - challenges;
	score->none += let_in == 0 || challenges < let_in;
	score->held += !is_free(race);
	score->rounds++;
}

/* Of each kind here: they take longer than those of a code. */
static unsigned count_rounds(const struct race *race)
{
	unsigned rounds = race->rounds / ROUNDS_PART;
	return rounds > 0 ? rounds : 1;
}

bool race_one_key(struct race *race)
{
	struct score score = { 0 };
	enrol(race);
	key_fixture_plug(SECRET);
	for (size_t size = 0; size < MFA_COUNT(sizes); size++)
		for (unsigned i = 0; i < count_rounds(race); i++)
			run_round(race, sizes[size], (size + i) % 2 == 1, &score);
	bool is_good = score.rounds > 0 && score.wrong == 0 && score.strange == 0 &&
		       score.late == 0 && score.none == 0 && score.held == 0;
	pam_fixture_report(
		&(struct pam_fixture_case){ "race", "one_key", NULL }, is_good,
		"%u rounds of 2 to 16 processes: %u let in, %u told to the end that another "
		"uses the key, %u by a wrong answer, %u other answers, %u late; nobody in %u; "
		"the lock or the key not free after %u",
		score.rounds, score.let_in, score.busy, score.wrong, score.strange,
		score.late, score.none, score.held);
	return is_good;
}

static void wait_for_holder(void)
{
	static const struct timespec pause = { 0, 10 * MS_NS };
	while (key_fixture_fact("waiting") == 0)
		(void)nanosleep(&pause, NULL);
}

/* Begins count logins while one, the first, holds a key that nobody touches. */
static struct queue *hold(struct race *race, struct workers *workers, unsigned count)
{
	struct queue *queue = queue_new(&race->fixture, 1);
	workers_add(workers, queue_up, queue);
	wait_for_holder();
	for (unsigned i = 0; i < count; i++)
		workers_add(workers, queue_up, queue);
	return queue;
}

/* Nobody touches it: all give up in time, and those who never had it know why. */
static bool race_untouched(struct race *race)
{
	struct workers workers = { .count = 0 };
	unsigned busy = 0;
	unsigned strange = 0;
	(void)pam_fixture_softkey("touch 0 off");
	struct queue *queue = hold(race, &workers, WAITERS);
	bool is_good = workers_join(&workers);
	for (unsigned i = 0; i <= WAITERS; i++) {
		const struct person *person = &queue->people[i];
		busy += person->was_busy;
		strange += person->answer != PAM_AUTH_ERR ||
			   (!person->was_busy && !person->was_untouched) ||
			   person->took_ms > TIME_MS;
	}
	(void)pam_fixture_softkey("touch 0 on");
	bool is_left_free = is_free(race);
	is_good = is_good && strange == 0 && busy > 0 && is_left_free;
	pam_fixture_report(
		&(struct pam_fixture_case){ "race", "held_key_untouched", NULL }, is_good,
		"of %d logins %u were told that another uses the key, %u otherwise "
		"or late; the lock and the key are %s",
		WAITERS + 1, busy, strange, is_left_free ? "free" : "NOT free");
	return is_good;
}

/* The one who has it is killed: the others get in. */
static bool race_killed(struct race *race, unsigned rounds)
{
	unsigned refused = 0;
	unsigned held = 0;
	for (unsigned i = 0; i < rounds; i++) {
		struct workers workers = { .count = 0 };
		int status = 0;
		(void)pam_fixture_softkey("touch 0 off");
		struct queue *queue = hold(race, &workers, WAITERS);
		pid_t holder = workers.pids[0];
		if (kill(holder, SIGKILL) != 0 || waitpid(holder, &status, 0) != holder)
			pam_fixture_die("the holder cannot be killed");
		(void)pam_fixture_softkey("touch 0 on");
		workers.pids[0] = workers.pids[--workers.count];
		refused += !workers_join(&workers);
		for (unsigned at = 1; at <= WAITERS; at++)
			refused += queue->people[at].answer != PAM_SUCCESS;
		held += !is_free(race);
	}
	bool is_good = rounds > 0 && refused == 0 && held == 0;
	pam_fixture_report(
		&(struct pam_fixture_case){ "race", "held_key_killed", NULL }, is_good,
		"kill -9 of the login that has the key, %u times: of %u that waited %u "
		"did not get in; the lock or the key not free after %u",
		rounds, rounds * WAITERS, refused, held);
	return is_good;
}

bool race_held_key(struct race *race)
{
	unsigned rounds = count_rounds(race);
	enrol(race);
	key_fixture_plug(SECRET);
	bool is_good = race_untouched(race);
	return race_killed(race, rounds) && is_good;
}
