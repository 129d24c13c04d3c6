/* SPDX-License-Identifier: BSD-2-Clause */
#include "ports.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "info.h"
#include "mfa/fs.h"

/* Only root can open it, so only root can hold its lock. */
#define LOCK_FOLDER "/run/pam_mfa"

enum {
	SECOND_MS = 1000,
	MS_NS = 1000000,
	LOCK_PAUSE_MS = 20,
};

int64_t deadline_after(int64_t timeout_ms)
{
	return mfa_monotonic_ms() + timeout_ms;
}

bool is_past(int64_t deadline)
{
	return mfa_monotonic_ms() >= deadline;
}

void pause_ms(int64_t milliseconds)
{
	const struct timespec span = { milliseconds / SECOND_MS,
				       milliseconds % SECOND_MS * MS_NS };
	(void)nanosleep(&span, NULL);
}

/* libykpers gives only the text of libusb's error. */
static bool is_forbidden(void)
{
	return strncmp(yk_usb_strerror(), "Access denied", 13) == 0;
}

enum mfa_yubikey_result result_of_error(struct mfa_diag *diag)
{
	switch (yk_errno) {
	case YK_ENOKEY:
		return MFA_YUBIKEY_ABSENT;
	case YK_ETIMEOUT:
		return MFA_YUBIKEY_SILENT;
	case YK_EUSBERR:
		(void)mfa_fail(diag, MFA_ERR_IO, "YubiKey: %s", yk_usb_strerror());
		return is_forbidden() ? MFA_YUBIKEY_BROKEN : MFA_YUBIKEY_CUT_OFF;
	default:
		(void)mfa_fail(diag, MFA_ERR_IO, "YubiKey: %s", yk_strerror(yk_errno));
		return MFA_YUBIKEY_CUT_OFF;
	}
}

void tell_stage(const struct mfa_yubikey_listener *listener, enum mfa_yubikey_stage stage)
{
	if (listener->tell != NULL)
		listener->tell(listener->context, stage);
}

static enum mfa_yubikey_result lock_ports(const struct ports *ports,
					  const struct ports_wait *wait,
					  struct mfa_diag *diag)
{
	bool is_told = false;
	while (flock(ports->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		bool is_held = errno == EWOULDBLOCK;
		if (!is_held && errno != EINTR) {
			(void)mfa_fail_errno(diag, errno, "%s: cannot lock it",
					     LOCK_FOLDER);
			return MFA_YUBIKEY_BROKEN;
		}
		if (is_held && wait->turn != NULL)
			return MFA_YUBIKEY_BUSY;
		if (is_past(ports->deadline) ||
		    (wait->is_over != NULL && wait->is_over()))
			return MFA_YUBIKEY_BUSY;
		if (is_held && !is_told)
			tell_stage(&wait->listener, MFA_YUBIKEY_IN_USE);
		is_told |= is_held;
		pause_ms(LOCK_PAUSE_MS);
	}
	return MFA_YUBIKEY_DONE;
}

/* libusb starts a thread, which must not run this program's signal handlers. */
static bool start_libusb(void)
{
	sigset_t all;
	sigset_t before;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	bool is_started = yk_init() != 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return is_started;
}

/* Also for a turn without a name, so that the last one's is not shown for it. */
static void show_turn(struct ports *ports, const struct mfa_turn *turn,
		      struct mfa_diag *diag)
{
	static const struct mfa_turn nameless = { 0 };
	ports->is_locked = true;
	ports->turns.holder = turn != NULL ? *turn : nameless;
	turns_write(ports->lock_fd, &ports->turns, diag);
}

enum mfa_yubikey_result ports_begin(const struct ports_wait *wait, struct mfa_diag *diag,
				    struct ports *ret_ports)
{
	*ret_ports = (struct ports){
		.lock_fd = -1,
		.deadline = deadline_after(wait->timeout_ms),
	};
	bool is_made = false;
	if (mfa_fs_make_dir(LOCK_FOLDER, diag, &is_made) != MFA_OK ||
	    mfa_fs_open_dir(LOCK_FOLDER, &mfa_fs_run_folder, diag, &ret_ports->lock_fd) !=
		    MFA_OK)
		return MFA_YUBIKEY_BROKEN;
	enum mfa_yubikey_result result = lock_ports(ret_ports, wait, diag);
	if (result == MFA_YUBIKEY_DONE || result == MFA_YUBIKEY_BUSY)
		turns_read(ret_ports->lock_fd, diag, &ret_ports->turns);
	if (result != MFA_YUBIKEY_DONE)
		return result;
	show_turn(ret_ports, wait->turn, diag);
	ret_ports->is_started = start_libusb();
	if (ret_ports->is_started)
		return MFA_YUBIKEY_DONE;
	(void)mfa_fail(diag, MFA_ERR_IO, "USB cannot be used: %s", yk_usb_strerror());
	return MFA_YUBIKEY_BROKEN;
}

void ports_note_answer(struct ports *ports, uint32_t serial, struct mfa_diag *diag)
{
	if (ports->turns.holder.number == 0)
		return;
	turns_add_answer(&ports->turns, serial, mfa_monotonic_ms());
	turns_write(ports->lock_fd, &ports->turns, diag);
}

void ports_done(struct ports *ports)
{
	if (ports->is_started)
		(void)yk_release();
	ports->is_started = false;
	if (ports->is_locked && ports->turns.holder.number != 0)
		show_turn(ports, NULL, NULL);
	ports->is_locked = false;
	mfa_close_fd(&ports->lock_fd);
}

static void read_status(struct port *port)
{
	int level = ykds_touch_level(port->status);
	port->info = (struct mfa_yubikey_port){
		.version = { (unsigned char)ykds_version_major(port->status),
			     (unsigned char)ykds_version_minor(port->status),
			     (unsigned char)ykds_version_build(port->status) },
		.is_programmed = { (level & CONFIG1_VALID) != 0,
				   (level & CONFIG2_VALID) != 0 },
		.wants_touch = { (level & CONFIG1_TOUCH) != 0,
				 (level & CONFIG2_TOUCH) != 0 },
	};
}

/* The serial stays 0 if the key does not answer or does not disclose it. */
static enum mfa_yubikey_result read_serial(struct port *port, struct mfa_diag *diag)
{
	unsigned serial = 0;
	yk_errno = 0;
	if (yk_get_serial(port->key, 0, 0, &serial) != 0)
		port->info.serial = serial;
	else if (yk_errno == YK_EUSBERR || yk_errno == YK_ECHECKSUM)
		return result_of_error(diag);
	else
		info_read(port);
	return MFA_YUBIKEY_DONE;
}

static enum mfa_yubikey_result open_port(int index, struct mfa_diag *diag,
					 struct port *ret_port)
{
	ret_port->status = ykds_alloc();
	if (ret_port->status == NULL) {
		(void)mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
		return MFA_YUBIKEY_BROKEN;
	}
	ret_port->key = yk_open_key(index);
	/* otherwise the rest of an unread answer would be taken for the status */
	if (ret_port->key == NULL || yk_force_key_update(ret_port->key) == 0 ||
	    yk_get_status(ret_port->key, ret_port->status) == 0)
		return result_of_error(diag);
	read_status(ret_port);
	return read_serial(ret_port, diag);
}

void port_done(struct port *port)
{
	if (port->key != NULL)
		(void)yk_close_key(port->key);
	if (port->status != NULL)
		ykds_free(port->status);
	*port = (struct port){ 0 };
}

/* The result when the time is over before the last port. */
static enum mfa_yubikey_result result_when_late(enum mfa_yubikey_result kept)
{
	if (kept == MFA_YUBIKEY_ABSENT) /* the time was used up by waiting for the lock */
		return MFA_YUBIKEY_BUSY;
	return kept == MFA_YUBIKEY_OTHER ? MFA_YUBIKEY_SILENT : kept;
}

/* A key that cannot be opened must not hide another. */
enum mfa_yubikey_result ports_visit(const struct ports *ports, struct mfa_diag *diag,
				    port_visit visit, void *context)
{
	enum mfa_yubikey_result kept = MFA_YUBIKEY_ABSENT;
	for (int i = 0; i < MFA_YUBIKEYS_MAX; i++) {
		if (is_past(ports->deadline))
			return result_when_late(kept);
		MFA_CLEANUP(port_done) struct port port = { 0 };
		enum mfa_yubikey_result result = open_port(i, diag, &port);
		if (result == MFA_YUBIKEY_ABSENT)
			break;
		if (result == MFA_YUBIKEY_DONE) {
			result = visit(context, &port, diag);
			if (result != MFA_YUBIKEY_OTHER)
				return result;
		}
		if (result != MFA_YUBIKEY_OTHER || kept == MFA_YUBIKEY_ABSENT)
			kept = result;
	}
	return kept;
}
