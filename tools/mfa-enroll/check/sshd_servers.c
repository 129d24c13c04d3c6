/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/sshd_servers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/environment_file.h"
#include "check/unit.h"
#include "mfa/rootfs.h"

static void free_server(struct sshd_server *server)
{
	free(server->program);
	free(server->service);
	free(server->config);
	free(server->file);
	mfa_strings_done(&server->options);
	*server = (struct sshd_server){ .line = 0 };
}

void sshd_servers_done(struct sshd_servers *servers)
{
	for (size_t i = 0; i < servers->count; i++)
		free_server(&servers->items[i]);
	free(servers->items);
}

static char *copy_string(struct check *check, const char *text)
{
	char *copy = strdup(text);
	if (copy == NULL)
		check->findings.err = MFA_ERR_NOMEM;
	return copy;
}

struct sshd_server sshd_server_init(struct check *check, const char *program,
				    const char *name, struct check_place place)
{
	const char *slash = strrchr(name, '/');
	bool has_service_name = sshd_has_service_name(check, program);
	return (struct sshd_server){
		.program = copy_string(check, name),
		.service = copy_string(check, has_service_name ? "sshd"
					      : slash != NULL  ? slash + 1
							       : name),
		.has_service_name = has_service_name,
		.config = copy_string(check, SSHD_CONFIG),
		.file = place.file != NULL ? copy_string(check, place.file) : NULL,
		.line = place.line,
	};
}

static bool is_same_server(const struct sshd_server *a, const struct sshd_server *b)
{
	bool is_same = strcmp(a->service, b->service) == 0 &&
		       a->has_service_name == b->has_service_name &&
		       strcmp(a->config, b->config) == 0 &&
		       a->options.count == b->options.count;
	for (size_t i = 0; is_same && i < a->options.count; i++)
		is_same = strcmp(a->options.items[i], b->options.items[i]) == 0;
	return is_same;
}

void sshd_servers_add(struct check *check, struct sshd_servers *servers,
		      struct sshd_server *server)
{
	bool is_known = server->program == NULL || server->service == NULL ||
			server->config == NULL;
	for (size_t i = 0; !is_known && i < servers->count; i++)
		is_known = is_same_server(&servers->items[i], server);
	struct sshd_server *items =
		is_known
			? NULL
			: reallocarray(servers->items, servers->count + 1, sizeof *items);
	if (items == NULL) {
		if (!is_known)
			check->findings.err = MFA_ERR_NOMEM;
		free_server(server);
		return;
	}
	servers->items = items;
	items[servers->count++] = *server;
	*server = (struct sshd_server){ .line = 0 };
}

static void take_server_option(struct check *check, struct sshd_server *server,
			       char letter, const char *value)
{
	if (letter == 'o' && mfa_strings_add(&server->options, value) != MFA_OK)
		check->findings.err = MFA_ERR_NOMEM;
	if (letter != 'f')
		return;
	free(server->config);
	server->config = copy_string(check, value);
}

void sshd_server_take_words(struct check *check, struct sshd_server *server, char *words)
{
	static const char with_value[] = "CEbcfghkopu";
	for (char *word = NULL; (word = unit_next_word(&words)) != NULL;) {
		if (word[0] != '-')
			continue;
		size_t flags = 1 + strcspn(word + 1, with_value);
		char letter = word[flags];
		const char *value = letter != '\0' && word[flags + 1] != '\0'
					    ? word + flags + 1
					    : NULL;
		if (letter != '\0' && value == NULL)
			value = unit_next_word(&words);
		if (letter != '\0' && value != NULL)
			take_server_option(check, server, letter, value);
	}
}

struct default_options {
	struct check *check;
	char *words; /* owned */
};

static void take_default_variable(const char *name, const char *value,
				  unsigned line MFA_UNUSED, void *context)
{
	struct default_options *options = context;
	if (strcmp(name, "SSHD_OPTS") != 0)
		return;
	free(options->words);
	options->words = copy_string(options->check, value);
}

/* What Debian's unit and script of init hand over. */
static void take_default_options(struct check *check, struct sshd_server *server)
{
	static const char path[] = "/etc/default/ssh";
	struct default_options options = { .check = check };
	if (!environment_file_read(check, path, take_default_variable, &options))
		unit_add_unknown_options(check, (struct check_place){ path, 0 }, "sshd");
	MFA_CLEANUP(mfa_free_string) char *words = options.words;
	if (words != NULL)
		sshd_server_take_words(check, server, words);
}

bool sshd_is_server_name(const char *name)
{
	static const char *const others[] = { "sshd-session", "sshd-auth", "sshd-keygen",
					      "sshd-agent" };
	if (strncmp(name, "sshd", strlen("sshd")) != 0)
		return false;
	for (size_t i = 0; i < MFA_COUNT(others); i++)
		if (strcmp(others[i], name) == 0)
			return false;
	return true;
}

struct server_search {
	struct check *check;
	const char *unit;
	struct sshd_servers *servers;
};

/* With "@" before the program the next word is the name by which it is started. */
static const char *take_name(char **rest, bool has_name, const char *program)
{
	const char *name = has_name ? unit_next_word(rest) : NULL;
	return name != NULL ? name : program;
}

static void take_started_server(const char *key, char *value, struct check_place place,
				void *context)
{
	struct server_search *search = context;
	struct check *check = search->check;
	bool is_unknown = false;
	if (strcmp(key, "ExecStart") != 0 || strstr(value, "sshd") == NULL)
		return;
	size_t signs = strspn(value, "-@:+!|");
	bool has_name = memchr(value, '@', signs) != NULL;
	MFA_CLEANUP(mfa_free_string)
	char *command = unit_expand(check, search->unit, value + signs, &is_unknown);
	char *rest = command;
	const char *program = unit_next_word(&rest);
	const char *slash = program != NULL ? strrchr(program, '/') : NULL;
	if (slash == NULL || !sshd_is_server_name(slash + 1))
		return;
	sshd_look_at_build(check, program, place);
	const char *name = take_name(&rest, has_name, program);
	struct sshd_server server = sshd_server_init(check, program, name, place);
	if (is_unknown)
		unit_add_unknown_options(check, place, "sshd");
	sshd_server_take_words(check, &server, rest);
	sshd_servers_add(check, search->servers, &server);
}

static void add_copies(struct check *check, struct sshd_servers *servers,
		       const char *folder)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	if (mfa_rootfs_list(check->root, folder, &names) != MFA_OK)
		return;
	for (size_t i = 0; i < names.count; i++) {
		char path[512];
		if (!sshd_is_server_name(names.items[i]))
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", folder, names.items[i]);
		struct check_place place = { path, 0 };
		struct sshd_server server = sshd_server_init(check, path, path, place);
		sshd_look_at_build(check, path, place);
		sshd_servers_add(check, servers, &server);
	}
}

void sshd_servers_list(struct check *check, struct sshd_servers *ret_servers)
{
	MFA_CLEANUP(unit_names_done) struct unit_names names = { .all = { 0 } };
	struct server_search search = { check, NULL, ret_servers };
	*ret_servers = (struct sshd_servers){ 0 };
	struct sshd_server usual =
		sshd_server_init(check, SSHD_PROGRAM, SSHD_PROGRAM, CHECK_NOWHERE);
	take_default_options(check, &usual);
	sshd_servers_add(check, ret_servers, &usual);
	unit_list(check, &names);
	for (size_t i = 0; i < names.all.count; i++) {
		search.unit = names.all.items[i];
		unit_each(check, search.unit, NULL, take_started_server, &search);
	}
	add_copies(check, ret_servers, "/usr/sbin");
	add_copies(check, ret_servers, "/usr/local/sbin");
	if (check->is_live)
		sshd_servers_add_running(check, ret_servers);
}
