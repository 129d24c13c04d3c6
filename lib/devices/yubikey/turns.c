/* SPDX-License-Identifier: BSD-2-Clause */
#include "turns.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "mfa/fs.h"

enum {
	TURNS = 1 + MFA_YUBIKEYS_MAX,
	AT_IS_ON = TURNS * MFA_TURN_SIZE,
	FILE_SIZE = AT_IS_ON + 1,
};

static const char file_path[] = "/run/pam_mfa/turn";

static int open_turn_file(int folder, int flags, struct mfa_diag *diag, int *ret_fd)
{
	const struct mfa_fs_entry entry = { folder, "turn", file_path };
	return mfa_fs_open_at(&entry, flags, &mfa_fs_own, diag, ret_fd);
}

void turns_read(int folder, struct mfa_diag *diag, struct turns *ret_turns)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	unsigned char bytes[FILE_SIZE + 1];
	size_t len = 0;
	struct mfa_diag unused = { .text = "" };
	*ret_turns = (struct turns){ .holder = { .number = 0 } };
	if (open_turn_file(folder, O_RDONLY, &unused, &fd) != MFA_OK ||
	    mfa_fs_read(fd, bytes, sizeof bytes, 0, &len) != MFA_OK || len != FILE_SIZE)
		return;
	mfa_warn_of(diag, &unused);
	ret_turns->is_on = bytes[AT_IS_ON] != 0;
	/* a damaged one stays unknown */
	(void)mfa_turn_get(bytes, &ret_turns->holder);
	for (size_t i = 1; i < TURNS; i++)
		(void)mfa_turn_get(bytes + i * MFA_TURN_SIZE,
				   &ret_turns->answered[i - 1]);
}

static int write_turn_file(int folder, const struct turns *turns, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	unsigned char bytes[FILE_SIZE];
	int err = mfa_turn_put(&turns->holder, bytes);
	for (size_t i = 1; i < TURNS && err == MFA_OK; i++)
		err = mfa_turn_put(&turns->answered[i - 1], bytes + i * MFA_TURN_SIZE);
	bytes[AT_IS_ON] = turns->is_on;
	int opened = open_turn_file(folder, O_RDWR | O_CREAT, diag, &fd);
	if (opened != MFA_OK)
		return opened;
	if (err == MFA_OK)
		err = mfa_fs_write(fd, bytes, sizeof bytes, 0);
	/* an empty file is better than a turn that has ended */
	return err == MFA_OK || ftruncate(fd, 0) == 0 ? err : MFA_ERR_IO;
}

void turns_write(int folder, const struct turns *turns, struct mfa_diag *diag)
{
	struct mfa_diag why = { .text = "" };
	int err = write_turn_file(folder, turns, &why);
	mfa_warn_of(diag, &why);
	if (err != MFA_OK)
		mfa_warn(
			diag, MFA_WARNING_UNNOTED,
			"%s: cannot note whose turn at the keys it is, so nobody is told "
			"of a touch for another login: %s",
			file_path, mfa_strerror(err));
}

void turns_add_answer(struct turns *turns, uint32_t serial, int64_t now_ms)
{
	struct mfa_turn *place = &turns->answered[0];
	for (size_t i = 0; i < MFA_YUBIKEYS_MAX; i++) {
		struct mfa_turn *turn = &turns->answered[i];
		if (turn->answered_ms < place->answered_ms)
			place = turn;
		if (turn->serial == serial) {
			place = turn;
			break;
		}
	}
	*place = turns->holder;
	place->serial = serial;
	place->answered_ms = now_ms;
}

static bool wants_serial(const struct mfa_yubikey_order *order, uint32_t serial)
{
	for (size_t i = 0; i < order->count; i++)
		if (order->slots[i].serial == serial)
			return true;
	return false;
}

/* A time in the future is from before the machine's last start. */
const struct mfa_turn *turns_find_answer(const struct turns *turns,
					 const struct mfa_yubikey_order *order,
					 int64_t now_ms)
{
	const struct mfa_turn *found = NULL;
	for (size_t i = 0; i < MFA_YUBIKEYS_MAX; i++) {
		const struct mfa_turn *turn = &turns->answered[i];
		bool is_meant = turn->serial != 0 && wants_serial(order, turn->serial) &&
				turn->number != order->turn->number &&
				turn->answered_ms > order->since_ms &&
				turn->answered_ms <= now_ms;
		if (is_meant && (found == NULL || turn->answered_ms > found->answered_ms))
			found = turn;
	}
	return found;
}
