/* The YubiKeys in this machine's ports, for an administrator. */
#pragma once

#include "cli/app.h"
#include "mfa/yubikey_driver.h"

enum {
	PORTS_TIMEOUT_MS = 15000
};

/* What ports_tell has to know. */
struct ports_ear {
	const struct app *app;
	int proof; /* of so many, that the key is asked for */
	int proofs;
};

/* For struct mfa_usb; the context is a struct ports_ear. Before it has the turn the key may
 * blink for somebody else's login, and be touched for that: the words come when it waits for
 * this enrolment. */
void ports_tell(void *context, enum mfa_yubikey_stage stage);

/* What is there. EXIT_DONE also with *ret_count 0. */
enum exit_code ports_list(const struct app *app, struct mfa_yubikey_port *ret_ports,
			  size_t *ret_count) MFA_MUST_CHECK;

/* The key with this serial number, or, with 0, the only one that is plugged in. */
enum exit_code ports_find(const struct app *app, uint32_t serial,
			  struct mfa_yubikey_port *ret_port) MFA_MUST_CHECK;

/* Serial number, firmware and slots on one line. */
void ports_print(const struct app *app, const struct mfa_yubikey_port *port);

/* Complains of what came of asking a key. */
enum exit_code ports_fail(const struct app *app, enum mfa_yubikey_result result,
			  const struct mfa_diag *diag);
