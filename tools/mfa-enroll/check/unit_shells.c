/* SPDX-License-Identifier: BSD-2-Clause */
/* Services of systemd that open a terminal without a question, under any name and in any
 * folder. */
#include "check/consoles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/unit.h"

/* The lists of commands that have the terminal of the service as their input: the others
 * have none. */
static const char *const command_keys[] = { "ExecCondition", "ExecStartPre", "ExecStart",
					    "ExecStopPost" };

static const char force_name[] = "SYSTEMD_SULOGIN_FORCE";

struct unit_command {
	const char *key; /* of command_keys */
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
	char pam_service[128];	  /* whose account stack systemd asks */
	struct check_place force; /* where force_name may be set */
	char *force_file;	  /* owned: what force.file points to */
};

static void free_command(struct unit_command *command)
{
	free(command->line);
	free(command->file);
}

static void drop_commands(struct unit_facts *facts, const char *key)
{
	size_t kept = 0;
	for (size_t i = 0; i < facts->count; i++) {
		if (strcmp(facts->commands[i].key, key) == 0)
			free_command(&facts->commands[i]);
		else
			facts->commands[kept++] = facts->commands[i];
	}
	facts->count = kept;
}

static void unit_facts_done(struct unit_facts *facts)
{
	for (size_t i = 0; i < facts->count; i++)
		free_command(&facts->commands[i]);
	free(facts->commands);
	free(facts->force_file);
}

static void add_unit_command(struct unit_facts *facts, const char *key, const char *line,
			     struct check_place place)
{
	struct unit_command *commands =
		reallocarray(facts->commands, facts->count + 1, sizeof *commands);
	if (commands == NULL) {
		facts->check->findings.err = MFA_ERR_NOMEM;
		return;
	}
	facts->commands = commands;
	struct unit_command command = { key, strdup(line), strdup(place.file),
					place.line };
	commands[facts->count++] = command;
	if (command.line == NULL || command.file == NULL)
		facts->check->findings.err = MFA_ERR_NOMEM;
}

/* Whether it is a setting of commands. */
static bool take_commands(struct unit_facts *facts, const char *key, const char *value,
			  struct check_place place)
{
	for (size_t i = 0; i < MFA_COUNT(command_keys); i++) {
		if (strcmp(command_keys[i], key) != 0)
			continue;
		if (value[0] == '\0')
			drop_commands(facts, command_keys[i]);
		else
			add_unit_command(facts, command_keys[i], value, place);
		return true;
	}
	return false;
}

/* Where the variable may be set. */
static void note_force(struct unit_facts *facts, struct check_place place)
{
	free(facts->force_file);
	facts->force_file = strdup(place.file);
	if (facts->force_file == NULL)
		facts->check->findings.err = MFA_ERR_NOMEM;
	facts->force = (struct check_place){ facts->force_file, place.line };
}

static void take_unit_fact(const char *key, char *value, struct check_place place,
			   void *context)
{
	struct unit_facts *facts = context;
	console_look_at_credential(facts->check, place, key, value);
	if (take_commands(facts, key, value, place))
		return;
	if (strcmp(key, "StandardInput") == 0)
		facts->is_at_terminal = strncmp(value, "tty", strlen("tty")) == 0;
	else if (strcmp(key, "PAMName") == 0)
		(void)snprintf(facts->pam_service, sizeof facts->pam_service, "%s",
			       value);
	else if ((strcmp(key, "Environment") == 0 && strstr(value, force_name) != NULL) ||
		 strcmp(key, "EnvironmentFile") == 0)
		note_force(facts, place);
}

/* logind, generators and a boot that fails start these, without a link. */
static bool is_started_by_itself(const char *name)
{
	static const char *const names[] = { "getty@",		 "autovt@",
					     "serial-getty@",	 "container-getty@",
					     "console-getty.",	 "rescue.service",
					     "emergency.service" };
	for (size_t i = 0; i < MFA_COUNT(names); i++)
		if (strncmp(name, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static bool is_started(struct check *check, const char *name)
{
	if (is_started_by_itself(name))
		return true;
	MFA_CLEANUP(mfa_free_string) char *link = unit_find_wanted(check, name);
	if (link != NULL)
		return true;
	MFA_CLEANUP(mfa_free_string) char *file = unit_find_reference(check, name);
	return file != NULL;
}

static void tell_terminal(struct check *check, const char *name,
			  const struct unit_command *command, const char *program)
{
	struct check_place place = { command->file, command->number };
	if (is_started_by_itself(name))
		check_add_once(check, CHECK_HOLE, "unit-shell", place,
			       TR(check->app,
				  MFA_N_("%s runs at a terminal without asking anybody: "
					 "take that line out")),
			       program);
	else
		check_add_once(check, CHECK_HOLE, "unit-shell", place,
			       TR(check->app,
				  MFA_N_("%s runs at a terminal without asking anybody: "
					 "systemctl disable %s")),
			       program, name);
}

static void look_at_terminal(const struct unit_facts *facts, const char *name)
{
	struct check *check = facts->check;
	const char *service = facts->pam_service;
	if (service[0] != '\0' && check_is_gated(check, service))
		return;
	for (size_t i = 0; i < facts->count; i++) {
		char program[UNIT_PROGRAM_SIZE];
		const struct unit_command *command = &facts->commands[i];
		bool is_open = facts->is_at_terminal
				       ? !unit_command_asks(command->line, program)
				       : unit_command_opens(command->line, program);
		if (!is_open)
			continue;
		if (!is_started(check, name))
			return;
		tell_terminal(check, name, command, program);
	}
}

static void look_at_command(struct check *check, const char *unit,
			    const struct unit_command *command)
{
	bool is_unknown = false;
	struct check_place place = { command->file, command->number };
	if (strchr(command->line, '$') == NULL) {
		console_look_at_command(check, place, command->line);
		return;
	}
	MFA_CLEANUP(mfa_free_string)
	char *line = unit_expand(check, unit, command->line, &is_unknown);
	if (line != NULL)
		console_look_at_command(check, place, line);
	if (is_unknown && strstr(command->line, "getty") != NULL)
		unit_add_unknown_options(check, place, "getty");
}

/* The variable by which sulogin asks nobody where root's account is locked. */
static void look_at_force(const struct unit_facts *facts, const char *name)
{
	bool is_unknown = false;
	if (facts->force_file == NULL)
		return;
	MFA_CLEANUP(mfa_free_string)
	char *value = unit_find_variable(facts->check, name, force_name, &is_unknown);
	if (value != NULL && unit_is_yes(value))
		console_tell_force(facts->check, facts->force);
}

static void look_at_unit(struct check *check, const char *name)
{
	MFA_CLEANUP(unit_facts_done) struct unit_facts facts = { .check = check };
	unit_each(check, name, NULL, take_unit_fact, &facts);
	for (size_t i = 0; i < facts.count; i++)
		look_at_command(check, name, &facts.commands[i]);
	look_at_force(&facts, name);
	look_at_terminal(&facts, name);
}

/* The same variable for all services. */
static void take_force_of_all(const char *key, char *value, struct check_place place,
			      void *context)
{
	size_t len = strlen(force_name);
	if (strcmp(key, "DefaultEnvironment") != 0)
		return;
	for (const char *word = NULL; (word = unit_next_word(&value)) != NULL;)
		if (strncmp(word, force_name, len) == 0 && word[len] == '=' &&
		    unit_is_yes(word + len + 1))
			console_tell_force(context, place);
}

/* systemd's own service for debugging, whatever it runs. */
static void look_for_debug_shell(struct check *check)
{
	MFA_CLEANUP(mfa_free_string)
	char *path = unit_find_wanted(check, "debug-shell.service");
	if (path == NULL)
		path = unit_find_reference(check, "debug-shell.service");
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
	unit_each_of_systemd(check, take_force_of_all, check);
	look_for_debug_shell(check);
}
