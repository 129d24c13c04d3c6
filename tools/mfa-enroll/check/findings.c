/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAMES_SHOWN = 8,
	COMMAND_SIZE = 600
};

/* Most diagnoses begin with the path that the finding is printed behind. */
static void drop_place(char *text, const char *file)
{
	size_t len = strlen(file);
	if (strncmp(text, file, len) == 0 && strncmp(text + len, ": ", 2) == 0)
		memmove(text, text + len + 2, strlen(text + len + 2) + 1);
}

void findings_add(struct findings *findings, enum check_level level, const char *id,
		  struct check_place place, const char *format, va_list args)
{
	struct finding *items =
		reallocarray(findings->items, findings->count + 1, sizeof *items);
	if (items == NULL) {
		findings->err = MFA_ERR_NOMEM;
		return;
	}
	findings->items = items;
	struct finding finding = { .level = level, .id = id, .line = place.line };
	if (vasprintf(&finding.text, format, args) < 0)
		finding.text = NULL;
	if (place.file != NULL)
		finding.file = strdup(place.file);
	if (finding.text == NULL || (place.file != NULL && finding.file == NULL))
		findings->err = MFA_ERR_NOMEM;
	else if (finding.file != NULL)
		drop_place(finding.text, finding.file);
	items[findings->count++] = finding;
}

void findings_done(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->items[i].file);
		free(findings->items[i].text);
	}
	free(findings->items);
	*findings = (struct findings){ 0 };
}

bool findings_have(const struct findings *findings, const char *text)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].text != NULL &&
		    strcmp(findings->items[i].text, text) == 0)
			return true;
	return false;
}

bool findings_have_at(const struct findings *findings, const char *id,
		      struct check_place place)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];
		if (strcmp(finding->id, id) == 0 && finding->line == place.line &&
		    finding->file != NULL && strcmp(finding->file, place.file) == 0)
			return true;
	}
	return false;
}

bool findings_have_hole(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].level == CHECK_HOLE)
			return true;
	return false;
}

void check_names_add(struct check_names *names, const char *name)
{
	size_t len = strlen(names->text);
	if (names->count < NAMES_SHOWN)
		(void)snprintf(names->text + len, sizeof names->text - len, "%s%s",
			       len > 0 ? ", " : "", name);
	else if (names->count == NAMES_SHOWN)
		(void)snprintf(names->text + len, sizeof names->text - len, ", ...");
	names->count++;
}

void check_commands_add(struct check_names *commands, const char *verb, const char *user,
			const char *rest)
{
	char command[COMMAND_SIZE];
	(void)snprintf(command, sizeof command, "mfa-enroll %s %s%s%s", verb, user,
		       rest[0] != '\0' ? " " : "", rest);
	check_names_add(commands, command);
}
