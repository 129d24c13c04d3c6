/* SPDX-License-Identifier: BSD-2-Clause */
/* The same random service files, the same answers of modules: libpam and our walk must
 * call the same modules and come to the same result. Everything happens in a folder that
 * this process takes for its root. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "make.h"
#include "mfa/dispatch.h"
#include "mfa/text.h"
#include "script.h"
#include "user_namespace.h"

enum {
	PROBES_SHORT = 25000
};

struct tally {
	uint64_t probes;
	uint64_t refused; /* service files that libpam does not start */
	uint64_t skipped; /* those that it would crash or hang on */
	uint64_t calls;	  /* of modules */
	uint64_t let_in;
	uint64_t differences;
};

struct outcome {
	int code;
	struct script script;
};

static void copy_file(const char *from, const char *to)
{
	char buffer[4096];
	ssize_t got = 0;
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (in < 0 || out < 0) {
		perror(in < 0 ? from : to);
		exit(2);
	}
	while ((got = read(in, buffer, sizeof buffer)) > 0)
		if (write(out, buffer, (size_t)got) != got)
			exit(2);
	(void)close(in);
	(void)close(out);
}

/* A root with nothing but the modules and the folders. */
static void move_into(const char *root, const char *stub, const char *account_stub)
{
	static const char *const folders[] = { "etc", "usr", "usr/lib", "stub" };
	char path[256];
	for (size_t i = 0; i < MFA_COUNT(folders); i++) {
		(void)snprintf(path, sizeof path, "%s/%s", root, folders[i]);
		if (mkdir(path, 0755) != 0)
			exit(2);
	}
	(void)snprintf(path, sizeof path, "%s/stub/pam_stub.so", root);
	copy_file(stub, path);
	(void)snprintf(path, sizeof path, "%s/stub/pam_account.so", root);
	copy_file(account_stub, path);
	if (chroot(root) != 0 || chdir("/") != 0) {
		perror("chroot");
		exit(2);
	}
}

static int converse(int count __attribute__((unused)),
		    const struct pam_message **messages __attribute__((unused)),
		    struct pam_response **responses __attribute__((unused)),
		    void *context __attribute__((unused)))
{
	return PAM_CONV_ERR;
}

/* What libpam does: -1 when it does not start the service. */
static void ask_libpam(enum mfa_facility facility, struct outcome *outcome)
{
	const struct pam_conv conv = { converse, &outcome->script };
	pam_handle_t *handle = NULL;
	outcome->code = -1;
	if (pam_start("probe", "taro", &conv, &handle) != PAM_SUCCESS)
		return;
	outcome->code = facility == MFA_FACILITY_AUTH ? pam_authenticate(handle, 0)
						      : pam_acct_mgmt(handle, 0);
	(void)pam_end(handle, outcome->code);
}

/* What the module of a line answers: without a file, or without the function, libpam
 * answers for it. */
static int ask_stub(const struct mfa_stack_line *line, enum mfa_facility facility,
		    struct script *script)
{
	if (line->kind == MFA_LINE_BAD)
		return MFA_PAM_PERM_DENIED;
	bool is_stub = strcmp(line->module, "/stub/pam_stub.so") == 0;
	bool is_account = strcmp(line->module, "/stub/pam_account.so") == 0;
	if (is_stub || (is_account && facility == MFA_FACILITY_ACCOUNT))
		return script_answer(script, (int)line->arg_count, line->args);
	return MFA_PAM_MODULE_UNKNOWN;
}

static void ask_walk(const struct mfa_service *service, enum mfa_facility facility,
		     struct outcome *outcome)
{
	struct mfa_dispatch walk;
	const struct mfa_stack *stack = mfa_service_stack(service, facility);
	outcome->code = -1;
	if (service->is_refused)
		return;
	mfa_dispatch_begin(stack, &walk);
	while (!mfa_dispatch_is_over(stack, &walk))
		mfa_dispatch_answer(
			stack, &walk,
			ask_stub(&stack->lines[walk.at], facility, &outcome->script));
	outcome->code = mfa_dispatch_result(&walk);
}

static void show_files(void)
{
	(void)fflush(stdout);
	(void)fflush(stderr);
	static const char *const paths[] = {
		"/etc/pam.d/probe",  "/usr/lib/pam.d/probe", "/etc/pam.d/inner0",
		"/etc/pam.d/inner1", "/etc/pam.d/inner2",    "/etc/pam.d/inner3",
		"/etc/free",	     "/etc/pam.d/other",     "/etc/pam.conf",
	};
	char line[4096];
	for (size_t i = 0; i < MFA_COUNT(paths); i++) {
		FILE *file = fopen(paths[i], "r");
		if (file == NULL)
			continue;
		(void)printf("--- %s\n", paths[i]);
		while (fgets(line, sizeof line, file) != NULL)
			(void)fputs(line, stdout);
		(void)fclose(file);
	}
}

static bool is_same(const struct outcome *a, const struct outcome *b)
{
	return a->code == b->code && a->script.calls == b->script.calls &&
	       a->script.len == b->script.len &&
	       memcmp(a->script.trace, b->script.trace, a->script.len) == 0;
}

static void compare(const struct mfa_service *service, enum mfa_facility facility,
		    uint64_t seed, struct tally *tally)
{
	static struct outcome theirs;
	static struct outcome ours;
	for (struct outcome *outcome = &theirs; outcome != NULL;
	     outcome = outcome == &theirs ? &ours : NULL) {
		outcome->script.seed = seed;
		outcome->script.calls = outcome->script.len = 0;
	}
	ask_libpam(facility, &theirs);
	ask_walk(service, facility, &ours);
	tally->calls += theirs.script.calls;
	tally->let_in += theirs.code == PAM_SUCCESS ? 1 : 0;
	if (is_same(&theirs, &ours))
		return;
	if (tally->differences++ > 3)
		return;
	(void)printf("seed %" PRIu64 ", %s: libpam %d, the walk %d\n%.*s---\n%.*s", seed,
		     facility == MFA_FACILITY_AUTH ? "auth" : "account", theirs.code,
		     ours.code, (int)theirs.script.len, theirs.script.trace,
		     (int)ours.script.len, ours.script.trace);
	show_files();
}

static void probe(enum mfa_libpam version, uint64_t seed, struct tally *tally)
{
	struct maker maker = { .random = seed };
	const struct mfa_pam_rootfs tree = { "", NULL };
	MFA_CLEANUP(mfa_service_done) struct mfa_service service = { 0 };
	struct mfa_diag diag = { .text = "" };
	make_files(&maker);
	int err = mfa_service_read_as(version, &tree, "probe", &diag, &service);
	if (err == MFA_ERR_NOTFOUND)
		service.is_refused = true;
	else if (err == MFA_ERR_FULL) /* includes itself */
		service.is_undefined_behaviour = true;
	else if (err != MFA_OK) {
		(void)printf("seed %" PRIu64 ": %s\n", seed, diag.text);
		tally->differences++;
		return;
	}
	tally->probes++;
	if (service.is_undefined_behaviour) {
		tally->skipped++;
		return;
	}
	tally->refused += service.is_refused ? 1 : 0;
	compare(&service, MFA_FACILITY_AUTH, seed, tally);
	compare(&service, MFA_FACILITY_ACCOUNT, seed + 1, tally);
}

static int64_t read_number(const char *text, int64_t preset)
{
	int64_t number = preset;
	if (text != NULL && mfa_text_parse_number(text, &number) != MFA_OK)
		exit(2);
	return number;
}

static int remove_one(const char *path, const struct stat *status __attribute__((unused)),
		      int type __attribute__((unused)),
		      struct FTW *place __attribute__((unused)))
{
	return remove(path);
}

/* The child cannot leave its root: this process takes it away. */
static int end_of(pid_t pid, const char *root)
{
	int status = 0;
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 2;
	(void)nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Of two lines for 1.6 the second is an argument for 1.5. */
static void make_deciding_file(void)
{
	static const char text[] = "auth required /stub/pam_stub.so id0 \\\n\n"
				   "auth required /stub/pam_stub.so id1\n";
	if (mkdir("/etc/pam.d", 0755) != 0)
		exit(2);
	int fd = open("/etc/pam.d/probe", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		exit(2);
	(void)close(fd);
}

/* How the libpam reads that is loaded. */
static enum mfa_libpam find_version(void)
{
	static const struct mfa_pam_rootfs tree = { "", NULL };
	static struct outcome theirs;
	ask_libpam(MFA_FACILITY_AUTH, &theirs);
	for (int i = 0; i < MFA_LIBPAMS; i++) {
		static struct outcome ours;
		MFA_CLEANUP(mfa_service_done) struct mfa_service service = { 0 };
		struct mfa_diag diag;
		ours = (struct outcome){ .code = 0 };
		if (mfa_service_read_as((enum mfa_libpam)i, &tree, "probe", &diag,
					&service) != MFA_OK)
			exit(2);
		ask_walk(&service, MFA_FACILITY_AUTH, &ours);
		if (is_same(&theirs, &ours))
			return (enum mfa_libpam)i;
	}
	(void)printf("libpam reads as no release that is known\n");
	exit(2);
}

/* usage: differ STUB ACCOUNT_STUB [PROBES [SEED]] */
int main(int argc, char **argv)
{
	struct tally tally = { 0 };
	char root[] = "/dev/shm/mfa-differ-XXXXXX";
	if (argc < 3)
		return 2;
	if (geteuid() != 0 && !user_namespace_enter())
		return 2;
	int64_t probes = read_number(argc > 3 ? argv[3] : NULL, PROBES_SHORT);
	int64_t seed = read_number(argc > 4 ? argv[4] : NULL, 1);
	if (mkdtemp(root) == NULL)
		return 2;
	pid_t pid = fork();
	if (pid != 0)
		return end_of(pid, root);
	move_into(root, argv[1], argv[2]);
	make_deciding_file();
	enum mfa_libpam version = find_version();
	clock_t start = clock();
	for (int64_t i = 0; i < probes; i++)
		probe(version, (uint64_t)(seed + i) * 7919, &tally);
	(void)printf(
		"libpam %s: %" PRIu64 " random stacks, auth and account: %" PRIu64
		" modules called, %" PRIu64 " let in, %" PRIu64 " not started, %" PRIu64
		" not tried (libpam crashes or hangs), %" PRIu64
		" differences, %.1f s of processor time\n",
		version == MFA_LIBPAM_1_5 ? "up to 1.5" : "from 1.6 on", tally.probes,
		tally.calls, tally.let_in, tally.refused, tally.skipped,
		tally.differences, (double)(clock() - start) / CLOCKS_PER_SEC);
	return tally.differences == 0 && tally.probes > 0 ? 0 : 1;
}
