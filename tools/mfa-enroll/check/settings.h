/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings of programs with sections and keys, as the program sees them: of two with one
 * section and key, in the same letters, the later one holds. */
#pragma once

#include "check/check.h"

/* How the lines of a file are written. */
enum settings_format {
	SETTINGS_INI,	    /* [section], key = value; also TOML and shell assignments */
	SETTINGS_WORDS,	    /* key, blanks, value */
	SETTINGS_VARIABLES, /* as systemd reads an EnvironmentFile */
};

struct setting {
	char *section; /* "" outside of all */
	char *key;
	char *value; /* without quotes */
	char *file;
	unsigned line;
};

struct settings {
	struct setting *items;
	size_t count;
};

/* Adds what a file of the tree sets, if it is there. */
void settings_read(struct check *check, enum settings_format format, const char *path,
		   struct settings *settings);

/* The same of every file in a folder whose name ends so, in the order of their names. */
void settings_read_folder(struct check *check, enum settings_format format,
			  const char *folder, const char *ending,
			  struct settings *settings);
void settings_done(struct settings *settings);

/* The setting that holds, or NULL; section NULL: any one. */
const struct setting *settings_find(const struct settings *settings, const char *section,
				    const char *key);

/* Whether a value means something else than "off": "", 0, false, no, off. */
bool setting_is_on(const char *value);
