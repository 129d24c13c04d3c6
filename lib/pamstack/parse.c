/* SPDX-License-Identifier: BSD-2-Clause */
#include "parse.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "control.h"
#include "lexer.h"

enum {
	FACILITY_ANY = MFA_FACILITIES,
	LINES_MAX = 4096,
	FILES_MAX = 64 /* open at a time */
};

/* A file that is being read, and the one that includes it. */
struct frame {
	const struct frame *parent;
	unsigned depth;
	const struct service_file *file;
	const char *path;	   /* owned by the service */
	const char *known_service; /* NULL: the lines begin with it */
	int facility;		   /* the only one that is wanted, or FACILITY_ANY */
	unsigned level;
};

/* A line that is being parsed. */
struct draft {
	struct mfa_stack_line line;
	int facility;
	bool is_other;
	bool is_include;
	bool is_substack;
	char *rest;
};

static int parse_file(struct parser *parser, struct frame *frame);

static int refuse_file(const struct parser *parser, const struct frame *frame,
		       unsigned number, const char *why)
{
	return mfa_fail(parser->diag, MFA_ERR_CONFIG, "%s:%u: %s", frame->path, number,
			why);
}

static void line_done(struct mfa_stack_line *line)
{
	free(line->args);
	free(line->text);
	*line = (struct mfa_stack_line){ 0 };
}

static int grow_stack(struct mfa_stack *stack)
{
	if (stack->count < stack->room)
		return MFA_OK;
	if (stack->count >= LINES_MAX)
		return MFA_ERR_FULL;
	size_t room = stack->room == 0 ? 16 : stack->room * 2;
	struct mfa_stack_line *lines =
		reallocarray(stack->lines, room, sizeof *stack->lines);
	if (lines == NULL)
		return MFA_ERR_NOMEM;
	stack->lines = lines;
	stack->room = room;
	return MFA_OK;
}

/* Whether libpam can make a name for its logs from the path. */
static bool has_log_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	const char *dot = strrchr(name, '.');
	size_t len = dot != NULL ? (size_t)(dot - name) : strlen(name);
	return len > 0 && !(len == 1 && name[0] == '?');
}

static int fail_undefined(const struct parser *parser, const struct frame *frame,
			  unsigned number, const char *why)
{
	parser->service->is_undefined_behaviour = true;
	return refuse_file(parser, frame, number, why);
}

/* Adds the line, and takes it over on success. */
static int add_line(const struct parser *parser, const struct frame *frame,
		    struct draft *draft, const char *module)
{
	struct mfa_service *service = parser->service;
	struct mfa_stack_line *line = &draft->line;
	if (draft->facility == FACILITY_ANY)
		return parser->diag->text[0] != '\0'
			       ? MFA_ERR_CONFIG /* diag already has the included file's
						   mistake */
			       : refuse_file(parser, frame, line->number,
					     "cannot read what it includes");
	if (module != NULL && !has_log_name(module))
		return fail_undefined(
			parser, frame, line->number,
			"the module has no name, and libpam acts at random");
	struct mfa_stack *stack = draft->is_other ? &service->other[draft->facility]
						  : &service->own[draft->facility];
	int err = grow_stack(stack);
	if (err == MFA_ERR_FULL)
		return mfa_fail(parser->diag, err, "%s:%u: too many lines", frame->path,
				line->number);
	if (err != MFA_OK)
		return err;
	line->level = frame->level;
	line->file = frame->path;
	stack->lines[stack->count++] = *line;
	*line = (struct mfa_stack_line){ 0 };
	return MFA_OK;
}

/* Adds a line that marks the beginning of a substack. */
static int add_substack(const struct parser *parser, const struct frame *frame,
			const struct draft *draft, const char *name)
{
	struct draft mark = *draft;
	mark.line.kind = MFA_LINE_SUBSTACK;
	mark.line.text = strdup(name);
	if (mark.line.text == NULL)
		return MFA_ERR_NOMEM;
	mark.line.module = mark.line.text;
	mark.line.control = "substack";
	mark.line.is_bracketed = false;
	mark.line.args = NULL;
	int err = add_line(parser, frame, &mark, name);
	line_done(&mark.line);
	return err;
}

static bool is_being_read(const struct frame *frame, const char *path)
{
	for (; frame != NULL; frame = frame->parent)
		if (strcmp(frame->path, path) == 0)
			return true;
	return false;
}

static int keep_path(struct mfa_service *service, const char *path, const char **ret_path)
{
	int err = mfa_strings_have(&service->files, path)
			  ? MFA_OK
			  : mfa_strings_add(&service->files, path);
	for (size_t i = 0; err == MFA_OK && i < service->files.count; i++)
		if (strcmp(service->files.items[i], path) == 0)
			*ret_path = service->files.items[i];
	return err;
}

/* MFA_ERR_CONFIG: the caller turns the including line into one that fails. */
static int load_include(struct parser *parser, const struct frame *frame,
			const struct draft *draft, const char *service, const char *name)
{
	MFA_CLEANUP(service_file_done) struct service_file file = { 0 };
	bool counts_includes = parser->version >= MFA_LIBPAM_1_6;
	struct frame inner = {
		.parent = frame,
		.depth = frame->depth + 1,
		.file = &file,
		.known_service = service,
		.facility = draft->facility,
		.level = frame->level + (draft->is_substack ? 1 : 0),
	};
	parser->diag->text[0] = '\0';
	if ((counts_includes ? inner.depth : inner.level) >= MFA_STACK_LEVELS)
		return MFA_ERR_CONFIG;
	int err = service_file_read_include(parser->rootfs, name, &file);
	if (err == MFA_ERR_NOTFOUND)
		return MFA_ERR_CONFIG;
	if (err != MFA_OK)
		return err;
	if (inner.depth >= FILES_MAX || is_being_read(frame, file.path))
		return mfa_fail(parser->diag, MFA_ERR_FULL, "%s:%u: includes itself",
				frame->path, draft->line.number);
	err = keep_path(parser->service, file.path, &inner.path);
	return err == MFA_OK ? parse_file(parser, &inner) : err;
}

/* "-auth" and the like. */
static void read_facility(struct draft *draft, const struct frame *frame, char *word)
{
	static const char *const facilities[] = { "auth", "account", "session",
						  "password" };
	if (word != NULL && word[0] == '-') {
		draft->line.is_silent = true;
		word++;
	}
	for (int i = 0; word != NULL && i < MFA_FACILITIES; i++)
		if (strcasecmp(facilities[i], word) == 0) {
			draft->facility = i;
			return;
		}
	if (word != NULL && strcasecmp("@include", word) == 0) {
		draft->facility = frame->facility;
		draft->is_include = true;
		return;
	}
	draft->facility =
		frame->facility != FACILITY_ANY ? frame->facility : MFA_FACILITY_AUTH;
	draft->line.kind = MFA_LINE_BAD;
}

static void read_control(enum mfa_libpam version, struct draft *draft)
{
	struct mfa_stack_line *line = &draft->line;
	const char *start = draft->rest;
	const char *word = lexer_cut_word(&draft->rest);
	line->control = word != NULL ? word : "";
	/* lexer_cut_word skips the bracket */
	line->is_bracketed = word != NULL && word > start && word[-1] == '[';
	if (word != NULL && strcasecmp("include", word) == 0)
		draft->is_include = true;
	else if (word != NULL && strcasecmp("substack", word) == 0)
		draft->is_include = draft->is_substack = true;
	else if (word != NULL)
		line->is_misspelt = !control_parse(version, word, line->actions);
	else
		line->kind = MFA_LINE_BAD;
}

static int read_args(struct draft *draft)
{
	struct mfa_stack_line *line = &draft->line;
	for (char *word = NULL; (word = lexer_cut_word(&draft->rest)) != NULL;) {
		const char **args =
			reallocarray(line->args, line->arg_count + 1, sizeof *args);
		if (args == NULL)
			return MFA_ERR_NOMEM;
		line->args = args;
		args[line->arg_count++] = word;
	}
	return MFA_OK;
}

static int parse_include(struct parser *parser, const struct frame *frame,
			 struct draft *draft, const char *service, char *name)
{
	if (name == NULL) /* libpam 1.5 dereferences it */
		return fail_undefined(parser, frame, draft->line.number,
				      "includes nothing, and libpam crashes");
	if (draft->is_substack) {
		int err = add_substack(parser, frame, draft, name);
		if (err != MFA_OK)
			return err;
	}
	int err = load_include(parser, frame, draft, service, name);
	if (err != MFA_ERR_CONFIG || parser->service->is_undefined_behaviour)
		return err;
	/* Debian's libpam leaves the actions of such a line uninitialized */
	if (draft->line.control == NULL && draft->facility != FACILITY_ANY)
		return fail_undefined(
			parser, frame, draft->line.number,
			"cannot read what it includes, and libpam acts at random");
	draft->line.kind = MFA_LINE_BAD;
	draft->line.arg_count = 0;
	for (int i = 0; i < MFA_PAM_CODES; i++)
		draft->line.actions[i] = MFA_DO_BAD;
	return add_line(parser, frame, draft, NULL);
}

static int parse_rest(struct parser *parser, const struct frame *frame,
		      struct draft *draft, const char *service)
{
	read_facility(draft, frame, lexer_cut_word(&draft->rest));
	if (!draft->is_include) {
		if (frame->facility != FACILITY_ANY && draft->facility != frame->facility)
			return MFA_OK;
		for (int i = 0; i < MFA_PAM_CODES; i++)
			draft->line.actions[i] = MFA_DO_BAD;
		read_control(parser->version, draft);
	}
	char *module = lexer_cut_word(&draft->rest);
	if (draft->is_include)
		return parse_include(parser, frame, draft, service, module);
	draft->line.module = module;
	if (module == NULL)
		draft->line.kind = MFA_LINE_BAD;
	int err = read_args(draft);
	return err == MFA_OK ? add_line(parser, frame, draft, module) : err;
}

static int parse_line(struct parser *parser, const struct frame *frame, const char *text,
		      unsigned number)
{
	struct draft draft = { .line = { .number = number } };
	draft.line.text = strdup(text);
	if (draft.line.text == NULL)
		return MFA_ERR_NOMEM;
	draft.rest = draft.line.text;
	const char *service = frame->known_service;
	if (service == NULL)
		service = lexer_cut_word(&draft.rest);
	draft.is_other = service != NULL && strcasecmp(service, "other") == 0;
	int err = MFA_OK;
	if (service != NULL && (draft.is_other || strcasecmp(service, parser->name) == 0))
		err = parse_rest(parser, frame, &draft, service);
	line_done(&draft.line);
	return err;
}

static int parse_file(struct parser *parser, struct frame *frame)
{
	MFA_CLEANUP(lexer_done) struct lexer lexer = { 0 };
	int err =
		lexer_init(parser->version, frame->file->text, frame->file->len, &lexer);
	while (err == MFA_OK) {
		unsigned number = 0;
		switch (lexer_read_line(&lexer, &number)) {
		case LINE_NONE:
			return MFA_OK;
		case LINE_BROKEN:
			return refuse_file(parser, frame, lexer.number,
					   "a line is continued, but ends");
		case LINE_ENDLESS:
			return fail_undefined(
				parser, frame, lexer.number,
				"a continued line is too long, and libpam hangs");
		case LINE_WHOLE:
			break;
		}
		err = parse_line(parser, frame, lexer.line, number);
	}
	return err;
}

int parse_source(struct parser *parser, const struct service_file *file,
		 const char *service)
{
	struct frame frame = {
		.file = file,
		.known_service = service,
		.facility = FACILITY_ANY,
	};
	int err = keep_path(parser->service, file->path, &frame.path);
	return err == MFA_OK ? parse_file(parser, &frame) : err;
}
