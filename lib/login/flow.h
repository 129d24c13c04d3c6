/* SPDX-License-Identifier: BSD-2-Clause */
/* What the steps of the person and those of the devices share: the next one, and the
 * end. Each changes the state's step, and returns it. */
#pragma once

#include "mfa/auth.h"

#include "conclude.h"

/* The first kind of device, from there on, that this login may use; mfa_device_count:
 * none. */
unsigned flow_find_device(const struct mfa_auth_request *request, unsigned from);

enum mfa_auth_step flow_end(const struct mfa_auth_request *request,
			    struct mfa_auth_state *state,
			    const struct conclusion *conclusion,
			    struct mfa_auth_result *result);

/* The end of a login that no device has answered. Where a code was refused before, that
 * is the result, and has its line. */
enum mfa_auth_step flow_end_unanswered(const struct mfa_auth_request *request,
				       struct mfa_auth_state *state,
				       const struct conclusion *conclusion,
				       struct mfa_auth_result *result);

/* A caller's fault, which must let nobody in. The line of a login that has ended is
 * written already. answer: wiped; or NULL. */
enum mfa_auth_step flow_refuse(const struct mfa_auth_request *request,
			       struct mfa_auth_state *state, struct mfa_secret *answer,
			       struct mfa_auth_result *result);

/* Counts a question that is over, and puts another, if any is left. */
bool flow_may_ask_again(const struct mfa_auth_request *request,
			struct mfa_auth_state *state);

/* The same; else the login ends with the state's problem. */
enum mfa_auth_step flow_ask_again(const struct mfa_auth_request *request,
				  struct mfa_auth_state *state,
				  struct mfa_auth_result *result);

enum mfa_auth_step flow_ask_device(struct mfa_auth_state *state);
