/* SPDX-License-Identifier: BSD-2-Clause */
/* Temporary folders of a test's own. Helpers fail the running test themselves. */
#pragma once

/* A folder of root's own, mode 0700. */
struct sandbox {
	char root[32];
	char *paths[16];
	unsigned next;
};

/* For cmocka: *state is a struct sandbox. */
int sandbox_setup(void **state);
int sandbox_teardown(void **state);
#define in_sandbox(test) \
	cmocka_unit_test_setup_teardown(test, sandbox_setup, sandbox_teardown)
void sandbox_open(struct sandbox *box);
void sandbox_close(struct sandbox *box);

/* The path of a name in the folder; good until 16 more were asked for. */
const char *path_in(struct sandbox *box, const char *name);

/* Makes another user own a file or folder of a sandbox. In a user namespace, which has no
 * other user, one that root of the host owns is mounted there until take_back. */
void give_away(const char *path);
void take_back(const char *path);
