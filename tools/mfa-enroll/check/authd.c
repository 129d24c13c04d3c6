/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether mfa-authd answers, and will after the next start of the machine. Without it
 * only programs that are root's through and through let anybody in. */
#include "check/parts.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <sodium.h>

#include "check/sandbox.h"
#include "mfa/authd_protocol.h"
#include "mfa/fs.h"
#include "mfa/rootfs.h"

#define UNIT	"/usr/lib/systemd/system/mfa-authd.socket"
#define WANTED	"/etc/systemd/system/sockets.target.wants/mfa-authd.socket"
#define SYSTEMD "/run/systemd/system"

enum {
	ANSWER_MS = 5000
};

static const struct check_place at_socket = { MFA_AUTHD_SOCKET, 0 };

static int connect_to_service(int *ret_fd)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX,
					     .sun_path = MFA_AUTHD_SOCKET };
	MFA_CLEANUP(mfa_close_fd)
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
		return MFA_ERR_NOTFOUND;
	*ret_fd = MFA_TAKE_FD(fd);
	return MFA_OK;
}

static int receive(int fd, unsigned char wanted, char ret_text[static MFA_PACKET_SIZE])
{
	unsigned char bytes[MFA_PACKET_SIZE];
	struct mfa_secret buffer = { bytes, sizeof bytes };
	struct mfa_span payload = { 0 };
	unsigned char letter = 0;
	int err = mfa_packet_receive(fd, &buffer, ANSWER_MS, &letter, &payload);
	if (err == MFA_OK && letter != wanted)
		err = MFA_ERR_INVALID;
	if (err != MFA_OK)
		return err;
	memcpy(ret_text, payload.data, payload.len);
	ret_text[payload.len] = '\0';
	return MFA_OK;
}

static int inquire(char ret_state[static MFA_PACKET_SIZE])
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	int err = connect_to_service(&fd);
	if (err == MFA_OK)
		err = receive(fd, MFA_AUTHD_HELLO, ret_state);
	if (err == MFA_OK)
		err = mfa_packet_send(fd, MFA_AUTHD_INQUIRE, (struct mfa_span){ 0 },
				      ANSWER_MS);
	return err == MFA_OK ? receive(fd, MFA_AUTHD_STATE, ret_state) : err;
}

/* The value of "KEY: value"; false: there is none. */
static bool find_line(const char *state, const char *key, char *ret_value, size_t size)
{
	const char *at = strstr(state, key);
	if (at == NULL)
		return false;
	at += strlen(key);
	(void)snprintf(ret_value, size, "%.*s", (int)strcspn(at, "\n"), at);
	return true;
}

static bool is_hash_of(const struct mfa_config *config, const char *text)
{
	char hash[2 * MFA_CONFIG_HASH_SIZE + 1];
	(void)sodium_bin2hex(hash, sizeof hash, config->hash, sizeof config->hash);
	return strcmp(hash, text) == 0;
}

/* Whether this program can do what the service cannot. */
static bool has_none_itself(struct check *check, const char *place)
{
	struct mfa_diag unused = { .text = "" };
	if (place[0] != '\0')
		return mfa_fs_check_writable(place, &unused) != MFA_ERR_READONLY;
	bool is_open = check->config != NULL && mfa_init() == MFA_OK &&
		       app_open_site(check->app, &unused) == MFA_OK;
	mfa_site_close(&check->app->site);
	return is_open;
}

/* A problem of the service alone: its sandbox may be older than the files of its unit.
 * place: which it cannot write to, or "". */
static void tell_problem(struct check *check, const char *problem, const char *place)
{
	MFA_CLEANUP(sandbox_done) struct sandbox sandbox = { .unit = NULL };
	bool is_place = place[0] != '\0';
	sandbox_read(check, NULL, &sandbox);
	if (is_place && sandbox.unit != NULL && !sandbox_lets_write(&sandbox, place))
		return; /* the part about its paths tells that, and what to do */
	bool is_old = sandbox.unit != NULL && has_none_itself(check, place);
	const char *text = MFA_N_("mfa-authd refuses everybody: %s");
	if (is_old && is_place)
		text = MFA_N_("mfa-authd still runs in its old sandbox and cannot write "
			      "to %s, so it refuses everybody. Run: systemctl "
			      "daemon-reload; systemctl restart mfa-authd");
	else if (is_old)
		text = MFA_N_("mfa-authd refuses everybody: %s. mfa-enroll does not have "
			      "this problem: mfa-authd may still run in its old sandbox. "
			      "Run: systemctl daemon-reload; systemctl restart "
			      "mfa-authd");
	check_add(check, CHECK_WARNING, "authd-trouble", at_socket, TR(check->app, text),
		  is_old && is_place ? place : problem);
}

static void look_for_problem(struct check *check, const char *state)
{
	char problem[MFA_PACKET_SIZE];
	char place[MFA_PACKET_SIZE] = "";
	if (!find_line(state, "\nproblem: ", problem, sizeof problem))
		return;
	(void)find_line(state, "\nunwritable: ", place, sizeof place);
	tell_problem(check, problem, place);
}

static void compare_state(struct check *check, const char *state)
{
	char value[MFA_PACKET_SIZE];
	if (find_line(state, "version: ", value, sizeof value) &&
	    strcmp(value, MFA_VERSION) != 0)
		check_add(check, CHECK_WARNING, "authd-version", at_socket,
			  TR(check->app,
			     MFA_N_("mfa-authd is of version %s, and installed is %s: "
				    "systemctl restart mfa-authd")),
			  value, MFA_VERSION);
	if (check->config != NULL &&
	    find_line(state, "configuration: ", value, sizeof value) &&
	    strcmp(value, check->config->path) != 0)
		check_add(check, CHECK_WARNING, "authd-config", at_socket,
			  TR(check->app, MFA_N_("mfa-authd reads %s, and this check %s")),
			  value, check->config->path);
	if (check->config != NULL && find_line(state, "hash: ", value, sizeof value) &&
	    !is_hash_of(check->config, value))
		check_add(
			check, CHECK_WARNING, "authd-stale", at_socket, "%s",
			TR(check->app,
			   MFA_N_("mfa-authd goes by other settings than the files have: "
				  "systemctl restart mfa-authd")));
	look_for_problem(check, state);
}

/* Only where the unit is installed: there systemd would start it. */
static void look_at_unit(struct check *check)
{
	if (!mfa_rootfs_exists(check->root, UNIT) ||
	    (check->is_live && !mfa_rootfs_is_folder(check->root, SYSTEMD)) ||
	    mfa_rootfs_exists(check->root, WANTED))
		return;
	check_add(check, CHECK_WARNING, "authd-disabled",
		  (struct check_place){ WANTED, 0 }, "%s",
		  TR(check->app, MFA_N_("mfa-authd is not started with the machine: "
					"systemctl enable mfa-authd.socket")));
}

/* Without them programs that are not root find nobody. */
static void look_at_modes(struct check *check)
{
	static const struct {
		const char *path;
		mode_t mode;
	} wanted[] = { { "/run/pam_mfa", 0711 }, { MFA_AUTHD_SOCKET, 0666 } };
	for (size_t i = 0; i < MFA_COUNT(wanted); i++) {
		struct stat status;
		if (lstat(wanted[i].path, &status) != 0 ||
		    (status.st_mode & 0777) == wanted[i].mode)
			continue;
		check_add(
			check, CHECK_WARNING, "authd-mode",
			(struct check_place){ wanted[i].path, 0 },
			TR(check->app,
			   MFA_N_("its mode is %04o, so screen locks find no mfa-authd: "
				  "chmod %04o %s")),
			(unsigned)(status.st_mode & 0777), (unsigned)wanted[i].mode,
			wanted[i].path);
	}
}

static void tell_silence(struct check *check)
{
	const char *text =
		check_is_authd_failing()
			? MFA_N_("mfa-authd cannot start: screen locks refuse everybody, "
				 "and so do su and sudo but on a text console. The cause: "
				 "systemctl status mfa-authd; journalctl -u mfa-authd. If "
				 "you have just written a drop-in: every folder in it "
				 "must exist")
		: mfa_rootfs_is_folder("", SYSTEMD)
			? MFA_N_("mfa-authd does not answer: screen locks refuse "
				 "everybody, and so do su and sudo but on a text "
				 "console. Run: systemctl restart mfa-authd.socket")
			: MFA_N_("mfa-authd does not answer: screen locks refuse "
				 "everybody, and so do su and sudo but on a text "
				 "console. Start it (no systemd here): mfa-authd "
				 "--listen");
	check_add(check, CHECK_WARNING, "authd-down", at_socket, "%s",
		  TR(check->app, text));
}

void check_authd(struct check *check)
{
	char state[MFA_PACKET_SIZE];
	if (!check->is_live) {
		look_at_unit(check);
		return;
	}
	int err = inquire(state);
	if (err == MFA_OK)
		compare_state(check, state);
	else
		tell_silence(check);
	look_at_modes(check);
	look_at_unit(check);
}
