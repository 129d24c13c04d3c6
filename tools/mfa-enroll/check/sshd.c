/* SPDX-License-Identifier: BSD-2-Clause */
/* What lets somebody in through sshd without the auth phase, and whether the account
 * phase catches it. */
#include "check/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/sshd_ways.h"
#include "mfa/rootfs.h"

static const struct sshd_blocks no_block = { 0, 0 };

const struct sshd_way sshd_single_ways[] = {
	{ SSHD_PUBLIC_KEY, true, "sshd-publickey", "publickey" },
	{ SSHD_GSSAPI, false, "sshd-gssapi", "gssapi-with-mic" },
	{ SSHD_HOST, false, "sshd-hostbased", "hostbased" },
};
const size_t sshd_single_way_count = MFA_COUNT(sshd_single_ways);

bool sshd_has_way(const struct sshd_settings *settings, const struct sshd_way *way)
{
	return sshd_is_on(settings, way->key, way->is_preset);
}

void sshd_tell_way(struct check *check, const struct sshd_case *one,
		   const struct sshd_way *way)
{
	char buffer[SSHD_SCOPE_SIZE];
	struct check_place place = sshd_case_place(one, way->key);
	const char *where = sshd_case_scope(check, one, buffer);
	if (check_is_gated(check, sshd_case_service(one)))
		check_add(check, CHECK_NOTE, "sshd-gated", place,
			  TR(check->app,
			     MFA_N_("%s alone%s is refused by the gate of pam_mfa")),
			  way->method, where);
	else
		check_add(check, CHECK_HOLE, way->id, place,
			  TR(check->app,
			     MFA_N_("%s alone%s lets in without password and code: set "
				    "AuthenticationMethods, or the gate in mfa.conf and "
				    "pam_mfa in account")),
			  way->method, where);
}

static void look_at_single_ways(struct check *check, const struct sshd_case *one)
{
	for (size_t i = 0; i < sshd_single_way_count; i++)
		if (sshd_has_way(one->settings, &sshd_single_ways[i]))
			sshd_tell_way(check, one, &sshd_single_ways[i]);
}

/* Lists of methods: one that never asks PAM is a way in. */
static void look_at_methods(struct check *check, const struct sshd_case *one)
{
	char copy[SSHD_CRITERIA_SIZE];
	char *rest = NULL;
	(void)snprintf(copy, sizeof copy, "%s", one->settings->values[SSHD_METHODS].text);
	for (const char *list = strtok_r(copy, " \t\"", &rest); list != NULL;
	     list = strtok_r(NULL, " \t\"", &rest))
		if (strstr(list, "keyboard-interactive") == NULL &&
		    strstr(list, "password") == NULL) {
			const struct sshd_way way = { SSHD_METHODS, false, "sshd-methods",
						      list };
			sshd_tell_way(check, one, &way);
		}
}

static void look_at_questions(struct check *check, const struct sshd_case *one)
{
	static const struct sshd_way kerberos = { SSHD_KERBEROS, false, "sshd-kerberos",
						  "kerberos" };
	char buffer[SSHD_SCOPE_SIZE];
	const char *where = sshd_case_scope(check, one, buffer);
	if (sshd_is_on(one->settings, SSHD_KERBEROS, false) &&
	    sshd_is_on(one->settings, SSHD_PASSWORD, true))
		sshd_tell_way(check, one, &kerberos);
	if (sshd_is_on(one->settings, SSHD_EMPTY_PASSWORDS, false))
		check_add(check, CHECK_WARNING, "sshd-empty-passwords",
			  sshd_case_place(one, SSHD_EMPTY_PASSWORDS),
			  TR(check->app,
			     MFA_N_("PermitEmptyPasswords%s: the code is all that is "
				    "asked for")),
			  where);
	sshd_look_at_lockout(check, one);
}

static void look_at_settings(struct check *check, const struct sshd_case *one)
{
	if (check_is_left_out(check, sshd_case_service(one)))
		return;
	if (!sshd_is_on(one->settings, SSHD_USE_PAM, false)) {
		char buffer[SSHD_SCOPE_SIZE];
		check_add(check, CHECK_HOLE, "sshd-no-pam",
			  sshd_case_place(one, SSHD_USE_PAM),
			  TR(check->app,
			     MFA_N_("UsePAM no%s: sshd lets in without asking PAM")),
			  sshd_case_scope(check, one, buffer));
		return;
	}
	if (strcmp(sshd_case_service(one), one->server->service) != 0)
		check_chosen_service(check, one->server->program,
				     sshd_case_place(one, SSHD_SERVICE),
				     sshd_case_service(one));
	if (sshd_has_methods(one->settings))
		look_at_methods(check, one);
	else
		look_at_single_ways(check, one);
	look_at_questions(check, one);
}

/* A block that changes nothing that matters says nothing new. */
static bool has_same_values(const struct sshd_settings *a, const struct sshd_settings *b)
{
	for (int i = 0; i < SSHD_OTHERS; i++)
		if (strcmp(a->values[i].text, b->values[i].text) != 0)
			return false;
	return true;
}

bool check_has_sshd_addresses(struct check *check)
{
	MFA_CLEANUP(sshd_servers_done) struct sshd_servers servers = { 0 };
	struct sshd_settings global;
	bool has_addresses = false;
	if (check->pam_folder != NULL || !check_wants(check, "sshd"))
		return false;
	sshd_servers_list(check, &servers);
	for (size_t i = 0; i < servers.count; i++) {
		const struct sshd_server *server = &servers.items[i];
		if (strcmp(server->service, "sshd") != 0 ||
		    !sshd_read(check, server, no_block, &global))
			continue;
		if (check->is_live)
			(void)sshd_ask(server, "", &global);
		if (sshd_is_on(&global, SSHD_USE_DNS, false))
			return false;
		has_addresses = true;
	}
	return has_addresses;
}

/* With any other value sshd asks root for no password, and so for no code. */
static bool asks_root(const struct sshd_settings *settings)
{
	return strcasecmp(settings->values[SSHD_ROOT_LOGIN].text, "yes") == 0;
}

bool check_lets_root_in_by_ssh(struct check *check)
{
	MFA_CLEANUP(sshd_servers_done) struct sshd_servers servers = { 0 };
	struct sshd_settings settings;
	sshd_servers_list(check, &servers);
	if (servers.count == 0 ||
	    !sshd_read(check, &servers.items[0], no_block, &settings))
		return false;
	if (check->is_live)
		(void)sshd_ask(&servers.items[0], "", &settings);
	bool is_asked = asks_root(&settings);
	for (struct sshd_blocks blocks = { 1, 0 };
	     !is_asked && sshd_read(check, &servers.items[0], blocks, &settings);
	     blocks.one++)
		is_asked = asks_root(&settings);
	return is_asked;
}

/* sshd is asked about one login that the block matches, which an earlier block may match
 * as well: its answer adds to what the block says. */
static void look_at_block(struct check *check, const struct sshd_server *server,
			  struct sshd_settings *block)
{
	const struct sshd_case part = { server, block };
	size_t first = check->findings.count;
	look_at_settings(check, &part);
	size_t second = check->findings.count;
	if (!check->is_live || !sshd_ask(server, block->criteria, block))
		return;
	look_at_settings(check, &part);
	findings_drop_repeated(&check->findings, first, second);
}

static void block_list_done(struct sshd_block_list *blocks)
{
	free(blocks->items);
}

/* false: out of memory. */
static bool list_blocks(struct check *check, const struct sshd_server *server,
			struct sshd_block_list *blocks)
{
	struct sshd_settings block;
	for (struct sshd_blocks at = { 1, 0 }; sshd_read(check, server, at, &block);
	     at.one++) {
		struct sshd_settings *items =
			reallocarray(blocks->items, blocks->count + 1, sizeof *items);
		if (items == NULL)
			return false;
		blocks->items = items;
		items[blocks->count++] = block;
	}
	return true;
}

/* Blocks with the same criteria match the same logins: of two values the first counts. */
static unsigned find_twin(const struct sshd_block_list *blocks, size_t index)
{
	for (size_t i = 0; i < blocks->count; i++)
		if (i != index &&
		    strcmp(blocks->items[i].criteria, blocks->items[index].criteria) == 0)
			return blocks->items[i].blocks.one;
	return 0;
}

static void look_at_blocks(struct check *check, const struct sshd_server *server,
			   const struct sshd_settings *global)
{
	MFA_CLEANUP(block_list_done) struct sshd_block_list blocks = { .count = 0 };
	if (!list_blocks(check, server, &blocks)) {
		check->findings.err = MFA_ERR_NOMEM;
		return;
	}
	for (size_t i = 0; i < blocks.count; i++) {
		struct sshd_settings block = blocks.items[i];
		const struct sshd_blocks both = { block.blocks.one,
						  find_twin(&blocks, i) };
		if (strcasecmp(block.criteria, "all") == 0 ||
		    (both.other != 0 && !sshd_read(check, server, both, &block)))
			continue;
		if (!has_same_values(global, &block))
			look_at_block(check, server, &block);
	}
	sshd_look_at_pairs(check, server, &blocks);
}

static void look_at_server(struct check *check, const struct sshd_server *server)
{
	struct sshd_settings global;
	const struct sshd_case whole = { server, &global };
	if (!sshd_read(check, server, no_block, &global))
		return;
	look_at_blocks(check, server, &global);
	if (check->is_live)
		(void)sshd_ask(server, "", &global);
	look_at_settings(check, &whole);
}

/* Whether the server asks for the service, for all logins or in a Match block. */
static bool asks_for(struct check *check, const struct sshd_server *server,
		     const char *service)
{
	struct sshd_settings settings;
	const struct sshd_case one = { server, &settings };
	if (strcmp(server->service, service) == 0)
		return true;
	for (struct sshd_blocks at = { 0, 0 }; sshd_read(check, server, at, &settings);
	     at.one++)
		if (strcmp(sshd_case_service(&one), service) == 0)
			return true;
	return false;
}

bool check_has_sshd_named(struct check *check, const char *service)
{
	MFA_CLEANUP(sshd_servers_done) struct sshd_servers servers = { 0 };
	sshd_servers_list(check, &servers);
	for (size_t i = 0; i < servers.count; i++)
		if (asks_for(check, &servers.items[i], service))
			return true;
	return false;
}

static bool is_wanted(struct check *check, const struct sshd_server *server)
{
	return check_wants(check, "sshd") || asks_for(check, server, check->only);
}

void check_sshd(struct check *check)
{
	MFA_CLEANUP(sshd_servers_done) struct sshd_servers servers = { 0 };
	sshd_servers_list(check, &servers);
	for (size_t i = 0; i < servers.count; i++) {
		const struct sshd_server *server = &servers.items[i];
		const char *service = server->service;
		if (!is_wanted(check, server))
			continue;
		if (strcmp(service, "sshd") != 0 && !check_is_left_out(check, service))
			check_chosen_service(
				check, server->program,
				(struct check_place){ server->file, server->line },
				service);
		look_at_server(check, server);
	}
}
