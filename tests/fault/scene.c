#include "scene.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <liboath/oath.h>
#include <security/pam_appl.h>

#include "mfa/key.h"
#include "mfa/oath.h"

static const char SECRET[] = "12345678901234567890";
static const char USER[] = "daemon";

enum {
	FIRST_COUNTER = 7,
	RECORD_FILE_SIZE = 16384,
	LIMIT_SECONDS = 20
};

const int scene_ignored = PAM_CRED_INSUFFICIENT;

const struct way ways[] = {
	{ "right", "plain", USER, NULL, true, false, false, true, PAM_SUCCESS },
	{ "wrong", "explain", USER, NULL, false, false, false, true, PAM_AUTH_ERR },
	{ "forward", "forward", USER, "secret", true, false, false, false, PAM_SUCCESS },
	{ "unknown", "plain", "nobody-here", NULL, false, false, false, false,
	  PAM_AUTH_ERR },
	{ "passed", "gated", USER, NULL, true, true, false, true, PAM_CRED_INSUFFICIENT },
	{ "skipped", "gated", USER, NULL, false, true, true, false, PAM_PERM_DENIED },
};
const size_t way_count = MFA_COUNT(ways);

static const struct {
	const char *name;
	const char *arguments;
} services[] = {
	{ "plain", "" },
	{ "explain", "explain debug" },
	{ "forward", "forward_pass" },
	{ "gated", "" },
};

void die(const char *what)
{
	(void)fprintf(stderr, "fault: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");
	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		die(path);
}

/* A zone in front that lets the members of a group pass without a code: neither a name
 * service that fails nor a condition that gets lost may make a member of anybody. */
static void write_config(struct scene *scene)
{
	char text[2048];
	char path[128];
	const char *folder = scene->folder;
	(void)snprintf(scene->config_path, sizeof scene->config_path, "%s/mfa.conf",
		       folder);
	(void)snprintf(
		text, sizeof text,
		"[host]\nzone = main\nlanguage = ja\ncontact = desk 1234\n"
		"store = file:%s/store\nkey = file:%s/store.key\naudit = %s/audit.jsonl\n"
		"[zone lax]\nmfa = off\nservices = plain explain forward gated\n"
		"groups = audio video\n"
		"[zone main]\nservices = *\ngate = gated\nrhosts = local 192.0.2.0/24\n",
		folder, folder, folder);
	write_file(scene->config_path, text);
	(void)snprintf(path, sizeof path, "%s/mfa.conf.d", folder);
	if (mkdir(path, 0755) != 0)
		die(path);
	(void)snprintf(path, sizeof path, "%s/mfa.conf.d/10-limits.conf", folder);
	write_file(path, "[zone main]\nmax_failures = 9\n");
}

/* PAM_IGNORE falls through to pam_debug, which answers scene_ignored. */
static void write_services(const struct scene *scene, const char *module)
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
			module, scene->config_path, services[i].arguments, module,
			scene->config_path);
		(void)snprintf(path, sizeof path, "%s/%s", scene->folder,
			       services[i].name);
		write_file(path, text);
	}
}

static void open_host(struct scene *scene)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	struct mfa_diag diag = { "" };
	char source[128];
	bool is_made = false;
	(void)snprintf(source, sizeof source, "file:%s/store.key", scene->folder);
	if (mfa_key_create(source, &diag) != MFA_OK ||
	    mfa_host_load(scene->config_path, &diag, &scene->host) != MFA_OK ||
	    mfa_key_load(source, &diag, &key) != MFA_OK ||
	    mfa_store_prepare(scene->host.config->store, &key, &diag, &is_made) !=
		    MFA_OK ||
	    mfa_host_open(&scene->host, &diag) != MFA_OK) {
		(void)fprintf(stderr, "fault: %s\n", diag.text);
		exit(1);
	}
}

static void enrol(struct scene *scene)
{
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = mfa_record_new();
	MFA_CLEANUP(mfa_token_free) struct mfa_token *token = mfa_token_new();
	struct mfa_token *added = NULL;
	const struct mfa_oath oath = {
		.hash = MFA_HASH_SHA1,
		.digits = 6,
		.counter = FIRST_COUNTER,
		.secret = (const unsigned char *)SECRET,
		.secret_len = strlen(SECRET),
	};
	if (record == NULL || token == NULL)
		die("enrol");
	token->kind = MFA_KIND_HOTP;
	token->state = MFA_STATE_ACTIVE;
	(void)snprintf(token->label, sizeof token->label, "fault");
	(void)snprintf(record->user, sizeof record->user, "%s", USER);
	if (mfa_oath_save(&oath, token) != MFA_OK ||
	    mfa_record_add(record, token, &added) != MFA_OK ||
	    mfa_store_create(scene->host.store, record, NULL) != MFA_OK)
		die("enrol");
}

static int open_log(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
		die("/dev/log");
	return fd;
}

static void drain_log(const struct scene *scene)
{
	char line[4096];
	while (recv(scene->log_fd, line, sizeof line, 0) >= 0)
		continue;
}

static void read_snapshot(struct scene *scene)
{
	struct stat status;
	scene->record_bytes = malloc(RECORD_FILE_SIZE);
	int fd = open(scene->record_path, O_RDONLY | O_CLOEXEC);
	if (scene->record_bytes == NULL || fd < 0 ||
	    pread(fd, scene->record_bytes, RECORD_FILE_SIZE, 0) != RECORD_FILE_SIZE ||
	    close(fd) != 0 || stat(scene->audit_path, &status) != 0)
		die(scene->record_path);
	scene->audit_size = status.st_size;
}

void scene_open(struct scene *scene, const char *module)
{
	struct mfa_event event = { .event = "test", .user = USER };
	*scene = (struct scene){ .folder = "/tmp/fault-XXXXXX" };
	if (access("/run/throwaway-root", F_OK) != 0)
		die("run it in a throwaway root: tests/root/enter");
	(void)umask(022);
	if (mkdtemp(scene->folder) == NULL || mfa_init() != MFA_OK)
		die("init");
	(void)snprintf(scene->record_path, sizeof scene->record_path, "%s/store/users/%s",
		       scene->folder, USER);
	(void)snprintf(scene->audit_path, sizeof scene->audit_path, "%s/audit.jsonl",
		       scene->folder);
	/* the calls that other people's name services make are not ours to test */
	write_file("/etc/nsswitch.conf", "passwd: files\ngroup: files\n");
	write_config(scene);
	write_services(scene, module);
	open_host(scene);
	enrol(scene);
	if (mfa_audit_append(scene->host.audit, &event, NULL) != MFA_OK)
		die("audit");
	scene->lines = 1;
	scene->log_fd = open_log();
	read_snapshot(scene);
	scene->outcome = mmap(NULL, sizeof *scene->outcome, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (scene->outcome == MAP_FAILED)
		die("mmap");
}

void scene_close(struct scene *scene)
{
	mfa_host_done(&scene->host);
	free(scene->record_bytes);
	(void)close(scene->log_fd);
	(void)munmap(scene->outcome, sizeof *scene->outcome);
}

static void set_code(struct scene *scene, const char *password, uint64_t counter)
{
	char code[16];
	if (oath_hotp_generate(SECRET, strlen(SECRET), counter, 6, false,
			       OATH_HOTP_DYNAMIC_TRUNCATION, code) != OATH_OK)
		die("code");
	(void)snprintf(scene->code, sizeof scene->code, "%s%s",
		       password != NULL ? password : "", code);
}

void scene_reset(struct scene *scene, const struct way *way)
{
	int fd = open(scene->record_path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 ||
	    pwrite(fd, scene->record_bytes, RECORD_FILE_SIZE, 0) != RECORD_FILE_SIZE ||
	    close(fd) != 0 || truncate(scene->audit_path, scene->audit_size) != 0)
		die("reset");
	/* a wrong code: one far behind the look-ahead, which is right for no near counter */
	set_code(scene, way->password,
		 way->is_right ? FIRST_COUNTER : FIRST_COUNTER + 500);
	*scene->outcome = (struct outcome){ .code = -1 };
}

static int converse(int count, const struct pam_message **messages,
		    struct pam_response **ret_responses, void *context)
{
	const struct scene *scene = context;
	struct pam_response *responses = calloc((size_t)count, sizeof *responses);
	if (responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF &&
		    (responses[i].resp = strdup(scene->code)) == NULL) {
			free(responses);
			return PAM_BUF_ERR;
		}
	*ret_responses = responses;
	return PAM_SUCCESS;
}

static int count_fds(void)
{
	int count = 0;
	DIR *folder = opendir("/proc/self/fd");
	if (folder == NULL)
		return -1;
	while (readdir(folder) != NULL)
		count++;
	(void)closedir(folder);
	return count;
}

/* Single unreadable pages without a file: what mfa_locked_new puts around a block. */
static int count_guards(void)
{
	char line[512];
	int count = 0;
	FILE *maps = fopen("/proc/self/maps", "re");
	if (maps == NULL)
		return -1;
	while (fgets(line, sizeof line, maps) != NULL) {
		char *rest = NULL;
		unsigned long from = strtoul(line, &rest, 16);
		unsigned long to = *rest == '-' ? strtoul(rest + 1, &rest, 16) : 0;
		if (to - from == 4096 && strncmp(rest, " ---p 00000000 00:00 0", 22) == 0)
			count++;
	}
	(void)fclose(maps);
	return count;
}

static void run_phase(pam_handle_t *handle, const struct way *way,
		      const struct hooks *hooks, struct outcome *outcome)
{
	if (way->is_account && !way->skips_auth)
		outcome->auth_code = pam_authenticate(handle, 0);
	hooks->begin(hooks->context);
	outcome->code =
		way->is_account ? pam_acct_mgmt(handle, 0) : pam_authenticate(handle, 0);
	hooks->end(hooks->context);
}

void scene_login(struct scene *scene, const struct way *way, const struct hooks *hooks)
{
	const struct pam_conv conv = { converse, scene };
	struct outcome *outcome = scene->outcome;
	pam_handle_t *handle = NULL;
	outcome->guards[0] = count_guards();
	outcome->open_fds[0] = count_fds();
	if (pam_start_confdir(way->service, way->user, &conv, scene->folder, &handle) !=
	    PAM_SUCCESS)
		return;
	/* libpam reads the stack and loads the modules at the first call */
	(void)pam_open_session(handle, 0);
	run_phase(handle, way, hooks, outcome);
	(void)pam_end(handle, outcome->code);
	closelog();
	outcome->open_fds[1] = count_fds();
	outcome->guards[1] = count_guards();
	outcome->is_done = true;
}

int scene_run_child(void (*work)(void *context), void *context)
{
	int status = 0;
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		(void)alarm(LIMIT_SECONDS);
		work(context);
		exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	return status;
}

struct plain_login {
	struct scene *scene;
	const struct way *way;
};

static void no_hook(void *context MFA_UNUSED)
{
}

static void log_in_plainly(void *context)
{
	static const struct hooks hooks = { no_hook, no_hook, NULL };
	const struct plain_login *login = context;
	scene_login(login->scene, login->way, &hooks);
}

static int try_code(struct scene *scene, uint64_t counter)
{
	struct plain_login login = { scene, &ways[0] };
	set_code(scene, NULL, counter);
	*scene->outcome = (struct outcome){ .code = -1 };
	(void)scene_run_child(log_in_plainly, &login);
	drain_log(scene);
	return scene->outcome->code;
}

static bool reads_counter(struct scene *scene, uint64_t *ret_counter,
			  uint32_t *ret_failures)
{
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = mfa_record_new();
	struct mfa_oath oath;
	if (record == NULL ||
	    mfa_store_read(scene->host.store, USER, NULL, record) != MFA_OK ||
	    record->token_count != 1 || strcmp(record->tokens[0].label, "fault") != 0 ||
	    mfa_oath_load(&record->tokens[0], &oath) != MFA_OK ||
	    oath.secret_len != strlen(SECRET) ||
	    memcmp(oath.secret, SECRET, oath.secret_len) != 0)
		return false;
	*ret_counter = oath.counter;
	*ret_failures = record->failures;
	return true;
}

static const char *check_state(struct scene *scene, const struct way *way,
			       uint64_t counter, uint32_t failures)
{
	const struct outcome *outcome = scene->outcome;
	uint64_t lines = 0;
	bool is_spent = counter == FIRST_COUNTER + 1;
	bool may_spend = way->is_right && !way->skips_auth;
	bool may_fail =
		!way->is_right && !way->skips_auth && strcmp(way->user, USER) == 0;
	if (counter != FIRST_COUNTER && !(is_spent && may_spend))
		return "the record is neither the old nor the new one";
	if (failures > (may_fail ? 1 : 0))
		return "the record counts failures that were none";
	if (outcome->code == PAM_SUCCESS && !is_spent)
		return "PAM_SUCCESS, and the record was not committed";
	if (mfa_audit_verify(scene->host.audit, NULL, &lines) != MFA_OK)
		return "the audit trail is broken";
	if (lines > scene->lines + 2)
		return "the audit trail has lines that nobody wrote";
	if (outcome->code == PAM_SUCCESS && lines != scene->lines + 1)
		return "PAM_SUCCESS without its line in the audit trail";
	return NULL;
}

const char *scene_check(struct scene *scene, const struct way *way)
{
	const struct outcome *outcome = scene->outcome;
	uint64_t counter = 0;
	uint32_t failures = 0;
	drain_log(scene);
	if (!outcome->is_done)
		return "the login never ended";
	if (outcome->has_leaked_memory)
		return "memory leaked";
	if (outcome->open_fds[0] != outcome->open_fds[1])
		return "a file was left open";
	if (outcome->guards[0] != outcome->guards[1])
		return "a locked block was left in memory";
	if (!way->is_right && outcome->code == PAM_SUCCESS)
		return "PAM_SUCCESS for a wrong code";
	if (!way->is_account && outcome->code == scene_ignored)
		return "PAM_IGNORE";
	if (!reads_counter(scene, &counter, &failures))
		return "the record cannot be read";
	const char *problem = check_state(scene, way, counter, failures);
	if (problem != NULL)
		return problem;
	if (counter > FIRST_COUNTER && try_code(scene, FIRST_COUNTER) != PAM_AUTH_ERR)
		return "a code that was spent was accepted again";
	if (try_code(scene, counter) != PAM_SUCCESS)
		return "the next login was refused";
	return NULL;
}

void report_ok(struct report *report, const char *name, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)printf("ok fault %s: ", name);
	(void)vprintf(format, args);
	(void)printf("\n");
	va_end(args);
	report->passed++;
}

void report_fail(struct report *report, const char *name, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)printf("FAIL fault %s: ", name);
	(void)vprintf(format, args);
	(void)printf("\n");
	va_end(args);
	report->failed++;
}

int report_finish(const struct report *report, const char *tally)
{
	if (tally != NULL) {
		FILE *file = fopen(tally, "we");
		if (file == NULL ||
		    fprintf(file, "%u %u\n", report->passed, report->failed) < 0 ||
		    fclose(file) != 0)
			die(tally);
	}
	return report->failed == 0 ? 0 : 1;
}

const char *code_name(int code)
{
	switch (code) {
	case PAM_SUCCESS:
		return "PAM_SUCCESS";
	case PAM_AUTH_ERR:
		return "PAM_AUTH_ERR";
	case PAM_AUTHINFO_UNAVAIL:
		return "PAM_AUTHINFO_UNAVAIL";
	case PAM_BUF_ERR:
		return "PAM_BUF_ERR";
	case PAM_CONV_ERR:
		return "PAM_CONV_ERR";
	case PAM_ABORT:
		return "PAM_ABORT";
	case PAM_PERM_DENIED:
		return "PAM_PERM_DENIED";
	case PAM_CRED_INSUFFICIENT:
		return "PAM_IGNORE";
	case -1:
		return "no code";
	default:
		return "another code";
	}
}

struct options options_parse(int argc, char **argv)
{
	static const struct option known[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "list", no_argument, NULL, 'l' },
		{ "only", required_argument, NULL, 'o' },
		{ "tally", required_argument, NULL, 't' },
		{ 0 },
	};
	struct options options = { 0 };
	int option = 0;
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		size_t len = strlen(options.ways);
		options.wants_all |= option == 'a';
		options.wants_list |= option == 'l';
		if (option == 'o')
			(void)snprintf(options.ways + len, sizeof options.ways - len,
				       " %s ", optarg);
		if (option == 't')
			options.tally = optarg;
		if (option == '?')
			exit(2);
	}
	if (optind + 1 != argc) {
		(void)fprintf(stderr,
			      "usage: %s [--all] [--list] [--only WAY]... [--tally FILE] "
			      "MODULE\n",
			      argv[0]);
		exit(2);
	}
	options.module = argv[optind];
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	return options;
}

bool options_want(const struct options *options, const struct way *way)
{
	char name[32];
	(void)snprintf(name, sizeof name, " %s ", way->name);
	return options->ways[0] == '\0' || strstr(options->ways, name) != NULL;
}
