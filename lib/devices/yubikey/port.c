/* SPDX-License-Identifier: BSD-2-Clause */
#include "ports.h"

#include <string.h>

#include "info.h"
#include "report.h"

enum {
	CLAIM_MS = 1000, /* for another program to end */
	/* Firmware before 5.6 takes no command for three seconds after its card or FIDO
	 * application was used; the last try begins after them. */
	RECLAIM_MS = 3700,
	PAUSE_MS = 100,
	DAMAGED_MAX = 4, /* times that a key's data may come damaged */
	SERIAL_LEN = 4,
	SERIAL_MS = 300,
	MAJOR_MAX = 9, /* of firmware: 5 in 2026 */
};

/* libykpers gives only the text of libusb's error. */
static const struct usb_error {
	const char *text;
	enum mfa_yubikey_result result;
	const char *hint;
} usb_errors[] = {
	{ "Access denied", MFA_YUBIKEY_BROKEN, "" },
	{ "No such device", MFA_YUBIKEY_CUT_OFF, "" },
	{ "Resource busy", MFA_YUBIKEY_CLAIMED, ": another program has claimed it" },
	/* a device without a configuration */
	{ "Entity not found", MFA_YUBIKEY_BLOCKED,
	  ": the kernel may not use it; see usbguard, or authorized in /sys" },
};

static enum mfa_yubikey_result result_of_usb_error(struct mfa_diag *diag)
{
	static const struct usb_error damaged = { "", MFA_YUBIKEY_DAMAGED, "" };
	const struct usb_error *found = &damaged;
	const char *text = yk_usb_strerror();
	for (size_t i = 0; i < MFA_COUNT(usb_errors); i++)
		if (strncmp(text, usb_errors[i].text, strlen(usb_errors[i].text)) == 0)
			found = &usb_errors[i];
	(void)mfa_fail(diag, MFA_ERR_IO, "YubiKey: %s%s", text, found->hint);
	return found->result;
}

enum mfa_yubikey_result result_of_error(struct mfa_diag *diag)
{
	switch (yk_errno) {
	case YK_ENOKEY:
		return MFA_YUBIKEY_ABSENT;
	case YK_ETIMEOUT:
		return MFA_YUBIKEY_SILENT;
	case YK_EUSBERR:
		return result_of_usb_error(diag);
	default:
		(void)mfa_fail(diag, MFA_ERR_IO, "YubiKey: %s", yk_strerror(yk_errno));
		return MFA_YUBIKEY_DAMAGED;
	}
}

bool can_answer(const struct mfa_yubikey_port *info)
{
	return info->version[0] > 2 || (info->version[0] == 2 && info->version[1] >= 2);
}

/* A status has no checksum. */
static enum mfa_yubikey_result read_status(struct port *port, struct mfa_diag *diag)
{
	/* otherwise the rest of an unread answer would be taken for the status */
	if (yk_force_key_update(port->key) == 0 ||
	    yk_get_status(port->key, port->status) == 0)
		return result_of_error(diag);
	int major = ykds_version_major(port->status);
	int level = ykds_touch_level(port->status);
	if (major < 1 || major > MAJOR_MAX) {
		(void)mfa_fail(diag, MFA_ERR_IO, "YubiKey: a damaged status");
		return MFA_YUBIKEY_DAMAGED;
	}
	port->info = (struct mfa_yubikey_port){
		.version = { (unsigned char)major,
			     (unsigned char)ykds_version_minor(port->status),
			     (unsigned char)ykds_version_build(port->status) },
		.is_programmed = { (level & CONFIG1_VALID) != 0,
				   (level & CONFIG2_VALID) != 0 },
		.wants_touch = { (level & CONFIG1_TOUCH) != 0,
				 (level & CONFIG2_TOUCH) != 0 },
	};
	return MFA_YUBIKEY_DONE;
}

/* The serial stays 0 if the key does not answer or does not disclose it. */
static enum mfa_yubikey_result read_serial(const struct ports *ports, struct port *port,
					   struct mfa_diag *diag)
{
	static const unsigned char nothing[1];
	const struct wait_limit limit = { ports->deadline, ports->is_over, { 0 } };
	unsigned char bytes[MFA_YUBIKEY_RESPONSE_LEN];
	enum mfa_yubikey_result result;
	if (!can_answer(&port->info)) /* nor has it a command for it */
		return MFA_YUBIKEY_DONE;
	do {
		struct exchange exchange = {
			.command = SLOT_DEVICE_SERIAL,
			.payload = { nothing, sizeof nothing },
			.response_len = SERIAL_LEN,
			.silence_ms = SERIAL_MS,
		};
		result = report_exchange(port->key, &exchange, &limit, bytes, diag);
		if (result == MFA_YUBIKEY_SILENT && ports->is_patient)
			info_read(port);
	} while (result == MFA_YUBIKEY_SILENT && port->info.serial == 0 &&
		 ports->is_patient && !is_past(ports->began + RECLAIM_MS) &&
		 !ports_has_run_out(ports));
	if (result == MFA_YUBIKEY_SILENT)
		return MFA_YUBIKEY_DONE;
	if (result == MFA_YUBIKEY_DONE)
		port->info.serial = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
				    (uint32_t)bytes[2] << 8 | bytes[3];
	return result;
}

static enum mfa_yubikey_result try_to_open(const struct ports *ports, int index,
					   struct mfa_diag *diag, struct port *port)
{
	port->status = ykds_alloc();
	if (port->status == NULL) {
		(void)mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
		return MFA_YUBIKEY_BROKEN;
	}
	port->key = yk_open_key(index);
	if (port->key == NULL)
		return result_of_error(diag);
	enum mfa_yubikey_result result = read_status(port, diag);
	return result == MFA_YUBIKEY_DONE ? read_serial(ports, port, diag) : result;
}

static bool may_try_again(const struct ports *ports, enum mfa_yubikey_result result,
			  unsigned tries)
{
	if (!ports->is_patient || ports_has_run_out(ports))
		return false;
	return result == MFA_YUBIKEY_CLAIMED
		       ? !is_past(ports->began + CLAIM_MS)
		       : result == MFA_YUBIKEY_DAMAGED && tries < DAMAGED_MAX;
}

enum mfa_yubikey_result port_open(const struct ports *ports, int index,
				  struct mfa_diag *diag, struct port *ret_port)
{
	struct mfa_diag why = { .text = "" };
	enum mfa_yubikey_result result = try_to_open(ports, index, &why, ret_port);
	bool was_there = result != MFA_YUBIKEY_ABSENT;
	for (unsigned tries = 1; may_try_again(ports, result, tries); tries++) {
		port_done(ret_port);
		pause_ms(PAUSE_MS);
		result = try_to_open(ports, index, &why, ret_port);
	}
	if (result == MFA_YUBIKEY_ABSENT && was_there)
		result = MFA_YUBIKEY_CUT_OFF;
	if (result != MFA_YUBIKEY_DONE && why.text[0] != '\0')
		(void)mfa_fail(diag, MFA_ERR_IO, "%s", why.text);
	return result;
}

void port_done(struct port *port)
{
	if (port->key != NULL)
		(void)yk_close_key(port->key);
	if (port->status != NULL)
		ykds_free(port->status);
	*port = (struct port){ 0 };
}
