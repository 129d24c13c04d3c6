/* SPDX-License-Identifier: BSD-2-Clause */
#include "fault_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <liboath/oath.h>
#include <security/pam_appl.h>

#include "mfa/oath.h"
#include "report.h"
#include "service_process.h"
#include "site_fixture.h"

const char fault_fixture_user[] = "daemon";
const char fault_fixture_secret[] = "12345678901234567890";

enum {
	RECORD_FILE_SIZE = 16384,
	SETTLED_SECONDS = 4,
};

const int fault_fixture_ignored = PAM_CRED_INSUFFICIENT;

const struct entry_point entry_points[] = {
	{ .name = "right",
	  .service = "plain",
	  .user = fault_fixture_user,
	  .kind = MFA_KIND_HOTP,
	  .is_right = true,
	  .is_in_short = true,
	  .expected = PAM_SUCCESS },
	{ .name = "wrong",
	  .service = "explain",
	  .user = fault_fixture_user,
	  .kind = MFA_KIND_HOTP,
	  .is_in_short = true,
	  .expected = PAM_AUTH_ERR },
	{ .name = "forward",
	  .service = "forward",
	  .user = fault_fixture_user,
	  .password = "secret",
	  .kind = MFA_KIND_HOTP,
	  .is_right = true,
	  .expected = PAM_SUCCESS },
	{ .name = "unknown",
	  .service = "plain",
	  .user = "nobody-here",
	  .kind = MFA_KIND_HOTP,
	  .expected = PAM_AUTH_ERR },
	{ .name = "passed",
	  .service = "gated",
	  .user = fault_fixture_user,
	  .kind = MFA_KIND_HOTP,
	  .is_right = true,
	  .is_account = true,
	  .is_in_short = true,
	  .expected = PAM_CRED_INSUFFICIENT },
	{ .name = "skipped",
	  .service = "gated",
	  .user = fault_fixture_user,
	  .kind = MFA_KIND_HOTP,
	  .is_account = true,
	  .skips_auth = true,
	  .expected = PAM_PERM_DENIED },
	{ .name = "typed",
	  .service = "plain",
	  .user = fault_fixture_user,
	  .kind = MFA_KIND_YUBIKEY_OTP,
	  .is_right = true,
	  .part = 3,
	  .expected = PAM_SUCCESS },
	{ .name = "touched",
	  .service = "plain",
	  .user = fault_fixture_user,
	  .kind = MFA_KIND_YUBIKEY,
	  .is_right = true,
	  .is_in_short = true,
	  .part = 7,
	  .expected = PAM_SUCCESS },
	{ .name = "other-key",
	  .service = "plain",
	  .user = fault_fixture_user,
	  .kind = MFA_KIND_YUBIKEY,
	  .part = 29,
	  .expected = PAM_AUTH_ERR },
	{ .name = "module-right",
	  .service = "plain",
	  .user = fault_fixture_user,
	  .kind = MFA_KIND_HOTP,
	  .is_module = true,
	  .is_right = true,
	  .is_in_short = true,
	  .expected = PAM_SUCCESS },
	{ .name = "module-wrong",
	  .service = "explain",
	  .user = fault_fixture_user,
	  .kind = MFA_KIND_HOTP,
	  .is_module = true,
	  .is_in_short = true,
	  .expected = PAM_AUTH_ERR },
	{ .name = "module-forward",
	  .service = "forward",
	  .user = fault_fixture_user,
	  .password = "secret",
	  .kind = MFA_KIND_HOTP,
	  .is_module = true,
	  .is_right = true,
	  .expected = PAM_SUCCESS },
	{ .name = "module-passed",
	  .service = "gated",
	  .user = fault_fixture_user,
	  .kind = MFA_KIND_HOTP,
	  .is_module = true,
	  .is_right = true,
	  .is_account = true,
	  .is_in_short = true,
	  .expected = PAM_CRED_INSUFFICIENT },
	{ .name = "module-skipped",
	  .service = "gated",
	  .user = fault_fixture_user,
	  .kind = MFA_KIND_HOTP,
	  .is_module = true,
	  .is_account = true,
	  .skips_auth = true,
	  .expected = PAM_PERM_DENIED },
};
const size_t entry_point_count = MFA_COUNT(entry_points);

static const struct {
	const char *name;
	const char *arguments;
} services[] = {
	{ "plain", "" },
	{ "explain", "explain debug" },
	{ "forward", "forward_pass" },
	{ "gated", "" },
};

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");
	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		die(path);
}

/* One whose line is longer than what the first buffer for it holds. */
static void add_crowd(void)
{
	FILE *file = fopen("/etc/group", "ae");
	if (file == NULL || fputs("crowd:x:4242:sys", file) < 0)
		die("/etc/group");
	for (unsigned i = 0; i < 250; i++)
		(void)fprintf(file, ",member%u", i);
	if (fputs("\n", file) < 0 || fclose(file) != 0)
		die("/etc/group");
}

/* A zone in front that lets the members of a group pass without a code: neither a name
 * service that fails nor a condition that gets lost may make a member of anybody. */
static void write_config(struct fault_fixture *fixture)
{
	char text[2048];
	char path[128];
	const char *folder = fixture->folder;
	(void)snprintf(fixture->config_path, sizeof fixture->config_path, "%s/mfa.conf",
		       folder);
	(void)snprintf(
		text, sizeof text,
		"[host]\nzone = main\nlanguage = ja\ncontact = fixture 1234\n"
		"store = file:%s/store\nkey = file:%s/store.key\naudit = %s/audit.jsonl\n"
		"[zone lax]\nmfa = off\nservices = plain explain forward gated\n"
		"groups = audio crowd\n"
		"[zone main]\nservices = *\ngate = gated\nrhosts = local 192.0.2.0/24\n"
		"yubikey_timeout = 1s\nyubikey_any_session = yes\n",
		folder, folder, folder);
	write_file(fixture->config_path, text);
	(void)snprintf(path, sizeof path, "%s/mfa.conf.d", folder);
	if (mkdir(path, 0755) != 0)
		die(path);
	(void)snprintf(path, sizeof path, "%s/mfa.conf.d/10-limits.conf", folder);
	write_file(path, "[zone main]\nmax_failures = 9\n");
}

/* PAM_IGNORE falls through to pam_debug, which answers fault_fixture_ignored. */
static void write_services(const struct fault_fixture *fixture, const char *module)
{
	char text[2048];
	char path[128];
	for (size_t i = 0; i < MFA_COUNT(services); i++) {
		(void)snprintf(
			text, sizeof text,
			"auth [success=done ignore=ignore default=die] %s conf=%s %s\n"
			"auth required pam_debug.so auth=cred_insufficient\n"
			"account [success=done ignore=ignore default=die] %s conf=%s\n"
			"account required pam_debug.so acct=cred_insufficient\n"
			"session optional pam_permit.so\n",
			module, fixture->config_path, services[i].arguments, module,
			fixture->config_path);
		(void)snprintf(path, sizeof path, "%s/%s", fixture->folder,
			       services[i].name);
		write_file(path, text);
	}
}

static void open_host(struct fault_fixture *fixture)
{
	struct mfa_diag diag = { .text = "" };
	if (site_fixture_open(fixture->config_path, &diag, &fixture->host) != MFA_OK) {
		(void)fprintf(stderr, "fault: %s\n", diag.text);
		exit(1);
	}
}

enum mfa_kind fault_fixture_kind(size_t token)
{
	static const enum mfa_kind kinds[SCENE_TOKENS] = { MFA_KIND_HOTP,
							   MFA_KIND_YUBIKEY_OTP,
							   MFA_KIND_YUBIKEY };
	return kinds[token];
}

static void save(enum mfa_kind kind, struct mfa_token *token)
{
	const struct mfa_oath oath = {
		.hash = MFA_HASH_SHA1,
		.digits = 6,
		.counter = SCENE_COUNTER,
		.secret = (const unsigned char *)fault_fixture_secret,
		.secret_len = strlen(fault_fixture_secret),
	};
	token->kind = kind;
	token->state = MFA_STATE_ACTIVE;
	(void)snprintf(token->label, sizeof token->label, "fault");
	if (kind != MFA_KIND_HOTP)
		keys_save(kind, token);
	else if (mfa_oath_save(&oath, token) != MFA_OK)
		die("enrol");
}

static void enrol(struct fault_fixture *fixture)
{
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = mfa_record_new();
	MFA_CLEANUP(mfa_token_free) struct mfa_token *token = mfa_token_new();
	struct mfa_token *added = NULL;
	if (record == NULL || token == NULL)
		die("enrol");
	(void)snprintf(record->user, sizeof record->user, "%s", fault_fixture_user);
	for (size_t i = 0; i < SCENE_TOKENS; i++) {
		save(fault_fixture_kind(i), token);
		if (mfa_record_add(record, token, &added) != MFA_OK)
			die("enrol");
	}
	if (mfa_store_create(fixture->host.store, record, NULL) != MFA_OK)
		die("enrol");
}

/* A daemon that takes every line, however many a login writes: who writes to one that
 * does not waits for it. */
static pid_t start_log(void)
{
	char line[4096];
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
		die("/dev/log");
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (recv(fd, line, sizeof line, 0) >= 0)
			continue;
		_exit(1);
	}
	(void)close(fd);
	return pid;
}

static void read_snapshot(struct fault_fixture *fixture)
{
	struct stat status;
	fixture->record_bytes = malloc(RECORD_FILE_SIZE);
	int fd = open(fixture->record_path, O_RDONLY | O_CLOEXEC);
	if (fixture->record_bytes == NULL || fd < 0 ||
	    pread(fd, fixture->record_bytes, RECORD_FILE_SIZE, 0) != RECORD_FILE_SIZE ||
	    close(fd) != 0 || stat(fixture->audit_path, &status) != 0)
		die(fixture->record_path);
	fixture->audit_size = status.st_size;
}

void fault_fixture_open(struct fault_fixture *fixture, const char *module)
{
	struct mfa_event event = { .event = "test", .user = fault_fixture_user };
	*fixture = (struct fault_fixture){ .folder = "/tmp/fault-XXXXXX" };
	if (access("/run/throwaway-root", F_OK) != 0)
		die("run it in a throwaway root: tests/root/enter");
	(void)umask(022);
	if (mkdtemp(fixture->folder) == NULL || mfa_init() != MFA_OK)
		die("init");
	(void)snprintf(fixture->record_path, sizeof fixture->record_path,
		       "%s/store/users/%s", fixture->folder, fault_fixture_user);
	(void)snprintf(fixture->audit_path, sizeof fixture->audit_path, "%s/audit.jsonl",
		       fixture->folder);
	/* the calls that other people's name services make are not ours to test */
	write_file("/etc/nsswitch.conf", "passwd: files\ngroup: files\n");
	add_crowd();
	write_config(fixture);
	write_services(fixture, module);
	open_host(fixture);
	enrol(fixture);
	if (mfa_audit_append(fixture->host.audit, &event, NULL) != MFA_OK)
		die("audit");
	fixture->lines = 1;
	fixture->log = start_log();
	/* what the service keeps is looked at again as long as it may have just changed
	 */
	(void)sleep(SETTLED_SECONDS);
	read_snapshot(fixture);
	fixture->outcome = mmap(NULL, sizeof *fixture->outcome, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fixture->outcome == MAP_FAILED)
		die("mmap");
}

static void start_service(struct fault_fixture *fixture)
{
	struct mfa_diag diag = { .text = "" };
	if (service_start(fixture->config_path, &diag, &fixture->service) != MFA_OK)
		die(diag.text);
}

void fault_fixture_close(struct fault_fixture *fixture)
{
	mfa_site_done(&fixture->host);
	free(fixture->record_bytes);
	(void)kill(fixture->log, SIGKILL);
	(void)waitpid(fixture->log, NULL, 0);
	(void)munmap(fixture->outcome, sizeof *fixture->outcome);
}

void fault_fixture_set_code(struct fault_fixture *fixture,
			    const struct entry_point *entry, uint64_t counter)
{
	char code[64] = "";
	if (entry->kind == MFA_KIND_YUBIKEY_OTP)
		keys_type(counter, code, sizeof code);
	else if (entry->kind == MFA_KIND_HOTP &&
		 oath_hotp_generate(fault_fixture_secret, strlen(fault_fixture_secret),
				    counter, 6, false, OATH_HOTP_DYNAMIC_TRUNCATION,
				    code) != OATH_OK)
		die("code");
	(void)snprintf(fixture->code, sizeof fixture->code, "%s%s",
		       entry->password != NULL ? entry->password : "", code);
}

void fault_fixture_reset(struct fault_fixture *fixture, const struct entry_point *entry)
{
	if (entry->kind == MFA_KIND_YUBIKEY)
		keys_wait();
	int fd = open(fixture->record_path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 ||
	    pwrite(fd, fixture->record_bytes, RECORD_FILE_SIZE, 0) != RECORD_FILE_SIZE ||
	    close(fd) != 0 || truncate(fixture->audit_path, fixture->audit_size) != 0)
		die("reset");
	/* a wrong code: one far behind the look-ahead, which is right for no near counter
	 */
	fault_fixture_set_code(fixture, entry,
			       entry->is_right ? SCENE_COUNTER : SCENE_COUNTER + 500);
	*fixture->outcome = (struct outcome){ .code = -1 };
	if (entry->is_module)
		start_service(fixture);
}
