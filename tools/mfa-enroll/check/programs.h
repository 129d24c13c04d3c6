/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of programs that can let somebody in without asking PAM, or that choose which
 * service they ask: what they are, where their switch is, what it does to the proof. */
#pragma once

#include "check/settings.h"

enum {
	PROGRAM_FILES = 5,
	PROGRAM_PLACES = 8,
	PROGRAM_SWITCHES = 6,
};

enum program_effect {
	EFFECT_LETS_IN, /* somebody is in, and auth was not asked; account may be */
	EFFECT_LETS_IN_ANYHOW, /* the same, but what account says is ignored */
	EFFECT_CHOOSES,	       /* the value is the service that is asked */
	EFFECT_CHOOSES_GATE, /* the same, of a way in that asks its account stack alone */
	EFFECT_STARTS,	     /* the value is a program that asks in its place */
	EFFECT_BESIDE_PAM,   /* it lets in by itself, and no module of PAM decides */
	EFFECT_SHARES,	     /* the same, but to files alone */
};

/* Which values of a key mean that it is on. */
enum switch_values {
	SWITCH_SAID,	     /* any but an empty one */
	SWITCH_TRUE,	     /* what setting_is_on says */
	SWITCH_UNLESS_NO,    /* all but "no" and "false", also where nothing is said */
	SWITCH_UNLESS_NONE,  /* all but "none", also where nothing is said */
	SWITCH_NOT_GREETER,  /* a user who is not one that greeters run as */
	SWITCH_BY_INSTALLING /* no key: that the program is there */
};

struct program_switch {
	const char *section; /* NULL: any */
	const char *key;
	enum switch_values values;
	enum program_effect effect;
	const char *service;  /* the one whose account stack is asked, or ignored */
	const char *needs[2]; /* it works only where one of these files is */
	const char *id;	      /* of the finding */
};

struct program {
	const char *name;
	const char *service;		  /* of PAM; NULL: none */
	const char *files[PROGRAM_FILES]; /* it is installed where one of them is */
	/* Where its switches are, a later one holds; "/" at the end: a folder, of whose
	 * files those count whose names end so. */
	const char *places[PROGRAM_PLACES];
	const char *ending;
	/* It reads one of the places alone; which one is up to how it was built or is
	 * started. A switch that is on in any of them counts. */
	bool reads_one;
	enum settings_format format;
	struct program_switch switches[PROGRAM_SWITCHES];
	/* What is not of that form has a reader of its own; NULL: there is none. */
	void (*look)(struct check *check);
};

extern const struct program programs[];
extern const size_t program_count;

/* Whether a program of the table asks PAM for the service. */
bool program_has_service(const char *service);

/* Whether it is there: its file, or its service's. */
bool program_is_installed(const struct check *check, const struct program *program);
