/* SPDX-License-Identifier: BSD-2-Clause */
#include "operations.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "key_fixture.h"

/* Users: taro with two HOTP tokens a, b and a TOTP token t; hanako2, suspended; jiro,
 * locked; jiro2 with one token; taro2, whose counter is far behind; hanako3 and jiro3
 * with YubiKeys of their own; hanako, the control. */
enum {
	SECRET_A = 1,
	SECRET_B = 2,
	SECRET_T = 3,
	SECRET_SUSPENDED = 4,
	SECRET_LOCKED = 5,
	SECRET_ONE = 6,
	SECRET_BEHIND = 7,
	SECRET_NEW = 8,
	SECRET_NONE = 10,
	SECRET_TYPED = 11,
	SECRET_TOUCHED = 12,
	TYPED_COUNTER = 300,
	RAY_COUNTER = 500,
};

struct run_shared {
	volatile int answer; /* of pam_authenticate */
	volatile bool is_done;
};

#define NEW_TOKEN                                                         \
	"hotp", "--secret-stdin", "hex", "--digits", "8", "--no-confirm", \
		"--allow-unknown", "--label", STATE_NEW_LABEL

const struct operation operations[] = {
	{ .name = "login_hotp",
	  .login_user = "taro",
	  .login_secret = SECRET_A,
	  .has_power = true,
	  .probes = { { "taro", SECRET_A, 0, true, false, PROBE_COUNTED },
		      { "taro", SECRET_B, 0, true, true, PROBE_COUNTED } } },
	{ .name = "login_totp",
	  .login_user = "taro",
	  .login_secret = SECRET_T,
	  .login_code = PROBE_NOW,
	  .has_power = true,
	  .probes = { { "taro", SECRET_T, 0, true, false, PROBE_NOW },
		      { "taro", SECRET_A, 0, true, true, PROBE_COUNTED } } },
	{ .name = "login_refused",
	  .login_user = "taro",
	  .login_secret = SECRET_NONE,
	  .has_power = true,
	  .probes = { { "taro", SECRET_A, 0, true, true, PROBE_COUNTED },
		      { "taro", SECRET_NONE, 0, false, false, PROBE_COUNTED } } },
	{ .name = "login_unknown",
	  .login_user = "nobody-here",
	  .login_secret = SECRET_NONE,
	  .probes = { { "taro", SECRET_A, 0, true, true, PROBE_COUNTED },
		      { "nobody-here", SECRET_NONE, 0, false, false, PROBE_COUNTED } } },
	{ .name = "login_yubikey_otp",
	  .login_user = "hanako3",
	  .login_secret = SECRET_TYPED,
	  .login_counter = TYPED_COUNTER + 5,
	  .login_code = PROBE_TYPED,
	  .has_power = true,
	  .probes = { { "hanako3", SECRET_TYPED, TYPED_COUNTER + 5, true, false,
			PROBE_TYPED },
		      { "hanako3", SECRET_TYPED, TYPED_COUNTER + 6, true, true,
			PROBE_TYPED } } },
	{ .name = "login_yubikey",
	  .login_user = "jiro3",
	  .login_secret = SECRET_TOUCHED,
	  .login_code = PROBE_TOUCHED,
	  .key_secret = SECRET_TOUCHED,
	  .short_stride = 31,
	  .has_power = true,
	  .probes = { { "jiro3", SECRET_TOUCHED, 0, true, true, PROBE_TOUCHED } } },
	{ .name = "init",
	  .words = { "init", "--in-memory" },
	  .done = "Ready.",
	  .is_from_nothing = true,
	  .is_resumed = true },
	{ .name = "add_first",
	  .words = { "add", "taro3", NEW_TOKEN },
	  .input = "new",
	  .done = "Enrolled:",
	  .has_power = true,
	  .probes = { { "taro3", SECRET_NEW, 0, false, true, PROBE_COUNTED } } },
	{ .name = "add_second",
	  .words = { "add", "taro", NEW_TOKEN },
	  .input = "new",
	  .done = "Enrolled:",
	  .has_power = true,
	  .probes = { { "taro", SECRET_NEW, 0, false, true, PROBE_COUNTED },
		      { "taro", SECRET_A, 0, true, true, PROBE_COUNTED } } },
	{ .name = "add_yubikey_otp",
	  .words = { "add", "taro4", "yubikey-otp", "--secret-stdin", "csv",
		     "--no-confirm", "--allow-unknown", "--label", STATE_NEW_LABEL },
	  .input = "csv",
	  .done = "Enrolled:",
	  .short_stride = 31,
	  .has_power = true,
	  .probes = { { "taro4", SECRET_NEW, 1, false, true, PROBE_TYPED },
		      { "hanako3", SECRET_TYPED, TYPED_COUNTER + 1, true, true,
			PROBE_TYPED } } },
	{ .name = "add_yubikey",
	  .words = { "add", "taro5", "yubikey", "--secret-stdin", "hex", "--no-confirm",
		     "--serial", "7000008", "--slot", "2", "--allow-unknown", "--label",
		     STATE_NEW_LABEL },
	  .input = "new",
	  .done = "Enrolled:",
	  .key_secret = SECRET_NEW,
	  .short_stride = 31,
	  .probes = { { "taro5", SECRET_NEW, 0, false, true, PROBE_TOUCHED } } },
	{ .name = "suspend",
	  .words = { "suspend", "taro", "@a" },
	  .done = "Token ",
	  .has_power = true,
	  .probes = { { "taro", SECRET_A, 0, true, false, PROBE_COUNTED },
		      { "taro", SECRET_B, 0, true, true, PROBE_COUNTED } } },
	{ .name = "resume",
	  .words = { "resume", "hanako2", "@s" },
	  .done = "Token ",
	  .has_power = true,
	  .probes = { { "hanako2", SECRET_SUSPENDED, 0, false, true, PROBE_COUNTED } } },
	{ .name = "remove",
	  .words = { "--yes", "remove", "taro", "@a" },
	  .done = "Removed ",
	  .has_power = true,
	  .probes = { { "taro", SECRET_A, 0, true, false, PROBE_COUNTED },
		      { "taro", SECRET_B, 0, true, true, PROBE_COUNTED } } },
	{ .name = "remove_last",
	  .words = { "--yes", "remove", "jiro2", "@u" },
	  .done = "Removed ",
	  .has_power = true,
	  .probes = { { "jiro2", SECRET_ONE, 0, true, false, PROBE_COUNTED } } },
	{ .name = "retire",
	  .words = { "retire", "jiro2" },
	  .done = "Retired:",
	  .has_power = true,
	  .probes = { { "jiro2", SECRET_ONE, 0, true, false, PROBE_COUNTED } } },
	{ .name = "rename",
	  .words = { "--yes", "rename", "--allow-unknown", "jiro2", "jiro4" },
	  .done = "The authenticators of ",
	  .is_move = true,
	  .has_power = true,
	  .probes = { { "jiro2", SECRET_ONE, 0, true, false, PROBE_COUNTED },
		      { "jiro4", SECRET_ONE, 0, false, true, PROBE_COUNTED } } },
	{ .name = "unlock",
	  .words = { "unlock", "jiro" },
	  .done = "Unlocked:",
	  .has_power = true,
	  .probes = { { "jiro", SECRET_LOCKED, 0, false, true, PROBE_COUNTED } } },
	{ .name = "resync",
	  .words = { "resync", "taro2", "@r" },
	  .input = "codes",
	  .done = "Resynced:",
	  .has_power = true,
	  .probes = { { "taro2", SECRET_BEHIND, RAY_COUNTER + 2, false, true,
			PROBE_COUNTED } } },
	{ .name = "rekey",
	  .words = { "--yes", "rekey", "--in-memory" },
	  .is_resumed = true,
	  .has_power = true,
	  .probes = { { "taro", SECRET_A, 0, true, true, PROBE_COUNTED },
		      { "jiro2", SECRET_ONE, 0, true, true, PROBE_COUNTED } } },
	/* a torn line of the trail is what a loss of power may leave */
	{ .name = "rekey_trail",
	  .words = { "--yes", "rekey", "--trail", "--broken-trail", "--in-memory" },
	  .is_resumed = true,
	  .has_power = true,
	  .probes = { { "taro", SECRET_A, 0, true, true, PROBE_COUNTED },
		      { "jiro2", SECRET_ONE, 0, true, true, PROBE_COUNTED } } },
	{ .name = NULL },
};

static const struct {
	const char *user;
	size_t count;
	struct pam_fixture_token tokens[3];
} people[] = {
	{ "taro",
	  3,
	  { { MFA_KIND_HOTP, SECRET_A, 0, "a" },
	    { MFA_KIND_HOTP, SECRET_B, 0, "b" },
	    { MFA_KIND_TOTP, SECRET_T, 0, "t" } } },
	{ "hanako2", 1, { { MFA_KIND_HOTP, SECRET_SUSPENDED, 0, "s" } } },
	{ "jiro", 1, { { MFA_KIND_HOTP, SECRET_LOCKED, 0, "m" } } },
	{ "jiro2", 1, { { MFA_KIND_HOTP, SECRET_ONE, 0, "u" } } },
	{ "taro2", 1, { { MFA_KIND_HOTP, SECRET_BEHIND, 0, "r" } } },
	{ "hanako3", 1, { { MFA_KIND_YUBIKEY_OTP, SECRET_TYPED, TYPED_COUNTER, "y" } } },
	{ "jiro3", 1, { { MFA_KIND_YUBIKEY, SECRET_TOUCHED, 0, "k" } } },
	{ CONTROL_USER, 1, { { MFA_KIND_HOTP, CONTROL_SECRET, 0, "control" } } },
};

/* Takes back what the caller changed in a record. */
static void store(struct pam_fixture *fixture, struct mfa_record *record)
{
	struct mfa_diag diag = { .text = "" };
	if (mfa_store_swap(fixture->host.store, record, &diag) != MFA_OK)
		pam_fixture_die("%s", diag.text);
	mfa_record_free(&record);
}

void operations_prepare(struct pam_fixture *fixture)
{
	pam_fixture_make(fixture);
	for (size_t i = 0; i < MFA_COUNT(people); i++)
		pam_fixture_enrol(fixture, people[i].user, people[i].tokens,
				  people[i].count);
	struct mfa_record *record = pam_fixture_read(fixture, "hanako2");
	record->tokens[0].state = MFA_STATE_SUSPENDED;
	store(fixture, record);
	record = pam_fixture_read(fixture, "jiro");
	record->failures = 99;
	record->locked_until = MFA_LOCKED_FOREVER;
	store(fixture, record);
	/* a host that had a rekey before: one more changes nothing that is compared */
	record = pam_fixture_read(fixture, MFA_DECOY_USER);
	record->created = 1;
	store(fixture, record);
	/* a record that has been written to before, as most are */
	for (unsigned i = 0; i < 3; i++)
		store(fixture, pam_fixture_read(fixture, "taro"));
	pam_fixture_close(fixture);
}

bool operation_is_known(const struct pam_fixture *fixture,
			const struct operation *operation)
{
	const char *words[] = { operation->words[0], "--help", NULL };
	if (operation->words[0] != NULL && operation->words[0][0] == '-')
		words[0] = operation->words[1];
	return operation->words[0] == NULL ||
	       pam_fixture_enroll(fixture, words, NULL) == 0;
}

static struct pam_fixture_code code_of(const struct probe *probe)
{
	uint64_t step = (uint64_t)(pam_fixture_now() / RIG_PERIOD);
	switch (probe->code) {
	case PROBE_COUNTED:
		break;
	case PROBE_NOW:
		return pam_fixture_code(probe->secret, probe->counter + step);
	case PROBE_TYPED:
		return pam_fixture_typed(probe->secret, probe->counter);
	case PROBE_TOUCHED:
		return pam_fixture_enter;
	}
	return pam_fixture_code(probe->secret, probe->counter);
}

int probe_login(const struct pam_fixture *fixture, const struct probe *probe)
{
	return pam_fixture_login(fixture, probe->user, code_of(probe));
}

static void log_in(void *context)
{
	struct run *run = context;
	const struct operation *operation = run->operation;
	struct probe probe = {
		.secret = operation->login_secret,
		.counter = operation->login_counter,
		.code = operation->login_code,
	};
	struct pam_fixture_session session = { .code = code_of(&probe) };
	pam_fixture_session_open(run->fixture, operation->login_user, &session);
	trace_me();
	run->shared->answer = pam_fixture_session_run(&session);
	run->shared->is_done = true;
	pam_fixture_session_close(&session);
	_exit(0);
}

static void enroll(void *context)
{
	struct run *run = context;
	trace_me();
	pam_fixture_become_enroll(run->fixture, run->words, run->input_fd,
				  run->output_fd);
}

/* "@x" becomes the identifier of the token with the label x. */
static void fill_words(struct run *run)
{
	for (size_t i = 0; i < RIG_WORDS_MAX; i++) {
		const char *word = run->operation->words[i];
		run->words[i] = word;
		if (word == NULL)
			return;
		if (word[0] != '@')
			continue;
		pam_fixture_open(run->fixture);
		struct mfa_record *record =
			pam_fixture_read(run->fixture, run->operation->words[i - 1]);
		const struct mfa_token *token = pam_fixture_token_of(record, word + 1);
		if (token == NULL)
			pam_fixture_die("no token %s", word);
		memcpy(run->ids[i], token->id, sizeof run->ids[i]);
		run->words[i] = run->ids[i];
		mfa_record_free(&record);
		pam_fixture_close(run->fixture);
	}
}

static int input_of(const struct operation *operation)
{
	char text[128] = "";
	if (operation->input != NULL && strcmp(operation->input, "new") == 0)
		return pam_fixture_memory_file(pam_fixture_secret(SECRET_NEW).text);
	if (operation->input != NULL && strcmp(operation->input, "csv") == 0)
		return pam_fixture_memory_file(pam_fixture_csv(SECRET_NEW).text);
	if (operation->input != NULL)
		(void)snprintf(text, sizeof text, "%s\n%s\n",
			       pam_fixture_code(SECRET_BEHIND, RAY_COUNTER).text,
			       pam_fixture_code(SECRET_BEHIND, RAY_COUNTER + 1).text);
	return pam_fixture_memory_file(text);
}

void run_begin(struct run *run, struct pam_fixture *fixture,
	       const struct operation *operation)
{
	static struct run_shared *shared;
	if (shared == NULL)
		shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		pam_fixture_die("no memory to share");
	*shared = (struct run_shared){ .is_done = false };
	if (operation->key_secret != 0)
		key_fixture_plug(operation->key_secret);
	*run = (struct run){ .operation = operation,
			     .fixture = fixture,
			     .shared = shared };
	run->input_fd = input_of(operation);
	run->output_fd = pam_fixture_memory_file("");
	fill_words(run);
	if (operation->words[0] == NULL) {
		trace_begin(&run->trace, log_in, run);
		return;
	}
	trace_begin(&run->trace, enroll, run);
	/* main's first system call; what the loader does before changes nothing */
	if (!trace_until(&run->trace, SYS_prctl))
		pam_fixture_die("mfa-enroll does not begin");
}

bool run_is_reported(const struct run *run)
{
	char text[4096] = "";
	if (run->operation->words[0] == NULL)
		return run->shared->is_done && run->shared->answer == PAM_SUCCESS;
	return run->operation->done != NULL &&
	       pread(run->output_fd, text, sizeof text - 1, 0) > 0 &&
	       strstr(text, run->operation->done) != NULL;
}

bool run_is_good(const struct run *run)
{
	int expected =
		run->operation->login_secret == SECRET_NONE ? PAM_AUTH_ERR : PAM_SUCCESS;
	return WIFEXITED(run->trace.status) && WEXITSTATUS(run->trace.status) == 0 &&
	       (run->operation->words[0] != NULL || run->shared->answer == expected);
}

void run_done(struct run *run)
{
	mfa_close_fd(&run->input_fd);
	mfa_close_fd(&run->output_fd);
}
