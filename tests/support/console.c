/* SPDX-License-Identifier: BSD-2-Clause */
#include "console.h"

#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "service_fixture.h"
#include "support.h"

enum {
	TERMINAL_FIELD = 7, /* of /proc/PID/stat */
	VT_1 = 0x401,
	TEXT_SIZE = 4096,
};

static void name_stat(char *path, size_t size)
{
	(void)snprintf(path, size, "/proc/%ld/stat", (long)getpid());
}

void console_enter(struct sandbox *box)
{
	char path[64];
	char text[TEXT_SIZE];
	char changed[2 * TEXT_SIZE];
	name_stat(path, sizeof path);
	service_fixture_prepare();
	text[read_bytes(path, text, sizeof text - 1)] = '\0';
	char *at = strrchr(text, ')');
	assert_non_null(at);
	for (int field = 2; field < TERMINAL_FIELD; field++) {
		at = strchr(at + 1, ' ');
		assert_non_null(at);
	}
	const char *rest = strchr(at + 1, ' ');
	assert_non_null(rest);
	(void)snprintf(changed, sizeof changed, "%.*s %d%s", (int)(at - text), text, VT_1,
		       rest);
	write_text(path_in(box, "stat"), changed);
	assert_int_equal(mount(path_in(box, "stat"), path, "none", MS_BIND, NULL), 0);
}

void console_leave(void)
{
	char path[64];
	name_stat(path, sizeof path);
	assert_int_equal(umount2(path, MNT_DETACH), 0);
}
