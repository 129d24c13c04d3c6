/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/explain.h"

#include <stdio.h>
#include <time.h>

#include "check/grace.h"
#include "mfa/json.h"
#include "mfa/login_facts.h"

/* One zone against one login. */
struct zone_match {
	enum mfa_match match;
	enum mfa_condition
		failed; /* the first that is not met; MFA_CONDITION_COUNT: none */
	enum mfa_condition unsure; /* the first that cannot be decided */
	bool is_other_name; /* mfa = off, which is for names as the name service has them
			     */
};

struct answer {
	const struct mfa_zone *zone; /* decides, unless one for some terminals does */
	/* Of all that may decide, those for some terminals as well: */
	bool is_gated; /* each that demands MFA names the service in gate */
	const struct mfa_zone *grace; /* the first whose roll-out is running, or NULL */
};

/* The terminal is not asked for: a zone for some terminals may decide. */
static enum mfa_match match_condition(const struct mfa_zone *zone,
				      const struct mfa_login *login,
				      enum mfa_condition condition)
{
	if (condition == MFA_CONDITION_TTYS && zone->ttys.count > 0)
		return MFA_MATCH_UNKNOWN;
	return mfa_zone_match(zone, login, condition);
}

static struct zone_match compare_zone(const struct mfa_zone *zone,
				      const struct mfa_login *login)
{
	struct zone_match found = { .match = MFA_MATCH_YES,
				    .failed = MFA_CONDITION_COUNT,
				    .unsure = MFA_CONDITION_COUNT };
	for (unsigned i = 0; i < MFA_CONDITION_COUNT; i++) {
		enum mfa_condition condition = (enum mfa_condition)i;
		enum mfa_match one = match_condition(zone, login, condition);
		if (one == MFA_MATCH_NO) {
			found.match = MFA_MATCH_NO;
			found.failed = condition;
			return found;
		}
		if (one == MFA_MATCH_UNKNOWN && found.match == MFA_MATCH_YES) {
			found.match = MFA_MATCH_UNKNOWN;
			found.unsure = condition;
		}
	}
	found.is_other_name = found.match == MFA_MATCH_YES && zone->is_off &&
			      !mfa_zone_is_exempt(zone, login);
	return found;
}

/* What only the terminal leaves open may go either way. */
static bool is_up_to_terminal(const struct zone_match *found)
{
	return found->match == MFA_MATCH_UNKNOWN && found->unsure == MFA_CONDITION_TTYS;
}

static bool is_deciding(const struct mfa_zone *zone, const struct zone_match *found)
{
	if (is_up_to_terminal(found) || found->is_other_name)
		return false;
	return found->match == MFA_MATCH_YES ||
	       (found->match == MFA_MATCH_UNKNOWN && !zone->is_off);
}

static const char *zone_reason(const struct app *app, const struct mfa_zone *zone,
			       const struct zone_match *found)
{
	if (found->match == MFA_MATCH_NO)
		return TR(app, MFA_N_("no: does not match"));
	if (found->is_other_name)
		return TR(app,
			  MFA_N_("no: mfa = off is for names as the name service has "
				 "them, each with a user id of its own"));
	if (is_up_to_terminal(found))
		return TR(app, MFA_N_("on these terminals: depends on"));
	if (found->match == MFA_MATCH_YES)
		return TR(app, MFA_N_("decides"));
	return zone->is_off ? TR(app, MFA_N_("no, since nobody can tell"))
			    : TR(app, MFA_N_("decides, since nobody can tell"));
}

static const char *zone_condition(const struct zone_match *found)
{
	if (found->match == MFA_MATCH_NO)
		return mfa_condition_name(found->failed);
	return found->unsure != MFA_CONDITION_COUNT ? mfa_condition_name(found->unsure)
						    : NULL;
}

static void print_zone(const struct app *app, const struct mfa_zone *zone,
		       const struct zone_match *found)
{
	const char *condition = zone_condition(found);
	(void)printf("[zone %s] %s%s%s\n", zone->name, zone_reason(app, zone, found),
		     condition != NULL ? " " : "", condition != NULL ? condition : "");
}

static void print_grace(const struct app *app, const struct answer *answer)
{
	if (answer->grace == NULL)
		return;
	MFA_CLEANUP(mfa_free_string) char *text = grace_text(app, answer->grace);
	(void)puts(text != NULL ? text : answer->grace->name);
}

static void print_answer(const struct app *app, const struct mfa_login *login,
			 const struct answer *answer)
{
	const struct mfa_zone *zone = answer->zone;
	const char *user = login->typed != NULL ? login->typed : login->user;
	if (zone->is_off)
		(void)printf(
			TR(app, MFA_N_("%s needs no second factor at %s (mfa = off)")),
			user, login->service);
	else
		(void)printf(TR(app, MFA_N_("%s needs a second factor at %s (zone %s)")),
			     user, login->service, zone->name);
	(void)fputc('\n', stdout);
	if (answer->is_gated)
		(void)puts(TR(app, MFA_N_("the account phase demands that auth was "
					  "passed (gate)")));
	print_grace(app, answer);
}

static void put_zone(struct mfa_json *json, const struct mfa_zone *zone,
		     const struct zone_match *found)
{
	static const char *const names[] = {
		[MFA_MATCH_NO] = "no",
		[MFA_MATCH_YES] = "yes",
		[MFA_MATCH_UNKNOWN] = "unknown",
	};
	mfa_json_open(json, '{');
	mfa_json_field(json, "zone", zone->name);
	mfa_json_field(json, "match", names[found->match]);
	mfa_json_field(json, "condition", zone_condition(found));
	if (found->is_other_name) {
		mfa_json_key(json, "other_name");
		mfa_json_bool(json, true);
	}
	mfa_json_close(json, '}');
}

/* Takes in one more zone that may decide. */
static void take_in_zone(struct answer *answer, const struct mfa_login *login,
			 const struct mfa_zone *zone)
{
	if (!zone->is_off && !mfa_zone_is_gated(zone, login->service))
		answer->is_gated = false;
	if (answer->grace == NULL && grace_is_running(zone))
		answer->grace = zone;
}

static struct answer find_answer(const struct app *app, const struct mfa_login *login,
				 struct mfa_json *json)
{
	const struct mfa_config *config = app->site.config;
	struct answer answer = { .is_gated = true };
	for (size_t i = 0; answer.zone == NULL && i < config->zone_count; i++) {
		const struct mfa_zone *zone = &config->zones[i];
		struct zone_match found = compare_zone(zone, login);
		if (app->wants_json)
			put_zone(json, zone, &found);
		else
			print_zone(app, zone, &found);
		if (is_deciding(zone, &found))
			answer.zone = zone;
		else if (is_up_to_terminal(&found))
			take_in_zone(&answer, login, zone);
	}
	if (answer.zone == NULL) {
		answer.zone = mfa_config_zone(config, config->default_zone);
		if (!app->wants_json)
			(void)printf(
				TR(app, MFA_N_("no zone above decides: [host] zone = %s "
					       "applies")),
				config->default_zone);
		if (!app->wants_json)
			(void)fputc('\n', stdout);
	}
	take_in_zone(&answer, login, answer.zone);
	/* a zone that is off demands nothing of its own logins */
	answer.is_gated = answer.is_gated && !answer.zone->is_off;
	return answer;
}

static int print_answer_json(const struct app *app, const struct mfa_login *login,
			     struct answer *ret_answer)
{
	MFA_CLEANUP(mfa_json_done) struct mfa_json json = MFA_JSON_INIT;
	mfa_json_open(&json, '{');
	mfa_json_field(&json, "user", login->user);
	if (login->typed != NULL)
		mfa_json_field(&json, "typed", login->typed);
	mfa_json_field(&json, "service", login->service);
	mfa_json_field(&json, "rhost", login->rhost);
	mfa_json_key(&json, "looked_at");
	mfa_json_open(&json, '[');
	struct answer answer = find_answer(app, login, &json);
	mfa_json_close(&json, ']');
	mfa_json_field(&json, "zone", answer.zone->name);
	mfa_json_field(&json, "mfa", answer.zone->is_off ? "off" : "on");
	mfa_json_field(&json, "gate", answer.is_gated ? "yes" : "no");
	mfa_json_field(&json, "grace", answer.grace != NULL ? answer.grace->name : NULL);
	mfa_json_close(&json, '}');
	if (json.err == MFA_OK)
		(void)puts(json.text);
	*ret_answer = answer;
	return json.err;
}

enum exit_code explain_print(struct app *app, char *const *words, int count)
{
	struct mfa_diag diag = { .text = "" };
	struct answer answer = { 0 };
	const char *user = words[0];
	enum exit_code code = app_find_user(app, USER_ANY, &user);
	if (code != EXIT_DONE)
		return code;
	const struct mfa_login_claims claims = {
		.user = user,
		.service = words[1],
		.rhost = count > 2 ? words[2] : NULL,
	};
	MFA_CLEANUP(mfa_login_facts_done) struct mfa_login_facts facts = { 0 };
	int err = mfa_login_facts_begin(&claims, time(NULL), &facts);
	if (err == MFA_OK)
		err = mfa_login_facts_identify(&facts, &app->identity);
	/* one of which no host is told is taken for one at this machine */
	mfa_login_facts_set_place(&facts,
				  count > 2 ? MFA_PLACE_ELSEWHERE : MFA_PLACE_OWN);
	if (err == MFA_OK)
		err = mfa_site_load(app->config_path, &diag, &app->site);
	if (err == MFA_OK && app->wants_json) {
		err = print_answer_json(app, &facts.login, &answer);
	} else if (err == MFA_OK) {
		answer = find_answer(app, &facts.login, NULL);
		print_answer(app, &facts.login, &answer);
	}
	if (err != MFA_OK)
		return app_fail(err, &diag);
	return answer.grace != NULL ? EXIT_REFUSED : EXIT_DONE;
}
