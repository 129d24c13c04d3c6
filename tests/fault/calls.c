/* Every system call of a login fails in turn, with each error that it may plausibly give
 * and with short reads and writes: the calls are counted between two marks, then one
 * login for each fault runs under ptrace, which skips the call or changes its result. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <security/pam_appl.h>

#include "report.h"
#include "table.h"
#include "trace.h"

static enum effect effect_of(const struct fault *fault, const struct call *call)
{
	if (fault_is_short(fault))
		return GOES_ON;
	return call_effect(call->number, call->name, call->target, fault->errnum);
}

/* Whether the stack may answer so when a call that failed so should have this effect. */
static bool is_allowed(enum effect effect, int errnum, const struct way *way, int code)
{
	/* who skipped auth is refused in any case */
	bool is_expected = code == way->expected;
	if (way->skips_auth && is_expected)
		return true;
	switch (effect) {
	case REFUSES:
		return code == PAM_AUTHINFO_UNAVAIL;
	case REFUSES_FOR_MEMORY:
		return code == PAM_BUF_ERR;
	case REFUSES_SOMEHOW:
		return code == PAM_AUTHINFO_UNAVAIL || code == PAM_BUF_ERR;
	case GOES_ON:
		return is_expected;
	case MAY_GO_ON:
		return is_expected || code == PAM_AUTHINFO_UNAVAIL ||
		       (errnum == ENOMEM && code == PAM_BUF_ERR);
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

static void try_fault(struct run *run, const struct call *call, struct report *report,
		      struct tally *tally)
{
	struct scene *scene = run->scene;
	scene_reset(scene, run->way);
	run->is_inside = false;
	run->seen = 0;
	run->hits = 0;
	trace_login(run);
	int code = scene->outcome->code;
	enum effect effect = effect_of(run->fault, call);
	const char *problem = scene_check(scene, run->way);
	if (problem == NULL && run->hits == 0)
		problem = "the call did not come";
	if (problem == NULL && !is_allowed(effect, run->fault->errnum, run->way, code))
		problem = "the wrong answer";
	tally->faults++;
	tally->harmless += effect == GOES_ON || effect == MAY_GO_ON;
	if (problem == NULL)
		return;
	tally->failed++;
	char name[256];
	(void)snprintf(name, sizeof name, "calls %s: %s %s: %s%s", run->way->name,
		       call->name, call->target, how_name(run->fault),
		       run->fault->is_lasting ? " from here on" : "");
	report_fail(report, name, "%s (%s)", problem, code_name(code));
}

static void try_error(struct run *run, const struct call *call, struct fault *fault,
		      struct report *report, struct tally *tally)
{
	run->fault = fault;
	try_fault(run, call, report, tally);
}

static void try_call(struct run *run, const struct call *call, bool wants_all,
		     struct report *report, struct tally *tally)
{
	static const int everything[] = { ENOSPC, EIO, EROFS, EMFILE, ENOMEM, EINTR, 0 };
	const struct call_kind *kind = call_kind(call->number);
	const int *errors = kind->errors;
	struct fault fault = { .how = (kind->traits & IS_RELEASE) != 0 ? AFTER : FAIL };
	if (wants_all && (kind->traits & IS_FILE) != 0)
		errors = everything;
	for (; *errors != 0; errors++) {
		fault.errnum = *errors;
		fault.is_lasting = false;
		try_error(run, call, &fault, report, tally);
		fault.is_lasting = true;
		if (wants_all && !call_is_retried(*errors))
			try_error(run, call, &fault, report, tally);
		/* the short form: one error is enough where none matters */
		if (!wants_all && effect_of(&fault, call) >= GOES_ON)
			break;
	}
	fault = (struct fault){ .how = ONE };
	if ((kind->traits & IS_TRANSFER) == 0)
		return;
	try_error(run, call, &fault, report, tally);
	fault.how = HALF;
	if (wants_all)
		try_error(run, call, &fault, report, tally);
}

/* One line for each kind of call of each way. */
static void try_way(struct scene *scene, const struct way *way, bool wants_all,
		    struct report *report)
{
	static struct trace trace;
	struct tally tallies[KINDS_MAX] = { { 0 } };
	struct run look = { .scene = scene, .way = way, .record = &trace };
	trace.count = 0;
	scene_reset(scene, way);
	trace_login(&look);
	int code = scene->outcome->code;
	const char *problem = scene_check(scene, way);
	if (problem != NULL || code != way->expected) {
		report_fail(report, way->name, "undisturbed: %s (%s)",
			    problem != NULL ? problem : "another code", code_name(code));
		return;
	}
	for (size_t i = 0; i < trace.count; i++) {
		struct run run = { .scene = scene, .way = way, .at = i };
		const struct call *call = &trace.calls[i];
		try_call(&run, call, wants_all, report,
			 &tallies[call_kind_index(call->number)]);
	}
	for (size_t i = 0; i < KINDS_MAX; i++)
		if (tallies[i].faults > 0 && tallies[i].failed == 0) {
			char name[64];
			(void)snprintf(name, sizeof name, "calls %s %s", way->name,
				       call_kind_name(i));
			report_ok(report, name, "%u faults, %u of them harmless",
				  tallies[i].faults, tallies[i].harmless);
		}
}

static void list_calls(struct scene *scene, const struct way *way)
{
	static struct trace trace;
	struct run look = { .scene = scene, .way = way, .record = &trace };
	trace.count = 0;
	scene_reset(scene, way);
	trace_login(&look);
	for (size_t i = 0; i < trace.count; i++)
		(void)printf("%s %zu %s %s\n", way->name, i, trace.calls[i].name,
			     trace.calls[i].target);
}

int main(int argc, char **argv)
{
	struct scene scene;
	struct report report = { 0 };
	struct options options = options_parse(argc, argv);
	scene_open(&scene, options.module);
	for (size_t i = 0; i < way_count; i++)
		if (!options_want(&options, &ways[i]))
			continue;
		else if (options.wants_list)
			list_calls(&scene, &ways[i]);
		else
			try_way(&scene, &ways[i], options.wants_all, &report);
	scene_close(&scene);
	return options.wants_list ? 0 : report_finish(&report, options.tally);
}
