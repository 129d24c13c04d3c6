/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll test USER */
#include "cli/commands.h"

#include <stdio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "cli/terminal.h"
#include "mfa/auth.h"
#include "mfa/login_facts.h"

static int ask_terminal(void *context MFA_UNUSED, const char *prompt,
			struct mfa_secret *ret_answer)
{
	return terminal_ask(prompt, ECHO_HIDDEN, ret_answer);
}

static void print_text(void *context MFA_UNUSED, enum mfa_tone tone MFA_UNUSED,
		       const char *text)
{
	(void)puts(text);
}

static int64_t clock_now(void)
{
	return time(NULL);
}

static enum exit_code report_test(const struct app *app,
				  const struct mfa_auth_request *request,
				  const struct mfa_auth_result *result)
{
	char line[1536];
	struct mfa_event event = mfa_auth_event(request->zone, &request->login, result);
	event.actor = request->actor;
	mfa_event_format(&event, line, sizeof line);
	openlog("mfa-enroll", LOG_PID, LOG_AUTHPRIV);
	syslog(LOG_INFO, "%s", line);
	closelog();
	if (result->verdict == MFA_ALLOW) {
		(void)printf(TR(app, MFA_N_("Right: token %s of %s.")), result->token,
			     request->login.user);
		(void)fputc('\n', stdout);
		return EXIT_DONE;
	}
	if (result->err == MFA_ERR_ABORT) {
		app_complain("%s", TR(app, MFA_N_("cancelled")));
		return EXIT_REFUSED;
	}
	if (result->err != MFA_OK)
		return app_fail(result->err, &result->diag);
	if (result->diag.text[0] != '\0') /* what to do about the clock */
		app_complain("%s", result->diag.text);
	return result->reason == MFA_REASON_NOT_ENROLLED ? EXIT_NOT_FOUND : EXIT_REFUSED;
}

static enum exit_code test_run(struct app *app, const struct invocation *invocation)
{
	const char *user = invocation->arguments[0];
	enum exit_code code = app_open(app);
	if (code == EXIT_DONE)
		code = app_find_user(app, USER_ANY, &user);
	if (code != EXIT_DONE)
		return code;
	const struct mfa_login_claims claims = {
		.user = user,
		.service = "mfa-enroll",
		.tty = ttyname(STDIN_FILENO),
	};
	MFA_CLEANUP(mfa_login_facts_done) struct mfa_login_facts facts = { 0 };
	if (mfa_login_facts_begin(&claims, clock_now(), &facts) != MFA_OK ||
	    mfa_login_facts_identify(&facts, &app->identity) != MFA_OK)
		return app_fail(MFA_ERR_NOMEM, NULL);
	/* an administrator is who asks: keys in this machine's ports are tried from
	 * anywhere */
	mfa_login_facts_set_place(&facts, MFA_PLACE_OWN);
	const struct mfa_dialog dialog = { .ask = ask_terminal, .tell = print_text };
	struct mfa_auth_request request = {
		.site = &app->site,
		.login = facts.login,
		.clock = clock_now,
		.dialog = &dialog,
		.language = app->language,
		.known_user = MFA_MATCH_UNKNOWN, /* no roll-out: it is a test */
		.actor = app->actor,
		.may_explain = true,
	};
	request.zone = mfa_zone_find(app->site.config, &request.login);
	if (request.zone->is_off)
		request.zone =
			mfa_config_zone(app->site.config, app->site.config->default_zone);
	MFA_CLEANUP(mfa_auth_result_done) struct mfa_auth_result result = { 0 };
	mfa_auth_run(&request, &result);
	return report_test(app, &request, &result);
}

const struct command command_test = {
	.name = "test",
	.arguments = "USER",
	.least = 1,
	.most = 1,
	.summary = MFA_N_("ask for a code and check it as a login would"),
	.help = MFA_N_(
		"The code counts: a right one is used up, a wrong one is a failure."),
	.run = test_run,
};
