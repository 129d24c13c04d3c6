/* SPDX-License-Identifier: BSD-2-Clause */
/* What decides how people get in through sshd. */
#pragma once

#include "check/sshd_servers.h"

enum sshd_key {
	SSHD_USE_PAM,
	SSHD_QUESTIONS, /* keyboard-interactive */
	SSHD_PASSWORD,
	SSHD_PUBLIC_KEY,
	SSHD_HOST,
	SSHD_GSSAPI,
	SSHD_KERBEROS,
	SSHD_METHODS,
	SSHD_EMPTY_PASSWORDS,
	SSHD_SERVICE, /* of PAM; since OpenSSH 9.8 */
	/* what does not decide how users get in: see has_same_values */
	SSHD_OTHERS,
	SSHD_USE_DNS = SSHD_OTHERS,
	SSHD_ROOT_LOGIN,
	SSHD_KEYS
};

enum {
	SSHD_CRITERIA_SIZE = 512
};

struct sshd_value {
	char text[SSHD_CRITERIA_SIZE]; /* "" when nothing sets it */
	char file[256];
	unsigned line;
};

/* Which Match blocks a login matches, by their numbers from 1; 0: none. */
struct sshd_blocks {
	unsigned one;
	unsigned other;
};

struct sshd_settings {
	struct sshd_value values[SSHD_KEYS];
	bool is_matched[SSHD_KEYS]; /* the value is in a Match block */
	struct sshd_blocks blocks;  /* that match */
	char criteria[SSHD_CRITERIA_SIZE];
};

/* The key of a directive's name in small letters; SSHD_KEYS: none that matters. */
enum sshd_key sshd_find_key(const char *name);

/* Reads the configuration of a server for the logins that these blocks match, and no
 * other does. false: there is no such block, or no file. */
bool sshd_read(struct check *check, const struct sshd_server *server,
	       struct sshd_blocks blocks, struct sshd_settings *ret_settings);

/* The next word of a value, in place, as sshd takes it; NULL: there is none. */
char *sshd_next_word(char **rest);

/* The words of a value with a blank between them, which is changed. Their length; size:
 * they did not fit. */
size_t sshd_join_words(char *words, char *buffer, size_t size);

/* Asks sshd itself, for logins outside of Match blocks ("") or in one whose criteria can
 * be met; without criteria it knows nothing of "Match all". false: it cannot be asked. */
bool sshd_ask(const struct sshd_server *server, const char *criteria,
	      struct sshd_settings *ret_settings);
