/* SPDX-License-Identifier: BSD-2-Clause */
/* One login between two steps, as it is kept while a person or a device is waited for:
 * one block without secrets and without pointers, which any worker can take up. */
#pragma once

#include "mfa/auth.h"
#include "mfa/authd_protocol.h"
#include "mfa/charset.h"
#include "mfa/login_facts.h"
#include "mfa/peer.h"
#include "source.h"

enum {
	VISIT_TEXT_SIZE = MFA_AUTHD_TEXT_MAX + 1,
};

/* What the connection waits for. */
enum visit_wait {
	VISIT_BEGIN = 0, /* the module's first message */
	VISIT_REPLY,	 /* the person's reply */
	VISIT_DEVICE,	 /* a device's */
	VISIT_VERDICT,	 /* the verdict is sent: the module may refuse after all */
	VISIT_END,	 /* nothing: it is to be closed */
};

/* What the program said. */
struct visit_claims {
	enum mfa_authd_phase phase;
	char user[VISIT_TEXT_SIZE];
	char service[VISIT_TEXT_SIZE];
	char tty[VISIT_TEXT_SIZE];
	char rhost[VISIT_TEXT_SIZE];
	char display[VISIT_TEXT_SIZE];
	char zone[VISIT_TEXT_SIZE];
	char config[VISIT_TEXT_SIZE];
	uint32_t input_peer;
	bool wants_password;
	bool may_explain;
	bool is_debug;
	bool is_japanese;
	enum mfa_charset charset;
	bool has_passed; /* auth, in the same handle, as passed_uid's passed */
	bool has_passed_uid;
	uint32_t passed_uid;
	char passed_as[VISIT_TEXT_SIZE];
	char passed[VISIT_TEXT_SIZE];
};

/* What was found out at the beginning. */
struct visit_facts {
	bool has_peer; /* it was read when the connection was accepted */
	struct mfa_peer peer;
	enum mfa_place place;
	struct source source;
	bool is_nameless;
	bool is_from_itself;
	enum mfa_match is_known;
	int problem;
	uid_t uid;
	gid_t gid;
	bool is_typed; /* typed differs from name */
	char name[VISIT_TEXT_SIZE];
	char typed[VISIT_TEXT_SIZE];
	char zone[VISIT_TEXT_SIZE];
};

struct visit {
	int64_t accepted_ms; /* CLOCK_BOOTTIME */
	enum visit_wait wait;
	bool is_identified;
	struct visit_claims claims;
	struct visit_facts facts;
	struct mfa_auth_state state;
	struct mfa_auth_result result; /* its password is empty */
	struct mfa_device_session session;
};
