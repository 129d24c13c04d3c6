/* SPDX-License-Identifier: BSD-2-Clause */
#include "advisories.h"

#include <string.h>

#include "line_fault.h"
#include "login_trial.h"
#include "modules.h"
#include "second_code.h"

const char *mfa_advisory_name(enum mfa_advisory_kind kind)
{
	switch (kind) {
	case MFA_ADVISORY_NULLOK:
		return "nullok";
	case MFA_ADVISORY_ORACLE:
		return "oracle";
	case MFA_ADVISORY_ORACLE_CHOSEN:
		return "oracle-chosen";
	case MFA_ADVISORY_EXPLAIN:
		return "explain-too-early";
	case MFA_ADVISORY_FORWARD_LATE:
		return "forward-too-late";
	case MFA_ADVISORY_FORWARD_UNUSED:
		return "forward-unused";
	case MFA_ADVISORY_FORWARD_GATED:
		return "forward-gated";
	case MFA_ADVISORY_ASKS_AGAIN:
		return "asks-again";
	case MFA_ADVISORY_NO_FILE:
		return "module-missing";
	case MFA_ADVISORY_STRANGE_FILE:
		return "module-strange";
	case MFA_ADVISORY_BAD_LINE:
		return "bad-line";
	case MFA_ADVISORY_PART_OFF:
		return "part-not-covered";
	case MFA_ADVISORY_UNGATED:
		return "zone-without-gate";
	case MFA_ADVISORY_NOBODY:
		return "nobody";
	case MFA_ADVISORY_MISSPELT:
		return "control-misspelt";
	case MFA_ADVISORY_BAD_ARGUMENT:
		return "argument-unknown";
	case MFA_ADVISORY_NO_CONFIG:
		return "config-unusable";
	case MFA_ADVISORY_NO_ZONE:
		return "zone-unknown";
	case MFA_ADVISORY_ASKS_TWICE:
		return "asks-twice";
	case MFA_ADVISORY_UNKNOWN:
		return "module-unknown";
	}
	return "?";
}

struct mfa_advisory *advisories_add(struct mfa_inspection *inspection,
				    enum mfa_advisory_kind kind,
				    const struct mfa_stack_line *line)
{
	if (inspection->advisory_count < MFA_ADVISORIES_MAX)
		inspection->advisory_count++;
	struct mfa_advisory *advisory =
		&inspection->advisories[inspection->advisory_count - 1];
	*advisory = (struct mfa_advisory){ .kind = kind, .line = line };
	return advisory;
}

void advisories_add_zone(struct mfa_inspection *inspection, enum mfa_advisory_kind kind,
			 const struct mfa_zone *zone)
{
	for (size_t i = 0; i < inspection->advisory_count; i++)
		if (inspection->advisories[i].kind == kind &&
		    inspection->advisories[i].zone == zone)
			return;
	advisories_add(inspection, kind, NULL)->zone = zone;
}

/* Whether the login reaches pam_mfa; if not, ret_last is the last line that was
 * called. */
static bool reaches_code(const struct view *view, const struct login_trial *trial,
			 size_t *ret_last, bool *ret_had_password)
{
	struct mfa_dispatch dispatch;
	size_t last = 0;
	bool had_password = false;
	mfa_dispatch_begin(view->stack, &dispatch);
	while (!mfa_dispatch_is_over(view->stack, &dispatch)) {
		const struct mfa_stack_line *line = &view->stack->lines[dispatch.at];
		last = dispatch.at;
		if (module_role(view->inspector, line) == MODULE_MFA)
			return true;
		if (module_role(view->inspector, line) == MODULE_PASSWORD)
			had_password = true;
		mfa_dispatch_answer(view->stack, &dispatch,
				    login_trial_answer(view, dispatch.at, trial));
	}
	*ret_last = last;
	*ret_had_password = had_password;
	return false;
}

static bool says_explain(const struct view *view)
{
	for (size_t i = 0; i < view->stack->count; i++)
		if (module_role(view->inspector, &view->stack->lines[i]) == MODULE_MFA &&
		    !mfa_stack_line_has(&view->stack->lines[i], "explain"))
			return false;
	return true;
}

static void advise_on_oracle(const struct view *view, struct mfa_inspection *inspection)
{
	for (int i = 0; i < 2; i++) {
		struct login_trial right = { true, i == 0 };
		struct login_trial wrong = { false, i == 0 };
		size_t last = 0;
		bool had_password = false;
		if (!reaches_code(view, &right, &last, &had_password) ||
		    reaches_code(view, &wrong, &last, &had_password) || !had_password)
			continue;
		(void)advisories_add(inspection,
				     says_explain(view) ? MFA_ADVISORY_ORACLE_CHOSEN
							: MFA_ADVISORY_ORACLE,
				     &view->stack->lines[last]);
		return;
	}
}

static void advise_on_forward(const struct view *view, struct mfa_inspection *inspection)
{
	const struct mfa_stack_line *forward = NULL;
	bool is_late = false;
	bool is_taken = false;
	for (size_t i = 0; i < view->stack->count; i++) {
		const struct mfa_stack_line *line = &view->stack->lines[i];
		enum module_role role = module_role(view->inspector, line);
		if (role == MODULE_MFA && mfa_stack_line_has(line, "forward_pass"))
			forward = line;
		if (role != MODULE_PASSWORD)
			continue;
		if (forward == NULL) {
			is_late = true;
			continue;
		}
		is_taken = true;
		if (!mfa_stack_line_has(line, "use_first_pass") &&
		    !mfa_stack_line_has(line, "try_first_pass"))
			(void)advisories_add(inspection, MFA_ADVISORY_ASKS_AGAIN, line);
	}
	if (forward != NULL && !is_taken)
		(void)advisories_add(inspection,
				     is_late ? MFA_ADVISORY_FORWARD_LATE
					     : MFA_ADVISORY_FORWARD_UNUSED,
				     forward);
}

/* Of a way without a password: which of its lines may have asked for one. */
static void advise_on_unknown(const struct view *view, struct mfa_inspection *inspection,
			      const struct mfa_proof *proof)
{
	if ((proof->missing & MFA_HAD_PASSWORD) == 0)
		return;
	for (size_t i = 0; i < proof->step_count; i++) {
		const struct mfa_stack_line *line =
			&view->stack->lines[proof->steps[i].line];
		if (line->kind == MFA_LINE_MODULE && !module_is_strange(line) &&
		    !module_is_missing(view->inspector, line) &&
		    !module_is_known(view->inspector, line))
			(void)advisories_add(inspection, MFA_ADVISORY_UNKNOWN, line);
	}
}

static void advise_on_line(const struct view *view, struct mfa_inspection *inspection,
			   enum mfa_facility facility, const struct mfa_stack_line *line)
{
	enum mfa_advisory_kind fault;
	/* a configuration that every line reads is told of once, not at each of them */
	if (line_fault_find(view->inspector, line, inspection, &fault) &&
	    !(fault == MFA_ADVISORY_NO_FILE && line->is_silent) &&
	    !(fault == MFA_ADVISORY_NO_CONFIG && view->inspector->config == NULL))
		(void)advisories_add(inspection, fault, line);
	if (line->kind != MFA_LINE_MODULE)
		return;
	if (module_is_strange(line) &&
	    strcmp(mfa_stack_line_module(line), "pam_mfa.so") == 0)
		(void)advisories_add(inspection, MFA_ADVISORY_STRANGE_FILE, line);
	if (facility == MFA_FACILITY_AUTH &&
	    module_role(view->inspector, line) == MODULE_PASSWORD &&
	    (mfa_stack_line_has(line, "nullok") ||
	     mfa_stack_line_has(line, "nullok_secure")))
		(void)advisories_add(inspection, MFA_ADVISORY_NULLOK, line);
}

void advisories_add_for_stack(const struct mfa_inspector *inspector,
			      struct mfa_inspection *inspection,
			      enum mfa_facility facility,
			      const struct mfa_line_facts *facts,
			      const struct mfa_proof *proof)
{
	const struct mfa_stack *stack = mfa_service_stack(&inspection->service, facility);
	struct view view = { inspector, stack, facts };
	for (size_t i = 0; i < stack->count; i++)
		advise_on_line(&view, inspection, facility, &stack->lines[i]);
	if (facility != MFA_FACILITY_AUTH)
		return;
	advise_on_oracle(&view, inspection);
	advise_on_forward(&view, inspection);
	second_code_advise(&view, inspection);
	advise_on_unknown(&view, inspection, proof);
	if (proof->is_precondition_violated)
		(void)advisories_add(inspection, MFA_ADVISORY_EXPLAIN,
				     &stack->lines[proof->violating_line]);
}
