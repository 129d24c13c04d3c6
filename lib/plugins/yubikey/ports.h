/* The YubiKeys in this machine's ports, one user of them at a time. */
#pragma once

#include <ykcore.h>
#include <ykdef.h>
#include <ykstatus.h>

#include "mfa/yubikey.h"

/* The moment, in milliseconds of CLOCK_MONOTONIC, at which something is given up. */
int64_t deadline_after(int64_t timeout_ms);
bool is_past(int64_t deadline);
void pause_ms(int64_t milliseconds);

struct ports {
	int lock_fd;
	bool is_started;
	int64_t deadline;
};

/* Waits until no other process of this host uses the keys, and starts libykpers. is_over
 * as in struct mfa_yubikey_order. The caller ends ret_ports with ports_done in any case. */
enum mfa_yubikey_result ports_begin(int64_t timeout_ms, bool (*is_over)(void),
				    struct mfa_diag *diag, struct ports *ret_ports);
void ports_done(struct ports *ports);

/* One opened key. */
struct port {
	YK_KEY *key;
	struct mfa_yubikey_port told; /* what it says of itself */
	YK_STATUS *status;
};

void port_done(struct port *port);

/* Calls visit for each key until it returns something else than MFA_YUBIKEY_OTHER, and
 * returns that; MFA_YUBIKEY_ABSENT when there is none. */
typedef enum mfa_yubikey_result (*port_visit)(void *context, struct port *port,
					      struct mfa_diag *diag);
enum mfa_yubikey_result ports_visit(const struct ports *ports, struct mfa_diag *diag,
				    port_visit visit, void *context);

/* The result that libykpers' last error leads to. */
enum mfa_yubikey_result result_of_error(struct mfa_diag *diag);
