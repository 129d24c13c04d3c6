/* SPDX-License-Identifier: BSD-2-Clause */
/* The built pam_mfa.so in PAM stacks of a test's own, over a scripted conversation. */
#pragma once

#include <security/pam_appl.h>

#include "support.h"

/* A conversation, and what it saw. */
struct talk {
	const char *answer; /* to prompts without echo; NULL: a reply without text */
	const char *name;   /* to prompts with echo; NULL: as above */
	int code;	    /* not PAM_SUCCESS: returned instead of replies */
	bool answers_lines; /* also lines that ask nothing, with the answer */
	bool gives_nothing; /* returns PAM_SUCCESS without replies */
	/* Called at each prompt without echo, before the answer. */
	void (*meanwhile)(pam_handle_t *handle);
	pam_handle_t *handle;
	unsigned asked; /* prompts without echo */
	unsigned told;
	char prompt[256];
	char line[1024];
};

struct stack {
	struct test_host host;
	struct talk talk;
	pam_handle_t *handle; /* NULL until stack_start */
	char services[64];    /* the folder of the service files */
	/* Each login comes from another address: the service has none of them wait
	 * for the wrong codes of the others. */
	bool is_from_everywhere;
	unsigned logins;
};

/* Where the module was built: the test program's first argument. */
extern const char *module_path;

/* For cmocka: *state is a struct stack with the default configuration; root is enrolled
 * with totp_spec, daemon is known and has no record. */
int stack_setup(void **state);
int stack_teardown(void **state);
#define in_stack(test) cmocka_unit_test_setup_teardown(test, stack_setup, stack_teardown)

/* Another configuration: zone_lines as in host_open. */
void stack_configure(struct stack *stack, const char *host_lines, const char *zone_lines);

/* Writes a service file. Each line "TYPE: WORDS" becomes "TYPE required pam_mfa.so
 * conf=... WORDS"; other lines stay as they are. */
void stack_write(struct stack *stack, const char *service, const char *lines);

/* Begins a transaction, after ending the one before. user may be NULL. */
void stack_start(struct stack *stack, const char *service, const char *user);

/* What pam_authenticate says of the service "test", which was written before. */
int stack_authenticate(struct stack *stack, const char *user, const char *answer);

/* The service "test" with auth by pam_mfa alone, and one login through it. */
int stack_login(struct stack *stack, const char *user, const char *answer);

/* The code of totp_spec that is right now. A test that uses two of them in a row must
 * know that time goes on. */
struct code code_now(void);
struct code wrong_code_now(void);

/* The audit trail's last line; the caller frees it. */
char *last_audit_line(struct stack *stack);
