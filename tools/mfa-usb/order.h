/* One order, and what comes of it. */
#pragma once

#include "mfa/usb_wire.h"

/* Has the plug-in do it. is_over: as in struct mfa_yubikey_order. */
void order_run(const struct mfa_usb_order *order, bool (*is_over)(void),
	       struct mfa_usb_outcome *ret_outcome);
