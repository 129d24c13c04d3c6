/* SPDX-License-Identifier: BSD-2-Clause */
/* One order, and what comes of it. */
#pragma once

#include "mfa/usb_wire.h"

/* Who gave the order: as in struct mfa_yubikey_order. */
struct order_caller {
	bool (*is_over)(void);
	struct mfa_yubikey_listener listener; /* not for a login's order */
};

/* Has the plug-in do it. */
void order_run(const struct mfa_usb_order *order, const struct order_caller *caller,
	       struct mfa_usb_outcome *ret_outcome);
