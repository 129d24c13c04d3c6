/* SPDX-License-Identifier: BSD-2-Clause */
/* The YubiKeys in this machine's ports, for an administrator. */
#pragma once

#include "cli/app.h"
#include "mfa/yubikey_driver.h"

enum {
	YUBIKEY_TIMEOUT_MS = 15000
};

/* What touch_prompt_print needs to know. */
struct touch_prompt {
	const struct app *app;
	int proof; /* of so many, that the key is asked for */
	int proofs;
	bool has_blinked; /* set when the key waits for a touch */
};

/* For struct mfa_usb; the context is a struct touch_prompt. Before it has the turn the
 * key may blink for somebody else's login, and be touched for that: the words come when
 * it waits for this enrolment. */
void touch_prompt_print(void *context, enum mfa_yubikey_stage stage);

/* What is there. EXIT_DONE also with *ret_count 0. */
enum exit_code yubikey_list_read(const struct app *app,
				 struct mfa_yubikey_port *ret_ports, size_t *ret_count)
	MFA_MUST_CHECK;

/* The key with this serial number, or, with 0, the only one that is plugged in. */
enum exit_code yubikey_list_find(const struct app *app, uint32_t serial,
				 struct mfa_yubikey_port *ret_port) MFA_MUST_CHECK;

/* Serial number, firmware and slots on one line. */
void yubikey_list_print_one(const struct app *app, const struct mfa_yubikey_port *port);

/* Challenge-response, and the serial number, came with firmware 2.2. */
bool yubikey_list_is_too_old(const struct mfa_yubikey_port *port);

/* Complains of what came of asking a key, or says that the person has cancelled. */
enum exit_code yubikey_list_fail(const struct app *app, enum mfa_yubikey_result result,
				 const struct mfa_diag *diag);
