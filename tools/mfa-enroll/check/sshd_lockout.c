/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings of sshd with which nobody gets in: the gate refuses a key alone, and no list
 * of methods goes on to PAM's questions. */
#include "check/sshd_ways.h"

#include <stdio.h>
#include <string.h>

/* What the lists of methods come to. */
struct entrance {
	bool is_tried; /* a list can be gone through to its end */
	bool is_open;  /* by such a list somebody gets in */
};

/* The service that decides. */
struct judge {
	bool is_gated;
	bool takes_one_line; /* password and code, as an answer to one question */
	bool exempts_some;   /* a zone that is off lets in those whom it is for */
};

enum {
	LIST_SIZE = SSHD_CRITERIA_SIZE
};

static bool takes_code_with_password(const struct mfa_inspection *inspection)
{
	const struct mfa_stack *stack =
		mfa_service_stack(&inspection->service, MFA_FACILITY_AUTH);
	for (size_t i = 0; i < stack->count; i++)
		if (mfa_stack_line_has(&stack->lines[i], "forward_pass"))
			return true;
	return false;
}

static bool exempts_some(const struct mfa_inspection *inspection)
{
	for (size_t i = 0; i < inspection->advisory_count; i++)
		if (inspection->advisories[i].kind == MFA_ADVISORY_PART_OFF)
			return true;
	return false;
}

static bool is_method(const char *word, const char *name)
{
	size_t len = strlen(name);
	return strncmp(word, name, len) == 0 && (word[len] == '\0' || word[len] == ':');
}

/* PAM is one of the devices that can ask: "keyboard-interactive:pam". */
static bool is_pams(const char *word)
{
	const char *device = strchr(word, ':');
	return is_method(word, "keyboard-interactive") &&
	       (device == NULL || strcmp(device, ":pam") == 0);
}

static bool is_method_on(const struct sshd_settings *settings, const char *word)
{
	if (is_method(word, "keyboard-interactive"))
		return is_pams(word) && sshd_is_on(settings, SSHD_QUESTIONS, true);
	if (is_method(word, "password"))
		return sshd_is_on(settings, SSHD_PASSWORD, true);
	for (size_t i = 0; i < sshd_single_way_count; i++)
		if (is_method(word, sshd_single_ways[i].method))
			return sshd_has_way(settings, &sshd_single_ways[i]);
	return false;
}

/* A list whose methods are all on is tried. Behind a gate, one line with password and
 * code is no use: it leaves no mark. */
static void try_list(const struct judge *judge, const struct sshd_settings *settings,
		     const char *list, struct entrance *entrance)
{
	char copy[LIST_SIZE];
	char *rest = NULL;
	bool is_open = !judge->is_gated;
	(void)snprintf(copy, sizeof copy, "%s", list);
	for (const char *word = strtok_r(copy, ",", &rest); word != NULL;
	     word = strtok_r(NULL, ",", &rest)) {
		if (!is_method_on(settings, word))
			return;
		if (is_pams(word))
			is_open = true;
	}
	bool has_password = strstr(list, "password") != NULL;
	if (has_password && (judge->is_gated || !judge->takes_one_line))
		is_open = false;
	entrance->is_tried = true;
	entrance->is_open = entrance->is_open || is_open;
}

/* Without AuthenticationMethods each method is a list of its own. */
static struct entrance try_lists(const struct judge *judge,
				 const struct sshd_settings *settings)
{
	static const char each[] =
		"keyboard-interactive password publickey gssapi-with-mic hostbased";
	struct entrance entrance = { false, false };
	char lists[LIST_SIZE];
	char *rest = NULL;
	if (strlen(settings->values[SSHD_METHODS].text) + 1 == LIST_SIZE)
		entrance.is_open = true; /* there are more, which were not read */
	(void)snprintf(lists, sizeof lists, "%s",
		       sshd_has_methods(settings) ? settings->values[SSHD_METHODS].text
						  : each);
	for (const char *list = strtok_r(lists, " \t\"", &rest); list != NULL;
	     list = strtok_r(NULL, " \t\"", &rest))
		try_list(judge, settings, list, &entrance);
	return entrance;
}

/* The first list, with PAM's questions at its end. */
static void write_longer_list(const char *lists, char ret_list[static LIST_SIZE])
{
	char copy[LIST_SIZE];
	char *rest = NULL;
	size_t len = 0;
	(void)snprintf(copy, sizeof copy, "%s", lists);
	copy[strcspn(copy, " \t\"")] = '\0';
	for (const char *word = strtok_r(copy, ",", &rest); word != NULL;
	     word = strtok_r(NULL, ",", &rest))
		if (!is_method(word, "password") &&
		    !is_method(word, "keyboard-interactive") && len < LIST_SIZE)
			len += (size_t)snprintf(ret_list + len, LIST_SIZE - len, "%s,",
						word);
	if (len < LIST_SIZE)
		(void)snprintf(ret_list + len, LIST_SIZE - len, "keyboard-interactive");
}

/* A list with which people get in, as it was tried out; questions are switched on. */
static void find_list(const struct judge *judge, const struct sshd_settings *settings,
		      char ret_list[static LIST_SIZE])
{
	struct sshd_settings better = *settings;
	struct sshd_value *methods = &better.values[SSHD_METHODS];
	better.values[SSHD_QUESTIONS].text[0] = '\0';
	write_longer_list(settings->values[SSHD_METHODS].text, methods->text);
	if (!try_lists(judge, &better).is_open)
		(void)snprintf(methods->text, sizeof methods->text,
			       "keyboard-interactive");
	(void)snprintf(ret_list, LIST_SIZE, "%s", methods->text);
}

static bool has_pams(const struct sshd_settings *settings)
{
	char lists[LIST_SIZE];
	char *rest = NULL;
	(void)snprintf(lists, sizeof lists, "%s", settings->values[SSHD_METHODS].text);
	for (const char *word = strtok_r(lists, " \t\",", &rest); word != NULL;
	     word = strtok_r(NULL, " \t\",", &rest))
		if (is_pams(word))
			return true;
	return false;
}

static const char *reason_format(const struct app *app,
				 const struct sshd_settings *settings,
				 const struct judge *judge, bool is_tried)
{
	if (judge->exempts_some)
		return TR(app,
			  MFA_N_("AuthenticationMethods %s%s: only those whom a zone "
				 "exempts (mfa = off) get in over ssh; for the "
				 "others write: AuthenticationMethods %s%s"));
	if (!is_tried || has_pams(settings))
		return TR(app, MFA_N_("AuthenticationMethods %s%s: each list has a "
				      "method that is switched off or never lets in, so "
				      "nobody gets in over ssh; write: "
				      "AuthenticationMethods %s%s"));
	if (strstr(settings->values[SSHD_METHODS].text, "password") != NULL)
		return TR(app,
			  MFA_N_("AuthenticationMethods %s%s: password gives PAM one "
				 "answer to all questions, so nobody gets in over "
				 "ssh; write: AuthenticationMethods %s%s"));
	return TR(
		app,
		MFA_N_("AuthenticationMethods %s%s: the gate refuses a key alone, "
		       "so nobody gets in over ssh; write: AuthenticationMethods %s%s"));
}

static void tell_methods(struct check *check, const struct sshd_case *one,
			 const struct judge *judge, bool is_tried)
{
	char buffer[SSHD_SCOPE_SIZE];
	char list[LIST_SIZE];
	find_list(judge, one->settings, list);
	check_add(check, judge->exempts_some ? CHECK_WARNING : CHECK_LOCKOUT,
		  "sshd-methods-closed", sshd_case_place(one, SSHD_METHODS),
		  reason_format(check->app, one->settings, judge, is_tried),
		  one->settings->values[SSHD_METHODS].text,
		  sshd_case_scope(check, one, buffer), list,
		  sshd_is_on(one->settings, SSHD_QUESTIONS, true)
			  ? ""
			  : ", KbdInteractiveAuthentication yes");
}

/* sshd asks no question, and answers those of PAM by the password. */
static void tell_no_questions(struct check *check, const struct sshd_case *one,
			      bool is_lockout)
{
	char buffer[SSHD_SCOPE_SIZE];
	check_add(check, is_lockout ? CHECK_LOCKOUT : CHECK_WARNING, "sshd-no-questions",
		  sshd_case_place(one, SSHD_QUESTIONS),
		  is_lockout ? TR(check->app,
				  MFA_N_("KbdInteractiveAuthentication no%s: nobody can "
					 "be asked for a code, so sshd refuses "
					 "everybody; set KbdInteractiveAuthentication "
					 "yes"))
			     : TR(check->app,
				  MFA_N_("KbdInteractiveAuthentication no%s: nobody can "
					 "be asked for a code")),
		  sshd_case_scope(check, one, buffer));
}

static bool is_cured_by_questions(const struct judge *judge,
				  const struct sshd_settings *settings)
{
	struct sshd_settings better = *settings;
	better.values[SSHD_QUESTIONS].text[0] = '\0';
	return try_lists(judge, &better).is_open;
}

void sshd_look_at_lockout(struct check *check, const struct sshd_case *one)
{
	const struct sshd_settings *settings = one->settings;
	const char *name = sshd_case_service(one);
	const struct check_service *service = check_find_service(check, name);
	const struct judge judge = {
		.is_gated = check_is_gated(check, name),
		.takes_one_line =
			service != NULL && takes_code_with_password(&service->inspection),
		.exempts_some = service != NULL && exempts_some(&service->inspection),
	};
	struct entrance entrance = try_lists(&judge, settings);
	/* a block in which everything is switched off is for those who are to stay out */
	bool is_closed = service != NULL && !entrance.is_open &&
			 (entrance.is_tried || settings->blocks.one == 0) &&
			 mfa_grade_is_proved(service->inspection.grade);
	bool is_questions =
		!sshd_is_on(settings, SSHD_QUESTIONS, true) &&
		(!sshd_has_methods(settings) || is_cured_by_questions(&judge, settings));
	if (is_closed && !is_questions && sshd_has_methods(settings))
		tell_methods(check, one, &judge, entrance.is_tried);
	else if (!sshd_is_on(settings, SSHD_QUESTIONS, true))
		tell_no_questions(check, one, is_closed && !judge.exempts_some);
}
