/* SPDX-License-Identifier: BSD-2-Clause */
#include "switch/judge_sshd.h"

#include <string.h>

#include "check/parts.h"
#include "check/sshd_settings.h"
#include "mfa/rootfs.h"
#include "site/sample.h"
#include "switch/acts.h"
#include "switch/future.h"

/* What the child judges. */
struct sshd_trial {
	struct check *check;
	bool is_own; /* the drop-in is enable's, or the sample */
};

static bool is_wrong(const struct finding *finding)
{
	return finding->level == CHECK_HOLE || finding->level == CHECK_LOCKOUT;
}

/* Whether a value of the usual server comes from the drop-in. */
static bool is_drop_in_read(struct check *check)
{
	MFA_CLEANUP(sshd_servers_done) struct sshd_servers servers = { 0 };
	struct sshd_settings settings;
	static const struct sshd_blocks no_block = { 0, 0 };
	sshd_servers_list(check, &servers);
	if (servers.count == 0 ||
	    !sshd_read(check, &servers.items[0], no_block, &settings))
		return false;
	for (int i = 0; i < SSHD_KEYS; i++)
		if (strcmp(settings.values[i].file, SSHD_DROP_IN) == 0)
			return true;
	return false;
}

/* The first value of a keyword counts, so one that is read before is the drop-in's end.
 */
static void write_line_that_counts(FILE *to, const struct app *app,
				   const struct finding *finding)
{
	if (strcmp(finding->file, SSHD_DROP_IN) == 0)
		(void)fprintf(to,
			      TR(app, MFA_N_("sshd would let nobody in: %s:%u says "
					     "KbdInteractiveAuthentication no: take that "
					     "line out")),
			      finding->file, finding->line);
	else
		(void)fprintf(to,
			      TR(app, MFA_N_("sshd would let nobody in: %s:%u says "
					     "KbdInteractiveAuthentication no, and is "
					     "read before %s: take that line out")),
			      finding->file, finding->line, SSHD_DROP_IN);
}

static void write_finding(FILE *to, const struct app *app, const struct finding *finding)
{
	bool has_line = finding->file != NULL && finding->line != 0;
	if (has_line && strcmp(finding->id, "sshd-no-questions") == 0)
		write_line_that_counts(to, app, finding);
	else if (has_line)
		(void)fprintf(to, "%s:%u: %s", finding->file, finding->line,
			      finding->text);
	else if (finding->file != NULL)
		(void)fprintf(to, "%s: %s", finding->file, finding->text);
	else
		(void)fprintf(to, "sshd: %s", finding->text);
	(void)fputc('\0', to);
}

static void write_unread(FILE *to, const struct app *app)
{
	(void)fprintf(to,
		      TR(app, MFA_N_("sshd would not read %s: have %s begin with the "
				     "line: Include %s/*.conf")),
		      SSHD_DROP_IN, SSHD_CONFIG, SSHD_FOLDER);
	(void)fputc('\0', to);
}

static void judge_in_child(FILE *to, void *context)
{
	const struct sshd_trial *trial = context;
	struct check *check = trial->check;
	size_t first = check->findings.count;
	if (trial->is_own && !is_drop_in_read(check)) {
		write_unread(to, check->app);
		return;
	}
	check_sshd(check);
	for (size_t i = first; i < check->findings.count; i++)
		if (is_wrong(&check->findings.items[i]))
			write_finding(to, check->app, &check->findings.items[i]);
}

static bool is_own_drop_in(const struct plan *plan)
{
	MFA_CLEANUP(mfa_free_string) char *text = plan_text(plan, SSHD_DROP_IN);
	MFA_CLEANUP(mfa_free_string) char *ours = plan_drop_in();
	return text != NULL && ours != NULL &&
	       (strcmp(text, ours) == 0 || strcmp(text, sample_sshd) == 0);
}

int judge_sshd(struct plan *plan, struct check *check, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings sentences = { 0 };
	struct sshd_trial trial = { check, is_own_drop_in(plan) };
	if (!plan_wants(plan, "sshd") || !plan_has_sshd())
		return MFA_OK;
	int err = future_ask(plan, judge_in_child, &trial, diag, &sentences);
	if (err == MFA_ERR_UNSUPPORTED)
		return MFA_OK; /* looked at once it is so: see sshd_is_right */
	for (size_t i = 0; err == MFA_OK && i < sentences.count; i++)
		plan_object(plan, "%s", sentences.items[i]);
	return err;
}

bool sshd_is_right(struct app *app, const struct mfa_edits *edits)
{
	if (mfa_edits_find(edits, SSHD_DROP_IN) == NULL)
		return true;
	MFA_CLEANUP(check_done)
	struct check check = { .app = app,
			       .root = "",
			       .is_live = true,
			       .only = "sshd",
			       .config = app->site.config };
	const struct mfa_pam_rootfs here = { "", NULL };
	bool is_right = true;
	if (mfa_inspector_init(&check.inspector, &here, check.config) != MFA_OK)
		return false;
	check_services(&check);
	size_t first = check.findings.count;
	check_sshd(&check);
	for (size_t i = first; i < check.findings.count; i++)
		if (is_wrong(&check.findings.items[i])) {
			app_complain("%s", check.findings.items[i].text);
			is_right = false;
		}
	return is_right && check.findings.err == MFA_OK;
}
