/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll yubikey */
#include "cli/commands.h"

#include <stdio.h>

#include "mfa/json.h"
#include "yubikey/serial_index.h"
#include "yubikey/yubikey_list.h"

struct owner {
	char user[MFA_USER_SIZE];
	char token[MFA_TOKEN_ID_SIZE];
	enum mfa_kind kind;
	uint32_t serial;
	unsigned slot;
};

enum {
	OWNERS_MAX = MFA_YUBIKEYS_MAX * 4
};

struct inventory {
	struct mfa_yubikey_port ports[MFA_YUBIKEYS_MAX];
	size_t count;
	struct owner owners[OWNERS_MAX];
	size_t owner_count;
};

static bool is_plugged_in(const struct inventory *inventory, uint32_t serial)
{
	for (size_t i = 0; i < inventory->count; i++)
		if (inventory->ports[i].serial == serial && serial != 0)
			return true;
	return false;
}

static void note_owner(void *context, const struct serial_entry *entry)
{
	struct inventory *inventory = context;
	if (!is_plugged_in(inventory, entry->serial) ||
	    inventory->owner_count == OWNERS_MAX)
		return;
	struct owner *owner = &inventory->owners[inventory->owner_count++];
	(void)snprintf(owner->user, sizeof owner->user, "%s", entry->user);
	(void)snprintf(owner->token, sizeof owner->token, "%s", entry->token->id);
	owner->kind = entry->token->kind;
	owner->serial = entry->serial;
	owner->slot = entry->slot;
}

static void print_inventory(const struct app *app, const struct inventory *inventory)
{
	if (inventory->count == 0)
		(void)puts(TR(app, MFA_N_("No YubiKey found. Plug one in.")));
	for (size_t i = 0; i < inventory->count; i++) {
		yubikey_list_print_one(app, &inventory->ports[i]);
		for (size_t j = 0; j < inventory->owner_count; j++) {
			const struct owner *owner = &inventory->owners[j];
			if (owner->serial != inventory->ports[i].serial)
				continue;
			(void)printf(TR(app, MFA_N_("  slot %u: %s, token %s (%s)")),
				     owner->slot, owner->user, owner->token,
				     mfa_kind_name(owner->kind));
			(void)fputc('\n', stdout);
		}
	}
}

/* 0 is not known. */
static void put_known(struct mfa_json *json, const char *key, int64_t number)
{
	mfa_json_key(json, key);
	if (number != 0)
		mfa_json_number(json, number);
	else
		mfa_json_null(json);
}

static void put_owners(struct mfa_json *json, const struct inventory *inventory,
		       uint32_t serial)
{
	mfa_json_key(json, "bound");
	mfa_json_open(json, '[');
	for (size_t i = 0; i < inventory->owner_count; i++) {
		const struct owner *owner = &inventory->owners[i];
		if (owner->serial != serial)
			continue;
		mfa_json_open(json, '{');
		mfa_json_field(json, "user", owner->user);
		mfa_json_field(json, "token", owner->token);
		mfa_json_field(json, "kind", mfa_kind_name(owner->kind));
		mfa_json_count(json, "slot", owner->slot);
		mfa_json_close(json, '}');
	}
	mfa_json_close(json, ']');
}

static int print_inventory_json(const struct inventory *inventory)
{
	MFA_CLEANUP(mfa_json_done) struct mfa_json json = MFA_JSON_INIT;
	mfa_json_open(&json, '[');
	for (size_t i = 0; i < inventory->count; i++) {
		const struct mfa_yubikey_port *port = &inventory->ports[i];
		char version[16];
		(void)snprintf(version, sizeof version, "%u.%u.%u", port->version[0],
			       port->version[1], port->version[2]);
		mfa_json_open(&json, '{');
		put_known(&json, "serial", port->serial);
		mfa_json_field(&json, "firmware", version);
		mfa_json_field(&json, "slot1",
			       port->is_programmed[0] ? "programmed" : "empty");
		mfa_json_field(&json, "slot2",
			       port->is_programmed[1] ? "programmed" : "empty");
		put_known(&json, "touch_seconds", port->touch_s);
		put_owners(&json, inventory, port->serial);
		mfa_json_close(&json, '}');
	}
	mfa_json_close(&json, ']');
	if (json.err == MFA_OK)
		(void)puts(json.text);
	return json.err;
}

static enum exit_code yubikey_run(struct app *app,
				  const struct invocation *invocation MFA_UNUSED)
{
	struct inventory inventory = { .count = 0 };
	enum exit_code code = app_open(app);
	if (code == EXIT_DONE)
		code = yubikey_list_read(app, inventory.ports, &inventory.count);
	if (code != EXIT_DONE)
		return code;
	if (inventory.count > 0) /* whose records can be read are shown in any case */
		code = serial_index_search(app, note_owner, &inventory);
	if (!app->wants_json)
		print_inventory(app, &inventory);
	else if (print_inventory_json(&inventory) != MFA_OK)
		code = app_fail(MFA_ERR_NOMEM, NULL);
	return code;
}

const struct command command_yubikey = {
	.name = "yubikey",
	.arguments = "",
	.least = 0,
	.most = 0,
	.summary = MFA_N_("list the YubiKeys in the ports and their users"),
	.has_json = true,
	.run = yubikey_run,
};
