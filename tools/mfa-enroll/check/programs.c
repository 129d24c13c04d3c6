/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the switches of the programs in the table. */
#include "check/programs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "check/parts.h"
#include "mfa/rootfs.h"

static const char *const pam_folders[] = { "/etc/pam.d", "/usr/lib/pam.d" };

/* The service file, which the caller has a buffer for; NULL: there is none. */
static const char *find_service_file(const struct check *check, const char *service,
				     char *buffer, size_t size)
{
	for (size_t i = 0; service != NULL && i < MFA_COUNT(pam_folders); i++) {
		(void)snprintf(buffer, size, "%s/%s", pam_folders[i], service);
		if (mfa_rootfs_exists(check->root, buffer))
			return buffer;
	}
	return NULL;
}

bool program_is_installed(const struct check *check, const struct program *program)
{
	char path[256];
	for (size_t i = 0; i < PROGRAM_FILES && program->files[i] != NULL; i++)
		if (mfa_rootfs_exists(check->root, program->files[i]))
			return true;
	return find_service_file(check, program->service, path, sizeof path) != NULL;
}

bool program_has_service(const char *service)
{
	for (size_t i = 0; i < program_count; i++)
		if (programs[i].service != NULL &&
		    strcmp(programs[i].service, service) == 0)
			return true;
	return false;
}

static void read_switch_place(struct check *check, const struct program *program,
			      const char *place, struct settings *settings)
{
	char folder[256];
	size_t len = strlen(place);
	if (place[len - 1] != '/') {
		settings_read(check, program->format, place, settings);
		return;
	}
	(void)snprintf(folder, sizeof folder, "%.*s", (int)len - 1, place);
	settings_read_folder(check, program->format, folder, program->ending, settings);
}

static bool is_greeter(const char *user)
{
	static const char *const users[] = { "_greetd", "greetd", "greeter", "_greeter" };
	for (size_t i = 0; i < MFA_COUNT(users); i++)
		if (strcmp(users[i], user) == 0)
			return true;
	return false;
}

static bool is_switched_on(const struct program_switch *one, const char *value)
{
	switch (one->values) {
	case SWITCH_SAID:
		return value[0] != '\0';
	case SWITCH_TRUE:
		return setting_is_on(value);
	case SWITCH_UNLESS_NO:
		return strcmp(value, "no") != 0 && strcmp(value, "false") != 0;
	case SWITCH_UNLESS_NONE:
		return strcasecmp(value, "none") != 0;
	case SWITCH_NOT_GREETER:
		return value[0] != '\0' && !is_greeter(value);
	case SWITCH_BY_INSTALLING:
		break;
	}
	return true;
}

/* Whether it is on where no file sets it. */
static bool is_on_unsaid(const struct program_switch *one)
{
	return one->values == SWITCH_UNLESS_NO || one->values == SWITCH_UNLESS_NONE ||
	       one->values == SWITCH_BY_INSTALLING;
}

static bool has_what_it_needs(const struct check *check, const struct program_switch *one)
{
	for (size_t i = 0; i < MFA_COUNT(one->needs); i++)
		if (one->needs[i] != NULL &&
		    mfa_rootfs_exists(check->root, one->needs[i]))
			return true;
	return one->needs[0] == NULL;
}

/* A switch that is on: where, and what it says. */
struct switch_found {
	const struct program *program;
	const struct program_switch *one;
	struct check_place place;
	const char *key;
	const char *value;
};

typedef void (*switch_visitor)(struct check *check, const struct switch_found *found,
			       void *context);

static void visit_unsaid(struct check *check, const struct program *program,
			 const struct program_switch *one, switch_visitor visit,
			 void *context)
{
	char path[256];
	if (!is_on_unsaid(one) || !program_is_installed(check, program))
		return;
	const char *file = find_service_file(check, program->service, path, sizeof path);
	const struct switch_found found = { program,
					    one,
					    { file != NULL ? file : program->files[0],
					      0 },
					    one->key != NULL ? one->key : program->name,
					    "" };
	visit(check, &found, context);
}

/* Calls visit for each section in which it is on. */
static void visit_switch(struct check *check, const struct program *program,
			 const struct program_switch *one,
			 const struct settings *settings, switch_visitor visit,
			 void *context)
{
	bool is_said = false;
	if (!has_what_it_needs(check, one))
		return;
	for (size_t i = 0; one->key != NULL && i < settings->count; i++) {
		const struct setting *setting = &settings->items[i];
		if (strcasecmp(setting->key, one->key) != 0 ||
		    (one->section != NULL &&
		     strcasecmp(setting->section, one->section) != 0))
			continue;
		is_said = true;
		const struct switch_found found = { program,
						    one,
						    { setting->file, setting->line },
						    setting->key,
						    setting->value };
		if (is_switched_on(one, setting->value))
			visit(check, &found, context);
	}
	if (!is_said)
		visit_unsaid(check, program, one, visit, context);
}

/* Those that are on by what all places from the one to the other say together. */
static void visit_places(struct check *check, const struct program *program, size_t first,
			 size_t last, switch_visitor visit, void *context)
{
	MFA_CLEANUP(settings_done) struct settings settings = { 0 };
	for (size_t i = first; i <= last && program->places[i] != NULL; i++)
		read_switch_place(check, program, program->places[i], &settings);
	for (size_t i = 0; i < PROGRAM_SWITCHES && program->switches[i].id != NULL; i++)
		visit_switch(check, program, &program->switches[i], &settings, visit,
			     context);
}

static void visit_switches(struct check *check, const struct program *program,
			   switch_visitor visit, void *context)
{
	if (!program->reads_one) {
		visit_places(check, program, 0, PROGRAM_PLACES - 1, visit, context);
		return;
	}
	for (size_t i = 0; i < PROGRAM_PLACES && program->places[i] != NULL; i++)
		visit_places(check, program, i, i, visit, context);
}

/* Those whose program asks nobody, so that no line of pam.d could have it ask. */
static bool is_autologin(const struct program_switch *one)
{
	return strcmp(one->id, "autologin") == 0 || strcmp(one->id, "guest") == 0;
}

/* "autologin-user in /etc/lightdm/lightdm.conf:2", which the caller frees; NULL: out of
 * memory. */
static char *write_switch(const struct switch_found *found)
{
	char *text = NULL;
	const char *first = found->program->places[0];
	int len = found->place.line > 0
			  ? asprintf(&text, "%s in %s:%u", found->key, found->place.file,
				     found->place.line)
			  : asprintf(&text, "%s in %s", found->key,
				     first != NULL ? first : found->place.file);
	return len >= 0 ? text : NULL;
}

static void tell_autologin(struct check *check, const struct switch_found *found)
{
	MFA_CLEANUP(mfa_free_string) char *name = write_switch(found);
	check_add(check, CHECK_HOLE, found->one->id, found->place,
		  TR(check->app,
		     MFA_N_("%s lets in without asking anybody: switch off %s")),
		  found->program->name, name != NULL ? name : found->key);
}

static void tell_who_is_in(struct check *check, const struct switch_found *found)
{
	const char *service = found->one->service;
	if (check_is_left_out(check, service))
		return;
	if (check_is_gated(check, service))
		check_add(check, CHECK_NOTE, "autologin-gated", found->place,
			  TR(check->app, MFA_N_("%s: refused by the gate of pam_mfa")),
			  found->key);
	else if (is_autologin(found->one))
		tell_autologin(check, found);
	else
		check_add(check, CHECK_HOLE, found->one->id, found->place,
			  TR(check->app,
			     MFA_N_("%s: %s lets in without asking anybody; switch it "
				    "off, or add %s to gate in mfa.conf, and pam_mfa.so "
				    "to its account lines")),
			  found->key, found->program->name, service);
}

/* The gate of the usual service is not asked where another one is. */
static void tell_chosen_gate(struct check *check, const struct switch_found *found)
{
	MFA_CLEANUP(mfa_free_string) char *name = NULL;
	bool is_on = check_has_autologin(check, found->one->service, &name);
	if (is_on && !check_is_gated(check, found->value) &&
	    !check_is_left_out(check, found->value))
		tell_autologin(check, found);
}

static void tell_switch(struct check *check, const struct switch_found *found,
			void *context MFA_UNUSED)
{
	const char *name = found->program->name;
	const char *own = found->program->service;
	const char *id = found->one->id;
	bool is_wanted =
		check->only == NULL || (own != NULL && check_wants(check, own)) ||
		(found->one->service != NULL && check_wants(check, found->one->service));
	if (!is_wanted)
		return;
	switch (found->one->effect) {
	case EFFECT_LETS_IN:
		tell_who_is_in(check, found);
		break;
	case EFFECT_LETS_IN_ANYHOW:
		if (!check_is_left_out(check, found->one->service))
			tell_autologin(check, found);
		break;
	case EFFECT_CHOOSES:
		check_chosen_service(check, name, found->place, found->value);
		break;
	case EFFECT_CHOOSES_GATE:
		tell_chosen_gate(check, found);
		break;
	case EFFECT_STARTS:
		check_add(check, CHECK_HOLE, id, found->place,
			  TR(check->app,
			     MFA_N_("%s: %s has %s ask, and nothing is known of it")),
			  found->key, name, found->value);
		break;
	case EFFECT_BESIDE_PAM:
		check_add(check, CHECK_HOLE, id, found->place,
			  TR(check->app,
			     MFA_N_("%s lets in without asking PAM: remove it")),
			  name);
		break;
	case EFFECT_SHARES:
		check_add(check, CHECK_WARNING, id, found->place,
			  TR(check->app,
			     MFA_N_("%s opens files to passwords of its own, and asks "
				    "for no code")),
			  name);
		break;
	}
}

struct autologin_search {
	const char *service;
	bool is_found;
	char *name; /* of the first switch that is on; owned */
};

static void find_autologin(struct check *check MFA_UNUSED,
			   const struct switch_found *found, void *context)
{
	struct autologin_search *search = context;
	if (search->is_found || found->one->service == NULL ||
	    strcmp(found->one->service, search->service) != 0 ||
	    strcmp(found->one->id, "autologin") != 0)
		return;
	search->is_found = true;
	search->name = write_switch(found);
}

static bool has_switch_for(const struct program *program, const char *service)
{
	for (size_t i = 0; i < PROGRAM_SWITCHES && program->switches[i].id != NULL; i++)
		if (program->switches[i].service != NULL &&
		    strcmp(program->switches[i].service, service) == 0)
			return true;
	return false;
}

bool check_has_autologin(const struct check *check, const char *service, char **ret_name)
{
	struct autologin_search search = { .service = service };
	struct check quiet = *check; /* only reads */
	bool is_known = false;
	for (size_t i = 0; i < program_count; i++) {
		if (!has_switch_for(&programs[i], service))
			continue;
		is_known = true;
		visit_switches(&quiet, &programs[i], find_autologin, &search);
	}
	*ret_name = search.name;
	return search.is_found || !is_known;
}

static bool is_looked_at(const struct program *program)
{
	return program->look != NULL || program->switches[0].id != NULL;
}

/* For the last line: what was looked at, and what was not. */
static void note_program(struct check *check, const struct program *program)
{
	if (!program_is_installed(check, program))
		return;
	if (!is_looked_at(program) && check->only == NULL)
		check_add_unknown(check, program->name);
	else if (is_looked_at(program) &&
		 (check->only == NULL ||
		  (program->service != NULL && check_wants(check, program->service))) &&
		 mfa_strings_add(&check->programs, program->name) != MFA_OK)
		check->findings.err = MFA_ERR_NOMEM;
}

void check_programs(struct check *check)
{
	for (size_t i = 0; i < program_count; i++) {
		note_program(check, &programs[i]);
		visit_switches(check, &programs[i], tell_switch, NULL);
		if (programs[i].look != NULL)
			programs[i].look(check);
	}
}
