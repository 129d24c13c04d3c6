/* SPDX-License-Identifier: BSD-2-Clause */
/* A file that several services include is not changed for one of them, nor a package's
 * own file: that would change the others, or be gone after an update. */
#include "check/additions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/switch_over.h"
#include "mfa/rootfs.h"

#define SAMPLES_DIR MFA_DOC_DIR "/examples/pam.d"

/* Of the build's list, "chfn chsh ...". */
static bool has_sample(const char *service)
{
	const size_t len = strlen(service);
	const char *at = MFA_PAM_SAMPLES;
	while (at[0] != '\0') {
		size_t word = strcspn(at, " ");
		if (word == len && strncmp(at, service, len) == 0)
			return true;
		at += word + strspn(at + word, " ");
	}
	return false;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

/* "@include NAME", "auth include NAME", "auth substack NAME"; it cuts the line. */
static bool includes_file(char *line, const char *name)
{
	char *rest = NULL;
	const char *before = "";
	line[strcspn(line, "#")] = '\0';
	for (const char *word = strtok_r(line, " \t", &rest); word != NULL;
	     word = strtok_r(NULL, " \t", &rest)) {
		bool is_include = strcasecmp(before, "@include") == 0 ||
				  strcasecmp(before, "include") == 0 ||
				  strcasecmp(before, "substack") == 0;
		if (is_include && strcmp(base_name(word), name) == 0)
			return true;
		before = word;
	}
	return false;
}

char *addition_place(const struct check *check, const char *file, const char *included)
{
	MFA_CLEANUP(mfa_free_string) char *text = NULL;
	char *place = NULL;
	size_t len = 0;
	unsigned number = 0;
	if (mfa_rootfs_read(check->root, file, &text, &len) != MFA_OK)
		return NULL;
	char *rest = text;
	for (char *line = NULL; (line = strsep(&rest, "\n")) != NULL;) {
		number++;
		if (!includes_file(line, base_name(included)))
			continue;
		int size = asprintf(&place,
				    TR(check->app, MFA_N_("%s:%u, which includes %s")),
				    file, number, base_name(included));
		return size >= 0 ? place : NULL;
	}
	return NULL;
}

static const char *phase_word(const struct check_service *service)
{
	return service->inspection.facility == MFA_FACILITY_AUTH ? "auth" : "account";
}

static int print_adding_to_all(const struct check *check,
			       const struct check_service *service, char **ret_text)
{
	const struct app *app = check->app;
	const struct mfa_cure *cure = &service->cure;
	const char *phase = phase_word(service);
	const char *format =
		cure->kind == MFA_CURE_ADD_LAST
			? TR(app, MFA_N_("add \"%s required %s\" to the file of each "
					 "service, behind its other %s lines"))
			: TR(app, MFA_N_("add \"%s required %s\" to the file of each "
					 "service, before its other %s lines"));
	return asprintf(ret_text, format, phase, cure->module, phase);
}

/* Beside the lines of an included file stands the line that includes it. */
static char *write_neighbour(const struct check *check,
			     const struct check_service *service)
{
	const struct mfa_cure *cure = &service->cure;
	const struct mfa_stack *stack = mfa_service_stack(&service->inspection.service,
							  service->inspection.facility);
	if (stack->count == 0)
		return NULL;
	bool is_last = cure->kind == MFA_CURE_ADD_LAST;
	const char *file = stack->lines[is_last ? stack->count - 1 : 0].file;
	return strcmp(file, cure->file) != 0 ? addition_place(check, cure->file, file)
					     : NULL;
}

static int print_addition(const struct check *check, const struct check_service *service,
			  char **ret_text)
{
	const struct app *app = check->app;
	const struct mfa_cure *cure = &service->cure;
	const char *phase = phase_word(service);
	bool is_last = cure->kind == MFA_CURE_ADD_LAST;
	MFA_CLEANUP(mfa_free_string) char *neighbour = write_neighbour(check, service);
	if (neighbour != NULL)
		return asprintf(ret_text,
				is_last ? TR(app, MFA_N_("add \"%s required %s\" behind "
							 "%s"))
					: TR(app, MFA_N_("add \"%s required %s\" before "
							 "%s")),
				phase, cure->module, neighbour);
	return asprintf(ret_text,
			is_last ? TR(app, MFA_N_("add \"%s required %s\" to %s, behind "
						 "its other %s lines"))
				: TR(app, MFA_N_("add \"%s required %s\" to %s, before "
						 "its other %s lines")),
			phase, cure->module, cure->file, phase);
}

static int print_by_hand(const struct check *check, const struct check_service *service,
			 bool several, char **ret_text)
{
	const struct app *app = check->app;
	const struct mfa_cure *cure = &service->cure;
	if (several || cure->file == NULL)
		return print_adding_to_all(check, service, ret_text);
	bool is_packages = strncmp(cure->file, "/usr/", strlen("/usr/")) == 0;
	bool is_in_sample =
		has_sample(service->name) && strcmp(cure->module, "pam_mfa.so") == 0;
	if (is_packages && is_in_sample)
		return asprintf(ret_text, TR(app, MFA_N_("copy %s/%s to /etc/pam.d")),
				SAMPLES_DIR, service->name);
	MFA_CLEANUP(mfa_free_string) char *addition = NULL;
	if (print_addition(check, service, &addition) < 0) {
		addition = NULL;
		return -1;
	}
	if (is_packages)
		return asprintf(ret_text,
				TR(app, MFA_N_("copy %s to /etc/pam.d, and in the copy: "
					       "%s")),
				cure->file, addition);
	if (is_in_sample)
		return asprintf(ret_text,
				TR(app, MFA_N_("%s; or copy %s/%s to /etc/pam.d")),
				addition, SAMPLES_DIR, service->name);
	return asprintf(ret_text, "%s", addition);
}

int addition_print(const struct check *check, const struct check_service *service,
		   bool several, char **ret_text)
{
	const struct app *app = check->app;
	const struct mfa_cure *cure = &service->cure;
	MFA_CLEANUP(mfa_free_string) char *by_hand = NULL;
	bool adds_code = strcmp(cure->module, "pam_mfa.so") == 0 &&
			 service->inspection.facility == MFA_FACILITY_AUTH;
	enum switch_over over = adds_code ? switch_over_find(check) : SWITCH_OVER_DONE;
	if (over == SWITCH_OVER_DONE)
		return print_by_hand(check, service, several, ret_text);
	if (over == SWITCH_OVER_NO_INIT)
		return asprintf(ret_text, "%s",
				TR(app, MFA_N_("run mfa-enroll init, enrol people "
					       "(mfa-enroll add), then mfa-enroll "
					       "enable")));
	if (print_by_hand(check, service, several, &by_hand) < 0) {
		by_hand = NULL;
		return -1;
	}
	if (several || service->is_other)
		return asprintf(ret_text,
				TR(app, MFA_N_("run mfa-enroll enable, which tries it "
					       "out first; or by hand: %s")),
				by_hand);
	return asprintf(ret_text,
			TR(app, MFA_N_("run mfa-enroll enable (--only %s), which tries "
				       "it out first; or by hand: %s")),
			service->name, by_hand);
}
