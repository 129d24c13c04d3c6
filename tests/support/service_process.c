/* SPDX-License-Identifier: BSD-2-Clause */
#include "service_process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "listener.h"
#include "mfa/authd_protocol.h"
#include "parent.h"

_Noreturn static void serve(int listener, const char *config)
{
	struct mfa_diag diag = { .text = "" };
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	int err = parent_serve(listener, config, &diag);
	if (err != MFA_OK)
		(void)fprintf(stderr, "mfa-authd: %s\n", diag.text);
	_exit(err == MFA_OK ? 0 : 1);
}

int service_start(const char *config, struct mfa_diag *diag, pid_t *ret_service)
{
	MFA_CLEANUP(mfa_close_fd) int listener = -1;
	int err = listener_open(MFA_AUTHD_SOCKET, diag, &listener);
	if (err != MFA_OK)
		return err;
	pid_t pid = fork();
	if (pid < 0)
		return mfa_fail_errno(diag, errno, "cannot start the service");
	if (pid == 0)
		serve(listener, config);
	*ret_service = pid;
	return MFA_OK;
}

void service_stop(pid_t *service)
{
	if (*service <= 0)
		return;
	(void)kill(*service, SIGTERM);
	(void)waitpid(*service, NULL, 0);
	*service = 0;
}
