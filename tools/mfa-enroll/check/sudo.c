/* SPDX-License-Identifier: BSD-2-Clause */
/* What in sudoers lets somebody go on without being asked, or has another service ask. */
#include "check/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/config_lines.h"
#include "check/sudoers.h"

/* Minutes; sudo takes fractions, too. */
static const double usual_timeout = 15; /* in Debian */
static const double long_timeout = 60;

static struct check_place default_place(const struct sudoers_default *one)
{
	return (struct check_place){ one->file, one->line };
}

/* Without a scope: the last word for everybody. NULL: nothing is said. */
static const struct sudoers_default *find_default(const struct sudoers *sudoers,
						  const char *name)
{
	for (size_t i = sudoers->count; i > 0; i--)
		if (sudoers->defaults[i - 1].scope[0] == '\0' &&
		    strcmp(sudoers->defaults[i - 1].name, name) == 0)
			return &sudoers->defaults[i - 1];
	return NULL;
}

/* Minutes; negative: for ever. */
static double read_timeout(const struct sudoers_default *one)
{
	if (one == NULL)
		return usual_timeout;
	return one->is_on ? strtod(one->value, NULL) : 0;
}

static void look_at_timeout(struct check *check, const struct sudoers_default *one)
{
	double minutes = read_timeout(one);
	if (minutes > long_timeout)
		check_add(
			check, CHECK_WARNING, "sudo-timestamp", default_place(one),
			TR(check->app,
			   MFA_N_("timestamp_timeout: sudo asks once, and then not again "
				  "in that session for %.0f minutes: set it to 5")),
			minutes);
	if (minutes < 0)
		check_add(check, CHECK_WARNING, "sudo-timestamp", default_place(one),
			  "%s",
			  TR(check->app,
			     MFA_N_("timestamp_timeout: sudo asks once, and then never "
				    "again in that session")));
}

/* One code for every terminal and every login over the network. */
static void look_at_shared_ticket(struct check *check, const struct sudoers *sudoers,
				  const struct sudoers_default *one)
{
	bool is_shared = strcmp(one->name, "tty_tickets") == 0
				 ? !one->is_on
				 : strcmp(one->value, "global") == 0;
	double minutes = read_timeout(find_default(sudoers, "timestamp_timeout"));
	if (!is_shared || minutes == 0)
		return;
	bool is_long = minutes < 0 || minutes > usual_timeout;
	check_add(check, is_long ? CHECK_HOLE : CHECK_WARNING, "sudo-timestamp-global",
		  default_place(one),
		  is_long ? TR(check->app,
			       MFA_N_("%s: after one code sudo asks in none of the "
				      "user's sessions for a long time, also in those "
				      "over ssh: take it out, or set timestamp_timeout "
				      "to 5"))
			  : TR(check->app,
			       MFA_N_("%s: after one code sudo asks in none of the "
				      "user's sessions for some minutes, also in those "
				      "over ssh")),
		  one->name);
}

static void look_at_default(struct check *check, const struct sudoers *sudoers,
			    const struct sudoers_default *one)
{
	const char *name = one->name;
	if (sudoers_is_for_root(sudoers, one->scope))
		return;
	if (strcmp(name, "authenticate") == 0 && !one->is_on)
		check_add(check, CHECK_HOLE, "sudo-no-authenticate", default_place(one),
			  TR(check->app,
			     MFA_N_("!authenticate: sudo asks for nothing; take "
				    "!authenticate out of that line (visudo -f %s)")),
			  one->file);
	else if (strcmp(name, "exempt_group") == 0 && one->is_on)
		check_add(check, CHECK_HOLE, "sudo-exempt-group", default_place(one),
			  TR(check->app,
			     MFA_N_("exempt_group: sudo asks these people for nothing; "
				    "take exempt_group out of that line (visudo -f %s)")),
			  one->file);
	else if (strcmp(name, "timestamp_timeout") == 0)
		look_at_timeout(check, one);
	else if (strcmp(name, "timestamp_type") == 0 || strcmp(name, "tty_tickets") == 0)
		look_at_shared_ticket(check, sudoers, one);
	else if ((strcmp(name, "pam_service") == 0 ||
		  strcmp(name, "pam_login_service") == 0 ||
		  strcmp(name, "pam_askpass_service") == 0) &&
		 one->is_on)
		check_chosen_service(check, "sudo", default_place(one), one->value);
}

static void look_at_sudoers(struct check *check, const char *path)
{
	MFA_CLEANUP(sudoers_done) struct sudoers sudoers = { .check = check };
	sudoers_read(&sudoers, path);
	for (size_t i = 0; i < sudoers.nopasswd_count; i++)
		check_add_once(check, CHECK_HOLE, "sudo-nopasswd",
			       (struct check_place){ sudoers.nopasswd[i].file,
						     sudoers.nopasswd[i].line },
			       TR(check->app,
				  MFA_N_("NOPASSWD: sudo asks for nothing; take NOPASSWD "
					 "out of that line (visudo -f %s)")),
			       sudoers.nopasswd[i].file);
	for (size_t i = 0; i < sudoers.count; i++)
		look_at_default(check, &sudoers, &sudoers.defaults[i]);
}

/* Plugin SYMBOL FILE OPTION...; false: the policy is another program's. Of two policies
 * sudo loads the first. */
static bool read_plugin(char *line, bool *has_policy, char *ret_path, size_t size)
{
	static const char file[] = "sudoers_file=";
	char *rest = NULL;
	const char *symbol = strtok_r(line, " \t", &rest);
	const char *library = strtok_r(NULL, " \t", &rest);
	if (symbol == NULL || library == NULL || strstr(symbol, "policy") == NULL)
		return true;
	bool is_second = *has_policy;
	*has_policy = true;
	if (strcmp(symbol, "sudoers_policy") != 0)
		return false;
	if (is_second)
		return true;
	for (const char *word = NULL; (word = strtok_r(NULL, " \t", &rest)) != NULL;)
		if (strncmp(word, file, strlen(file)) == 0)
			(void)snprintf(ret_path, size, "%s", word + strlen(file));
	return true;
}

/* Which file sudo reads. */
static void find_sudoers(struct check *check, char *ret_path, size_t size)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	bool has_policy = false;
	(void)snprintf(ret_path, size, "/etc/sudoers");
	if (!config_lines_open(check, "/etc/sudo.conf", &file))
		return;
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_SUDO)) != NULL;) {
		char *value = NULL;
		const char *key = config_lines_split_key(line, &value);
		if (key != NULL && strcasecmp(key, "Plugin") == 0 &&
		    !read_plugin(value, &has_policy, ret_path, size))
			check_add_unknown(check, "/etc/sudo.conf");
	}
}

/* Rules that a directory has. */
static void look_for_directory(struct check *check)
{
	static const char *const services[] = { "ldap", "sss" };
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, "/etc/nsswitch.conf", &file))
		return;
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_NONE)) != NULL;) {
		if (strncmp(line, "sudoers:", strlen("sudoers:")) != 0)
			continue;
		for (size_t i = 0; i < MFA_COUNT(services); i++)
			if (strstr(line, services[i]) != NULL)
				check_add_unknown(check,
						  TR(check->app,
						     MFA_N_("sudo's rules in a directory "
							    "(nsswitch.conf)")));
	}
}

void check_sudo(struct check *check)
{
	char path[1024];
	if (!check_wants(check, "sudo") || check_is_left_out(check, "sudo"))
		return;
	find_sudoers(check, path, sizeof path);
	look_for_directory(check);
	look_at_sudoers(check, path);
}
