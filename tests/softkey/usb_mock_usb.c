/* SPDX-License-Identifier: BSD-2-Clause */
#include "usb_mock_usb.h"

#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

// The transfer that a client has submitted and not yet reaped hangs on the client.
static const char *const URB = "softkey-urb";

uint64_t usb_mock_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void usb_mock_die(const char *what)
{
	fprintf(stderr, "softkey: %s\n", what);
	abort();
}

// What the argument at the offset of "data" points to, synchronised with the client;
// NULL: the client was killed meanwhile, and no answer will reach it.
static UMockdevIoctlData *resolve(UMockdevIoctlData *data, size_t offset, size_t size)
{
	GError *error = NULL;
	UMockdevIoctlData *found =
		umockdev_ioctl_data_resolve(data, offset, size, &error);
	if (!found && !error)
		usb_mock_die("an ioctl without its argument");
	g_clear_error(&error);
	return found;
}

static int take_number(UMockdevIoctlData *data, unsigned *ret_number)
{
	UMockdevIoctlData *argument = resolve(data, 0, sizeof *ret_number);
	if (!argument)
		return -ECONNRESET;
	memcpy(ret_number, argument->data, sizeof *ret_number);
	g_object_unref(argument);
	return 0;
}

static int get_capabilities(UMockdevIoctlData *data)
{
	UMockdevIoctlData *argument = resolve(data, 0, sizeof(uint32_t));
	if (!argument)
		return -ECONNRESET;
	memset(argument->data, 0, sizeof(uint32_t));
	g_object_unref(argument);
	return 0;
}

static int get_driver(struct port *port, UMockdevIoctlData *data)
{
	struct usbdevfs_getdriver answer;
	enum port_driver driver = PORT_FREE;
	UMockdevIoctlData *argument = resolve(data, 0, sizeof answer);
	if (!argument)
		return -ECONNRESET;
	memcpy(&answer, argument->data, sizeof answer);
	int err = port_driver(port, answer.interface, &driver);
	if (!err && driver == PORT_FREE)
		err = -ENODATA;
	if (!err) {
		const char *name = driver == PORT_KERNEL ? "usbhid" : "usbfs";
		snprintf(answer.driver, sizeof answer.driver, "%s", name);
		memcpy(argument->data, &answer, sizeof answer);
	}
	g_object_unref(argument);
	return err;
}

static int driver_command(struct port *port, UMockdevIoctlData *data)
{
	struct usbdevfs_ioctl command;
	UMockdevIoctlData *argument = resolve(data, 0, sizeof command);
	if (!argument)
		return -ECONNRESET;
	memcpy(&command, argument->data, sizeof command);
	g_object_unref(argument);
	unsigned interface = (unsigned)command.ifno;
	if (command.ioctl_code == (int)USBDEVFS_DISCONNECT)
		return port_detach(port, interface);
	if (command.ioctl_code == (int)USBDEVFS_CONNECT)
		return port_attach(port, interface);
	return -ENOTTY;
}

// What happens on the bus; all else is why nothing was sent.
static bool is_result_of_transfer(int result)
{
	return result >= 0 || result == -EPIPE || result == -EPROTO ||
	       result == -EOVERFLOW;
}

static int submit(struct port *port, UMockdevIoctlClient *client, UMockdevIoctlData *data)
{
	struct usbdevfs_urb urb;
	UMockdevIoctlData *argument = resolve(data, 0, sizeof urb);
	if (!argument)
		return -ECONNRESET;
	memcpy(&urb, argument->data, sizeof urb);
	int result = -EINVAL;
	if (urb.type == USBDEVFS_URB_TYPE_CONTROL &&
	    urb.buffer_length >= PORT_SETUP_SIZE &&
	    !g_object_get_data(G_OBJECT(client), URB)) {
		size_t place = offsetof(struct usbdevfs_urb, buffer);
		UMockdevIoctlData *buffer =
			resolve(argument, place, (size_t)urb.buffer_length);
		if (!buffer) {
			g_object_unref(argument);
			return -ECONNRESET;
		}
		unsigned len = buffer->data[6] | (unsigned)buffer->data[7] << 8;
		if ((int)len <= urb.buffer_length - PORT_SETUP_SIZE)
			result = port_control(port, (uintptr_t)client, usb_mock_now(),
					      buffer->data,
					      buffer->data + PORT_SETUP_SIZE);
		g_object_unref(buffer);
	}
	if (is_result_of_transfer(result)) {
		struct usbdevfs_urb *done = (struct usbdevfs_urb *)(void *)argument->data;
		done->status = result < 0 ? result : 0;
		done->actual_length = result < 0 ? 0 : result;
		g_object_set_data_full(G_OBJECT(client), URB, g_object_ref(argument),
				       g_object_unref);
		result = 0;
	}
	g_object_unref(argument);
	return result;
}

static int reap(const struct port *port, UMockdevIoctlClient *client,
		UMockdevIoctlData *data)
{
	UMockdevIoctlData *urb = g_object_steal_data(G_OBJECT(client), URB);
	if (!urb)
		return port->plugged ? -EAGAIN : -ENODEV;
	UMockdevIoctlData *argument = resolve(data, 0, sizeof(void *));
	if (argument)
		umockdev_ioctl_data_set_ptr(argument, 0, urb);
	g_clear_object(&argument);
	g_object_unref(urb);
	return 0;
}

static int interface_command(struct port *port, UMockdevIoctlClient *client,
			     UMockdevIoctlData *data)
{
	unsigned number = 0;
	int err = take_number(data, &number);
	if (err)
		return err;
	switch (umockdev_ioctl_client_get_request(client)) {
	case USBDEVFS_CLAIMINTERFACE:
		return port_claim(port, number, (uintptr_t)client);
	case USBDEVFS_RELEASEINTERFACE:
		return port_release(port, number, (uintptr_t)client);
	default:
		return port_configure(port, (int)number);
	}
}

static int answer(struct port *port, UMockdevIoctlClient *client)
{
	UMockdevIoctlData *data = umockdev_ioctl_client_get_arg(client);
	switch (umockdev_ioctl_client_get_request(client)) {
	case USBDEVFS_GET_CAPABILITIES:
		return get_capabilities(data);
	case USBDEVFS_GETDRIVER:
		return get_driver(port, data);
	case USBDEVFS_IOCTL:
		return driver_command(port, data);
	case USBDEVFS_CLAIMINTERFACE:
	case USBDEVFS_RELEASEINTERFACE:
	case USBDEVFS_SETCONFIGURATION:
		return interface_command(port, client, data);
	case USBDEVFS_SUBMITURB:
		return submit(port, client, data);
	case USBDEVFS_REAPURB:
	case USBDEVFS_REAPURBNDELAY:
		return reap(port, client, data);
	case USBDEVFS_DISCARDURB:
		return -EINVAL; // transfers are over as soon as they are submitted
	default:
		return -ENOTTY;
	}
}

static gboolean on_ioctl(UMockdevIoctlBase *handler, UMockdevIoctlClient *client,
			 gpointer data)
{
	struct usb_mock_usb *usb = data;
	(void)handler;
	pthread_mutex_lock(usb->lock);
	bool plugged = usb->port.plugged;
	int result = answer(&usb->port, client);
	if (result == -ECONNRESET) // umockdev will not say so
		port_close(&usb->port, (uintptr_t)client);
	if (plugged && !usb->port.plugged)
		usb->gone(usb->owner, usb);
	pthread_mutex_unlock(usb->lock);
	umockdev_ioctl_client_complete(client, result < 0 ? -1 : result,
				       result < 0 ? -result : 0);
	return TRUE;
}

static void on_close(UMockdevIoctlBase *handler, UMockdevIoctlClient *client,
		     gpointer data)
{
	struct usb_mock_usb *usb = data;
	(void)handler;
	pthread_mutex_lock(usb->lock);
	port_close(&usb->port, (uintptr_t)client);
	pthread_mutex_unlock(usb->lock);
}

void usb_mock_usb_attach(struct usb_mock_usb *usb, UMockdevTestbed *testbed,
			 const char *node)
{
	GError *error = NULL;
	usb->handler = umockdev_ioctl_base_new();
	g_signal_connect(usb->handler, "handle-ioctl", G_CALLBACK(on_ioctl), usb);
	g_signal_connect(usb->handler, "client-vanished", G_CALLBACK(on_close), usb);
	if (!umockdev_testbed_attach_ioctl(testbed, node, usb->handler, &error))
		usb_mock_die(error->message);
}

void usb_mock_usb_done(struct usb_mock_usb *usb)
{
	g_clear_object(&usb->handler);
}
