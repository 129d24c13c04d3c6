/* SPDX-License-Identifier: BSD-2-Clause */
#include "bed.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bed_usb.h"

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

struct softkey_bed {
	UMockdevTestbed *testbed;
	pthread_mutex_t lock; /* of the ports, which umockdev's thread uses too */
	struct bed_usb key[SOFTKEY_KEYS];
	unsigned keys;
};

static void add(struct softkey_bed *bed, const char *device)
{
	GError *error = NULL;
	if (!umockdev_testbed_add_from_string(bed->testbed, device, &error))
		bed_die(error->message);
}

struct softkey_bed *softkey_bed_new(void)
{
	struct softkey_bed *bed = calloc(1, sizeof *bed);
	if (!bed)
		bed_die("no memory");
	pthread_mutex_init(&bed->lock, NULL);
	bed->testbed = umockdev_testbed_new();
	add(bed, HUB);
	return bed;
}

void softkey_bed_free(struct softkey_bed *bed)
{
	if (!bed)
		return;
	g_object_unref(bed->testbed); // ends its thread
	for (unsigned i = 0; i < bed->keys; i++)
		bed_usb_done(&bed->key[i]);
	pthread_mutex_destroy(&bed->lock);
	free(bed);
}

static struct bed_usb *lock_key(struct softkey_bed *bed, unsigned key)
{
	if (key >= bed->keys)
		bed_die("no such key");
	pthread_mutex_lock(&bed->lock);
	return &bed->key[key];
}

static void unlock(struct softkey_bed *bed)
{
	pthread_mutex_unlock(&bed->lock);
}

// The hub is device 1 with minor 0.
static unsigned number_of(const struct softkey_bed *bed, const struct bed_usb *usb)
{
	return (unsigned)(usb - bed->key) + 1;
}

static void write_device(const struct port *port, unsigned number, char *ret_text)
{
	uint8_t bytes[PORT_DESCRIPTORS_SIZE];
	size_t len = port_descriptors(port, bytes);
	int end = snprintf(
		ret_text, DEVICE_SIZE,
		"P: /devices/usb1/1-%u\nN: bus/usb/001/%03u=00\n"
		"E: DEVNAME=/dev/bus/usb/001/%03u\nE: DEVTYPE=usb_device\n"
		"E: SUBSYSTEM=usb\nE: BUSNUM=001\nE: DEVNUM=%03u\nE: MAJOR=189\n"
		"E: MINOR=%u\nA: busnum=1\nA: devnum=%u\nA: speed=12\n"
		"A: bConfigurationValue=1\nA: dev=189:%u\nH: descriptors=",
		number, number + 1, number + 1, number + 1, number, number + 1, number);
	for (size_t i = 0; i < len; i++)
		end += snprintf(ret_text + end, DEVICE_SIZE - (size_t)end, "%02x",
				bytes[i]);
	snprintf(ret_text + end, DEVICE_SIZE - (size_t)end, "\n");
}

static void deny(struct softkey_bed *bed, unsigned number)
{
	char node[PATH_SIZE];
	gchar *root = umockdev_testbed_get_root_dir(bed->testbed);
	snprintf(node, sizeof node, "%s/dev/bus/usb/001/%03u", root, number + 1);
	g_free(root);
	if (unlink(node) != 0 || symlink(DENIED, node) != 0)
		bed_die("cannot deny a device");
}

static void show(struct softkey_bed *bed, struct bed_usb *usb)
{
	char device[DEVICE_SIZE];
	unsigned number = number_of(bed, usb);
	port_plug(&usb->port, bed_now());
	write_device(&usb->port, number, device);
	add(bed, device);
	if (usb->port.key.faults.denied)
		deny(bed, number);
}

static void hide(void *owner, struct bed_usb *usb)
{
	struct softkey_bed *bed = owner;
	char path[PATH_SIZE];
	snprintf(path, sizeof path, "/sys/devices/usb1/1-%u", number_of(bed, usb));
	umockdev_testbed_uevent(bed->testbed, path, "remove");
	umockdev_testbed_remove_device(bed->testbed, path);
}

unsigned softkey_bed_plug(struct softkey_bed *bed, const struct softkey_options *options)
{
	char node[PATH_SIZE];
	if (bed->keys == SOFTKEY_KEYS)
		bed_die("all ports are taken");
	struct bed_usb *usb = &bed->key[bed->keys];
	*usb = (struct bed_usb){ .lock = &bed->lock, .gone = hide, .owner = bed };
	port_init(&usb->port, options);
	snprintf(node, sizeof node, "/dev/bus/usb/001/%03u", number_of(bed, usb) + 1);
	bed_usb_attach(usb, bed->testbed, node);
	softkey_bed_replug(bed, bed->keys++);
	return bed->keys - 1;
}

void softkey_bed_unplug(struct softkey_bed *bed, unsigned key)
{
	struct bed_usb *usb = lock_key(bed, key);
	if (usb->port.plugged) {
		port_unplug(&usb->port);
		hide(bed, usb);
	}
	unlock(bed);
}

void softkey_bed_replug(struct softkey_bed *bed, unsigned key)
{
	struct bed_usb *usb = lock_key(bed, key);
	if (!usb->port.plugged)
		show(bed, usb);
	unlock(bed);
}

bool softkey_bed_is_plugged(struct softkey_bed *bed, unsigned key)
{
	bool plugged = lock_key(bed, key)->port.plugged;
	unlock(bed);
	return plugged;
}

void softkey_bed_set_faults(struct softkey_bed *bed, unsigned key,
			    const struct softkey_faults *faults)
{
	port_set_faults(&lock_key(bed, key)->port, faults);
	unlock(bed);
}

struct softkey_counts softkey_bed_counts(struct softkey_bed *bed, unsigned key)
{
	struct softkey_counts counts = port_counts(&lock_key(bed, key)->port);
	unlock(bed);
	return counts;
}

void softkey_bed_type(struct softkey_bed *bed, unsigned key, unsigned slot,
		      char ret_code[static SOFTKEY_CODE_SIZE])
{
	struct port *port = &lock_key(bed, key)->port;
	ret_code[0] = '\0';
	if (port->plugged)
		key_type(&port->key, slot, bed_now(), ret_code);
	unlock(bed);
}
