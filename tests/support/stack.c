/* SPDX-License-Identifier: BSD-2-Clause */
#include "stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "service_fixture.h"

const char *module_path;

static char *reply_to(struct talk *talk, const struct pam_message *message)
{
	const char *text = NULL;
	switch (message->msg_style) {
	case PAM_PROMPT_ECHO_OFF:
		talk->asked++;
		(void)snprintf(talk->prompt, sizeof talk->prompt, "%s", message->msg);
		if (talk->meanwhile != NULL)
			talk->meanwhile(talk->handle);
		text = talk->answer;
		break;
	case PAM_PROMPT_ECHO_ON:
		text = talk->name;
		break;
	default:
		talk->told++;
		(void)snprintf(talk->line, sizeof talk->line, "%s", message->msg);
		text = talk->answers_lines ? talk->answer : NULL;
		break;
	}
	return text != NULL ? strdup(text) : NULL;
}

static int converse(int count, const struct pam_message **messages,
		    struct pam_response **ret_responses, void *context)
{
	struct talk *talk = context;
	struct pam_response *responses = calloc((size_t)count, sizeof *responses);
	if (responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		responses[i].resp = reply_to(talk, messages[i]);
	if (talk->code == PAM_SUCCESS && !talk->gives_nothing) {
		*ret_responses = responses;
		return PAM_SUCCESS;
	}
	for (int i = 0; i < count; i++)
		free(responses[i].resp);
	free(responses);
	*ret_responses = NULL;
	return talk->code;
}

static void prepare(struct stack *stack)
{
	struct sandbox *box = &stack->host.box;
	enroll(stack->host.host.store, "root", &totp_spec, 1);
	(void)snprintf(stack->services, sizeof stack->services, "%s",
		       path_in(box, "pam.d"));
	assert_int_equal(mkdir(stack->services, 0755), 0);
	service_fixture_start(path_in(box, "mfa.conf"));
}

int stack_setup(void **state)
{
	struct stack *stack = calloc(1, sizeof *stack);
	if (stack == NULL)
		return -1;
	*state = stack;
	host_open(&stack->host, "", "");
	prepare(stack);
	return 0;
}

static void end(struct stack *stack)
{
	if (stack->handle != NULL)
		(void)pam_end(stack->handle, PAM_SUCCESS);
	stack->handle = NULL;
}

int stack_teardown(void **state)
{
	struct stack *stack = *state;
	end(stack);
	service_fixture_stop();
	host_close(&stack->host);
	free(stack);
	return 0;
}

void stack_configure(struct stack *stack, const char *host_lines, const char *zone_lines)
{
	end(stack);
	host_close(&stack->host);
	host_open(&stack->host, host_lines, zone_lines);
	prepare(stack);
}

static void write_line(FILE *file, const char *line, const char *config)
{
	const char *colon = strchr(line, ':');
	if (colon == NULL)
		(void)fprintf(file, "%s\n", line);
	else
		(void)fprintf(file, "%.*s required %s conf=%s%s\n", (int)(colon - line),
			      line, module_path, config, colon + 1);
}

void stack_write(struct stack *stack, const char *service, const char *lines)
{
	char name[64];
	const char *config = path_in(&stack->host.box, "mfa.conf");
	(void)snprintf(name, sizeof name, "pam.d/%s", service);
	FILE *file = fopen(path_in(&stack->host.box, name), "w");
	char *copy = strdup(lines);
	char *rest = copy;
	assert_true(file != NULL && copy != NULL);
	for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n"))
		write_line(file, line, config);
	free(copy);
	assert_int_equal(fclose(file), 0);
}

static void come_from_elsewhere(struct stack *stack)
{
	char address[32];
	unsigned number = stack->logins++;
	(void)snprintf(address, sizeof address, "10.0.%u.%u", number / 250 % 250,
		       number % 250 + 1);
	assert_int_equal(pam_set_item(stack->handle, PAM_RHOST, address), PAM_SUCCESS);
}

void stack_start(struct stack *stack, const char *service, const char *user)
{
	const struct pam_conv conv = { converse, &stack->talk };
	end(stack);
	stack->talk.asked = stack->talk.told = 0;
	stack->talk.prompt[0] = stack->talk.line[0] = '\0';
	assert_int_equal(
		pam_start_confdir(service, user, &conv, stack->services, &stack->handle),
		PAM_SUCCESS);
	stack->talk.handle = stack->handle;
	if (stack->is_from_everywhere)
		come_from_elsewhere(stack);
}

int stack_authenticate(struct stack *stack, const char *user, const char *answer)
{
	stack->talk.answer = answer;
	stack_start(stack, "test", user);
	return pam_authenticate(stack->handle, 0);
}

int stack_login(struct stack *stack, const char *user, const char *answer)
{
	stack_write(stack, "test", "auth:");
	return stack_authenticate(stack, user, answer);
}

struct code code_now(void)
{
	return code_of(&totp_spec, (uint64_t)time(NULL) / 30);
}

struct code wrong_code_now(void)
{
	return wrong_code(&totp_spec, (uint64_t)time(NULL) / 30);
}

char *last_audit_line(struct stack *stack)
{
	char *trail = read_text(path_in(&stack->host.box, "audit.jsonl"));
	size_t len = strlen(trail);
	assert_true(len > 0 && trail[len - 1] == '\n');
	trail[len - 1] = '\0';
	const char *newline = strrchr(trail, '\n');
	if (newline != NULL)
		memmove(trail, newline + 1, strlen(newline + 1) + 1);
	return trail;
}
