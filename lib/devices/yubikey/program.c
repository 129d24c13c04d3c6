/* SPDX-License-Identifier: BSD-2-Clause */
#include "driver.h"
#include "ports.h"

#include <sodium.h>
#include <ykpers.h>

static void free_config(YKP_CONFIG **config)
{
	if (*config == NULL)
		return;
	mfa_wipe(ykp_core_config(*config), sizeof(struct config_st));
	(void)ykp_free_config(*config);
	*config = NULL;
}

/* For challenges: HMAC-SHA1 of a variable length (HMAC_LT64). */
static bool set_challenge(YKP_CONFIG *config, const struct mfa_yubikey_program *program)
{
	return ykp_set_tktflag_CHAL_RESP(config, true) != 0 &&
	       ykp_set_cfgflag_CHAL_HMAC(config, true) != 0 &&
	       ykp_set_cfgflag_HMAC_LT64(config, true) != 0 &&
	       ykp_set_cfgflag_CHAL_BTN_TRIG(config, program->wants_touch) != 0 &&
	       ykp_HMAC_key_from_raw(config, (const char *)program->secret) == 0;
}

static bool set_otp(YKP_CONFIG *config, const struct mfa_yubikey_program *program)
{
	return ykp_set_fixed(config, (unsigned char *)(uintptr_t)program->public_id, 6) !=
		       0 &&
	       ykp_set_uid(config, (unsigned char *)(uintptr_t)program->private_id, 6) !=
		       0 &&
	       ykp_AES_key_from_raw(config, (const char *)program->secret) == 0 &&
	       ykp_set_tktflag_APPEND_CR(config, true) != 0;
}

static bool compose_config(YKP_CONFIG *config, const struct mfa_yubikey_program *program,
			   YK_STATUS *status)
{
	ykp_configure_version(config, status);
	if (ykp_configure_command(config, program->at.slot == 1 ? SLOT_CONFIG
								: SLOT_CONFIG2) == 0)
		return false;
	bool is_set = program->public_id == NULL ? set_challenge(config, program)
						 : set_otp(config, program);
	/* keys are found by their serial number */
	return is_set && ykp_set_extflag_SERIAL_API_VISIBLE(config, true) != 0;
}

static enum mfa_yubikey_result program_port(void *context, struct port *port,
					    struct mfa_diag *diag)
{
	const struct mfa_yubikey_program *program = context;
	MFA_CLEANUP(free_config) YKP_CONFIG *config = NULL;
	if (port->info.serial == 0 || port->info.serial != program->at.serial)
		return MFA_YUBIKEY_OTHER;
	config = ykp_alloc();
	if (config == NULL) {
		(void)mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
		return MFA_YUBIKEY_BROKEN;
	}
	if (!compose_config(config, program, port->status)) {
		(void)mfa_fail(diag, MFA_ERR_UNSUPPORTED, "YubiKey: %s",
			       ykp_strerror(ykp_errno));
		return MFA_YUBIKEY_REFUSED;
	}
	if (program->is_over != NULL && program->is_over())
		return MFA_YUBIKEY_BUSY;
	yk_errno = 0;
	bool is_written = yk_write_command(port->key, ykp_core_config(config),
					   (uint8_t)ykp_command(config), NULL) != 0;
	sodium_stackzero(DRIVER_STACK);
	if (is_written)
		return MFA_YUBIKEY_DONE;
	if (yk_errno != YK_EWRITEERR)
		return result_of_error(diag);
	(void)mfa_fail(diag, MFA_ERR_IO,
		       "the YubiKey did not take it: an access code protects the slot");
	return MFA_YUBIKEY_REFUSED;
}

enum mfa_yubikey_result driver_program(const struct mfa_yubikey_program *program,
				       struct mfa_diag *diag)
{
	MFA_CLEANUP(ports_done) struct ports ports;
	struct mfa_yubikey_program copy = *program;
	const struct ports_wait wait = { .timeout_ms = program->timeout_ms,
					 .is_over = program->is_over,
					 .listener = program->listener };
	enum mfa_yubikey_result result = ports_begin(&wait, diag, &ports);
	return result == MFA_YUBIKEY_DONE ? ports_visit(&ports, diag, program_port, &copy)
					  : result;
}
