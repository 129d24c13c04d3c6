/* SPDX-License-Identifier: BSD-2-Clause */
/* The YubiKeys in this machine's ports, for one process at a time. */
#pragma once

#include <ykcore.h>
#include <ykdef.h>
#include <ykstatus.h>

#include "mfa/yubikey_driver.h"
#include "turns.h"

/* Deadlines are times of mfa_monotonic_ms. */
int64_t deadline_after(int64_t timeout_ms);
bool is_past(int64_t deadline);
void pause_ms(int64_t milliseconds);

struct ports {
	int lock_fd;
	bool is_started;
	int64_t deadline;
	bool (*is_over)(void);
	/* Whether what may pass is waited for when a key is opened: another program's
	 * claim, damage, silence. Set by ports_begin; began is when. */
	bool is_patient;
	int64_t began;
	bool is_locked;
	struct turns turns; /* if is_locked, the holder is this one */
};

/* How long to wait for other processes of this host that use the keys. */
struct ports_wait {
	int64_t timeout_ms;
	/* as in struct mfa_yubikey_order; if set, does not wait */
	const struct mfa_turn *turn;
	bool (*is_over)(void); /* until ports_done */
	struct mfa_yubikey_listener listener;
};

/* Takes the turn (MFA_YUBIKEY_BUSY: another has it) and starts libykpers. The caller ends
 * ret_ports with ports_done in any case. */
enum mfa_yubikey_result ports_begin(const struct ports_wait *wait, struct mfa_diag *diag,
				    struct ports *ret_ports);
/* Notes that a key has answered in this turn, for other logins. */
void ports_note_answer(struct ports *ports, uint32_t serial, struct mfa_diag *diag);
void ports_done(struct ports *ports);

/* Whether the time is over, or nobody needs the result any more. */
bool ports_has_run_out(const struct ports *ports);

/* One opened key. */
struct port {
	YK_KEY *key;
	struct mfa_yubikey_port info; /* what it reports about itself */
	YK_STATUS *status;
};

/* Opens the Nth key, and has it report about itself. The caller ends ret_port with
 * port_done in any case. MFA_YUBIKEY_ABSENT: there are not so many. */
enum mfa_yubikey_result port_open(const struct ports *ports, int index,
				  struct mfa_diag *diag, struct port *ret_port);
void port_done(struct port *port);

/* Whether its firmware tells its serial number and answers challenges: 2.2 and later. */
bool can_answer(const struct mfa_yubikey_port *info);

/* Calls visit for each key until it returns something other than MFA_YUBIKEY_OTHER, and
 * returns that; MFA_YUBIKEY_ABSENT and MFA_YUBIKEY_NO_OTP: there is no key. */
typedef enum mfa_yubikey_result (*port_visit)(void *context, struct port *port,
					      struct mfa_diag *diag);
enum mfa_yubikey_result ports_visit(const struct ports *ports, struct mfa_diag *diag,
				    port_visit visit, void *context);

/* Calls the listener, if there is one. */
void tell_stage(const struct mfa_yubikey_listener *listener,
		enum mfa_yubikey_stage stage);

/* The result for libykpers' last error. */
enum mfa_yubikey_result result_of_error(struct mfa_diag *diag);
