/* SPDX-License-Identifier: BSD-2-Clause */
#include "driver.h"
#include "info.h"

struct listing {
	struct mfa_yubikey_port *ports;
	size_t count;
};

static enum mfa_yubikey_result add_port(void *context, struct port *port,
					struct mfa_diag *diag MFA_UNUSED)
{
	struct listing *listing = context;
	if (listing->count == MFA_YUBIKEYS_MAX)
		return MFA_YUBIKEY_DONE;
	info_read(port);
	listing->ports[listing->count++] = port->info;
	return MFA_YUBIKEY_OTHER; /* go on */
}

enum mfa_yubikey_result driver_list(int64_t timeout_ms,
				    const struct mfa_yubikey_listener *listener,
				    struct mfa_diag *diag,
				    struct mfa_yubikey_port *ret_ports, size_t *ret_count)
{
	MFA_CLEANUP(ports_done) struct ports ports;
	struct listing listing = { .ports = ret_ports };
	const struct ports_wait wait = { .timeout_ms = timeout_ms,
					 .listener = *listener };
	enum mfa_yubikey_result result = ports_begin(&wait, diag, &ports);
	if (result == MFA_YUBIKEY_DONE)
		result = ports_visit(&ports, diag, add_port, &listing);
	if (result == MFA_YUBIKEY_OTHER || listing.count > 0)
		result = MFA_YUBIKEY_DONE;
	*ret_count = listing.count;
	return result;
}
