/* SPDX-License-Identifier: BSD-2-Clause */
#include "yubikey/yubikey_slot.h"

#include <stdio.h>
#include <string.h>

#include "mfa/yubikey_otp.h"
#include "yubikey/serial_index.h"
#include "yubikey/yubikey_list.h"
#include "yubikey/yubikey_write.h"

/* Who is in the way, from the search through all records. */
struct conflict {
	const char *user;
	uint32_t serial;
	unsigned slot;
	const unsigned char *public_id;
	char other[MFA_USER_SIZE];     /* another user has the key, or the public id */
	char token[MFA_TOKEN_ID_SIZE]; /* the user has a token in this slot */
};

static void look_for_conflict(void *context, const struct serial_entry *entry)
{
	struct conflict *conflict = context;
	bool has_id = conflict->public_id != NULL && entry->public_id != NULL &&
		      memcmp(conflict->public_id, entry->public_id,
			     MFA_YUBIKEY_PUBLIC_LEN) == 0;
	bool has_key = conflict->serial != 0 && entry->serial == conflict->serial;
	bool is_mine = conflict->user != NULL && strcmp(conflict->user, entry->user) == 0;
	if (has_id || (has_key && !is_mine))
		(void)snprintf(conflict->other, sizeof conflict->other, "%s",
			       entry->user);
	else if (has_key && entry->slot == conflict->slot)
		(void)snprintf(conflict->token, sizeof conflict->token, "%s",
			       entry->token->id);
}

static enum exit_code check_conflict(struct app *app, struct conflict *conflict)
{
	enum exit_code code = serial_index_search(app, look_for_conflict, conflict);
	if (code != EXIT_DONE) {
		app_complain("%s",
			     TR(app, MFA_N_("nobody can tell whether this YubiKey is "
					    "somebody else's; nothing is enrolled")));
		return code;
	}
	if (conflict->other[0] != '\0') {
		app_complain(TR(app, MFA_N_("this YubiKey is registered for %s already; "
					    "remove that token first")),
			     conflict->other);
		return EXIT_REFUSED;
	}
	if (conflict->token[0] != '\0') {
		app_complain(TR(app, MFA_N_("token %s of %s is in this slot already; "
					    "remove it first, or choose another --slot")),
			     conflict->token, conflict->user);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

static enum exit_code read_numbers(const struct app *app,
				   const struct enrolment *enrolment,
				   int64_t *inout_serial, int64_t *inout_slot)
{
	if (!add_take_number(enrolment->values[ADD_SLOT], 1, MFA_YUBIKEY_SLOTS,
			     inout_slot))
		return add_misuse(app, ADD_SLOT);
	if (!add_take_number(enrolment->values[ADD_SERIAL], 1, UINT32_MAX, inout_serial))
		return add_misuse(app, ADD_SERIAL);
	return EXIT_DONE;
}

enum exit_code yubikey_slot_complain_of_contents(const struct app *app,
						 const struct yubikey_slot *slot)
{
	app_complain(TR(app, MFA_N_("slot %u is programmed already; --force "
				    "overwrites it, and what it did will no longer "
				    "work")),
		     slot->number);
	return EXIT_REFUSED;
}

static enum exit_code check_slot(const struct app *app, const struct enrolment *enrolment,
				 const struct yubikey_slot *slot)
{
	if (!slot->port.is_programmed[slot->number - 1] ||
	    enrolment->values[ADD_FORCE] != NULL)
		return EXIT_DONE;
	return yubikey_slot_complain_of_contents(app, slot);
}

enum exit_code yubikey_slot_find(struct app *app, const struct enrolment *enrolment,
				 bool needs_key, bool will_program,
				 struct yubikey_slot *inout_slot)
{
	struct yubikey_slot slot = *inout_slot;
	int64_t serial = slot.port.serial;
	int64_t number = will_program || needs_key ? MFA_YUBIKEY_SLOTS : 0;
	enum exit_code code = read_numbers(app, enrolment, &serial, &number);
	slot.number = (unsigned)number;
	slot.port.serial = (uint32_t)serial;
	if (code == EXIT_DONE && needs_key)
		code = yubikey_list_find(app, (uint32_t)serial, &slot.port);
	if (code == EXIT_REFUSED || code == EXIT_BUSY)
		yubikey_write_notice(app, enrolment, &slot);
	if (code != EXIT_DONE)
		return code;
	if (needs_key)
		yubikey_list_print_one(app, &slot.port);
	struct conflict conflict = {
		.user = enrolment->user,
		.serial = slot.port.serial,
		.slot = slot.number,
	};
	code = check_conflict(app, &conflict);
	if (code == EXIT_DONE && will_program)
		code = check_slot(app, enrolment, &slot);
	if (code == EXIT_DONE)
		*inout_slot = slot;
	return code;
}

enum exit_code yubikey_slot_check_id(struct app *app, const unsigned char *public_id)
{
	struct conflict conflict = { .public_id = public_id };
	return check_conflict(app, &conflict);
}

bool yubikey_slot_wants_touch(const struct enrolment *enrolment)
{
	return enrolment->values[ADD_NO_TOUCH] == NULL;
}
