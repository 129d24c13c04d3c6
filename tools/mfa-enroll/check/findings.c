/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAMES_SHOWN = 8,
	COMMAND_SIZE = 600
};

/* Control characters, which no name has. */
#define REST_BEGINS "\x1f"
#define REST_ENDS   "\x1e"
#define MORE	    ", ..."

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

static void free_finding(struct finding *finding)
{
	free(finding->file);
	free(finding->text);
}

void findings_done(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		free_finding(&findings->items[i]);
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

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool is_same_finding(const struct finding *a, const struct finding *b)
{
	return a->level == b->level && strcmp(a->id, b->id) == 0 && a->line == b->line &&
	       is_same_text(a->file, b->file) && is_same_text(a->text, b->text);
}

void findings_drop_repeated(struct findings *findings, size_t first, size_t second)
{
	size_t kept = second;
	for (size_t i = second; i < findings->count; i++) {
		struct finding *finding = &findings->items[i];
		bool is_repeated = false;
		for (size_t j = first; j < second && !is_repeated; j++)
			is_repeated = is_same_finding(&findings->items[j], finding);
		if (is_repeated)
			free_finding(finding);
		else
			findings->items[kept++] = *finding;
	}
	findings->count = kept;
}

bool findings_have_level(const struct findings *findings, enum check_level level)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].level == level)
			return true;
	return false;
}

void check_names_done(struct check_names *names)
{
	free(names->text);
	*names = (struct check_names){ 0 };
}

/* Behind the first few names, the others are between two marks. */
void check_names_add(struct check_names *names, const char *name)
{
	char *text = NULL;
	size_t len = names->text != NULL ? strlen(names->text) : 0;
	bool is_beyond = names->count >= NAMES_SHOWN;
	if (names->count > NAMES_SHOWN)
		len--; /* the mark behind the last name */
	int size = asprintf(
		&text, "%.*s%s%s%s%s", (int)len, names->text != NULL ? names->text : "",
		names->count == NAMES_SHOWN ? REST_BEGINS : "",
		names->count > 0 ? ", " : "", name, is_beyond ? REST_ENDS : "");
	if (size < 0)
		return; /* the name is missing in the text, and counted */
	free(names->text);
	names->text = text;
	names->count++;
}

static char *write_text(const char *from, bool is_short)
{
	char *text = calloc(strlen(from) + strlen(MORE) + 1, 1);
	char *end = text;
	bool is_rest = false;
	for (const char *at = from; text != NULL && *at != '\0'; at++) {
		if (*at == REST_ENDS[0]) {
			is_rest = false;
		} else if (*at == REST_BEGINS[0]) {
			is_rest = true;
			end = is_short ? stpcpy(end, MORE) : end;
		} else if (!is_rest || !is_short) {
			*end++ = *at;
		}
	}
	return text;
}

char *findings_write_short(const struct finding *finding)
{
	return write_text(finding->text, true);
}

char *findings_write_whole(const struct finding *finding)
{
	return write_text(finding->text, false);
}

void check_commands_add(struct check_names *commands, const char *verb, const char *user,
			const char *rest)
{
	char command[COMMAND_SIZE];
	(void)snprintf(command, sizeof command, "mfa-enroll %s %s%s%s", verb, user,
		       rest[0] != '\0' ? " " : "", rest);
	check_names_add(commands, command);
}
