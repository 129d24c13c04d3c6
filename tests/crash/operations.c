/* SPDX-License-Identifier: BSD-2-Clause */
#include "operations.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "key_fixture.h"
#include "usb.h"

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
	WORKERS = 4, /* of the service */
};

struct run_shared {
	volatile int answer; /* of pam_authenticate; -1: none yet */
	volatile bool is_done;
};

#define NEW_TOKEN                                                         \
	"hotp", "--secret-stdin", "hex", "--digits", "8", "--no-confirm", \
		"--allow-unknown", "--label", STATE_NEW_LABEL

const struct operation operations[] = {
	{ .name = "login_hotp",
	  .login_user = "taro",
	  .login_secret = SECRET_A,
	  .has_victims = true,
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
	  .has_victims = true,
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
	{ .name = "usb",
	  .login_user = "jiro3",
	  .login_secret = SECRET_TOUCHED,
	  .login_code = PROBE_TOUCHED,
	  .key_secret = SECRET_TOUCHED,
	  .short_stride = 31,
	  .is_of_usb = true,
	  .probes = { { "jiro3", SECRET_TOUCHED, 0, true, true, PROBE_TOUCHED } } },
	{ .name = "init",
	  .words = { "init", "--in-memory" },
	  .done = "Ready.",
	  .is_from_nothing = true,
	  .is_resumed = true,
	  .short_stride = 61 },
	/* the store has nearly no decoys: see remove_decoys. What a loss of power leaves
	 * of a new file add_first looks at. */
	{ .name = "init_decoys",
	  .words = { "init", "--in-memory" },
	  .done = "Ready.",
	  .is_resumed = true,
	  .short_stride = 61,
	  .probes = { { "taro", SECRET_A, 0, true, true, PROBE_COUNTED },
		      { "nobody-here", SECRET_NONE, 0, false, false, PROBE_COUNTED } } },
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

/* As in a store of before that had one decoy, whose init was cut off after the one that
 * login_unknown works on. */
static void remove_decoys(struct pam_fixture *fixture)
{
	char kept[MFA_DECOY_NAME_SIZE];
	mfa_store_choose_decoy(fixture->host.store, "nobody-here", kept);
	for (size_t i = 0; i < MFA_DECOYS; i++) {
		struct mfa_diag diag = { .text = "" };
		char name[MFA_DECOY_NAME_SIZE];
		mfa_decoy_name(i, name);
		if (strcmp(name, kept) == 0)
			continue;
		MFA_CLEANUP(mfa_record_free)
		struct mfa_record *record = pam_fixture_read(fixture, name);
		if (mfa_store_remove(fixture->host.store, record, &diag) != MFA_OK)
			pam_fixture_die("%s", diag.text);
	}
}

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
	remove_decoys(fixture);
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

/* Who touches a key is at this machine. */
int probe_login(const struct pam_fixture *fixture, const struct probe *probe)
{
	static unsigned number;
	return probe->code == PROBE_TOUCHED
		       ? pam_fixture_login(fixture, probe->user, code_of(probe))
		       : pam_fixture_login_from(fixture, number++, probe->user,
						code_of(probe));
}

static struct pam_fixture_code login_code(const struct operation *operation)
{
	const struct probe probe = {
		.secret = operation->login_secret,
		.counter = operation->login_counter,
		.code = operation->login_code,
	};
	return code_of(&probe);
}

static void log_in(void *context)
{
	struct run *run = context;
	struct pam_fixture_session session = { .code = login_code(run->operation) };
	pam_fixture_session_open(run->fixture, run->operation->login_user, &session);
	if (run->victim == VICTIM_MODULE)
		trace_me();
	run->shared->answer = pam_fixture_session_run(&session);
	run->shared->is_done = true;
	pam_fixture_session_close(&session);
	_exit(0);
}

static void take_steps(void *context)
{
	struct run *run = context;
	mfa_close_fd(&run->steps.module);
	if (run->victim == VICTIM_STEPS)
		trace_me();
	steps_fixture_run(&run->steps);
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

/* The person presses Enter, and mfa-usb is started. */
static void begin_usb(struct run *run)
{
	usb_catch();
	run->client = fork();
	if (run->client < 0)
		pam_fixture_die("no steps");
	if (run->client == 0)
		take_steps(run);
	usb_trace(&run->trace);
}

static void begin_steps(struct run *run)
{
	const struct pam_fixture_code code = login_code(run->operation);
	const struct steps_login login = {
		.user = run->operation->login_user,
		.service = "fixture",
		.reply = code.text,
	};
	if (steps_fixture_begin(run->fixture->config_path, &login, &run->steps) != MFA_OK)
		pam_fixture_die("the steps cannot be taken");
	if (run->victim == VICTIM_USB)
		begin_usb(run);
	else
		trace_begin(&run->trace, take_steps, run);
	mfa_close_fd(&run->steps.desk.connection);
}

/* The children of the service. */
static void find_workers(struct run *run)
{
	char path[64];
	char text[256] = "";
	size_t count = 0;
	pid_t service = run->fixture->service;
	(void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)service,
		       (int)service);
	do {
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t len = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
		(void)close(fd);
		if (len < 0)
			pam_fixture_die("%s", path);
		text[len] = '\0';
		count = 0;
		for (char *at = text, *end = NULL; count + 1 < MFA_COUNT(run->workers);
		     at = end) {
			long pid = strtol(at, &end, 10);
			if (end == at)
				break;
			run->workers[count++] = (pid_t)pid;
		}
	} while (count < WORKERS);
	run->workers[count] = 0;
}

static bool is_client_done(void *context)
{
	const struct run *run = context;
	return run->shared->is_done;
}

static void restart_service(struct run *run)
{
	pam_fixture_end_service(run->fixture);
	pam_fixture_serve(run->fixture);
}

/* The first worker is given the work, as long as it is idle. */
static void begin_beside_client(struct run *run)
{
	restart_service(run);
	find_workers(run);
	trace_attach(&run->trace,
		     run->victim == VICTIM_WORKER ? run->workers[0]
						  : run->fixture->service,
		     is_client_done, run);
	run->client = fork();
	if (run->client < 0)
		pam_fixture_die("no application");
	if (run->client == 0)
		log_in(run);
}

static void begin_login(struct run *run)
{
	switch (run->victim) {
	case VICTIM_STEPS:
	case VICTIM_USB:
		begin_steps(run);
		return;
	case VICTIM_MODULE:
		restart_service(run);
		trace_begin(&run->trace, log_in, run);
		return;
	case VICTIM_WORKER:
	case VICTIM_SERVICE:
	case VICTIM_COUNT:
		break;
	}
	begin_beside_client(run);
}

void run_begin(struct run *run, struct pam_fixture *fixture,
	       const struct operation *operation, enum victim victim)
{
	static struct run_shared *shared;
	if (shared == NULL)
		shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		pam_fixture_die("no memory to share");
	*shared = (struct run_shared){ .answer = -1 };
	if (operation->key_secret != 0)
		key_fixture_plug(operation->key_secret);
	*run = (struct run){ .operation = operation,
			     .victim = victim,
			     .fixture = fixture,
			     .steps = { .module = -1, .desk = { .connection = -1 } },
			     .shared = shared };
	run->input_fd = input_of(operation);
	run->output_fd = pam_fixture_memory_file("");
	fill_words(run);
	if (operation->words[0] == NULL) {
		begin_login(run);
		return;
	}
	trace_begin(&run->trace, enroll, run);
	/* main's first system call; what the loader does before changes nothing */
	if (!trace_until(&run->trace, SYS_prctl))
		pam_fixture_die("mfa-enroll does not begin");
}

int run_answer(struct run *run)
{
	if (run->victim != VICTIM_STEPS && run->victim != VICTIM_USB)
		return run->shared->is_done ? run->shared->answer : -1;
	steps_fixture_hear(run->steps.module, &run->heard);
	if (!run->heard.has_verdict)
		return -1;
	return run->heard.verdict == MFA_ALLOW	? PAM_SUCCESS
	       : run->heard.verdict == MFA_DENY ? PAM_AUTH_ERR
						: PAM_AUTHINFO_UNAVAIL;
}

bool run_is_reported(struct run *run)
{
	char text[4096] = "";
	if (run->operation->words[0] == NULL) {
		int answer = run_answer(run);
		/* without the key's answer a login is refused, and nothing is counted */
		bool is_counted = run->victim != VICTIM_USB;
		return answer == PAM_SUCCESS || (answer == PAM_AUTH_ERR && is_counted);
	}
	return run->operation->done != NULL &&
	       pread(run->output_fd, text, sizeof text - 1, 0) > 0 &&
	       strstr(text, run->operation->done) != NULL;
}

/* Those of a parent that was killed are this process' own by then. */
static void wait_for_workers(const struct run *run)
{
	for (size_t i = 0; run->workers[i] != 0; i++)
		while (waitpid(run->workers[i], NULL, 0) < 0 && errno == EINTR)
			continue;
}

static void wait_for_client(struct run *run)
{
	if (run->client > 0 && waitpid(run->client, NULL, 0) != run->client)
		pam_fixture_die("the application is lost");
	run->client = 0;
}

void run_settle(struct run *run)
{
	if (run->operation->words[0] != NULL || run->victim == VICTIM_STEPS)
		return;
	if (run->victim == VICTIM_USB) {
		usb_let_go();
		wait_for_client(run);
		return;
	}
	if (run->victim == VICTIM_SERVICE) {
		run->fixture->service = 0;
		pam_fixture_serve(run->fixture);
		wait_for_workers(run);
	}
	wait_for_client(run);
	restart_service(run); /* it ends what is begun */
}

bool run_is_good(struct run *run)
{
	int expected =
		run->operation->login_secret == SECRET_NONE ? PAM_AUTH_ERR : PAM_SUCCESS;
	return WIFEXITED(run->trace.status) && WEXITSTATUS(run->trace.status) == 0 &&
	       (run->operation->words[0] != NULL || run_answer(run) == expected);
}

void run_done(struct run *run)
{
	mfa_close_fd(&run->input_fd);
	mfa_close_fd(&run->output_fd);
	if (run->steps.desk.packet.data != NULL)
		steps_fixture_end(&run->steps);
	if (run->client == 0)
		return;
	/* what goes on for ever is still traced */
	if (run->victim != VICTIM_USB)
		trace_kill(&run->trace);
	run_settle(run);
}
