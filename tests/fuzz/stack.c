/* SPDX-License-Identifier: BSD-2-Clause */
/* Service files of PAM: a service, what it includes, "other"; each chain is walked with
 * answers from the input, and proved: no walk may do what the proof excludes. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "mfa/cure.h"

static void check_lines(const struct mfa_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++) {
		const struct mfa_stack_line *line = &stack->lines[i];
		must(line->level < MFA_STACK_LEVELS);
		must(line->file != NULL && line->number > 0 && line->control != NULL);
		must(line->kind != MFA_LINE_MODULE || line->module != NULL);
		must(strchr(mfa_stack_line_module(line), '/') == NULL);
		for (int code = 0; code < MFA_PAM_CODES; code++)
			must(line->actions[code] != MFA_DO_UNSET);
	}
}

/* Facts without a host behind them: pam_unix and pam_mfa give, all can answer anything.
 */
static struct mfa_line_facts *make_facts(const struct mfa_stack *stack)
{
	struct mfa_line_facts *facts = calloc(stack->count + 1, sizeof *facts);
	must(facts != NULL);
	for (size_t i = 0; i < stack->count; i++) {
		const char *module = mfa_stack_line_module(&stack->lines[i]);
		facts[i].answers = MFA_ANSWERS_ANY;
		facts[i].gives_on = MFA_ANSWER(MFA_PAM_SUCCESS);
		if (strcmp(module, "pam_unix.so") == 0)
			facts[i].gives = MFA_HAD_PASSWORD;
		else if (strcmp(module, "pam_mfa.so") == 0)
			facts[i].gives = MFA_HAD_CODE;
	}
	return facts;
}

/* Walks once; false: it let in without all that is wanted. */
static bool walk_once(const struct mfa_stack *stack, const struct mfa_line_facts *facts,
		      const struct mfa_claim *claim, struct input *input)
{
	struct mfa_dispatch walk;
	unsigned had = 0;
	size_t steps = 0;
	mfa_dispatch_begin(stack, &walk);
	while (!mfa_dispatch_is_over(stack, &walk)) {
		unsigned code = input_byte(input) % (MFA_PAM_INVALID + 1);
		if (code == MFA_PAM_INCOMPLETE)
			code = MFA_PAM_SUCCESS;
		must(walk.at < stack->count && steps++ < stack->count);
		if ((facts[walk.at].gives_on & MFA_ANSWER(code)) != 0)
			had |= facts[walk.at].gives;
		mfa_dispatch_answer(stack, &walk, (int)code);
	}
	int result = mfa_dispatch_result(&walk);
	must(result >= 0 && result < MFA_PAM_CODES);
	return (claim->let_in & MFA_ANSWER(result)) == 0 ||
	       (had & claim->wanted) == claim->wanted;
}

static void check_stack(const struct mfa_stack *stack, struct input answers)
{
	const struct mfa_claim claim = { MFA_ANSWER(MFA_PAM_SUCCESS),
					 MFA_HAD_PASSWORD | MFA_HAD_CODE };
	struct mfa_proof proof = { 0 };
	struct mfa_line_facts *facts = make_facts(stack);
	check_lines(stack);
	int err = mfa_prove(stack, facts, &claim, &proof);
	must(err == MFA_OK || err == MFA_ERR_FULL);
	for (int i = 0; i < 8; i++)
		must(walk_once(stack, facts, &claim, &answers) || err == MFA_ERR_FULL ||
		     proof.finding == MFA_BYPASS);
	free(facts);
	mfa_proof_done(&proof);
}

static void check_service(const struct mfa_pam_rootfs *tree, const char *name)
{
	struct mfa_inspector inspector = { .rootfs = *tree };
	struct mfa_inspection inspection = { 0 };
	must(mfa_inspect(&inspector, name, &inspection) == MFA_OK);
	must((inspection.grade == MFA_GRADE_ERROR) == (inspection.diag.text[0] != '\0'));
	must(inspection.advisory_count <= MFA_ADVISORIES_MAX);
	must((inspection.grade == MFA_GRADE_LOCKED_OUT) == (inspection.culprit != NULL));
	must(inspection.culprit == NULL || inspection.proof.step_count == 0);
	if (inspection.grade == MFA_GRADE_BYPASS) {
		struct mfa_cure cure = { .kind = MFA_CURE_NONE };
		must(mfa_cure_find(&inspector, name, &inspection, &cure) == MFA_OK);
		must(cure.kind != MFA_CURE_NONE || !cure.is_whole);
	}
	mfa_inspection_done(&inspection);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "probe", "inner", "deeper", "other" };
	struct input input = { data, size };
	struct mfa_diag diag = { .text = "" };
	struct mfa_service service;
	const struct mfa_pam_rootfs tree = { "", fuzz_folder() };
	for (size_t i = 0; i < MFA_COUNT(names); i++) {
		char *text = input_text(&input);
		fuzz_write(fuzz_path(names[i]), text, strlen(text));
		free(text);
	}
	if (mfa_service_read(&tree, "probe", &diag, &service) == MFA_OK) {
		must(!service.is_refused || !service.is_undefined_behaviour);
		for (int i = 0; i < MFA_FACILITIES; i++)
			check_stack(mfa_service_stack(&service, (enum mfa_facility)i),
				    input);
		mfa_service_done(&service);
	} else {
		must(diag.text[0] != '\0');
	}
	check_service(&tree, "probe");
	check_service(&tree, NULL);
	return 0;
}
