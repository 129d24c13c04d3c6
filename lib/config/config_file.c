#include "config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <libeconf.h>
#include <libeconf_ext.h>

#include "mfa/fs.h"
#include "mfa/text.h"

enum {
	FILE_SIZE_MAX = 256 * 1024
};

/* libeconf keeps the first of two equal keys and says nothing, and drops a section
 * without keys. So the text is scanned for where keys stand, the values are libeconf's,
 * and the two must agree on every line. */
struct seen_key {
	const char *section;
	const char *key;
};

struct reader {
	const char *path;
	econf_file *econf;
	char *text;
	char *section; /* borrowed from text */
	/* seen[line]: the scan found a key there */
	unsigned char *seen;
	unsigned long lines;
	/* the same keys in the order of the text, which they are borrowed from, and the
	 * first that libeconf has not listed yet */
	struct seen_key *keys;
	size_t key_count;
	size_t next;
	config_line_fn handle;
	void *context;
	struct mfa_diag *diag;
};

int config_fail(struct mfa_diag *diag, const struct config_line *line, const char *format,
		...)
{
	char what[384];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(what, sizeof what, format, args);
	va_end(args);
	return mfa_fail(diag, MFA_ERR_CONFIG, "%s:%lu: %s", line->path, line->number,
			what);
}

static void free_econf(econf_file **file)
{
	if (*file != NULL)
		econf_freeFile(*file);
}

static void free_value(econf_ext_value **value)
{
	if (*value != NULL)
		econf_freeExtValue(*value);
}

static void free_array(char ***array)
{
	if (*array != NULL)
		econf_freeArray(*array);
}

static void free_bytes(unsigned char **bytes)
{
	free(*bytes);
}

static void free_keys(struct seen_key **keys)
{
	free(*keys);
}

static int read_text(const char *path, struct mfa_diag *diag, char **ret_text)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	int err = mfa_fs_open(path, O_RDONLY, &mfa_fs_protected, diag, &fd);
	if (err != MFA_OK)
		return err;
	struct stat status;
	if (fstat(fd, &status) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot stat", path);
	if (status.st_size > FILE_SIZE_MAX)
		return mfa_fail(diag, MFA_ERR_CONFIG, "%s: larger than %d bytes", path,
				FILE_SIZE_MAX);
	size_t size = (size_t)status.st_size;
	MFA_CLEANUP(mfa_free_string) char *text = malloc(size + 1);
	if (text == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	size_t len = 0;
	err = mfa_fs_read(fd, text, size, 0, &len);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot read: %s", path,
				mfa_strerror(err));
	text[len] = '\0';
	if (strlen(text) != len || !mfa_text_is_utf8(text, len))
		return mfa_fail(diag, MFA_ERR_CONFIG, "%s: not UTF-8 text", path);
	*ret_text = MFA_TAKE(text);
	return MFA_OK;
}

static int parse(const char *path, struct mfa_diag *diag, econf_file **ret_econf)
{
	econf_err failure = econf_readFile(ret_econf, path, "=", "#");
	if (failure == ECONF_SUCCESS)
		return MFA_OK;
	if (failure == ECONF_NOMEM)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	MFA_CLEANUP(mfa_free_string) char *where = NULL;
	uint64_t line = 0;
	econf_errLocation(&where, &line);
	return mfa_fail(diag, MFA_ERR_CONFIG, "%s:%lu: %s", path, (unsigned long)line,
			econf_errString(failure));
}

static char *trim(char *text)
{
	text += strspn(text, " \t\r");
	size_t len = strlen(text);
	while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
		text[--len] = '\0';
	return text;
}

static int open_section(struct reader *reader, char *text, unsigned long number)
{
	struct config_line line = { .path = reader->path, .number = number };
	char *end = strchr(text, ']');
	if (end == NULL)
		return config_fail(reader->diag, &line, "a section needs a closing ]");
	*end = '\0';
	reader->section = trim(text + 1);
	line.section = reader->section;
	return reader->handle(reader->context, &line, reader->diag);
}

/* Whether the value is all that stands behind the equals sign but quotes, blanks and a
 * comment: libeconf 0.5.1 makes it empty when it finds no memory, and an empty condition
 * matches every login. */
static bool is_whole(const char *text, const char *value)
{
	text += strspn(text, " \t\r");
	bool is_quoted = text[0] == '"';
	text += is_quoted;
	size_t len = strlen(value);
	if (strncmp(text, value, len) != 0)
		return false;
	text += len;
	text += is_quoted && text[0] == '"';
	text += strspn(text, " \t\r");
	return text[0] == '\0' || text[0] == '#';
}

static int take_key(struct reader *reader, char *text, unsigned long number)
{
	struct config_line line = { .path = reader->path, .number = number };
	char *equals = strchr(text, '=');
	if (equals == NULL)
		return config_fail(reader->diag, &line, "expected: key = value");
	*equals = '\0';
	line.key = trim(text);
	line.section = reader->section;
	if (line.section == NULL)
		return config_fail(reader->diag, &line,
				   "\"%s\" stands before the first [section]", line.key);
	MFA_CLEANUP(free_value) econf_ext_value *value = NULL;
	econf_err failure =
		econf_getExtValue(reader->econf, line.section, line.key, &value);
	if (failure == ECONF_NOMEM)
		return mfa_fail(reader->diag, MFA_ERR_NOMEM, "out of memory");
	if (failure != ECONF_SUCCESS)
		return config_fail(reader->diag, &line, "\"%s\" cannot be read",
				   line.key);
	if (value->line_number > number)
		return config_fail(
			reader->diag, &line,
			"\"%s\" goes on until line %lu: write the value in one "
			"line, and each key as key = value",
			line.key, (unsigned long)value->line_number);
	if (value->line_number != number)
		return config_fail(reader->diag, &line,
				   "\"%s\" is given twice (first in line %lu)", line.key,
				   (unsigned long)value->line_number);
	if (value->values != NULL && value->values[0] != NULL && value->values[1] != NULL)
		return config_fail(reader->diag, &line,
				   "\"%s\": write the value in one line", line.key);
	bool has_value = value->values != NULL && value->values[0] != NULL;
	line.value = has_value ? value->values[0] : "";
	if (strchr(line.value, '"') != NULL)
		return config_fail(
			reader->diag, &line,
			"\"%s\": a quote without its end, or a # or \" inside quotes",
			line.key);
	if (!is_whole(equals + 1, line.value))
		return config_fail(reader->diag, &line, "\"%s\" cannot be read whole",
				   line.key);
	reader->seen[number] = 1;
	reader->keys[reader->key_count++] = (struct seen_key){ line.section, line.key };
	return reader->handle(reader->context, &line, reader->diag);
}

static int scan(struct reader *reader)
{
	char *rest = reader->text;
	for (unsigned long number = 1; rest != NULL; number++) {
		char *text = trim(strsep(&rest, "\n"));
		int err = MFA_OK;
		if (text[0] == '[')
			err = open_section(reader, text, number);
		else if (text[0] != '#' && text[0] != '\0')
			err = take_key(reader, text, number);
		if (err != MFA_OK)
			return err;
	}
	return MFA_OK;
}

/* libeconf lists keys as they stand in the file, so the next one is nearly always the
 * next one of the text. Where it is not, its line tells. */
static bool is_next_key(struct reader *reader, const char *group, const char *key)
{
	const struct seen_key *next = &reader->keys[reader->next];
	if (reader->next >= reader->key_count || strcmp(next->key, key) != 0 ||
	    strcmp(next->section, group) != 0)
		return false;
	reader->next++;
	return true;
}

/* libeconf lists a NULL when it found no memory for a name. */
static int check_key_was_seen(struct reader *reader, const char *group, const char *key)
{
	if (group == NULL || key == NULL)
		return mfa_fail(reader->diag, MFA_ERR_NOMEM, "out of memory");
	if (is_next_key(reader, group, key))
		return MFA_OK;
	MFA_CLEANUP(free_value) econf_ext_value *value = NULL;
	econf_err failure = econf_getExtValue(reader->econf, group, key, &value);
	if (failure == ECONF_NOMEM)
		return mfa_fail(reader->diag, MFA_ERR_NOMEM, "out of memory");
	struct config_line line = { .path = reader->path };
	if (failure == ECONF_SUCCESS)
		line.number = (unsigned long)value->line_number;
	if (line.number == 0 || line.number > reader->lines || !reader->seen[line.number])
		return config_fail(reader->diag, &line, "\"%s\" cannot be read", key);
	return MFA_OK;
}

static int check_all_was_seen(struct reader *reader)
{
	MFA_CLEANUP(free_array) char **groups = NULL;
	size_t group_count = 0;
	econf_err failure = econf_getGroups(reader->econf, &group_count, &groups);
	if (failure == ECONF_NOGROUP)
		return MFA_OK;
	if (failure != ECONF_SUCCESS)
		return mfa_fail(reader->diag, MFA_ERR_CONFIG, "%s: %s", reader->path,
				econf_errString(failure));
	for (size_t i = 0; i < group_count; i++) {
		MFA_CLEANUP(free_array) char **keys = NULL;
		size_t key_count = 0;
		failure = econf_getKeys(reader->econf, groups[i], &key_count, &keys);
		/* libeconf 0.5.1 does not list a key that the entry before it has too,
		 * if in another section */
		if (failure == ECONF_NOKEY)
			continue;
		if (failure != ECONF_SUCCESS)
			return mfa_fail(reader->diag, MFA_ERR_CONFIG, "%s: [%s]: %s",
					reader->path, groups[i],
					econf_errString(failure));
		for (size_t j = 0; j < key_count; j++) {
			int err = check_key_was_seen(reader, groups[i], keys[j]);
			if (err != MFA_OK)
				return err;
		}
	}
	return MFA_OK;
}

static unsigned long count_lines(const char *text)
{
	unsigned long lines = 1;
	for (; *text != '\0'; text++)
		lines += *text == '\n';
	return lines;
}

int config_file_read(const char *path, config_line_fn handle, void *context,
		     struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_free_string) char *text = NULL;
	int err = read_text(path, diag, &text);
	if (err != MFA_OK)
		return err;
	MFA_CLEANUP(free_econf) econf_file *econf = NULL;
	err = parse(path, diag, &econf);
	if (err != MFA_OK)
		return err;
	unsigned long lines = count_lines(text);
	MFA_CLEANUP(free_bytes) unsigned char *seen = calloc(lines + 1, 1);
	MFA_CLEANUP(free_keys) struct seen_key *keys = calloc(lines + 1, sizeof *keys);
	if (seen == NULL || keys == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	struct reader reader = {
		.path = path,
		.econf = econf,
		.text = text,
		.seen = seen,
		.keys = keys,
		.lines = lines,
		.handle = handle,
		.context = context,
		.diag = diag,
	};
	err = scan(&reader);
	if (err != MFA_OK)
		return err;
	return check_all_was_seen(&reader);
}
