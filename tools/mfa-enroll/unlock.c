/* mfa-enroll unlock USER */
#include "commands.h"

#include <stdio.h>

#include "act.h"
#include "mfa/lockout.h"

static enum exit_code edit(struct app *app MFA_UNUSED, struct mfa_record *record,
			   void *context)
{
	*(uint32_t *)context = record->failures;
	mfa_lockout_clear(record);
	return EXIT_DONE;
}

static enum exit_code run(struct app *app, const struct invocation *invocation)
{
	const char *user = invocation->arguments[0];
	uint32_t failures = 0;
	enum exit_code code = app_open(app);
	if (code == EXIT_DONE)
		code = app_find_user(app, USER_STORED, &user);
	if (code == EXIT_DONE)
		code = act_edit(app, user, ACT_EXISTING, edit, &failures);
	if (code != EXIT_DONE)
		return code;
	char detail[64];
	(void)snprintf(detail, sizeof detail, "after %u failures", failures);
	struct act act = { "user.unlock", user, NULL, MFA_KIND_NONE, detail };
	(void)printf(TR(app, MFA_N_("Unlocked: %s.")), user);
	(void)fputc('\n', stdout);
	return act_record(app, &act);
}

const struct command command_unlock = {
	.name = "unlock",
	.arguments = "USER",
	.least = 1,
	.most = 1,
	.summary = MFA_N_("end a lock after too many failures"),
	.run = run,
};
