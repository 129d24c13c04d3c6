/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_mfa.so: which libraries a login brings into the process. */
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stack.h"

static const char *const heavy[] = { "libykpers", "libusb", "libjson",	"libudev",
				     "libcurl",	  "libpq",  "libcrypto" };

static void assert_light(void)
{
	char line[PATH_MAX + 128];
	unsigned found = 0;
	FILE *maps = fopen("/proc/self/maps", "r");
	assert_non_null(maps);
	while (fgets(line, sizeof line, maps) != NULL) {
		found += strstr(line, "pam_mfa.so") != NULL;
		found += strstr(line, "libsodium") != NULL;
		for (size_t i = 0; i < MFA_COUNT(heavy); i++)
			if (strstr(line, heavy[i]) != NULL)
				fail_msg("%s is mapped: %s", heavy[i], line);
	}
	assert_true(feof(maps));
	assert_int_equal(fclose(maps), 0);
	assert_in_range(found, 2, UINT_MAX); /* it has looked at the right process */
}

static void show_instead(const char *path, const char *text)
{
	write_text("/run/shown", text);
	assert_int_equal(mount("/run/shown", path, "none", MS_BIND, NULL), 0);
	assert_int_equal(unlink("/run/shown"), 0);
}

/* This process is in a session at this machine's seat, as far as anybody can see. */
static void sit_down(void)
{
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(mount("none", "/run", "tmpfs", 0, "mode=755"), 0);
	assert_int_equal(mkdir("/run/systemd", 0755), 0);
	assert_int_equal(mkdir("/run/systemd/seats", 0755), 0);
	assert_int_equal(mkdir("/run/systemd/sessions", 0755), 0);
	write_text("/run/systemd/sessions/c1",
		   "UID=0\nCLASS=user\nREMOTE=0\nSEAT=seat0\nVTNR=1\nLEADER=1\n");
	show_instead("/proc/1/status", "Name:\tlogin\nUid:\t0\t0\t0\t0\n");
	show_instead("/proc/self/sessionid", "4294967295");
	show_instead("/proc/self/cgroup",
		     "0::/user.slice/user-0.slice/session-c1.scope\n");
}

/* Also where the zone offers YubiKeys, as it does by default. */
static void a_typed_code_brings_no_library_of_yubikeys(void **state)
{
	struct stack *stack = *state;
	sit_down();
	stack_configure(stack, "", "factors = yubikey totp hotp yubikey-otp");
	assert_int_equal(stack_login(stack, "root", code_now().text), PAM_SUCCESS);
	assert_string_equal(stack->talk.prompt, "YubiKey: Enter, touch; or code: ");
	assert_light();
	assert_int_equal(stack_login(stack, "root", wrong_code_now().text), PAM_AUTH_ERR);
	assert_int_equal(stack_login(stack, "nobody-has-this-name", "123456"),
			 PAM_AUTH_ERR);
	assert_light();
}

/* Nor does Enter, from a login that is offered no YubiKey. */
static void enter_from_afar_brings_none_either(void **state)
{
	struct stack *stack = *state;
	stack_configure(stack, "", "factors = yubikey totp hotp yubikey-otp");
	stack_write(stack, "test", "auth:");
	stack->talk.answer = "";
	stack_start(stack, "test", "root");
	assert_int_equal(pam_set_item(stack->handle, PAM_RHOST, "192.0.2.1"),
			 PAM_SUCCESS);
	assert_int_equal(pam_authenticate(stack->handle, 0), PAM_AUTH_ERR);
	assert_string_equal(stack->talk.prompt, "One-time code: ");
	assert_light();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		in_stack(a_typed_code_brings_no_library_of_yubikeys),
		in_stack(enter_from_afar_brings_none_either),
	};
	module_path = argc > 1 ? argv[1] : "";
	return group_main("module_maps", tests);
}
