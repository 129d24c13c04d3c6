/* SPDX-License-Identifier: BSD-2-Clause */
/* Every allocation of a login fails in turn, alone and with all that follow: this program
 * puts its own malloc in front of AddressSanitizer's, so that it sees what the module
 * and all libraries ask for. LeakSanitizer looks for what a failure left behind. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sanitizer/common_interface_defs.h>
#include <security/pam_appl.h>

#include "fault_fixture.h"
#include "leaks.h"
#include "report.h"

enum {
	FRAMES_MAX = 48,
	ALLOCATIONS_MAX = 4096
};

static const char SELF[] = "fault-memory";
static const char OUTSIDE[] = "outside of the product";

/* What the allocator is to do; of this process. */
static struct {
	bool is_inside; /* between the hooks */
	bool is_busy;	/* looking at the stack: may allocate itself */
	bool is_lasting;
	size_t seen;
	size_t fail_at; /* counted from 1; 0: none */
	unsigned hits;
	struct outcome *outcome;
	uint32_t *stacks; /* not NULL: a hash of each allocation's stack goes there */
} state;

static void keep_stack(void)
{
	void *frames[FRAMES_MAX];
	uint32_t hash = 2166136261U;
	int count = backtrace(frames, FRAMES_MAX);
	for (int i = 0; i < count; i++)
		hash = (hash ^ (uint32_t)(uintptr_t)frames[i]) * 16777619U;
	state.stacks[state.seen] = hash;
}

static size_t put_name(char *site, size_t at, size_t size, const char *name)
{
	int len = snprintf(site + at, size - at, "%s%s", at > 0 ? " < " : "", name);
	return at + (len > 0 ? (size_t)len : 0);
}

/* Of the module, of the plug-in, or of the service, which this program is with its
 * steps. */
static bool is_of_product(const char *file, char *pc)
{
	char source[512] = "";
	if (strcmp(file, "pam_mfa.so") == 0 || strcmp(file, "yubikey.so") == 0)
		return true;
	if (strcmp(file, SELF) != 0)
		return false;
	__sanitizer_symbolize_pc(pc, "%s", source, sizeof source);
	return strstr(source, "tests/") == NULL && strstr(source, "<null>") == NULL;
}

/* The product's functions on the stack of the allocation that failed, the innermost
 * first, and the libraries that they had called: "libykpers-1.so.1 < challenge_slots <
 * ask_device". */
static void describe_site(char *site, size_t size)
{
	const char *last = "";
	bool was_in_module = false;
	void *frames[FRAMES_MAX];
	int count = backtrace(frames, FRAMES_MAX);
	size_t at = 0;
	site[0] = '\0';
	for (int i = 0; i < count && at + 1 < size; i++) {
		char name[128] = "?";
		Dl_info info = { 0 };
		char *pc = (char *)frames[i] - 1;
		if (dladdr(pc, &info) == 0 || info.dli_fname == NULL)
			continue;
		const char *slash = strrchr(info.dli_fname, '/');
		const char *file = slash != NULL ? slash + 1 : info.dli_fname;
		if (is_of_product(file, pc)) {
			was_in_module = true;
			__sanitizer_symbolize_pc(pc, "%f", name, sizeof name);
			if (strcmp(name, "<null>") == 0) /* of a late library */
				(void)snprintf(name, sizeof name, "%s", file);
			at = put_name(site, at, size, name);
		} else if (was_in_module) {
			break;
		} else if (strcmp(file, last) != 0 && strcmp(file, SELF) != 0) {
			at = put_name(site, at, size, file);
		}
		last = file;
	}
	if (!was_in_module)
		(void)snprintf(site, size, "%s", OUTSIDE);
}

static bool must_fail(void)
{
	if (!state.is_inside || state.is_busy)
		return false;
	if (state.stacks != NULL && state.seen < ALLOCATIONS_MAX) {
		state.is_busy = true;
		keep_stack();
		state.is_busy = false;
	}
	state.seen++;
	if (state.fail_at == 0 || state.seen < state.fail_at ||
	    (state.seen > state.fail_at && !state.is_lasting))
		return false;
	if (state.hits++ == 0) {
		state.is_busy = true;
		describe_site(state.outcome->site, sizeof state.outcome->site);
		state.is_busy = false;
	}
	errno = ENOMEM;
	return true;
}

void *__interceptor_malloc(size_t size);
void *__interceptor_calloc(size_t count, size_t size);
void *__interceptor_realloc(void *block, size_t size);

MFA_PUBLIC void *malloc(size_t size)
{
	return must_fail() ? NULL : __interceptor_malloc(size);
}

MFA_PUBLIC void *calloc(size_t count, size_t size)
{
	return must_fail() ? NULL : __interceptor_calloc(count, size);
}

MFA_PUBLIC void *realloc(void *block, size_t size)
{
	return must_fail() ? NULL : __interceptor_realloc(block, size);
}

MFA_PUBLIC void *reallocarray(void *block, size_t count, size_t size)
{
	size_t bytes = 0;
	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(block, bytes);
}

/* AddressSanitizer has its own of these, which would go past the above. */
MFA_PUBLIC char *strndup(const char *text, size_t most)
{
	size_t len = strnlen(text, most);
	char *copy = malloc(len + 1);
	if (copy == NULL)
		return NULL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

MFA_PUBLIC char *strdup(const char *text)
{
	return strndup(text, strlen(text));
}

int audit_open(void);

/* libpam's message to the kernel, when the module is done: not ours to test. With this
 * answer, of a kernel without audit, libpam keeps to what the module said. */
MFA_PUBLIC int audit_open(void)
{
	state.is_inside = false;
	errno = EPROTONOSUPPORT;
	return -1;
}

static void begin(void *context MFA_UNUSED)
{
	state.is_inside = true;
}

static void end(void *context MFA_UNUSED)
{
	state.is_inside = false;
	state.outcome->allocations = state.seen;
}

struct run {
	struct fault_fixture *fixture;
	const struct entry_point *entry;
	size_t fail_at; /* 0: none fails, they are counted */
	bool is_lasting;
	uint32_t *stacks; /* ALLOCATIONS_MAX hashes, in memory that the child shares */
};

static void log_in(void *context)
{
	const struct run *run = context;
	struct outcome *outcome = run->fixture->outcome;
	const struct hooks hooks = { begin, end, NULL };
	void *warm[2];
	(void)backtrace(warm, 2); /* loads its library now */
	state.outcome = outcome;
	state.fail_at = run->fail_at;
	state.is_lasting = run->is_lasting;
	state.stacks = run->fail_at == 0 ? run->stacks : NULL;
	fault_fixture_login(run->fixture, run->entry, &hooks);
	outcome->has_leaked_memory = leaks_are_there();
	_exit(0);
}

/* Of all failing allocations only these may lead to something else than PAM_BUF_ERR. */
static const struct site {
	const char *part; /* what the description of the stack contains */
	bool is_library;  /* it may die, leak, or say that it is another error */
	const char *reason;
} harmless[] = {
	{ "outside of the product", true,
	  "libpam, before the module begins or when it has ended" },
	{ "is_member_of", false, "the user counts as a member of no group" },
	{ "nss_find", false, "what was typed is the name, and lets in by a code alone" },
	{ "mfa_snapshot_", false, "what was read is not kept, but read again" },
	{ "nss_owns_uid", false, "the name lets in by a code alone" },
	{ "mfa_language_open", false, "the prompt is English" },
	{ "call_conversation", false, "what explains a refusal is not shown" },
	{ "libpam.so.0 < login_choose_zone", false, "syslog: a line for debugging" },
	{ "unlogged_settle", false, "the next login tells of the failure once more" },
	{ "login_write_report", false, "syslog: the audit trail has the line as well" },
	{ "mfa_plugin_open", true,
	  "the loader says that the plug-in cannot be loaded, and not why" },
	{ "libykpers-1.so", true,
	  "libykpers says that there is no key, or frees what it never got: the person is "
	  "asked again, or refused" },
	{ "challenge_slots", true, "a key that cannot be asked: the same" },
	{ "libc.so.6 < libasan.so", false, "asprintf: gives back what it took too much" },
};

static const struct site *find_site(const char *text)
{
	for (size_t i = 0; i < MFA_COUNT(harmless); i++)
		if (strstr(text, harmless[i].part) != NULL)
			return &harmless[i];
	return NULL;
}

struct tally {
	unsigned faults;
	unsigned harmless;
	unsigned deaths;
	unsigned failed;
};

/* What is wrong with the way the login ended; code: what it gave. */
static const char *find_problem(const struct run *run, const struct site *site, int code,
				bool has_died)
{
	bool is_expected = code == run->entry->expected;
	bool is_library = site != NULL && site->is_library;
	if (has_died)
		return is_library ? NULL : "the login's process died";
	if (code == PAM_BUF_ERR ||
	    (is_expected && (site != NULL || run->entry->skips_auth)))
		return NULL;
	/* behind a lasting lack no YubiKey can be asked, and that is what is told */
	bool may_be_unasked = run->entry->kind == MFA_KIND_YUBIKEY && run->is_lasting;
	if ((is_library || may_be_unasked) && code != PAM_SUCCESS &&
	    code != fault_fixture_ignored)
		return NULL;
	return "the wrong answer";
}

static void try_allocation(struct run *run, struct report *report, struct tally *tally)
{
	struct outcome *outcome = run->fixture->outcome;
	char text[sizeof outcome->site];
	char name[768];
	fault_fixture_reset(run->fixture, run->entry);
	int status = fault_fixture_run_child(log_in, run);
	int code = outcome->code;
	bool has_died = !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	(void)snprintf(text, sizeof text, "%s", outcome->site);
	const struct site *site = find_site(text);
	if (site != NULL && site->is_library) {
		outcome->has_leaked_memory = false;
		/* the guard of a thread's stack: the loader may have taken the real
		 * libusb */
		outcome->guards[1] = outcome->guards[0];
	}
	const char *problem = find_problem(run, site, code, has_died);
	if (has_died) /* it left nothing behind that could be counted */
		*outcome = (struct outcome){ .code = code, .is_done = true };
	const char *broken = fault_fixture_check(run->fixture, run->entry);
	if (broken != NULL)
		problem = broken;
	tally->faults++;
	tally->harmless += site != NULL && !has_died;
	tally->deaths += has_died;
	if (problem == NULL)
		return;
	tally->failed++;
	(void)snprintf(name, sizeof name, "memory %s: allocation %zu%s, %s",
		       run->entry->name, run->fail_at,
		       run->is_lasting ? " and all behind it" : "", text);
	report_fail(report, name, "%s (%s)", problem, code_name(code));
}

/* Whether one from the same place was tried before: a configuration of many lines. */
static bool is_repeated(const uint32_t *stacks, size_t number)
{
	for (size_t i = 0; i + 1 < number; i++)
		if (stacks[i] == stacks[number - 1])
			return true;
	return false;
}

static void try_entry_point(struct fault_fixture *fixture,
			    const struct entry_point *entry,
			    const struct options *options, uint32_t *stacks,
			    struct report *report)
{
	struct tally tally = { 0 };
	struct run run = { .fixture = fixture, .entry = entry, .stacks = stacks };
	char name[64];
	keys_plug(entry->is_right);
	fault_fixture_reset(fixture, entry);
	(void)fault_fixture_run_child(log_in, &run);
	size_t count = fixture->outcome->allocations;
	int code = fixture->outcome->code;
	const char *problem = fault_fixture_check(fixture, entry);
	(void)snprintf(name, sizeof name, "memory %s", entry->name);
	if (problem != NULL || code != entry->expected || count == 0 ||
	    count >= ALLOCATIONS_MAX) {
		report_fail(report, name, "undisturbed: %s (%s, %zu allocations)",
			    problem != NULL ? problem : "another answer", code_name(code),
			    count);
		return;
	}
	for (run.fail_at = 1; run.fail_at <= count; run.fail_at++) {
		bool is_left_out = entry->part > 1 && run.fail_at % entry->part != 0;
		if (!options->wants_all &&
		    (is_left_out || is_repeated(stacks, run.fail_at)))
			continue;
		run.is_lasting = false;
		try_allocation(&run, report, &tally);
		run.is_lasting = true;
		if (options->wants_all)
			try_allocation(&run, report, &tally);
	}
	if (tally.failed == 0)
		report_ok(report, name,
			  "%u faults, %u of them harmless, in %u a library died",
			  tally.faults, tally.harmless, tally.deaths);
}

/* What would take each child its time: loading the module and reading its symbols. And
 * glibc 2.36 dies by an assertion or a NULL pointer when it finds no memory while it
 * reads nsswitch.conf (nss_database.c); that is not ours to test. */
static void warm_up(const char *module)
{
	gid_t groups[64];
	int count = 64;
	char name[64];
	void *library = dlopen(module, RTLD_NOW);
	if (library == NULL)
		die(dlerror());
	__sanitizer_symbolize_pc(dlsym(library, "pam_sm_authenticate"), "%f", name,
				 sizeof name);
	(void)getpwnam("root");
	(void)getgrnam("root");
	(void)getgrouplist("daemon", 1, groups, &count);
}

int main(int argc, char **argv)
{
	struct fault_fixture fixture;
	struct report report = { 0 };
	struct options options = options_parse(argc, argv);
	fault_fixture_open(&fixture, options.module);
	uint32_t *stacks =
		mmap(NULL, ALLOCATIONS_MAX * sizeof *stacks, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (stacks == MAP_FAILED)
		die("mmap");
	warm_up(options.module);
	bool is_long = options.wants_all || options.entry_points[0] != '\0';
	for (size_t i = 0; i < entry_point_count; i++)
		if (options_want(&options, &entry_points[i]) &&
		    (is_long || entry_points[i].is_in_short))
			try_entry_point(&fixture, &entry_points[i], &options, stacks,
					&report);
	fault_fixture_close(&fixture);
	return report_finish(&report, options.tally);
}
