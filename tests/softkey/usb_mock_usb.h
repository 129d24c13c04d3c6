/* SPDX-License-Identifier: BSD-2-Clause */
/* The ioctls of a device node below /dev/bus/usb, answered by a port. */
#pragma once

#include <pthread.h>
#include <umockdev.h>

#include "port.h"

struct usb_mock_usb {
	struct port port;
	UMockdevIoctlBase *handler;
	pthread_mutex_t *lock; /* held while the port is used */
	void (*gone)(void *owner,
		     struct usb_mock_usb *usb); /* called with the lock held */
	void *owner;
};

/* Begins to answer on the node; lock, gone and owner are set, the rest is made here. */
void usb_mock_usb_attach(struct usb_mock_usb *usb, UMockdevTestbed *testbed,
			 const char *node);
void usb_mock_usb_done(struct usb_mock_usb *usb);

/* Monotonic time in milliseconds. */
uint64_t usb_mock_now(void);
_Noreturn void usb_mock_die(const char *what);
