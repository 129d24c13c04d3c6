/* What must be true after any login. */
#include "scene.h"

#include <string.h>

#include <security/pam_appl.h>

#include "mfa/oath.h"

struct plain_login {
	struct scene *scene;
	const struct way *way;
};

static void no_hook(void *context MFA_UNUSED)
{
}

static void log_in_plainly(void *context)
{
	static const struct hooks hooks = { no_hook, no_hook, NULL };
	const struct plain_login *login = context;
	scene_login(login->scene, login->way, &hooks);
}

static int try_code(struct scene *scene, uint64_t counter)
{
	struct plain_login login = { scene, &ways[0] };
	scene_set_code(scene, NULL, counter);
	*scene->outcome = (struct outcome){ .code = -1 };
	(void)scene_run_child(log_in_plainly, &login);
	scene_drain_log(scene);
	return scene->outcome->code;
}

static bool reads_counter(struct scene *scene, uint64_t *ret_counter,
			  uint32_t *ret_failures)
{
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = mfa_record_new();
	struct mfa_oath oath;
	if (record == NULL ||
	    mfa_store_read(scene->host.store, scene_user, NULL, record) != MFA_OK ||
	    record->token_count != 1 || strcmp(record->tokens[0].label, "fault") != 0 ||
	    mfa_oath_load(&record->tokens[0], &oath) != MFA_OK ||
	    oath.secret_len != strlen(scene_secret) ||
	    memcmp(oath.secret, scene_secret, oath.secret_len) != 0)
		return false;
	*ret_counter = oath.counter;
	*ret_failures = record->failures;
	return true;
}

static const char *check_state(struct scene *scene, const struct way *way,
			       uint64_t counter, uint32_t failures)
{
	const struct outcome *outcome = scene->outcome;
	uint64_t lines = 0;
	bool is_spent = counter == SCENE_COUNTER + 1;
	bool may_spend = way->is_right && !way->skips_auth;
	bool may_fail =
		!way->is_right && !way->skips_auth && strcmp(way->user, scene_user) == 0;
	if (counter != SCENE_COUNTER && !(is_spent && may_spend))
		return "the record is neither the old nor the new one";
	if (failures > (may_fail ? 1 : 0))
		return "the record counts failures that were none";
	if (outcome->code == PAM_SUCCESS && !is_spent)
		return "PAM_SUCCESS, and the record was not committed";
	if (mfa_audit_verify(scene->host.audit, NULL, &lines) != MFA_OK)
		return "the audit trail is broken";
	if (lines > scene->lines + 2)
		return "the audit trail has lines that nobody wrote";
	if (outcome->code == PAM_SUCCESS && lines != scene->lines + 1)
		return "PAM_SUCCESS without its line in the audit trail";
	return NULL;
}

const char *scene_check(struct scene *scene, const struct way *way)
{
	const struct outcome *outcome = scene->outcome;
	uint64_t counter = 0;
	uint32_t failures = 0;
	scene_drain_log(scene);
	if (!outcome->is_done)
		return "the login never ended";
	if (outcome->has_leaked_memory)
		return "memory leaked";
	if (outcome->open_fds[0] != outcome->open_fds[1])
		return "a file was left open";
	if (outcome->guards[0] != outcome->guards[1])
		return "a locked block was left in memory";
	if (!way->is_right && outcome->code == PAM_SUCCESS)
		return "PAM_SUCCESS for a wrong code";
	if (!way->is_account && outcome->code == scene_ignored)
		return "PAM_IGNORE";
	if (!reads_counter(scene, &counter, &failures))
		return "the record cannot be read";
	const char *problem = check_state(scene, way, counter, failures);
	if (problem != NULL)
		return problem;
	if (counter > SCENE_COUNTER && try_code(scene, SCENE_COUNTER) != PAM_AUTH_ERR)
		return "a code that was spent was accepted again";
	if (try_code(scene, counter) != PAM_SUCCESS)
		return "the next login was refused";
	return NULL;
}
