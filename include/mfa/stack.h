/* SPDX-License-Identifier: BSD-2-Clause */
/* pam.d as Linux-PAM with Debian's patches reads it: a service file, what it includes,
 * and the chains of lines that libpam would run. */
#pragma once

#include "mfa/config.h"
#include "mfa/pamcode.h"

enum mfa_facility {
	MFA_FACILITY_AUTH,
	MFA_FACILITY_ACCOUNT,
	MFA_FACILITY_SESSION,
	MFA_FACILITY_PASSWORD,
	MFA_FACILITIES
};

enum mfa_line_kind {
	MFA_LINE_MODULE,
	MFA_LINE_BAD,	   /* libpam cannot use the line; it answers perm_denied */
	MFA_LINE_SUBSTACK, /* a substack begins; nothing is called */
};

enum {
	MFA_STACK_LEVELS = 16
};

/* Releases of Linux-PAM that read alike: up to this one, or from this one on. */
enum mfa_libpam {
	MFA_LIBPAM_1_5,
	MFA_LIBPAM_1_6,
	MFA_LIBPAMS
};

/* One line of a chain. Strings are owned by the service. */
struct mfa_stack_line {
	enum mfa_line_kind kind;
	unsigned level; /* how deep in substacks */
	int actions[MFA_PAM_CODES];
	const char *file;
	unsigned number;
	const char *control; /* as written, without brackets; "" if missing */
	bool is_bracketed;
	bool is_misspelt;   /* libpam cannot read the control: every answer fails */
	bool is_silent;	    /* "-auth": a missing module is not logged */
	const char *module; /* as written; NULL if missing */
	const char **args;  /* owned */
	size_t arg_count;
	char *text; /* owned: the words above point into it */
};

struct mfa_stack {
	struct mfa_stack_line *lines;
	size_t count;
	size_t room;
};

struct mfa_service {
	char *name;
	bool has_file;		     /* its own; else the service "other" decides */
	bool is_refused;	     /* libpam cannot read it, so nobody is admitted */
	bool is_undefined_behaviour; /* libpam crashes, hangs or acts at random on it, or
					its releases read it differently */
	struct mfa_diag refusal;     /* of both: why, and where */
	struct mfa_stack own[MFA_FACILITIES];
	struct mfa_stack other[MFA_FACILITIES]; /* for the facilities without lines */
	struct mfa_strings files;		/* all that were read */
};

/* Where service files are. */
struct mfa_pam_rootfs {
	const char *root;   /* as in mfa/rootfs.h */
	const char *folder; /* instead of /etc/pam.d and the others; or NULL */
};

/* Reads a service (NULL: "other"). A file that libpam refuses is no error here: see
 * is_refused and is_undefined_behaviour. The caller ends ret_service with
 * mfa_service_done. MFA_ERR_NOTFOUND: neither it nor "other" exists; MFA_ERR_FULL: a file
 * includes itself, or too many lines; MFA_ERR_NOMEM, MFA_ERR_IO. */
int mfa_service_read(const struct mfa_pam_rootfs *rootfs, const char *name,
		     struct mfa_diag *diag, struct mfa_service *ret_service)
	MFA_MUST_CHECK;
/* The same, as one release of libpam reads it. */
int mfa_service_read_as(enum mfa_libpam version, const struct mfa_pam_rootfs *rootfs,
			const char *name, struct mfa_diag *diag,
			struct mfa_service *ret_service) MFA_MUST_CHECK;
void mfa_service_done(struct mfa_service *service);

/* The chain that libpam runs: the service's own, or that of "other". */
const struct mfa_stack *mfa_service_stack(const struct mfa_service *service,
					  enum mfa_facility facility);

/* The names of all services, sorted. The caller frees them (mfa_strings_done). */
int mfa_service_list(const struct mfa_pam_rootfs *rootfs, struct mfa_diag *diag,
		     struct mfa_strings *ret_names) MFA_MUST_CHECK;

/* Whether both are the same line of the same file. */
bool mfa_stack_line_is(const struct mfa_stack_line *one,
		       const struct mfa_stack_line *other);
/* Whether both name the same module, with the same arguments. */
bool mfa_stack_line_calls_alike(const struct mfa_stack_line *one,
				const struct mfa_stack_line *other);
/* Whether the line has this word as an argument. */
bool mfa_stack_line_has(const struct mfa_stack_line *line, const char *word);
/* The text after key (as "zone=") in the last argument that begins with it, or NULL. */
const char *mfa_stack_line_value(const struct mfa_stack_line *line, const char *key);
/* The module's name without folder ("pam_unix.so"); "" when the line has none. */
const char *mfa_stack_line_module(const struct mfa_stack_line *line);
