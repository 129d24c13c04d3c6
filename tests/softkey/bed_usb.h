/* SPDX-License-Identifier: BSD-2-Clause */
/* The ioctls of a device node below /dev/bus/usb, answered by a port. */
#pragma once

#include <pthread.h>
#include <umockdev.h>

#include "port.h"

struct bed_usb {
	struct port port;
	UMockdevIoctlBase *handler;
	pthread_mutex_t *lock;				/* held while the port is used */
	void (*gone)(void *owner, struct bed_usb *usb); /* called with the lock held */
	void *owner;
};

/* Begins to answer on the node; lock, gone and owner are set, the rest is made here. */
void bed_usb_attach(struct bed_usb *usb, UMockdevTestbed *testbed, const char *node);
void bed_usb_done(struct bed_usb *usb);

/* Monotonic time in milliseconds. */
uint64_t bed_now(void);
_Noreturn void bed_die(const char *what);
