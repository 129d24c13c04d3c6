/* SPDX-License-Identifier: BSD-2-Clause */
/* Display managers that log somebody in by themselves. */
#include "check/parts.h"

#include <string.h>

#include "check/config_lines.h"

enum {
	PLACES_MAX = 4
};

/* Where a display manager says so. A key's value counts when it is not empty or "false".
 */
struct greeter {
	const char *service; /* of the login that nobody asked for */
	const char *keys[4];
	const char *files[2];
	const char *folders[4];
};

static const struct greeter greeters[] = {
	{ "lightdm-autologin",
	  { "autologin-user", "autologin-guest", NULL },
	  { "/etc/lightdm/lightdm.conf", NULL },
	  { "/usr/share/lightdm/lightdm.conf.d", "/etc/lightdm/lightdm.conf.d", NULL } },
	{ "gdm-autologin",
	  { "AutomaticLoginEnable", "TimedLoginEnable", NULL },
	  { "/etc/gdm3/daemon.conf", "/etc/gdm/custom.conf" },
	  { NULL } },
	{ "sddm-autologin",
	  { "User", NULL },
	  { "/etc/sddm.conf", NULL },
	  { "/usr/lib/sddm/sddm.conf.d", "/etc/sddm.conf.d", NULL } },
};

struct greeter_search {
	const struct greeter *greeter;
	bool is_found;
	bool is_told; /* tell of it, instead of only looking */
};

static bool is_said(const char *value)
{
	return value[0] != '\0' && strcasecmp(value, "false") != 0 &&
	       strcmp(value, "0") != 0;
}

static void look_at_greeter(struct check *check, const char *path, void *context)
{
	struct greeter_search *search = context;
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, path, &file))
		return;
	for (char *line = NULL; (line = config_lines_next(&file, false)) != NULL;) {
		char *value = NULL;
		const char *key = config_lines_split_key(line, &value);
		for (size_t i = 0; key != NULL && search->greeter->keys[i] != NULL; i++) {
			if (strcmp(search->greeter->keys[i], key) != 0 || !is_said(value))
				continue;
			search->is_found = true;
			if (search->is_told)
				check_add(check, CHECK_HOLE, "autologin",
					  (struct check_place){ path, file.number },
					  TR(check->app,
					     MFA_N_("%s: the display manager logs in "
						    "without asking anybody")),
					  key);
		}
	}
}

static void look_at_greeter_files(struct check *check, struct greeter_search *search)
{
	const struct greeter *greeter = search->greeter;
	for (size_t i = 0; i < MFA_COUNT(greeter->files); i++)
		if (greeter->files[i] != NULL)
			look_at_greeter(check, greeter->files[i], search);
	for (size_t i = 0; i < PLACES_MAX && greeter->folders[i] != NULL; i++)
		config_files_each(check, greeter->folders[i], ".conf", look_at_greeter,
				  search);
}

bool check_has_autologin(const struct check *check, const char *service)
{
	for (size_t i = 0; i < MFA_COUNT(greeters); i++) {
		struct greeter_search search = { .greeter = &greeters[i] };
		struct check quiet = *check; /* only reads */
		if (strcmp(greeters[i].service, service) != 0)
			continue;
		look_at_greeter_files(&quiet, &search);
		return search.is_found;
	}
	return true;
}

static void look_for_guest(struct check *check, const char *path,
			   void *context MFA_UNUSED)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, path, &file))
		return;
	for (char *line = NULL; (line = config_lines_next(&file, false)) != NULL;) {
		char *value = NULL;
		const char *key = config_lines_split_key(line, &value);
		if (key != NULL && strcmp(key, "allow-guest") == 0 && is_said(value))
			check_add(check, CHECK_HOLE, "guest",
				  (struct check_place){ path, file.number }, "%s",
				  TR(check->app,
				     MFA_N_("allow-guest: guests log in without password "
					    "and code")));
	}
}

void check_greeters(struct check *check)
{
	for (size_t i = 0; i < MFA_COUNT(greeters); i++) {
		struct greeter_search search = { .greeter = &greeters[i],
						 .is_told = true };
		if (check_wants(check, greeters[i].service) &&
		    !check_is_left_out(check, greeters[i].service) &&
		    !check_is_gated(check, greeters[i].service))
			look_at_greeter_files(check, &search);
	}
	if (!check_wants(check, "lightdm"))
		return;
	look_for_guest(check, "/etc/lightdm/lightdm.conf", NULL);
	config_files_each(check, "/etc/lightdm/lightdm.conf.d", ".conf", look_for_guest,
			  NULL);
}
