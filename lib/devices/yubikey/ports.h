/* SPDX-License-Identifier: BSD-2-Clause */
/* The YubiKeys in this machine's ports, one user of them at a time. */
#pragma once

#include <ykcore.h>
#include <ykdef.h>
#include <ykstatus.h>

#include "mfa/yubikey_driver.h"
#include "turns.h"

/* Deadlines, as of mfa_monotonic_ms. */
int64_t deadline_after(int64_t timeout_ms);
bool is_past(int64_t deadline);
void pause_ms(int64_t milliseconds);

struct ports {
	int lock_fd;
	bool is_started;
	int64_t deadline;
	bool is_locked;
	struct turns turns; /* this one's is the holder, if it is locked */
};

/* How long other processes of this host that use the keys are waited for. */
struct ports_wait {
	int64_t timeout_ms;
	/* as in struct mfa_yubikey_order: with a turn not at all */
	const struct mfa_turn *turn;
	bool (*is_over)(void);
	struct mfa_yubikey_listener listener;
};

/* Takes the turn, or gives it up with MFA_YUBIKEY_BUSY, and starts libykpers. The caller
 * ends ret_ports with ports_done in any case. */
enum mfa_yubikey_result ports_begin(const struct ports_wait *wait, struct mfa_diag *diag,
				    struct ports *ret_ports);
/* A key has answered: others will know in whose turn. */
void ports_note_answer(struct ports *ports, uint32_t serial, struct mfa_diag *diag);
void ports_done(struct ports *ports);

/* One opened key. */
struct port {
	YK_KEY *key;
	struct mfa_yubikey_port info; /* what it says of itself */
	YK_STATUS *status;
};

void port_done(struct port *port);

/* Calls visit for each key until it returns something else than MFA_YUBIKEY_OTHER, and
 * returns that; MFA_YUBIKEY_ABSENT when there is none. */
typedef enum mfa_yubikey_result (*port_visit)(void *context, struct port *port,
					      struct mfa_diag *diag);
enum mfa_yubikey_result ports_visit(const struct ports *ports, struct mfa_diag *diag,
				    port_visit visit, void *context);

/* Tells the listener. */
void tell_stage(const struct mfa_yubikey_listener *listener,
		enum mfa_yubikey_stage stage);

/* The result that libykpers' last error leads to. */
enum mfa_yubikey_result result_of_error(struct mfa_diag *diag);
