/* SPDX-License-Identifier: BSD-2-Clause */
#include "usb.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pam_fixture.h"

enum {
	LOOK_NS = 200000,
	LOOKS = 50000, /* ten seconds */
};

static const char real[] = MFA_USB_PATH ".real";
static const char mark[] = MFA_USB_PATH ".stops";

static void write_script(void)
{
	FILE *script = fopen(MFA_USB_PATH, "we");
	if (script == NULL)
		pam_fixture_die("%s", MFA_USB_PATH);
	(void)fprintf(script, "#!/bin/sh\n[ ! -e %s ] || kill -STOP $$\nexec %s \"$@\"\n",
		      mark, real);
	if (fclose(script) != 0 || chmod(MFA_USB_PATH, 0755) != 0)
		pam_fixture_die("%s", MFA_USB_PATH);
}

void usb_catch(void)
{
	if (access(real, F_OK) != 0) {
		if (rename(MFA_USB_PATH, real) != 0)
			pam_fixture_die("%s", MFA_USB_PATH);
		write_script();
	}
	FILE *made = fopen(mark, "we");
	if (made == NULL || fclose(made) != 0)
		pam_fixture_die("%s", mark);
}

void usb_let_go(void)
{
	(void)unlink(mark);
}

/* Earlier ones have ended. One that stopped before its parent ended wakes nobody up. */
static pid_t wait_for_stopped(void)
{
	static const struct timespec pause = { 0, LOOK_NS };
	for (unsigned i = 0; i < LOOKS; i++) {
		int status = 0;
		pid_t pid = waitpid(-1, &status, WUNTRACED | WNOHANG | __WALL);
		if (pid > 0 && WIFSTOPPED(status))
			return pid;
		if (pid == 0)
			(void)nanosleep(&pause, NULL);
	}
	pam_fixture_die("mfa-usb was not started");
}

void usb_trace(struct trace *trace)
{
	pid_t pid = wait_for_stopped();
	trace_attach(trace, pid, NULL, NULL);
	if (!trace_until(trace, SYS_setsid))
		pam_fixture_die("mfa-usb does not begin");
}
