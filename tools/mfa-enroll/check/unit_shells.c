/* SPDX-License-Identifier: BSD-2-Clause */
/* Services of systemd that open a terminal without a question, under any name and in any
 * folder. */
#include "check/consoles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/unit.h"

struct unit_command {
	char *line;
	char *file;
	unsigned number;
};

/* What a service runs, and where. */
struct unit_facts {
	struct check *check;
	struct unit_command *commands;
	size_t count;
	bool is_at_terminal;
	char pam_service[128]; /* whose account stack systemd asks */
	struct check_place force;
	char *force_file; /* owned: what force.file points to */
};

static void drop_commands(struct unit_facts *facts)
{
	for (size_t i = 0; i < facts->count; i++) {
		free(facts->commands[i].line);
		free(facts->commands[i].file);
	}
	facts->count = 0;
}

static void unit_facts_done(struct unit_facts *facts)
{
	drop_commands(facts);
	free(facts->commands);
	free(facts->force_file);
}

static void add_unit_command(struct unit_facts *facts, const char *line,
			     struct check_place place)
{
	struct unit_command *commands =
		reallocarray(facts->commands, facts->count + 1, sizeof *commands);
	if (commands == NULL) {
		facts->check->findings.err = MFA_ERR_NOMEM;
		return;
	}
	facts->commands = commands;
	struct unit_command command = { strdup(line), strdup(place.file), place.line };
	commands[facts->count++] = command;
	if (command.line == NULL || command.file == NULL)
		facts->check->findings.err = MFA_ERR_NOMEM;
}

static void take_environment(struct unit_facts *facts, const char *value,
			     struct check_place place)
{
	if (strstr(value, "SYSTEMD_SULOGIN_FORCE=1") == NULL || facts->force_file != NULL)
		return;
	facts->force_file = strdup(place.file);
	if (facts->force_file == NULL)
		facts->check->findings.err = MFA_ERR_NOMEM;
	facts->force = (struct check_place){ facts->force_file, place.line };
}

static void take_unit_fact(const char *key, char *value, struct check_place place,
			   void *context)
{
	struct unit_facts *facts = context;
	if (strcmp(key, "ExecStart") == 0 && value[0] == '\0')
		drop_commands(facts);
	else if (strcmp(key, "ExecStart") == 0)
		add_unit_command(facts, value, place);
	else if (strcmp(key, "StandardInput") == 0)
		facts->is_at_terminal = strncmp(value, "tty", strlen("tty")) == 0;
	else if (strcmp(key, "PAMName") == 0)
		(void)snprintf(facts->pam_service, sizeof facts->pam_service, "%s",
			       value);
	else if (strcmp(key, "Environment") == 0)
		take_environment(facts, value, place);
}

/* The name of the program, without its folder and systemd's signs before it. */
static const char *program_name(const char *line, char *buffer, size_t size)
{
	line += strspn(line, "-@:+!|\"' \t");
	(void)snprintf(buffer, size, "%.*s", (int)strcspn(line, " \t\"'"), line);
	const char *slash = strrchr(buffer, '/');
	return slash != NULL ? slash + 1 : buffer;
}

/* Programs that ask at the terminal, or that show something there. */
static bool asks_or_shows(const char *name)
{
	return strstr(name, "getty") != NULL || strcmp(name, "login") == 0 ||
	       strcmp(name, "sulogin") == 0 || strncmp(name, "systemd-", 8) == 0 ||
	       strncmp(name, "plymouth", 8) == 0;
}

static void look_at_terminal(const struct unit_facts *facts, const char *name)
{
	struct check *check = facts->check;
	const char *service = facts->pam_service;
	MFA_CLEANUP(mfa_free_string) char *link = unit_find_wanted(check, name);
	if (!facts->is_at_terminal || link == NULL ||
	    (service[0] != '\0' && check_is_gated(check, service)))
		return;
	for (size_t i = 0; i < facts->count; i++) {
		char buffer[256];
		const struct unit_command *command = &facts->commands[i];
		const char *program = program_name(command->line, buffer, sizeof buffer);
		if (!asks_or_shows(program))
			check_add_once(
				check, CHECK_HOLE, "unit-shell",
				(struct check_place){ command->file, command->number },
				TR(check->app,
				   MFA_N_("%s runs at a terminal without asking "
					  "anybody: systemctl disable %s")),
				program, name);
	}
}

/* getty, with options that are elsewhere. */
static void note_unknown_words(struct check *check, const char *unit,
			       const struct unit_command *command)
{
	static const struct unit_variable term = { "TERM", NULL };
	char place[1024];
	if (strstr(command->line, "getty") == NULL ||
	    !unit_has_unknown_words(check, unit, command->line, &term))
		return;
	(void)snprintf(place, sizeof place, "%s:%u", command->file, command->number);
	check_add_unknown(check, place);
}

static void look_at_unit(struct check *check, const char *name)
{
	MFA_CLEANUP(unit_facts_done) struct unit_facts facts = { .check = check };
	unit_each(check, name, NULL, take_unit_fact, &facts);
	for (size_t i = 0; i < facts.count; i++) {
		const struct unit_command *command = &facts.commands[i];
		console_look_at_command(
			check, (struct check_place){ command->file, command->number },
			command->line);
		note_unknown_words(check, name, command);
	}
	if (facts.force_file != NULL)
		check_add_once(
			check, CHECK_HOLE, "sulogin-force", facts.force, "%s",
			TR(check->app, MFA_N_("opens a root shell without a password")));
	look_at_terminal(&facts, name);
}

/* systemd's own service for debugging, whatever it runs. */
static void look_for_debug_shell(struct check *check)
{
	MFA_CLEANUP(mfa_free_string)
	char *path = unit_find_wanted(check, "debug-shell.service");
	if (path != NULL)
		check_add(check, CHECK_HOLE, "debug-shell",
			  (struct check_place){ path, 0 }, "%s",
			  TR(check->app,
			     MFA_N_("a root shell without a password on tty9")));
}

void console_look_at_units(struct check *check)
{
	MFA_CLEANUP(unit_names_done) struct unit_names names = { .all = { 0 } };
	unit_list(check, &names);
	for (size_t i = 0; i < names.all.count; i++)
		if (strcmp(names.all.items[i], "debug-shell.service") != 0)
			look_at_unit(check, names.all.items[i]);
	look_for_debug_shell(check);
}
