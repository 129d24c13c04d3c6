/* SPDX-License-Identifier: BSD-2-Clause */
/* doas.conf: rules that ask for nothing. Of two that match, doas takes the later one. */
#include "check/parts.h"

#include <stdlib.h>
#include <string.h>

#include "check/config_lines.h"
#include "check/whole_file.h"

enum {
	RULES_MAX = 5000 /* each is compared with all behind it */
};

struct doas_rule {
	char identity[256]; /* "" of a line that is no rule */
	unsigned line;
	bool is_permit;
	bool has_nopass;
	bool has_persist;
	bool is_narrow; /* only as one user, or for one command */
};

struct doas_rules {
	struct doas_rule *items;
	size_t count;
};

/* The next word in place, without quotes and escapes; a comment ends the line, and a
 * brace is a word. NULL: there is none. */
static char *take_doas_word(char **rest, char *brace)
{
	char *in = *rest + strspn(*rest, " \t");
	bool is_quoted = false;
	if (*in == '{' || *in == '}') {
		brace[0] = *in;
		*rest = in + 1;
		return brace;
	}
	char *word = in;
	char *out = in;
	for (; *in != '\0' && (is_quoted || strchr(" \t#{}", *in) == NULL); in++) {
		if (*in == '"')
			is_quoted = !is_quoted;
		else if (*in == '\\' && in[1] != '\0')
			*out++ = *++in;
		else
			*out++ = *in;
	}
	bool is_end = *in == '\0' || *in == '#';
	bool is_empty = in == word;
	*rest = is_end ? in + strlen(in) : in + (*in == ' ' || *in == '\t');
	*out = '\0';
	return is_empty ? NULL : word;
}

/* Whether the word is an option; setenv has a list in braces. */
static bool take_doas_option(struct doas_rule *rule, const char *word, char **rest)
{
	if (strcmp(word, "setenv") == 0) {
		char brace[2] = "";
		for (const char *next = NULL;
		     (next = take_doas_word(rest, brace)) != NULL;)
			if (strcmp(next, "}") == 0)
				break;
		return true;
	}
	rule->has_nopass |= strcmp(word, "nopass") == 0;
	rule->has_persist |= strcmp(word, "persist") == 0;
	return strcmp(word, "nopass") == 0 || strcmp(word, "persist") == 0 ||
	       strcmp(word, "keepenv") == 0 || strcmp(word, "nolog") == 0;
}

static struct doas_rule read_doas_rule(char *line, unsigned number)
{
	struct doas_rule rule = { .line = number };
	char brace[2] = "";
	char *rest = line;
	const char *word = take_doas_word(&rest, brace);
	if (word == NULL || (strcmp(word, "permit") != 0 && strcmp(word, "deny") != 0))
		return rule;
	rule.is_permit = word[0] == 'p';
	while ((word = take_doas_word(&rest, brace)) != NULL &&
	       take_doas_option(&rule, word, &rest))
		;
	if (word != NULL)
		strncpy(rule.identity, word, sizeof rule.identity - 1);
	rule.is_narrow = take_doas_word(&rest, brace) != NULL;
	return rule;
}

static void add_doas_rule(struct check *check, struct doas_rules *rules,
			  const struct doas_rule *rule)
{
	struct doas_rule *items =
		reallocarray(rules->items, rules->count + 1, sizeof *items);
	if (items == NULL) {
		check->findings.err = MFA_ERR_NOMEM;
		return;
	}
	rules->items = items;
	items[rules->count++] = *rule;
}

static void doas_rules_done(struct doas_rules *rules)
{
	free(rules->items);
}

/* A later rule for the same people and everything they do is the one that counts. */
static bool is_overruled(const struct doas_rules *rules, size_t index)
{
	for (size_t i = index + 1; i < rules->count; i++)
		if (!rules->items[i].is_narrow &&
		    strcmp(rules->items[i].identity, rules->items[index].identity) == 0)
			return true;
	return false;
}

static void look_at_doas_rule(struct check *check, const char *path,
			      const struct doas_rule *rule)
{
	struct check_place place = { path, rule->line };
	if (!rule->is_permit || strcmp(rule->identity, "root") == 0)
		return;
	if (rule->has_nopass)
		check_add(check, CHECK_HOLE, "doas-nopass", place, "%s",
			  TR(check->app,
			     MFA_N_("nopass: doas asks for nothing; take nopass "
				    "out of that line")));
	else if (rule->has_persist)
		check_add(check, CHECK_NOTE, "doas-persist", place, "%s",
			  TR(check->app,
			     MFA_N_("persist: doas asks again only after some minutes, "
				    "as sudo does")));
}

void check_doas(struct check *check)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	MFA_CLEANUP(doas_rules_done) struct doas_rules rules = { 0 };
	if (!check_wants(check, "doas") || check_is_left_out(check, "doas") ||
	    !config_lines_open(check, "/etc/doas.conf", &file))
		return;
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_DOAS)) != NULL;) {
		struct doas_rule rule = read_doas_rule(line, file.number);
		if (rule.identity[0] != '\0')
			add_doas_rule(check, &rules, &rule);
		if (rules.count > RULES_MAX) {
			whole_file_add_unread(check, file.path, WHOLE_FILE_ENTRIES);
			break;
		}
	}
	for (size_t i = 0; i < rules.count; i++)
		if (!is_overruled(&rules, i))
			look_at_doas_rule(check, file.path, &rules.items[i]);
}
