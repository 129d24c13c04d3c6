/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-usb: talks to the YubiKeys in the ports, for pam_mfa.so and mfa-enroll. One order
 * comes by descriptor 0, and what came of it goes back (mfa/usb_wire.h). Takes no
 * argument. */
#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "mfa/clean_process.h"
#include "order.h"

static const char HINT[] =
	"mfa-usb: pam_mfa.so and mfa-enroll run this; see pam_mfa(8)\n";

enum {
	EXIT_ANSWERED = 0,
	EXIT_NOT_CALLED_RIGHT = 2,
	ORDER_MS = 10000, /* in which the order comes: a record is read meanwhile */
	SEND_MS = 1000,
	SECOND_MS = 1000,
	MS_US = 1000,
	MS_NS = 1000000,
};

/* For a person who tries it by hand; before descriptor 2 is taken away. */
static void print_hint(void)
{
	if (isatty(STDERR_FILENO) == 1 && write(STDERR_FILENO, HINT, sizeof HINT - 1) < 0)
		return;
}

/* Nobody but root can signal it, and no terminal. What is root's may end it by any
 * signal. */
static int become_root(void)
{
	sigset_t none;
	(void)sigemptyset(&none);
	if (!clean_process_is_root() || setresuid(0, 0, 0) != 0 ||
	    sigprocmask(SIG_SETMASK, &none, NULL) != 0)
		return MFA_ERR_IO;
	return MFA_OK;
}

/* Ends the process when the time is over, wherever in libusb it is. Where a caller has
 * allowed no timers, and root may not raise limits, SIGALRM has to do. */
static int set_end(int64_t after_ms)
{
	timer_t timer;
	struct sigevent kill = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL };
	const struct itimerspec when = { .it_value = { after_ms / SECOND_MS,
						       after_ms % SECOND_MS * MS_NS } };
	const struct itimerval alarm = { .it_value = { after_ms / SECOND_MS,
						       after_ms % SECOND_MS * MS_US } };
	if (timer_create(CLOCK_MONOTONIC, &kill, &timer) == 0)
		return timer_settime(timer, 0, &when, NULL) == 0 ? MFA_OK : MFA_ERR_IO;
	return setitimer(ITIMER_REAL, &alarm, NULL) == 0 ? MFA_OK : MFA_ERR_IO;
}

/* Signals that ask it to end, as when the service is stopped. During an order they stay
 * pending, so that the key is given back to the keyboard driver first. */
static const int end_signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };

static int hold_end_signals(void)
{
	sigset_t held;
	(void)sigemptyset(&held);
	for (size_t i = 0; i < MFA_COUNT(end_signals); i++)
		(void)sigaddset(&held, end_signals[i]);
	return sigprocmask(SIG_BLOCK, &held, NULL) == 0 ? MFA_OK : MFA_ERR_IO;
}

static bool is_told_to_end(void)
{
	sigset_t pending;
	bool is_told = false;
	(void)sigemptyset(&pending);
	(void)sigpending(&pending);
	for (size_t i = 0; i < MFA_COUNT(end_signals); i++)
		is_told |= sigismember(&pending, end_signals[i]) == 1;
	return is_told;
}

/* The caller's end is closed when it is ended, or dies; it is shut for writing when the
 * caller gives up, and still wants to know what was done. */
static bool has_hung_up(void)
{
	struct pollfd caller = { .fd = STDIN_FILENO, .events = POLLRDHUP };
	return poll(&caller, 1, 0) != 0;
}

static bool is_over(void)
{
	return has_hung_up() || is_told_to_end();
}

/* A program that does not take it in time has gone, or learns it from the outcome. */
static void send_stage(void *context MFA_UNUSED, enum mfa_yubikey_stage stage)
{
	unsigned char byte[MFA_USB_STAGE_LEN];
	const struct mfa_span payload = { byte, sizeof byte };
	mfa_usb_pack_stage(stage, byte);
	(void)mfa_packet_send(STDIN_FILENO, MFA_USB_STAGE, payload, SEND_MS);
}

static void run_order(const struct mfa_usb_order *order,
		      struct mfa_usb_outcome *ret_outcome)
{
	const struct order_caller caller = { is_over, { .tell = send_stage } };
	if (hold_end_signals() == MFA_OK &&
	    set_end(order->timeout_ms + MFA_USB_SLACK_MORE_MS) == MFA_OK) {
		order_run(order, &caller, ret_outcome);
		return;
	}
	*ret_outcome = (struct mfa_usb_outcome){ .result = MFA_YUBIKEY_BROKEN };
	(void)mfa_fail(&ret_outcome->diag, MFA_ERR_IO, "mfa-usb: cannot set its end");
}

static int serve(struct mfa_secret *packet)
{
	unsigned char letter = 0;
	struct mfa_span payload = { 0 };
	struct mfa_usb_order order;
	struct mfa_usb_outcome outcome = { .result = MFA_YUBIKEY_BROKEN };
	int err = mfa_packet_receive(STDIN_FILENO, packet, ORDER_MS, &letter, &payload);
	if (err != MFA_OK)
		return err;
	err = mfa_usb_unpack_order(letter, payload, &order);
	if (err == MFA_OK)
		run_order(&order, &outcome);
	else if (err == MFA_ERR_UNSUPPORTED)
		(void)mfa_fail(&outcome.diag, err,
			       "mfa-usb is of pam_mfa " MFA_VERSION ": install all anew");
	else
		return err;
	mfa_wipe(&order, sizeof order);
	err = mfa_usb_pack_outcome((enum mfa_usb_kind)letter, &outcome, packet->data,
				   &payload.len);
	mfa_wipe(&outcome, sizeof outcome);
	payload.data = packet->data;
	return err == MFA_OK ? mfa_packet_send(STDIN_FILENO, letter, payload, SEND_MS)
			     : err;
}

int main(void)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret packet = { 0 };
	bool has_channel = clean_process_has_channel();
	if (!has_channel)
		print_hint();
	(void)setsid(); /* first: a terminal's signals are for who sits there */
	if (clean_process_begin() != MFA_OK || !has_channel || become_root() != MFA_OK ||
	    mfa_init() != MFA_OK ||
	    mfa_secret_alloc(MFA_PACKET_SIZE, &packet) != MFA_OK ||
	    serve(&packet) != MFA_OK)
		return EXIT_NOT_CALLED_RIGHT;
	return EXIT_ANSWERED;
}
