/* SPDX-License-Identifier: BSD-2-Clause */
/* Every system call of a login, in the service or in the module, fails in turn, with each
 * error that it may plausibly give and with short reads and writes: the calls are counted
 * between two marks, then one login for each fault runs under ptrace, which skips the
 * call or changes its result. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <security/pam_appl.h>

#include "leaks.h"
#include "report.h"
#include "table.h"
#include "trace.h"

static enum effect effect_of(const struct entry_point *entry, const struct fault *fault,
			     const struct call *call)
{
	if (call->is_of_key)
		return ASKS_AGAIN;
	if (call->is_of_settling)
		return GOES_ON;
	if (call->is_of_snapshot)
		return MAY_GO_ON;
	if (fault_is_short(fault))
		return GOES_ON;
	return call_effect(entry->is_module, call->number, call->name, call->target,
			   fault->errnum);
}

/* Whether the stack may answer so when a call that failed so should have this effect. */
static bool is_allowed(enum effect effect, const struct fault *fault,
		       const struct entry_point *entry, int code)
{
	/* who skipped auth is refused in any case */
	bool is_expected = code == entry->expected;
	if (entry->skips_auth && is_expected)
		return true;
	switch (effect) {
	case REFUSES:
		return code == PAM_AUTHINFO_UNAVAIL;
	case REFUSES_FOR_MEMORY: /* without the trail or the key's plug-in: an outage */
		return code == PAM_BUF_ERR ||
		       (code == PAM_AUTHINFO_UNAVAIL &&
			(fault->is_lasting || entry->kind == MFA_KIND_YUBIKEY));
	case GOES_ON:
		return is_expected;
	case MAY_GO_ON:
		return is_expected || code == PAM_AUTHINFO_UNAVAIL ||
		       (fault->errnum == ENOMEM && code == PAM_BUF_ERR);
	case OFFERS_NO_KEY:
		return entry->kind == MFA_KIND_YUBIKEY ? code == PAM_AUTH_ERR
						       : is_expected;
	case BREAKS_OFF:
		return is_expected || code == PAM_CONV_ERR ||
		       code == PAM_AUTHINFO_UNAVAIL ||
		       (entry->kind == MFA_KIND_YUBIKEY && code == PAM_AUTH_ERR);
	case ASKS_AGAIN:
		return is_expected || code == PAM_AUTH_ERR ||
		       code == PAM_AUTHINFO_UNAVAIL || code == PAM_BUF_ERR;
	}
	return false;
}

static const char *how_name(const struct fault *fault)
{
	if (fault->how == HALF)
		return "half of it";
	return fault->how == ONE ? "one byte" : strerrorname_np(fault->errnum);
}

struct tally {
	unsigned faults;
	unsigned harmless;
	unsigned failed;
};

/* One call of one entry point, and where its results go. */
struct trial {
	struct run run;
	const struct call *call;
	struct report *report;
	struct tally *tally;
	bool wants_all;
};

static const char *title(void)
{
	return leaks_can_be_seen() ? "leaks" : "calls";
}

static void try_fault(struct trial *trial, const struct fault *fault)
{
	struct run *run = &trial->run;
	struct fault_fixture *fixture = run->fixture;
	const struct call *call = trial->call;
	run->fault = fault;
	fault_fixture_reset(fixture, run->entry);
	trace_login(run);
	int code = fixture->outcome->code;
	enum effect effect = effect_of(run->entry, fault, call);
	/* what the login can do without, the way to the key may need */
	if (run->entry->kind == MFA_KIND_YUBIKEY && fault->is_lasting &&
	    effect == GOES_ON)
		effect = ASKS_AGAIN;
	/* what is tried again may go on failing */
	if (run->entry->is_module && fault->is_lasting && effect == GOES_ON)
		effect = MAY_GO_ON;
	const char *problem = fault_fixture_check(fixture, run->entry);
	/* how often a key is asked before it answers is its own affair */
	if (problem == NULL && run->hits == 0 && run->entry->kind == MFA_KIND_YUBIKEY)
		return;
	if (problem == NULL && run->hits == 0)
		problem = "the call did not come";
	if (problem == NULL && !is_allowed(effect, fault, run->entry, code))
		problem = "the wrong answer";
	trial->tally->faults++;
	trial->tally->harmless += effect >= GOES_ON;
	if (problem == NULL)
		return;
	trial->tally->failed++;
	char name[256];
	(void)snprintf(name, sizeof name, "%s %s: %s %s: %s%s", title(), run->entry->name,
		       call->name, call->target, how_name(fault),
		       fault->is_lasting ? " from here on" : "");
	report_fail(trial->report, name, "%s (%s)", problem, code_name(code));
}

static bool is_among(const int *errors, int errnum)
{
	for (; *errors != 0; errors++)
		if (*errors == errnum)
			return true;
	return false;
}

static void try_errors(struct trial *trial, const int *errors, const int *done)
{
	const struct call_kind *kind = call_kind(trial->call->number);
	struct fault fault = { .how = (kind->traits & IS_RELEASE) != 0 ? AFTER : FAIL };
	for (; *errors != 0; errors++) {
		if (is_among(done, *errors))
			continue;
		fault.errnum = *errors;
		fault.is_lasting = false;
		try_fault(trial, &fault);
		fault.is_lasting = true;
		if (trial->wants_all && !call_is_retried(*errors))
			try_fault(trial, &fault);
		/* the short form: one error is enough where none matters */
		if (!trial->wants_all &&
		    (effect_of(trial->run.entry, &fault, trial->call) >= GOES_ON ||
		     trial->run.entry->part > 1))
			break;
	}
}

static void try_call(struct trial *trial)
{
	static const int none[] = { 0 };
	static const int any_file[] = { ENOSPC, EIO, EROFS, EMFILE, ENOMEM, EINTR, 0 };
	static const struct fault one = { .how = ONE };
	static const struct fault half = { .how = HALF };
	const struct call_kind *kind = call_kind(trial->call->number);
	try_errors(trial, kind->errors, none);
	if (trial->wants_all && (kind->traits & IS_FILE) != 0)
		try_errors(trial, any_file, kind->errors);
	if ((kind->traits & IS_TRANSFER) == 0)
		return;
	try_fault(trial, &one);
	if (trial->wants_all)
		try_fault(trial, &half);
}

static void look(struct run *run)
{
	run->record->count = 0;
	keys_plug(run->entry->is_right);
	fault_fixture_reset(run->fixture, run->entry);
	trace_login(run);
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text);
	return len >= strlen(end) && strcmp(text + len - strlen(end), end) == 0;
}

/* What loads the plug-in and starts mfa-usb, until that has given its answer: but for the
 * product's own files, which are read in between. */
static void mark_key_calls(struct trace *trace)
{
	static const char *const own[] = { "*/mfa.conf*", "*/store*", "*/audit.jsonl",
					   "/etc/group", "/etc/passwd" };
	size_t begin = 0;
	size_t end = 0;
	bool has_answer = false;
	for (size_t i = 0; i < trace->count && end == 0; i++) {
		const struct call *call = &trace->calls[i];
		if (begin == 0 && ends_with(call->target, "/pam_mfa/yubikey.so"))
			begin = i;
		has_answer |= begin > 0 && call->number == SYS_recvfrom;
		if (has_answer && call->number == SYS_close)
			end = i + 1;
	}
	for (size_t i = begin; i < end; i++) {
		struct call *call = &trace->calls[i];
		call->is_of_key = true;
		for (size_t at = 0; at < MFA_COUNT(own); at++)
			if (fnmatch(own[at], call->target, 0) == 0)
				call->is_of_key = false;
	}
}

static size_t count_stat_reads(const struct trace *trace)
{
	size_t count = 0;
	for (size_t i = 0; i < trace->count; i++)
		count += trace->calls[i].number == SYS_close &&
			 fnmatch("/proc/*/stat", trace->calls[i].target, 0) == 0;
	return count;
}

/* /proc/PID/stat is read for two purposes, and each gets a name of its own. The first is
 * there only before Linux 6.5, where the socket does not say which process it is of. */
static void name_stat_reads(struct trace *trace)
{
	const char *purpose = count_stat_reads(trace) > 1 ? ": start time" : ": terminal";
	for (size_t i = 0; i < trace->count; i++) {
		struct call *call = &trace->calls[i];
		size_t len = strlen(call->target);
		if (fnmatch("/proc/*/stat", call->target, 0) != 0)
			continue;
		(void)snprintf(call->target + len, sizeof call->target - len, "%s",
			       purpose);
		if (call->number == SYS_close)
			purpose = ": terminal";
	}
}

/* A file that is open since an earlier question is locked again. */
static bool is_taken_up_again(const struct trace *trace, size_t at)
{
	const struct call *call = &trace->calls[at];
	return strcmp(call->name, "flock") == 0 &&
	       ends_with(call->target, "/store.key") &&
	       (at == 0 || trace->calls[at - 1].number != SYS_openat);
}

/* Looks at paths that do not begin at the root, as those do that come before a file is
 * opened; and what takes up again what is kept, the lock before and the folder behind. */
static void mark_snapshot_calls(struct trace *trace)
{
	bool is_walk = false;
	for (size_t i = 0; i < trace->count; i++) {
		struct call *call = &trace->calls[i];
		bool is_look = strcmp(call->name, "lstat") == 0;
		is_walk = is_look && (is_walk || strcmp(call->target, "/") == 0);
		call->is_of_snapshot =
			(is_look && !is_walk) || is_taken_up_again(trace, i);
		if (i > 0 && trace->calls[i - 1].is_of_snapshot &&
		    ends_with(call->target, "/store/users"))
			call->is_of_snapshot = true;
	}
}

/* A swap compares the record that was read, and is open and unlocked since, with what is
 * stored: where that fails, all is read again. */
static void mark_comparing_calls(struct trace *trace)
{
	bool is_comparison = false;
	const char *record = "";
	for (size_t i = 0; i < trace->count; i++) {
		struct call *call = &trace->calls[i];
		bool is_of_record = strcmp(call->target, record) == 0;
		if (strcmp(call->name, "unlock") == 0 &&
		    fnmatch("*/store/users/*", call->target, 0) == 0) {
			record = call->target;
			is_comparison = true;
		} else if (is_of_record && call->number == SYS_pwrite64) {
			is_comparison = false;
		} else if (is_of_record && is_comparison) {
			call->is_of_snapshot = true;
		}
	}
}

/* What is done with the record behind the line in the audit trail: the number of failures
 * without a line, which the next login tells of once more where this fails. */
static void mark_settling_calls(struct trace *trace)
{
	size_t told = trace->count;
	for (size_t i = 0; i < trace->count; i++)
		if (trace->calls[i].number == SYS_pwrite64 &&
		    ends_with(trace->calls[i].target, "/audit.jsonl"))
			told = i;
	for (size_t i = told; i < trace->count; i++)
		trace->calls[i].is_of_settling =
			trace->calls[i].number == SYS_openat ||
			fnmatch("*/store/users/*", trace->calls[i].target, 0) == 0;
}

/* One line for each kind of call of each entry point. */
static void report_entry_point(const struct entry_point *entry,
			       const struct tally *tallies, struct report *report)
{
	for (size_t i = 0; i < KINDS_MAX; i++)
		if (tallies[i].faults > 0 && tallies[i].failed == 0) {
			char name[64];
			(void)snprintf(name, sizeof name, "%s %s %s", title(),
				       entry->name, call_kind_name(i));
			report_ok(report, name, "%u faults, %u of them harmless",
				  tallies[i].faults, tallies[i].harmless);
		}
}

static void try_entry_point(struct run *first, bool wants_all, struct report *report)
{
	struct tally tallies[KINDS_MAX] = { { 0 } };
	struct fault_fixture *fixture = first->fixture;
	const struct entry_point *entry = first->entry;
	look(first);
	mark_key_calls(first->record);
	mark_settling_calls(first->record);
	mark_snapshot_calls(first->record);
	mark_comparing_calls(first->record);
	name_stat_reads(first->record);
	int code = fixture->outcome->code;
	const char *problem = fault_fixture_check(fixture, entry);
	if (problem != NULL || code != entry->expected) {
		report_fail(report, entry->name, "undisturbed: %s (%s)",
			    problem != NULL ? problem : "another code", code_name(code));
		return;
	}
	size_t stride = wants_all || entry->part == 0 ? 1 : entry->part;
	for (size_t i = 0; i < first->record->count; i += stride) {
		const struct call *call = &first->record->calls[i];
		struct trial trial = {
			.run = *first,
			.call = call,
			.report = report,
			.tally = &tallies[call_kind_index(call->number)],
			.wants_all = wants_all,
		};
		trial.run.record = NULL;
		trial.run.at = i;
		trial.run.wanted = call;
		try_call(&trial);
	}
	report_entry_point(entry, tallies, report);
}

static void list_calls(struct run *run)
{
	look(run);
	for (size_t i = 0; i < run->record->count; i++)
		(void)printf("%s %zu %s %s\n", run->entry->name, i,
			     run->record->calls[i].name, run->record->calls[i].target);
}

int main(int argc, char **argv)
{
	static struct trace trace;
	struct fault_fixture fixture;
	struct report report = { 0 };
	struct options options = options_parse(argc, argv);
	struct run run = { .fixture = &fixture, .record = &trace };
	fault_fixture_open(&fixture, options.module);
	trace_find_sanitizer(run.skipped);
	for (size_t i = 0; i < entry_point_count; i++) {
		run.entry = &entry_points[i];
		if (!options_want(&options, run.entry))
			continue;
		if (options.wants_list)
			list_calls(&run);
		else
			try_entry_point(&run, options.wants_all, &report);
	}
	fault_fixture_close(&fixture);
	return options.wants_list ? 0 : report_finish(&report, options.tally);
}
