/* SPDX-License-Identifier: BSD-2-Clause */
/* sshd -T: what sshd itself makes of its configuration. */
#include "check/sshd_settings.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "check/ask_program.h"
#include "mfa/fs.h"

/* A name that the first pattern of a list matches. */
static bool meet_pattern(const char *patterns, char *ret_name, size_t size)
{
	size_t len = strcspn(patterns, ",");
	size_t at = 0;
	if (len == 0 || patterns[0] == '!' || len >= size)
		return false;
	for (size_t i = 0; i < len && patterns[i] != '/'; i++)
		if (patterns[i] != '*')
			ret_name[at++] = patterns[i] == '?' ? 'x' : patterns[i];
	if (at == 0)
		ret_name[at++] = 'x';
	ret_name[at] = '\0';
	return true;
}

static bool write_spec(const char *criteria, char *ret_spec, size_t size)
{
	char copy[SSHD_CRITERIA_SIZE];
	const char *user = "nobody";
	const char *host = "host.invalid";
	const char *address = "192.0.2.1";
	char names[3][SSHD_CRITERIA_SIZE];
	char *rest = NULL;
	(void)snprintf(copy, sizeof copy, "%s", criteria);
	for (const char *key = strtok_r(copy, " \t", &rest); key != NULL;
	     key = strtok_r(NULL, " \t", &rest)) {
		const char *patterns = strtok_r(NULL, " \t", &rest);
		int slot = strcasecmp(key, "user") == 0	     ? 0
			   : strcasecmp(key, "host") == 0    ? 1
			   : strcasecmp(key, "address") == 0 ? 2
							     : -1;
		if (slot < 0 || patterns == NULL ||
		    !meet_pattern(patterns, names[slot], sizeof names[slot]))
			return false;
		*(slot == 0 ? &user : slot == 1 ? &host : &address) = names[slot];
	}
	int len =
		snprintf(ret_spec, size, "user=%s,host=%s,addr=%s", user, host, address);
	return len > 0 && (size_t)len < size;
}

static void take_dump_line(char *line, struct sshd_settings *settings)
{
	char *value = strchr(line, ' ');
	if (value == NULL)
		return;
	*value++ = '\0';
	value[strcspn(value, "\n")] = '\0';
	enum sshd_key key = sshd_find_key(line);
	if (key == SSHD_KEYS)
		return;
	struct sshd_value *to = &settings->values[key];
	/* "any" is what no line says */
	(void)snprintf(to->text, sizeof to->text, "%s",
		       strcmp(value, "any") == 0 ? "" : value);
}

enum {
	WORDS_MAX = 64, /* of the command line */
	DUMP_SIZE = 1 << 18,
};

/* Where the program ends too early nothing of it is taken. */
static bool run_sshd(char *const argv[], struct sshd_settings *settings)
{
	static char text[DUMP_SIZE];
	char *rest = NULL;
	if (!ask_program(argv, text, sizeof text))
		return false;
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		take_dump_line(line, settings);
	return true;
}

/* Only root's: sshd would wait at a pipe for ever, and print what is not its own. */
static bool is_roots_file(const char *path)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	return mfa_fs_open(path, O_RDONLY, &mfa_fs_protected, NULL, &fd) == MFA_OK;
}

/* sshd -T -f FILE, with the server's own options, and -C for a Match block. Always the
 * system's own sshd, never what a unit or a running process names: root runs it. */
static bool write_words(const struct sshd_server *server, const char *spec,
			const char *argv[static WORDS_MAX])
{
	size_t count = 0;
	if (2 * server->options.count + 8 > WORDS_MAX)
		return false;
	argv[count++] = SSHD_PROGRAM;
	argv[count++] = "-T";
	argv[count++] = "-f";
	argv[count++] = server->config;
	for (size_t i = 0; i < server->options.count; i++) {
		argv[count++] = "-o";
		argv[count++] = server->options.items[i];
	}
	if (spec != NULL) {
		argv[count++] = "-C";
		argv[count++] = spec;
	}
	argv[count] = NULL;
	return true;
}

/* The system's sshd is asked, of which this server may be an older copy. */
static bool is_answered(const struct sshd_server *server, enum sshd_key key)
{
	return key != SSHD_SERVICE || server->has_service_name;
}

bool sshd_ask(const struct sshd_server *server, const char *criteria,
	      struct sshd_settings *ret_settings)
{
	char spec[SSHD_CRITERIA_SIZE];
	const char *argv[WORDS_MAX];
	struct sshd_settings settings = { 0 };
	bool has_criteria = criteria[0] != '\0';
	if (has_criteria && !write_spec(criteria, spec, sizeof spec))
		return false;
	if (!write_words(server, has_criteria ? spec : NULL, argv) ||
	    !is_roots_file(server->config) ||
	    !run_sshd((char *const *)(uintptr_t)argv, &settings))
		return false;
	for (int i = 0; i < SSHD_KEYS; i++)
		if (is_answered(server, (enum sshd_key)i) &&
		    (criteria[0] != '\0' || !ret_settings->is_matched[i]))
			(void)snprintf(ret_settings->values[i].text,
				       sizeof ret_settings->values[i].text, "%s",
				       settings.values[i].text);
	return true;
}
