/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll key copy|verify-copy|restore */
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/change.h"
#include "mfa/key_note.h"
#include "mfa/text.h"
#include "site/key_acts.h"

enum {
	WORDS,
	REPLACE
};

static const struct option_spec options[] = {
	[WORDS] = { "words", NULL, MFA_N_("on paper: lines to write down and to type") },
	[REPLACE] = { "replace", NULL,
		      MFA_N_("restore: in the place of a key that opens nothing") },
};

static const struct {
	const char *name;
	enum exit_code (*run)(struct app *app, const struct key_wish *wish);
} acts[] = {
	{ "copy", key_copy_act },
	{ "verify-copy", key_verify_act },
	{ "restore", key_restore_act },
};

void key_write_facts(const struct app *app, const struct mfa_key_copy *copy,
		     char ret_facts[static KEY_FACTS_SIZE])
{
	char id[MFA_KEY_ID_SIZE];
	char time[MFA_TIME_SIZE];
	mfa_key_id(&copy->key, id);
	mfa_text_format_time(copy->time, time);
	if (copy->time == 0)
		(void)snprintf(ret_facts, KEY_FACTS_SIZE, TR(app, MFA_N_("key %s")), id);
	else
		(void)snprintf(ret_facts, KEY_FACTS_SIZE,
			       TR(app, MFA_N_("key %s, copied at %s on %s")), id, time,
			       copy->host[0] != '\0' ? copy->host : "-");
}

enum exit_code key_log(struct app *app, const char *event, const struct key_wish *wish,
		       const struct mfa_secret *key)
{
	char id[MFA_KEY_ID_SIZE];
	char detail[160];
	mfa_key_id(key, id);
	(void)snprintf(detail, sizeof detail, "key %s, %s", id,
		       wish->file != NULL ? wish->file : "on paper");
	const struct change change = { event, NULL, NULL, MFA_KIND_NONE, detail };
	return change_log(app, &change);
}

enum exit_code key_note(struct app *app, const struct mfa_secret *key)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_key_note note = { .time = time(NULL) };
	mfa_key_id(key, note.id);
	(void)snprintf(note.actor, sizeof note.actor, "%s", app->actor);
	int err = mfa_key_note_write(app->site.config->key, &note, &diag);
	app_warn(app, &diag);
	if (err == MFA_OK)
		return EXIT_DONE;
	app_complain(TR(app, MFA_N_("not noted, so check will warn: %s")), diag.text);
	return EXIT_REFUSED;
}

static enum exit_code key_run(struct app *app, const struct invocation *invocation)
{
	const char *name = invocation->arguments[0];
	const struct key_wish wish = {
		.file = invocation->arguments[1],
		.replaces = invocation->values[REPLACE] != NULL,
	};
	bool is_paper = invocation->values[WORDS] != NULL;
	for (size_t i = 0; i < MFA_COUNT(acts); i++) {
		if (strcmp(acts[i].name, name) != 0)
			continue;
		if (is_paper == (wish.file != NULL)) {
			app_complain("%s", TR(app, MFA_N_("give a FILE, or --words")));
			return EXIT_USAGE;
		}
		if (wish.replaces && acts[i].run != key_restore_act) {
			app_complain("%s", TR(app, MFA_N_("--replace is for restore "
							  "only")));
			return EXIT_USAGE;
		}
		return acts[i].run(app, &wish);
	}
	app_complain(TR(app, MFA_N_("key %s: there are copy, verify-copy and restore")),
		     name);
	return EXIT_USAGE;
}

const struct command command_key = {
	.name = "key",
	.arguments = "copy|verify-copy|restore [FILE]",
	.least = 1,
	.most = 2,
	.summary = MFA_N_("keep a copy of the store key, and put it back"),
	.help = MFA_N_(
		"Without the store key nobody gets in, and everybody must be enrolled anew.\n"
		"copy seals it by a passphrase into FILE, which must not be there yet: keep\n"
		"it apart from this host and its backups. With --words it is shown as seven\n"
		"lines for paper; anybody who reads them has the key, so put them in a safe.\n"
		"verify-copy reads a copy and says whether it is of the key as it is now;\n"
		"check warns until one was. restore puts a lost key back, if it opens the\n"
		"records. A rekey makes a new key, which needs a new copy."),
	.asks = true,
	COMMAND_OPTIONS(options),
	.run = key_run,
};
