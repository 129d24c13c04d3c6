/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/key_note.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mfa/fs.h"
#include "mfa/key.h"
#include "mfa/text.h"

/* One line of a fixed length, "ID SECONDS ACTOR" and spaces, so that it is rewritten in
 * place. Half of it is no note: then the copy is to be verified once more. */
enum {
	NOTE_SIZE = 160,
	NUMBER_SIZE = 24,
	AT_NUMBER = MFA_KEY_ID_SIZE,
	AT_ACTOR = AT_NUMBER + NUMBER_SIZE,
};

_Static_assert(AT_ACTOR + MFA_ACTOR_SIZE <= NOTE_SIZE, "actor");

static void compose_note(const struct mfa_key_note *note, char ret_text[static NOTE_SIZE])
{
	char text[NOTE_SIZE + 1];
	(void)snprintf(text, sizeof text, "%-*s%-*lld%-*s\n", MFA_KEY_ID_SIZE, note->id,
		       NUMBER_SIZE, (long long)note->time, NOTE_SIZE - AT_ACTOR - 1,
		       note->actor);
	memcpy(ret_text, text, NOTE_SIZE);
}

int mfa_key_note_write(const char *source, const struct mfa_key_note *note,
		       struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_free_string) char *path = NULL;
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	char text[NOTE_SIZE];
	int err = mfa_key_name_note(source, diag, &path);
	if (err == MFA_OK)
		err = mfa_fs_open(path, O_RDWR | O_CREAT, &mfa_fs_own_alone, diag, &fd);
	if (err != MFA_OK)
		return err;
	compose_note(note, text);
	err = mfa_fs_write(fd, text, sizeof text, 0);
	if (err == MFA_OK && (ftruncate(fd, sizeof text) != 0 || fsync(fd) != 0))
		err = mfa_err_from_errno(errno);
	return err == MFA_OK ? MFA_OK
			     : mfa_fail(diag, err, "%s: cannot write: %s", path,
					mfa_strerror(err));
}

/* Cuts a field off at its first space. */
static void take_field(const char *text, size_t size, char *ret_field)
{
	size_t len = 0;
	while (len + 1 < size && text[len] != ' ' && text[len] != '\n')
		len++;
	memcpy(ret_field, text, len);
	ret_field[len] = '\0';
}

static bool parse_note(const char *text, struct mfa_key_note *ret_note)
{
	char number[NUMBER_SIZE];
	struct mfa_key_note note = { .time = 0 };
	take_field(text, sizeof note.id, note.id);
	take_field(text + AT_NUMBER, sizeof number, number);
	take_field(text + AT_ACTOR, sizeof note.actor, note.actor);
	if (strlen(note.id) != MFA_KEY_ID_SIZE - 1 ||
	    mfa_text_parse_number(number, &note.time) != MFA_OK ||
	    !mfa_text_is_label(note.actor, sizeof note.actor))
		return false;
	*ret_note = note;
	return true;
}

int mfa_key_note_read(const char *source, struct mfa_diag *diag,
		      struct mfa_key_note *ret_note)
{
	MFA_CLEANUP(mfa_free_string) char *path = NULL;
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	char text[NOTE_SIZE + 1] = "";
	size_t len = 0;
	int err = mfa_key_name_note(source, diag, &path);
	if (err == MFA_OK)
		err = mfa_fs_open(path, O_RDONLY, &mfa_fs_own, diag, &fd);
	if (err != MFA_OK)
		return err;
	err = mfa_fs_read(fd, text, NOTE_SIZE, 0, &len);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot read: %s", path,
				mfa_strerror(err));
	if (len != NOTE_SIZE || text[NOTE_SIZE - 1] != '\n' ||
	    !parse_note(text, ret_note))
		return mfa_fail(diag, MFA_ERR_INVALID, "%s: damaged", path);
	return MFA_OK;
}
