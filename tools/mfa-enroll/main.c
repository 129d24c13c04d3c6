/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "mfa/limits.h"
#include "mfa/secret.h"

enum {
	OUTPUT_SIZE = 16384
};

const struct command *const commands[] = {
	&command_init,	  &command_add,
	&command_list,	  &command_show,
	&command_test,	  &command_suspend,
	&command_resume,  &command_remove,
	&command_unlock,  &command_retire,
	&command_adopt,	  &command_rename,
	&command_prune,	  &command_resync,
	&command_rekey,	  &command_key,
	&command_verify,  &command_check,
	&command_yubikey, &command_enable,
	&command_disable, NULL,
};

static const struct command *find_command(const char *name)
{
	for (const struct command *const *command = commands; *command != NULL; command++)
		if (strcmp((*command)->name, name) == 0)
			return *command;
	return NULL;
}

static enum exit_code run_command(struct app *app, int argc, char **argv)
{
	bool is_over = false;
	int next = 0;
	enum exit_code code = options_read_common(app, argc, argv, &next, &is_over);
	if (is_over)
		return code;
	const struct command *command = find_command(argv[next]);
	if (command == NULL) {
		app_complain(
			TR(app, MFA_N_("%s is not a command; see mfa-enroll --help")),
			argv[next]);
		return EXIT_USAGE;
	}
	struct invocation invocation = { 0 };
	code = options_read_command(app, command, argc - next, argv + next, &invocation,
				    &is_over);
	return is_over ? code : command->run(app, &invocation);
}

/* A record or the trail, opened as descriptor 2, would take what is complained of. */
static void open_missing_descriptors(void)
{
	int fd = -1;
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	mfa_close_fd(&fd);
}

/* Secrets pass through this process: no core files, no attaching. */
static void protect_process(void)
{
	const struct rlimit none = { 0, 0 };
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)umask(077);
}

int main(int argc, char **argv)
{
	open_missing_descriptors();
	struct mfa_limits limits; /* of a shell: no record is to be cut off by them */
	mfa_limits_raise(&limits);
	protect_process();
	/* secrets that are shown pass through this buffer */
	char *output = mfa_locked_new(OUTPUT_SIZE);
	if (output != NULL)
		(void)setvbuf(stdout, output,
			      isatty(STDOUT_FILENO) == 1 ? _IOLBF : _IOFBF, OUTPUT_SIZE);
	(void)setlocale(LC_ALL, "");
	struct app app = { 0 };
	app.language = mfa_language_open(MFA_LANGUAGE_AUTO, NULL);
	enum exit_code code = run_command(&app, argc, argv);
	app_done(&app);
	if (fflush(stdout) != 0 && code == EXIT_DONE)
		code = EXIT_REFUSED;
	if (output != NULL) /* stdout keeps it until the end */
		mfa_wipe(output, OUTPUT_SIZE);
	return (int)code;
}
