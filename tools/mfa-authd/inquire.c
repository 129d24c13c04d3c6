/* SPDX-License-Identifier: BSD-2-Clause */
#include "inquire.h"

#include <stdio.h>

#include <sodium.h>

#include "channel.h"
#include "mfa/peer.h"

enum {
	STATE_SIZE = 2048
};

static void describe(const struct desk *desk, int err, const struct mfa_diag *diag,
		     char ret_text[static STATE_SIZE])
{
	char hash[2 * MFA_CONFIG_HASH_SIZE + 1] = "";
	const struct mfa_config *config = desk->site.config;
	if (config != NULL)
		(void)sodium_bin2hex(hash, sizeof hash, config->hash,
				     sizeof config->hash);
	(void)snprintf(ret_text, STATE_SIZE,
		       "version: %s\nconfiguration: %s\nhash: %s\n%s%s%s", MFA_VERSION,
		       desk_config(desk), hash, err != MFA_OK ? "problem: " : "",
		       err != MFA_OK ? diag->text : "", err != MFA_OK ? "\n" : "");
}

void inquire_answer(struct desk *desk, const struct visit *visit)
{
	char text[STATE_SIZE];
	struct mfa_peer peer;
	struct mfa_diag diag = { .text = "" };
	if (mfa_peer_read(desk->connection, visit->accepted_ms, &peer) != MFA_OK ||
	    peer.uid != 0)
		return;
	int err = mfa_site_refresh(desk->config, &diag, &desk->site);
	if (err == MFA_OK)
		err = mfa_site_open(&desk->site, &diag);
	describe(desk, err, &diag, text);
	if (err == MFA_OK)
		mfa_site_close(&desk->site);
	channel_send(desk, MFA_AUTHD_STATE, text);
}
