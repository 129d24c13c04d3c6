/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/qr.h"

#include <errno.h>
#include <stdio.h>

#include <qrencode.h>

#include "cli/terminal.h"

enum {
	ROWS = 24,
	MARGIN_WIDE = 2,
	MARGIN_NARROW = 1
};

static bool is_dark(const QRcode *code, int x, int y)
{
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return false;
	return (code->data[y * code->width + x] & 1) != 0;
}

/* Two modules in one character. On a terminal the colours are set, so that dark is dark
 * on any background; in a file the light modules are drawn. */
static void print_row(const QRcode *code, int y, int margin, bool is_terminal)
{
	static const char *const blocks[] = { " ", "▄", "▀", "█" };
	(void)fputs(is_terminal ? "\033[30;47m" : "", stdout);
	for (int x = -margin; x < code->width + margin; x++) {
		int upper = is_dark(code, x, y);
		int lower = is_dark(code, x, y + 1);
		if (!is_terminal) {
			upper = !upper;
			lower = !lower;
		}
		(void)fputs(blocks[upper * 2 + lower], stdout);
	}
	(void)fputs(is_terminal ? "\033[0m\n" : "\n", stdout);
}

static void free_code(QRcode **code)
{
	if (*code == NULL)
		return;
	size_t width = (size_t)(*code)->width;
	mfa_wipe((*code)->data, width * width);
	QRcode_free(*code);
}

static QRcode *encode(const struct mfa_secret *text)
{
	return QRcode_encodeString((const char *)text->data, 0, QR_ECLEVEL_L, QR_MODE_8,
				   1);
}

bool qr_fits(const struct mfa_secret *text)
{
	MFA_CLEANUP(free_code) QRcode *code = encode(text);
	return code != NULL && (code->width + 2 * MARGIN_NARROW + 1) / 2 <= ROWS;
}

int qr_print(const struct mfa_secret *text)
{
	MFA_CLEANUP(free_code)
	QRcode *code = encode(text);
	if (code == NULL)
		return errno == ENOMEM ? MFA_ERR_NOMEM : MFA_ERR_INVALID;
	bool is_terminal = terminal_is_shown();
	int margin = MARGIN_WIDE;
	if ((code->width + 2 * margin + 1) / 2 > ROWS - 1)
		margin = MARGIN_NARROW;
	for (int y = -margin; y < code->width + margin; y += 2)
		print_row(code, y, margin, is_terminal);
	return MFA_OK;
}
