/* SPDX-License-Identifier: BSD-2-Clause */
/* A key in a USB port, as the kernel shows it to programs: descriptors, the keyboard
 * driver that is bound to it, who has claimed it, control transfers. Both fronts are
 * built on this. */
#pragma once

#include <stdint.h>

#include "key.h"

enum {
	PORT_SETUP_SIZE = 8,
	PORT_DEVICE_SIZE = 18,	     /* of the device descriptor */
	PORT_DESCRIPTORS_SIZE = 256, /* of all descriptors, at most */
};

enum port_driver {
	PORT_FREE,
	PORT_KERNEL, /* usbhid */
	PORT_USER,   /* a program has claimed it */
};

struct port {
	struct key key;
	bool plugged;
	bool bound;	 /* the kernel's driver is */
	uintptr_t owner; /* who has claimed the interface; 0: nobody */
	uint16_t product;
	unsigned transfers;
	unsigned until_gone;  /* transfers; 0: stays */
	unsigned until_error; /* transfers; 0: none */
	unsigned claims;      /* that another program's claim has yet to refuse */
	unsigned until_signal;
};

/* A key that is not yet plugged in. */
void port_init(struct port *port, const struct softkey_options *options);
void port_plug(struct port *port, uint64_t now);
void port_unplug(struct port *port);
void port_set_faults(struct port *port, const struct softkey_faults *faults);
struct softkey_counts port_counts(const struct port *port);

/* The device's and its configuration's descriptors, as sysfs shows them. */
size_t port_descriptors(const struct port *port,
			uint8_t ret_bytes[static PORT_DESCRIPTORS_SIZE]);

/* What programs ask the kernel. "who" tells open descriptors apart and is not 0. Each
 * gives 0 or a negative errno, as Linux does. */
int port_open(const struct port *port);
void port_close(struct port *port, uintptr_t who);
int port_driver(const struct port *port, unsigned interface,
		enum port_driver *ret_driver);
int port_detach(struct port *port, unsigned interface);
int port_attach(struct port *port, unsigned interface);
int port_claim(struct port *port, unsigned interface, uintptr_t who);
int port_release(struct port *port, unsigned interface, uintptr_t who);
int port_configure(const struct port *port, int configuration);

/* Gives how many bytes went, or a negative errno; data holds as many as setup says. */
int port_control(struct port *port, uintptr_t who, uint64_t now,
		 const uint8_t setup[static PORT_SETUP_SIZE], uint8_t *data);
