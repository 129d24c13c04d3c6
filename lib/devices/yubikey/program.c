/* SPDX-License-Identifier: BSD-2-Clause */
#include "driver.h"
#include "read_back.h"

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

static bool set_access_code(YKP_CONFIG *config, const unsigned char *code)
{
	return code == NULL ||
	       ykp_set_access_code(config, (unsigned char *)(uintptr_t)code,
				   MFA_YUBIKEY_ACCESS_LEN) != 0;
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
	return is_set && set_access_code(config, program->new_access_code) &&
	       ykp_set_extflag_SERIAL_API_VISIBLE(config, true) != 0;
}

/* The order, the key that it is for, and what came of it. */
struct programming {
	const struct mfa_yubikey_program *program;
	struct port port;
	enum mfa_yubikey_write write;
};

/* Once the first byte is on its way, only the key knows what it holds. */
static enum mfa_yubikey_result write_slot_config(struct programming *programming,
						 YKP_CONFIG *config,
						 struct mfa_diag *diag)
{
	const struct mfa_yubikey_program *program = programming->program;
	struct port *port = &programming->port;
	const struct shown before = read_back_shown(port->status);
	struct mfa_diag why = { .text = "" };
	enum mfa_yubikey_result result = MFA_YUBIKEY_REFUSED;
	yk_errno = 0;
	(void)yk_write_command(port->key, ykp_core_config(config),
			       (uint8_t)ykp_command(config),
			       (unsigned char *)(uintptr_t)program->access_code);
	sodium_stackzero(DRIVER_STACK);
	if (yk_errno == YK_EUSBERR)
		result = result_of_error(&why);
	programming->write = read_back_slot(port, &before, program);
	sodium_stackzero(DRIVER_STACK);
	if (programming->write == MFA_YUBIKEY_WRITTEN)
		return MFA_YUBIKEY_DONE;
	if (yk_errno == YK_EUSBERR)
		result = result_of_error(&why);
	if (why.text[0] != '\0')
		(void)mfa_fail(diag, MFA_ERR_IO, "%s", why.text);
	return result;
}

/* Firmware before 2.1 does not show what is programmed, and there are bits that lie. */
static bool is_occupied(struct port *port, const struct mfa_yubikey_program *program,
			struct mfa_diag *diag)
{
	return !program->may_overwrite &&
	       (port->info.is_programmed[program->at.slot - 1] ||
		read_back_is_answering(port, program->at.slot, program->is_over, diag));
}

/* Keeps the wanted key open while the others are looked at: a serial number is only what
 * a device says, and one that poses as the key must not be given the secret. */
static enum mfa_yubikey_result keep_port(void *context, struct port *port,
					 struct mfa_diag *diag)
{
	struct programming *programming = context;
	uint32_t serial = programming->program->at.serial;
	if (port->info.serial == 0 || port->info.serial != serial)
		return MFA_YUBIKEY_OTHER;
	if (programming->port.key != NULL) {
		(void)mfa_fail(diag, MFA_ERR_INVALID,
			       "more than one device says that it is YubiKey %u",
			       (unsigned)serial);
		return MFA_YUBIKEY_REFUSED;
	}
	programming->port = *port;
	*port = (struct port){ 0 };
	return MFA_YUBIKEY_OTHER;
}

static enum mfa_yubikey_result program_port(struct programming *programming,
					    struct mfa_diag *diag)
{
	const struct mfa_yubikey_program *program = programming->program;
	struct port *port = &programming->port;
	MFA_CLEANUP(free_config) YKP_CONFIG *config = ykp_alloc();
	if (config == NULL) {
		(void)mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
		return MFA_YUBIKEY_BROKEN;
	}
	if (!compose_config(config, program, port->status)) {
		(void)mfa_fail(diag, MFA_ERR_UNSUPPORTED, "YubiKey: %s",
			       ykp_strerror(ykp_errno));
		return MFA_YUBIKEY_REFUSED;
	}
	if (is_occupied(port, program, diag))
		return MFA_YUBIKEY_OCCUPIED;
	if (program->is_over != NULL && program->is_over())
		return MFA_YUBIKEY_BUSY;
	return write_slot_config(programming, config, diag);
}

/* A key that cannot be opened does not hinder the wanted one. */
static enum mfa_yubikey_result find_and_program(const struct ports *ports,
						struct programming *programming,
						struct mfa_diag *diag)
{
	struct mfa_diag why = { .text = "" };
	enum mfa_yubikey_result result = ports_visit(ports, &why, keep_port, programming);
	bool is_found = programming->port.key != NULL && result != MFA_YUBIKEY_REFUSED;
	if (!is_found && why.text[0] != '\0')
		(void)mfa_fail(diag, MFA_ERR_IO, "%s", why.text);
	if (is_found)
		result = program_port(programming, diag);
	port_done(&programming->port);
	return result;
}

enum mfa_yubikey_result driver_program(const struct mfa_yubikey_program *program,
				       struct mfa_diag *diag,
				       enum mfa_yubikey_write *ret_write)
{
	MFA_CLEANUP(ports_done) struct ports ports;
	struct programming programming = { .program = program };
	const struct ports_wait wait = { .timeout_ms = program->timeout_ms,
					 .is_over = program->is_over,
					 .listener = program->listener };
	enum mfa_yubikey_result result = ports_begin(&wait, diag, &ports);
	if (result == MFA_YUBIKEY_DONE)
		result = find_and_program(&ports, &programming, diag);
	*ret_write = programming.write;
	return result;
}
