/* SPDX-License-Identifier: BSD-2-Clause */
#include "usb_mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "usb_mock_usb.h"

enum {
	PATH_SIZE = 128,
	DEVICE_SIZE = 2048,
};

// A file that nobody may open for writing, root neither: /proc/sys knows no override.
static const char DENIED[] = "/proc/sys/kernel/ostype";

static const char HUB[] =
	"P: /devices/usb1\nN: bus/usb/001/001=00\nE: DEVNAME=/dev/bus/usb/001/001\n"
	"E: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\nE: BUSNUM=001\nE: DEVNUM=001\n"
	"E: MAJOR=189\nE: MINOR=0\nA: busnum=1\nA: devnum=1\nA: speed=480\n"
	"A: bConfigurationValue=1\nA: dev=189:0\n"
	"H: descriptors=12010002090001406b1d020002060302010109021900010100e000"
	"09040000010900000007058103040010\n";

struct usb_mock {
	UMockdevTestbed *testbed;
	pthread_mutex_t lock; /* of the ports, which umockdev's thread uses too */
	struct usb_mock_usb key[SOFTKEY_KEYS];
	unsigned keys;
};

static void add(struct usb_mock *mock, const char *device)
{
	GError *error = NULL;
	if (!umockdev_testbed_add_from_string(mock->testbed, device, &error))
		usb_mock_die(error->message);
}

struct usb_mock *usb_mock_new(void)
{
	struct usb_mock *mock = calloc(1, sizeof *mock);
	if (!mock)
		usb_mock_die("no memory");
	pthread_mutex_init(&mock->lock, NULL);
	mock->testbed = umockdev_testbed_new();
	add(mock, HUB);
	return mock;
}

void usb_mock_free(struct usb_mock *mock)
{
	if (!mock)
		return;
	g_object_unref(mock->testbed); // ends its thread
	for (unsigned i = 0; i < mock->keys; i++)
		usb_mock_usb_done(&mock->key[i]);
	pthread_mutex_destroy(&mock->lock);
	free(mock);
}

static struct usb_mock_usb *lock_key(struct usb_mock *mock, unsigned key)
{
	if (key >= mock->keys)
		usb_mock_die("no such key");
	pthread_mutex_lock(&mock->lock);
	return &mock->key[key];
}

static void unlock(struct usb_mock *mock)
{
	pthread_mutex_unlock(&mock->lock);
}

// The hub is device 1 with minor 0.
static unsigned number_of(const struct usb_mock *mock, const struct usb_mock_usb *usb)
{
	return (unsigned)(usb - mock->key) + 1;
}

static void write_device(const struct port *port, unsigned number, char *ret_text)
{
	uint8_t bytes[PORT_DESCRIPTORS_SIZE];
	size_t len = port_descriptors(port, bytes);
	int end =
		snprintf(ret_text, DEVICE_SIZE,
			 "P: /devices/usb1/1-%u\nN: bus/usb/001/%03u=00\n"
			 "E: DEVNAME=/dev/bus/usb/001/%03u\nE: DEVTYPE=usb_device\n"
			 "E: SUBSYSTEM=usb\nE: BUSNUM=001\nE: DEVNUM=%03u\nE: MAJOR=189\n"
			 "E: MINOR=%u\nA: busnum=1\nA: devnum=%u\nA: speed=12\n"
			 "A: bConfigurationValue=%s\nA: dev=189:%u\nH: descriptors=",
			 number, number + 1, number + 1, number + 1, number, number + 1,
			 port->key.faults.unauthorised ? "" : "1", number);
	for (size_t i = 0; i < len; i++)
		end += snprintf(ret_text + end, DEVICE_SIZE - (size_t)end, "%02x",
				bytes[i]);
	snprintf(ret_text + end, DEVICE_SIZE - (size_t)end, "\n");
}

static void deny(struct usb_mock *mock, unsigned number)
{
	char node[PATH_SIZE];
	gchar *root = umockdev_testbed_get_root_dir(mock->testbed);
	snprintf(node, sizeof node, "%s/dev/bus/usb/001/%03u", root, number + 1);
	g_free(root);
	if (unlink(node) != 0 || symlink(DENIED, node) != 0)
		usb_mock_die("cannot deny a device");
}

static void show(struct usb_mock *mock, struct usb_mock_usb *usb)
{
	char device[DEVICE_SIZE];
	unsigned number = number_of(mock, usb);
	port_plug(&usb->port, usb_mock_now());
	write_device(&usb->port, number, device);
	add(mock, device);
	if (usb->port.key.faults.denied)
		deny(mock, number);
}

static void hide(void *owner, struct usb_mock_usb *usb)
{
	struct usb_mock *mock = owner;
	char path[PATH_SIZE];
	snprintf(path, sizeof path, "/sys/devices/usb1/1-%u", number_of(mock, usb));
	umockdev_testbed_uevent(mock->testbed, path, "remove");
	umockdev_testbed_remove_device(mock->testbed, path);
}

unsigned usb_mock_plug(struct usb_mock *mock, const struct softkey_options *options)
{
	char node[PATH_SIZE];
	if (mock->keys == SOFTKEY_KEYS)
		usb_mock_die("all ports are taken");
	struct usb_mock_usb *usb = &mock->key[mock->keys];
	*usb = (struct usb_mock_usb){ .lock = &mock->lock, .gone = hide, .owner = mock };
	port_init(&usb->port, options);
	snprintf(node, sizeof node, "/dev/bus/usb/001/%03u", number_of(mock, usb) + 1);
	usb_mock_usb_attach(usb, mock->testbed, node);
	usb_mock_replug(mock, mock->keys++);
	return mock->keys - 1;
}

void usb_mock_unplug(struct usb_mock *mock, unsigned key)
{
	struct usb_mock_usb *usb = lock_key(mock, key);
	if (usb->port.plugged) {
		port_unplug(&usb->port);
		hide(mock, usb);
	}
	unlock(mock);
}

void usb_mock_replug(struct usb_mock *mock, unsigned key)
{
	struct usb_mock_usb *usb = lock_key(mock, key);
	if (!usb->port.plugged)
		show(mock, usb);
	unlock(mock);
}

bool usb_mock_is_plugged(struct usb_mock *mock, unsigned key)
{
	bool plugged = lock_key(mock, key)->port.plugged;
	unlock(mock);
	return plugged;
}

void usb_mock_set_faults(struct usb_mock *mock, unsigned key,
			 const struct softkey_faults *faults)
{
	port_set_faults(&lock_key(mock, key)->port, faults);
	unlock(mock);
}

struct softkey_counts usb_mock_counts(struct usb_mock *mock, unsigned key)
{
	struct softkey_counts counts = port_counts(&lock_key(mock, key)->port);
	unlock(mock);
	return counts;
}

void usb_mock_end_claim(struct usb_mock *mock, unsigned key)
{
	struct port *port = &lock_key(mock, key)->port;
	port_close(port, port->owner);
	unlock(mock);
}

void usb_mock_type(struct usb_mock *mock, unsigned key, unsigned slot,
		   char ret_code[static SOFTKEY_CODE_SIZE])
{
	struct port *port = &lock_key(mock, key)->port;
	ret_code[0] = '\0';
	if (port->plugged)
		key_type(&port->key, slot, usb_mock_now(), ret_code);
	unlock(mock);
}
