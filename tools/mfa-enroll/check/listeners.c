/* SPDX-License-Identifier: BSD-2-Clause */
/* What listens on the network of this host: a program that is in no table may let people
 * in, and nothing is known of it. */
#include "check/parts.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/ask_program.h"
#include "check/process.h"
#include "check/programs.h"
#include "mfa/rootfs.h"

/* They give nobody a session or a command of another user. */
static const char *const harmless[] = {
	"avahi-daemon",
	"chronyd",
	"cupsd",
	"dnsmasq",
	"exim4",
	"in.tftpd",
	"mariadbd",
	"master",
	"mysqld",
	"named",
	"nscd",
	"ntpd",
	"postgres",
	"rpc.mountd",
	"rpc.statd",
	"rpcbind",
	"rsyslogd",
	"slapd",
	"snmpd",
	"systemd-resolve",
	"systemd-resolved",
	"systemd-timesyncd",
	"unbound",
	"zabbix_agentd",
};

enum {
	LISTENERS_MAX = 512,
	TCP_LISTEN = 0x0A
};

struct listeners {
	uint64_t inodes[LISTENERS_MAX];
	unsigned ports[LISTENERS_MAX];
	bool has_process[LISTENERS_MAX];
	size_t count;
	unsigned more; /* that have no room here */
};

/* 127.0.0.0/8 and ::1, as the kernel writes addresses: words of the machine's order. */
static bool is_loopback(const char *address)
{
	static const char six[] = "00000000000000000000000001000000";
	static const char mapped[] = "0000000000000000FFFF0000";
	size_t len = strlen(address);
	if (strcmp(address, six) == 0)
		return true;
	if (len == 32 && strncmp(address, mapped, strlen(mapped)) == 0)
		address += strlen(mapped);
	return strlen(address) == 8 && strcmp(address + 6, "7F") == 0;
}

/* number: local address:port remote:port state queues timers retries uid time inode */
static void take_socket(struct listeners *listeners, char *line)
{
	char *words[10];
	char *rest = NULL;
	size_t count = 0;
	for (char *word = strtok_r(line, " ", &rest);
	     word != NULL && count < MFA_COUNT(words); word = strtok_r(NULL, " ", &rest))
		words[count++] = word;
	if (count < MFA_COUNT(words) || strtoul(words[3], NULL, 16) != TCP_LISTEN)
		return;
	char *port = strchr(words[1], ':');
	if (port == NULL)
		return;
	*port++ = '\0';
	if (is_loopback(words[1]))
		return;
	if (listeners->count == LISTENERS_MAX) {
		listeners->more++;
		return;
	}
	listeners->ports[listeners->count] = (unsigned)strtoul(port, NULL, 16);
	listeners->inodes[listeners->count++] = strtoull(words[9], NULL, 10);
}

static void read_sockets(const char *path, struct listeners *listeners)
{
	char line[512];
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return;
	while (fgets(line, sizeof line, file) != NULL)
		take_socket(listeners, line);
	(void)fclose(file);
}

/* The port of a listener that a descriptor is; 0: it is none. The kernel's word is
 * enough: a file that is somebody else's may be on a file system that never answers. */
static unsigned take_port(struct listeners *listeners, const char *path)
{
	static const char socket[] = "socket:[";
	char text[64];
	ssize_t len = readlink(path, text, sizeof text - 1);
	text[len > 0 ? len : 0] = '\0';
	if (strncmp(text, socket, strlen(socket)) != 0)
		return 0;
	uint64_t inode = strtoull(text + strlen(socket), NULL, 10);
	for (size_t i = 0; i < listeners->count; i++)
		if (listeners->inodes[i] == inode) {
			listeners->has_process[i] = true;
			return listeners->ports[i];
		}
	return 0;
}

/* A name says something of root's programs alone: users give theirs any. */
static bool is_known_listener(const char *program)
{
	if (!ask_program_may_run(program))
		return false;
	const char *name = strrchr(program, '/');
	name = name != NULL ? name + 1 : program;
	if (strncmp(name, "sshd", strlen("sshd")) == 0)
		return true; /* the part about sshd tells */
	for (size_t i = 0; i < MFA_COUNT(harmless); i++)
		if (strcmp(harmless[i], name) == 0)
			return true;
	for (size_t i = 0; i < program_count; i++)
		for (size_t j = 0; j < PROGRAM_FILES && programs[i].files[j] != NULL; j++)
			if (strcmp(strrchr(programs[i].files[j], '/') + 1, name) == 0)
				return true;
	return false;
}

static void tell_listener(struct check *check, const char *pid, unsigned port)
{
	char program[PROCESS_PROGRAM_SIZE] = "?";
	char name[640];
	if (process_program(pid, program) && is_known_listener(program))
		return;
	(void)snprintf(name, sizeof name, TR(check->app, MFA_N_("%s at port %u")),
		       program, port);
	check_add_unknown(check, name);
}

static void look_at_process(struct check *check, struct listeners *listeners,
			    const char *pid)
{
	char folder[64];
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	(void)snprintf(folder, sizeof folder, "/proc/%.20s/fd", pid);
	if (mfa_rootfs_list("", folder, &names) != MFA_OK)
		return;
	for (size_t i = 0; i < names.count; i++) {
		char path[128];
		(void)snprintf(path, sizeof path, "%s/%.20s", folder, names.items[i]);
		unsigned port = take_port(listeners, path);
		if (port != 0)
			tell_listener(check, pid, port);
	}
}

/* The kernel's own, or of a process that cannot be seen from here. */
static void tell_port(struct check *check, unsigned port)
{
	char name[64];
	(void)snprintf(name, sizeof name, TR(check->app, MFA_N_("port %u")), port);
	check_add_unknown(check, name);
}

static void tell_more(struct check *check, unsigned more)
{
	char name[64];
	if (more == 0)
		return;
	(void)snprintf(name, sizeof name, TR(check->app, MFA_N_("%u more ports")), more);
	check_add_unknown(check, name);
}

void check_listeners(struct check *check)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings pids = { 0 };
	struct listeners listeners = { .count = 0 };
	if (!check->is_live)
		return;
	read_sockets("/proc/net/tcp", &listeners);
	read_sockets("/proc/net/tcp6", &listeners);
	if (listeners.count == 0 || mfa_rootfs_list("", "/proc", &pids) != MFA_OK)
		return;
	for (size_t i = 0; i < pids.count; i++)
		if (isdigit((unsigned char)pids.items[i][0]))
			look_at_process(check, &listeners, pids.items[i]);
	for (size_t i = 0; i < listeners.count; i++)
		if (!listeners.has_process[i])
			tell_port(check, listeners.ports[i]);
	tell_more(check, listeners.more);
}
