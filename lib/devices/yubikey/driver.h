/* SPDX-License-Identifier: BSD-2-Clause */
/* The driver's parts, one file each. */
#pragma once

#include "mfa/yubikey_driver.h"

enum {
	DRIVER_STACK = 4096 /* more than libykpers takes where it handles secrets */
};

enum mfa_yubikey_result driver_respond(const struct mfa_yubikey_order *order,
				       struct mfa_diag *diag, struct mfa_turn *ret_other,
				       struct mfa_yubikey_answer *ret_answer);
enum mfa_yubikey_result driver_list(int64_t timeout_ms,
				    const struct mfa_yubikey_listener *listener,
				    struct mfa_diag *diag,
				    struct mfa_yubikey_port *ret_ports,
				    size_t *ret_count);
enum mfa_yubikey_result driver_program(const struct mfa_yubikey_program *program,
				       struct mfa_diag *diag,
				       enum mfa_yubikey_write *ret_write);
void driver_hmac(const unsigned char *secret, const unsigned char *message, size_t len,
		 unsigned char ret_response[MFA_YUBIKEY_RESPONSE_LEN]);
