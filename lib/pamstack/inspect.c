/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/inspect.h"

#include <stdlib.h>
#include <string.h>

#include "advisories.h"
#include "line_facts.h"
#include "lockout_cause.h"
#include "modules.h"
#include "zone_coverage.h"

/* Programs that never call pam_authenticate: their users are root, or already
 * authenticated. */
static const char *const silent_services[] = {
	"atd",	    "chpasswd", "cron",	     "crond",		"gdm-launch-environment",
	"groupadd", "groupdel", "groupmod",  "lightdm-greeter", "newusers",
	"passwd",   "runuser",	"runuser-l", "sddm-greeter",	"systemd-user",
	"useradd",  "userdel",	"usermod",
};

const char *mfa_grade_name(enum mfa_grade grade)
{
	switch (grade) {
	case MFA_GRADE_PROVED:
		return "proved";
	case MFA_GRADE_PROVED_BUT_ROOT:
		return "proved-except-root";
	case MFA_GRADE_NO_AUTH:
		return "no-auth";
	case MFA_GRADE_NOT_COVERED:
		return "not-covered";
	case MFA_GRADE_LOCKED_OUT:
		return "locked-out";
	case MFA_GRADE_BYPASS:
		return "bypass";
	case MFA_GRADE_ERROR:
		return "error";
	}
	return "error";
}

int mfa_inspector_init(struct mfa_inspector *inspector,
		       const struct mfa_pam_rootfs *rootfs,
		       const struct mfa_config *config)
{
	*inspector = (struct mfa_inspector){ .rootfs = *rootfs, .config = config };
	return module_list(inspector);
}

void mfa_inspector_done(struct mfa_inspector *inspector)
{
	mfa_strings_done(&inspector->modules);
	mfa_strings_done(&inspector->module_paths);
	mfa_strings_done(&inspector->impostors);
}

void mfa_inspection_done(struct mfa_inspection *inspection)
{
	mfa_service_done(&inspection->service);
	mfa_proof_done(&inspection->proof);
	for (size_t i = 0; i < inspection->config_count; i++)
		mfa_config_free(inspection->configs[i]);
	free(inspection->configs);
	free(inspection->zones);
	*inspection = (struct mfa_inspection){ 0 };
}

/* Programs that open no session: lockers, and those that only ask who somebody is. */
static const char *const sessionless_services[] = {
	"chfn",	 "chsh",	"gnome-screensaver", "i3lock",	     "kcheckpass",
	"kde",	 "polkit-1",	"swaylock",	     "xscreensaver", "vlock",
	"xlock", "xsecurelock",
};

static bool has_session(const char *service)
{
	for (size_t i = 0; service != NULL && i < MFA_COUNT(sessionless_services); i++)
		if (strcmp(sessionless_services[i], service) == 0)
			return false;
	return service != NULL;
}

static bool is_without_auth(const char *service)
{
	for (size_t i = 0; service != NULL && i < MFA_COUNT(silent_services); i++)
		if (strcmp(silent_services[i], service) == 0)
			return true;
	return false;
}

static int advise_if_ungated(struct mfa_inspection *inspection, const char *service,
			     const struct mfa_zone *zone)
{
	if (coverage_is_ungated(zone, service))
		advisories_add_zone(inspection, MFA_ADVISORY_UNGATED, zone);
	return MFA_OK;
}

static int add_deciding_zone(struct mfa_inspection *inspection,
			     const char *service MFA_UNUSED, const struct mfa_zone *zone)
{
	if (zone->is_off)
		return MFA_OK;
	const struct mfa_zone **zones = reallocarray(
		inspection->zones, inspection->zone_count + 1, sizeof(struct mfa_zone *));
	if (zones == NULL)
		return MFA_ERR_NOMEM;
	inspection->zones = zones;
	zones[inspection->zone_count++] = zone;
	return MFA_OK;
}

/* Visits the zones that can decide at a line of pam_mfa; once for each such line. */
static int visit_zones(const struct mfa_inspector *inspector, enum mfa_facility facility,
		       const char *service, struct mfa_inspection *inspection,
		       int (*visit)(struct mfa_inspection *inspection,
				    const char *service, const struct mfa_zone *zone))
{
	const struct mfa_stack *stack = mfa_service_stack(&inspection->service, facility);
	int err = MFA_OK;
	for (size_t i = 0; i < stack->count; i++) {
		const struct mfa_stack_line *line = &stack->lines[i];
		const struct mfa_config *config =
			module_role(inspector, line) == MODULE_MFA
				? line_config(inspector, line, inspection)
				: NULL;
		const char *named = mfa_stack_line_value(line, "zone=");
		for (size_t j = 0; config != NULL && j < config->zone_count; j++) {
			const struct mfa_zone *zone = &config->zones[j];
			if (err == MFA_OK && coverage_has(config, service, named, zone))
				err = visit(inspection, service, zone);
		}
	}
	return err;
}

struct mfa_claim mfa_inspect_claim(enum mfa_facility facility)
{
	static const struct mfa_claim claims[] = {
		[MFA_FACILITY_AUTH] = { MFA_ANSWER(MFA_PAM_SUCCESS),
					MFA_HAD_PASSWORD | MFA_HAD_CODE },
		/* with this code the program makes the user change the password, and
		 * continues */
		[MFA_FACILITY_ACCOUNT] = { MFA_ANSWER(MFA_PAM_SUCCESS) |
						   MFA_ANSWER(MFA_PAM_NEW_AUTHTOK_REQD),
					   MFA_HAD_CODE },
	};
	return claims[facility];
}

/* Keeps the proof if it is the first that contradicts the claim. */
static int prove_stack(const struct mfa_inspector *inspector, enum mfa_facility facility,
		       const char *service, struct mfa_inspection *inspection)
{
	MFA_CLEANUP(mfa_proof_done) struct mfa_proof proof = { 0 };
	const struct mfa_stack *stack = mfa_service_stack(&inspection->service, facility);
	MFA_CLEANUP(line_facts_free)
	struct mfa_line_facts *facts =
		line_facts_new(inspector, stack, facility, service, inspection);
	if (facts == NULL)
		return MFA_ERR_NOMEM;
	const struct mfa_claim claim = mfa_inspect_claim(facility);
	int err = mfa_prove(stack, facts, &claim, &proof);
	if (err != MFA_OK)
		return err;
	inspection->states += proof.states;
	advisories_add_for_stack(inspector, inspection, facility, facts, &proof);
	if (facility == MFA_FACILITY_ACCOUNT)
		inspection->is_gate_closed = proof.finding == MFA_PROVED;
	if (proof.finding == MFA_PROVED)
		return MFA_OK;
	if (facility == MFA_FACILITY_ACCOUNT)
		err = visit_zones(inspector, facility, service, inspection,
				  advise_if_ungated);
	enum mfa_grade grade = proof.finding == MFA_BYPASS ? MFA_GRADE_BYPASS
							   : MFA_GRADE_PROVED_BUT_ROOT;
	if (err != MFA_OK || grade <= inspection->grade)
		return err;
	inspection->grade = grade;
	inspection->facility = facility;
	mfa_proof_done(&inspection->proof);
	inspection->proof = proof;
	proof = (struct mfa_proof){ 0 };
	return MFA_OK;
}

/* Whether every line of pam_mfa reads a zone that is off. */
static bool is_off_by_lines(const struct mfa_inspector *inspector, const char *service,
			    struct mfa_inspection *inspection)
{
	const struct mfa_stack *stack =
		mfa_service_stack(&inspection->service, MFA_FACILITY_AUTH);
	const struct mfa_zone *off = NULL;
	for (size_t i = 0; i < stack->count; i++) {
		const struct mfa_stack_line *line = &stack->lines[i];
		if (module_role(inspector, line) != MODULE_MFA)
			continue;
		const struct mfa_config *config =
			line_config(inspector, line, inspection);
		if (config == NULL)
			return false;
		struct coverage coverage = coverage_of_service(
			config, service, mfa_stack_line_value(line, "zone="));
		if (coverage.on != NULL || coverage.off == NULL)
			return false;
		off = coverage.off;
	}
	inspection->zone = off;
	return off != NULL;
}

static bool has_gate(const struct mfa_inspector *inspector,
		     const struct mfa_inspection *inspection)
{
	const struct mfa_stack *stack =
		mfa_service_stack(&inspection->service, MFA_FACILITY_ACCOUNT);
	for (size_t i = 0; i < stack->count; i++)
		if (module_role(inspector, &stack->lines[i]) == MODULE_MFA)
			return true;
	return false;
}

static int grade_service(const struct mfa_inspector *inspector, const char *service,
			 struct mfa_inspection *inspection)
{
	struct coverage coverage = { 0 };
	if (inspector->config != NULL) {
		coverage = coverage_of_service(inspector->config, service, NULL);
		if (coverage.on == NULL ||
		    is_off_by_lines(inspector, service, inspection)) {
			inspection->grade = MFA_GRADE_NOT_COVERED;
			if (inspection->zone == NULL)
				inspection->zone = coverage.off;
			return MFA_OK;
		}
		if (coverage.off != NULL)
			advisories_add_zone(inspection, MFA_ADVISORY_PART_OFF,
					    coverage.off);
	}
	int err = visit_zones(inspector, MFA_FACILITY_AUTH, service, inspection,
			      add_deciding_zone);
	if (err == MFA_OK)
		err = prove_stack(inspector, MFA_FACILITY_AUTH, service, inspection);
	/* without a configuration pam_mfa refuses in the account phase too */
	bool is_gated = coverage.is_gated ||
			(inspector->config == NULL && has_gate(inspector, inspection));
	if (err == MFA_OK && is_gated) {
		inspection->is_gated = true;
		err = prove_stack(inspector, MFA_FACILITY_ACCOUNT, service, inspection);
	}
	return err;
}

/* Nobody gets in: by somebody's mistake, or because the lines are to deny. */
static int grade_lockout(const struct mfa_inspector *inspector,
			 enum mfa_facility facility, const char *service,
			 struct mfa_inspection *inspection)
{
	struct lockout lockout = { 0 };
	int err = lockout_find(inspector, facility, service, inspection, &lockout);
	if (err != MFA_OK || !lockout.is_closed)
		return err;
	bool is_wanted = facility == MFA_FACILITY_AUTH ||
			 (facility == MFA_FACILITY_ACCOUNT && inspection->is_gated);
	if (lockout.culprit == NULL && is_wanted && inspection->grade == MFA_GRADE_PROVED)
		advisories_add_zone(inspection, MFA_ADVISORY_NOBODY, NULL);
	if (lockout.culprit == NULL || inspection->grade >= MFA_GRADE_LOCKED_OUT)
		return MFA_OK;
	/* a way that only root has is not what is told of */
	mfa_proof_done(&inspection->proof);
	inspection->grade = MFA_GRADE_LOCKED_OUT;
	inspection->facility = facility;
	inspection->culprit = lockout.culprit;
	inspection->fault = lockout.fault;
	return MFA_OK;
}

/* The line of pam_mfa in auth, if all of them are for one line with password and code;
 * NULL: there is another one, or none. */
static const struct mfa_stack_line *find_one_line(const struct mfa_inspector *inspector,
						  const struct mfa_inspection *inspection)
{
	const struct mfa_stack *stack =
		mfa_service_stack(&inspection->service, MFA_FACILITY_AUTH);
	const struct mfa_stack_line *found = NULL;
	for (size_t i = 0; i < stack->count; i++) {
		const struct mfa_stack_line *line = &stack->lines[i];
		if (module_role(inspector, line) != MODULE_MFA)
			continue;
		if (!mfa_stack_line_has(line, "forward_pass"))
			return NULL;
		found = line;
	}
	return found;
}

/* pam_mfa cannot know there whether the password is right, and leaves no mark: a closed
 * gate refuses everybody. */
static void grade_one_line(const struct mfa_inspector *inspector,
			   struct mfa_inspection *inspection)
{
	const struct mfa_stack_line *line = find_one_line(inspector, inspection);
	if (line == NULL || !inspection->is_gate_closed ||
	    inspection->grade >= MFA_GRADE_LOCKED_OUT)
		return;
	mfa_proof_done(&inspection->proof);
	inspection->grade = MFA_GRADE_LOCKED_OUT;
	inspection->facility = MFA_FACILITY_AUTH;
	inspection->culprit = line;
	inspection->fault = MFA_ADVISORY_FORWARD_GATED;
}

int mfa_inspect(const struct mfa_inspector *inspector, const char *service,
		struct mfa_inspection *ret_inspection)
{
	MFA_CLEANUP(mfa_inspection_done) struct mfa_inspection inspection = { 0 };
	int err = mfa_service_read(&inspector->rootfs, service, &inspection.diag,
				   &inspection.service);
	if (err == MFA_OK && (inspection.service.is_refused ||
			      inspection.service.is_undefined_behaviour)) {
		inspection.diag = inspection.service.refusal;
		err = MFA_ERR_CONFIG;
	}
	if (err == MFA_OK && is_without_auth(service))
		inspection.grade = MFA_GRADE_NO_AUTH;
	else if (err == MFA_OK)
		err = grade_service(inspector, service, &inspection);
	for (int i = MFA_FACILITY_AUTH; err == MFA_OK && i <= MFA_FACILITY_SESSION; i++)
		if (inspection.grade != MFA_GRADE_NO_AUTH &&
		    (i != MFA_FACILITY_SESSION || has_session(service)))
			err = grade_lockout(inspector, (enum mfa_facility)i, service,
					    &inspection);
	if (err == MFA_ERR_NOMEM)
		return err;
	if (err == MFA_OK)
		grade_one_line(inspector, &inspection);
	if (err != MFA_OK) {
		inspection.grade = MFA_GRADE_ERROR;
		if (inspection.diag.text[0] == '\0')
			(void)mfa_fail(&inspection.diag, err,
				       "too many ways through its lines");
	}
	*ret_inspection = inspection;
	inspection = (struct mfa_inspection){ 0 };
	return MFA_OK;
}
