/* SPDX-License-Identifier: BSD-2-Clause */
#include "port.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

enum {
	VENDOR = 0x1050,
	PRODUCT_2 = 0x0010,
	PRODUCT_NEO = 0x0116,
	PRODUCT_4 = 0x0407, /* of YubiKey 5 too */
	CONFIGURATION = 1,
	HID_REQUEST_OUT = 0x21,
	HID_REQUEST_IN = 0xa1,
	HID_GET_REPORT = 0x01,
	HID_SET_REPORT = 0x09,
	HID_FEATURE = 0x0300,
};

enum interface_kind {
	KEYBOARD, /* where the OTP application answers */
	FIDO,
	CARD,
};

static const uintptr_t OTHER_PROGRAM = UINTPTR_MAX;

void port_init(struct port *port, const struct softkey_options *options)
{
	*port = (struct port){ 0 };
	key_init(&port->key, options);
	port->product = options->product;
	port_set_faults(port, &options->faults);
}

// What another program has claimed was taken from the kernel's driver.
static void give_to_other(struct port *port)
{
	port->claims = port->key.faults.claims;
	port->owner = port->claims > 0 ? OTHER_PROGRAM : 0;
	port->bound = port->claims == 0;
}

void port_plug(struct port *port, uint64_t now)
{
	port->plugged = true;
	give_to_other(port);
	key_power_up(&port->key, now);
}

void port_unplug(struct port *port)
{
	port->plugged = false;
	port->bound = false;
	port->owner = 0;
	port->until_gone = 0;
}

void port_set_faults(struct port *port, const struct softkey_faults *faults)
{
	key_set_faults(&port->key, faults);
	port->until_gone = faults->unplug_after;
	port->until_signal = faults->signal.after;
	port->until_error = faults->error_after;
	if (port->plugged && (faults->claims > 0 || port->owner == OTHER_PROGRAM))
		give_to_other(port);
}

struct softkey_counts port_counts(const struct port *port)
{
	const struct key *key = &port->key;
	return (struct softkey_counts){ .transfers = port->transfers,
					.writes = key->writes,
					.challenges = key->challenges,
					.waiting = key->phase == KEY_TOUCH,
					.detached = port->plugged && !port->bound &&
						    port->owner != OTHER_PROGRAM };
}

static unsigned product(const struct port *port)
{
	const struct key *key = &port->key;
	if (port->product != 0)
		return port->product;
	if (key_firmware_is(key, 4, 0))
		return PRODUCT_4;
	return key_firmware_is(key, 3, 0) ? PRODUCT_NEO : PRODUCT_2;
}

// The kinds of interfaces in their order; gives how many.
static unsigned list_interfaces(const struct port *port,
				enum interface_kind ret_kinds[static 3])
{
	static const struct {
		uint16_t product;
		unsigned count;
		enum interface_kind kinds[2];
	} without_otp[] = {
		{ 0x0113, 1, { FIDO } },       { 0x0120, 1, { FIDO } },
		{ 0x0402, 1, { FIDO } },       { 0x0404, 1, { CARD } },
		{ 0x0406, 2, { FIDO, CARD } },
	};
	for (unsigned i = 0; i < sizeof without_otp / sizeof *without_otp; i++)
		if (without_otp[i].product == port->product) {
			memcpy(ret_kinds, without_otp[i].kinds,
			       sizeof without_otp[i].kinds);
			return without_otp[i].count;
		}
	for (unsigned i = 0; i < 3; i++)
		ret_kinds[i] = (enum interface_kind)i;
	return key_firmware_is(&port->key, 3, 0) ? 3 : 1;
}

static unsigned count_interfaces(const struct port *port)
{
	enum interface_kind kinds[3];
	return list_interfaces(port, kinds);
}

static uint8_t *put_interface(uint8_t *out, unsigned number, enum interface_kind kind)
{
	static const struct {
		uint8_t class, subclass, protocol;
	} kinds[] = { { 3, 1, 1 }, { 3, 0, 0 }, { 0x0b, 0, 0 } };
	const uint8_t interface[] = { 9,
				      4,
				      (uint8_t)number,
				      0,
				      1,
				      kinds[kind].class,
				      kinds[kind].subclass,
				      kinds[kind].protocol,
				      0 };
	const uint8_t hid[] = { 9, 0x21, 0x10, 0x01, 0, 1, 0x22, 71, 0 };
	const uint8_t endpoint[] = { 7, 5, (uint8_t)(0x81 + number), 3, 8, 0, 10 };
	memcpy(out, interface, sizeof interface);
	out += sizeof interface;
	if (kinds[kind].class == 3) {
		memcpy(out, hid, sizeof hid);
		out += sizeof hid;
	}
	memcpy(out, endpoint, sizeof endpoint);
	return out + sizeof endpoint;
}

size_t port_descriptors(const struct port *port,
			uint8_t ret_bytes[static PORT_DESCRIPTORS_SIZE])
{
	const struct key *key = &port->key;
	enum interface_kind kinds[3];
	unsigned id = product(port), count = list_interfaces(port, kinds);
	uint8_t minor =
		(uint8_t)(key->firmware.minor << 4 | (key->firmware.build & 0x0f));
	const uint8_t device[PORT_DEVICE_SIZE] = {
		PORT_DEVICE_SIZE,
		1,
		0x00,
		0x02,
		0,
		0,
		0,
		64,
		VENDOR & 0xff,
		VENDOR >> 8,
		(uint8_t)id,
		(uint8_t)(id >> 8),
		minor,
		key->firmware.major,
		1,
		2,
		0,
		1,
	};
	memcpy(ret_bytes, device, sizeof device);
	uint8_t *config = ret_bytes + sizeof device, *end = config + 9;
	for (unsigned i = 0; i < count; i++)
		end = put_interface(end, i, kinds[i]);
	const uint8_t head[] = {
		9,    2,  (uint8_t)(end - config), 0, (uint8_t)count, CONFIGURATION, 0,
		0x80, 15,
	};
	memcpy(config, head, sizeof head);
	return (size_t)(end - ret_bytes);
}

int port_open(const struct port *port)
{
	if (!port->plugged)
		return -ENODEV;
	return port->key.faults.denied ? -EACCES : 0;
}

void port_close(struct port *port, uintptr_t who)
{
	if (port->owner == who)
		port->owner = 0;
}

// The interfaces after the keyboard stay with the kernel's drivers.
static int find(const struct port *port, unsigned interface)
{
	if (!port->plugged)
		return -ENODEV;
	enum interface_kind kinds[3];
	if (port->key.faults.unauthorised || interface >= list_interfaces(port, kinds))
		return -ENOENT;
	return kinds[interface] == KEYBOARD ? 0 : -EBUSY;
}

int port_driver(const struct port *port, unsigned interface, enum port_driver *ret_driver)
{
	int err = find(port, interface);
	if (port->plugged && port->key.faults.unauthorised) {
		*ret_driver = PORT_FREE;
		return 0;
	}
	if (err != 0 && err != -EBUSY)
		return err;
	if (err == -EBUSY || port->bound)
		*ret_driver = PORT_KERNEL;
	else
		*ret_driver = port->owner ? PORT_USER : PORT_FREE;
	return 0;
}

int port_detach(struct port *port, unsigned interface)
{
	int err = find(port, interface);
	if (err)
		return err;
	// Linux takes a claimed interface from a program as it does from a driver.
	if (!port->bound && !port->owner)
		return -ENODATA;
	port->bound = false;
	port->owner = 0;
	return 0;
}

int port_attach(struct port *port, unsigned interface)
{
	int err = find(port, interface);
	if (err)
		return err;
	if (port->bound || port->owner)
		return -EBUSY;
	port->bound = true;
	return 0;
}

// The other program ends, and gives the interface back, when it has refused enough.
static void refuse_claim(struct port *port)
{
	if (port->claims == SOFTKEY_NEVER || --port->claims > 0)
		return;
	port->owner = 0;
	port->bound = true;
}

int port_claim(struct port *port, unsigned interface, uintptr_t who)
{
	int err = find(port, interface);
	if (err)
		return err;
	if (port->owner == OTHER_PROGRAM)
		refuse_claim(port);
	if (port->bound || (port->owner && port->owner != who))
		return -EBUSY;
	port->owner = who;
	return 0;
}

int port_release(struct port *port, unsigned interface, uintptr_t who)
{
	int err = find(port, interface);
	if (err)
		return err;
	if (port->owner != who)
		return -EINVAL;
	port->owner = 0;
	return 0;
}

int port_configure(const struct port *port, int configuration)
{
	if (!port->plugged)
		return -ENODEV;
	if (port->key.faults.unauthorised)
		return 0; // as the kernel says, which leaves it without one
	if (port->bound || port->owner || count_interfaces(port) > 1)
		return -EBUSY;
	return configuration == CONFIGURATION ? 0 : -EINVAL;
}

int port_control(struct port *port, uintptr_t who, uint64_t now,
		 const uint8_t setup[static PORT_SETUP_SIZE], uint8_t *data)
{
	unsigned value = setup[2] | (unsigned)setup[3] << 8;
	unsigned interface = setup[4], len = setup[6] | (unsigned)setup[7] << 8;
	bool in = setup[0] == HID_REQUEST_IN && setup[1] == HID_GET_REPORT;
	bool out = setup[0] == HID_REQUEST_OUT && setup[1] == HID_SET_REPORT;
	int err = port_claim(port, interface, who);
	if (err)
		return err;
	if (port->until_signal > 0 && --port->until_signal == 0)
		(void)kill(port->key.faults.signal.pid, port->key.faults.signal.number);
	if (port->until_gone > 0 && --port->until_gone == 0)
		port_unplug(port);
	if (!port->plugged)
		return -ENODEV;
	port->transfers++;
	if (port->until_error > 0 && --port->until_error == 0)
		return port->key.faults.error ? -(int)port->key.faults.error : -EPROTO;
	if ((!in && !out) || value != HID_FEATURE || len != REPORT_SIZE)
		return -EPIPE;
	if (in)
		key_read(&port->key, now, data);
	else
		key_write(&port->key, now, data);
	return REPORT_SIZE;
}
