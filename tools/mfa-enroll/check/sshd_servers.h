/* SPDX-License-Identifier: BSD-2-Clause */
/* The ssh servers of a host: the usual one, those that systemd starts with another
 * configuration, copies under another name, and on this host what runs now. */
#pragma once

#include "check/check.h"

#define SSHD_PROGRAM "/usr/sbin/sshd"
#define SSHD_CONFIG  "/etc/ssh/sshd_config"

struct sshd_server {
	char *program;
	/* Of PAM, unless PAMServiceName names another: "sshd", or before OpenSSH 9.8 the
	 * name that the program is started by. */
	char *service;
	bool has_service_name; /* it knows PAMServiceName */
	char *config;
	struct mfa_strings options; /* of -o: before what the file says */
	char *file;		    /* where it is started; NULL: the usual one */
	unsigned line;
};

struct sshd_servers {
	struct sshd_server *items; /* the usual one is the first */
	size_t count;
};

/* The caller ends with sshd_servers_done. */
void sshd_servers_list(struct check *check, struct sshd_servers *ret_servers);
void sshd_servers_done(struct sshd_servers *servers);

/* A command line of sshd without the name of the program: what it says of the server. */
void sshd_server_take_words(struct check *check, struct sshd_server *server, char *words);

/* Adds a server of that program, unless one like it is there; takes over what it owns. */
void sshd_servers_add(struct check *check, struct sshd_servers *servers,
		      struct sshd_server *server);

/* A server with that program, started by that name (a path), and the usual configuration.
 */
struct sshd_server sshd_server_init(struct check *check, const char *program,
				    const char *name, struct check_place place);

/* Whether the program knows PAMServiceName: it is of OpenSSH 9.8 or later. */
bool sshd_has_service_name(const struct check *check, const char *program);

/* Tells of a server's program that was built without PAM; of one that reads another
 * configuration, that nothing is known of it. */
void sshd_look_at_build(struct check *check, const char *program,
			struct check_place place);

/* Whether a program of that name is sshd itself, or a copy; not what belongs to it. */
bool sshd_is_server_name(const char *name);

/* Adds root's servers that run on this host. */
void sshd_servers_add_running(struct check *check, struct sshd_servers *servers);
