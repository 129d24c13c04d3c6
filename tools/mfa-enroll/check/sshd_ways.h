/* SPDX-License-Identifier: BSD-2-Clause */
/* Ways into sshd that ask PAM nothing but its account phase. */
#pragma once

#include "check/sshd_settings.h"

struct sshd_way {
	enum sshd_key key;
	bool is_preset; /* on unless somebody says so */
	const char *id; /* of the finding */
	const char *method;
};

/* Those of one method alone. */
extern const struct sshd_way sshd_single_ways[];
extern const size_t sshd_single_way_count;

/* One server, with its settings for some logins. */
struct sshd_case {
	const struct sshd_server *server;
	const struct sshd_settings *settings;
};

enum {
	SSHD_SCOPE_SIZE = SSHD_CRITERIA_SIZE + 64
};

/* preset: what holds where nothing is said. */
bool sshd_is_on(const struct sshd_settings *settings, enum sshd_key key, bool preset);
/* Whether AuthenticationMethods has lists. */
bool sshd_has_methods(const struct sshd_settings *settings);

/* The service of PAM that these logins ask for, borrowed. */
const char *sshd_case_service(const struct sshd_case *one);
/* Where the value is set; the server's configuration: nowhere. Borrowed. */
struct check_place sshd_case_place(const struct sshd_case *one, enum sshd_key key);
/* Which logins are meant: of a server under another name, or in a Match block; "": all.
 * Returns the text. */
const char *sshd_case_scope(const struct check *check, const struct sshd_case *one,
			    char ret_text[static SSHD_SCOPE_SIZE]);

/* Tells of settings with which nobody gets in, or nobody can be asked for a code. */
void sshd_look_at_lockout(struct check *check, const struct sshd_case *one);

/* Whether the settings have the way switched on. */
bool sshd_has_way(const struct sshd_settings *settings, const struct sshd_way *way);

/* Tells of a way: caught by the gate, or a hole. */
void sshd_tell_way(struct check *check, const struct sshd_case *one,
		   const struct sshd_way *way);

/* The Match blocks of a server, in the order of its files. */
struct sshd_block_list {
	struct sshd_settings *items;
	size_t count;
};

/* Tells of ways that are open where two blocks match one login, and in neither alone. */
void sshd_look_at_pairs(struct check *check, const struct sshd_server *server,
			const struct sshd_block_list *blocks);
