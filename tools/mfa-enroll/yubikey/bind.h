/* The YubiKey and the slot that a token will be bound to. */
#pragma once

#include "mfa/yubikey_driver.h"
#include "token/add.h"

struct bind {
	struct mfa_yubikey_port port; /* only its serial, when no key is asked for */
	unsigned slot;
	bool is_programmed; /* by this enrolment: it has overwritten what was there */
};

/* Finds the key, shows it, and checks that it and the slot are free: not bound to
 * somebody else, and, where it will be programmed, empty or overwritten with --force.
 * needs_key false: the serial number alone will do, from --serial or *inout_bind. */
enum exit_code bind_find(struct app *app, const struct enrolment *enrolment,
			 bool needs_key, bool will_program, struct bind *inout_bind)
	MFA_MUST_CHECK;

/* That nobody has a token with this public id of typed codes. */
enum exit_code bind_check_id(struct app *app, const unsigned char *public_id)
	MFA_MUST_CHECK;

/* Writes a secret into the slot; at, wants_touch and timeout_ms are set here. */
enum exit_code bind_program(struct app *app, const struct enrolment *enrolment,
			    struct bind *bind, struct mfa_yubikey_program *program)
	MFA_MUST_CHECK;

bool bind_wants_touch(const struct enrolment *enrolment);

/* What a failure leaves behind in a slot that was programmed. */
void bind_regret(const struct app *app, const struct bind *bind);
