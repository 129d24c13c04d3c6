/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk.h"

#include <stdio.h>
#include <string.h>

#include "mfa/packet.h"

int desk_begin(const char *config, bool is_once, struct desk *ret_desk)
{
	*ret_desk = (struct desk){
		.config = config,
		.is_once = is_once,
		.connection = -1,
	};
	return mfa_secret_alloc(MFA_PACKET_SIZE, &ret_desk->packet);
}

void desk_done(struct desk *desk)
{
	mfa_site_done(&desk->site);
	mfa_secret_done(&desk->packet);
}

const char *desk_config(const struct desk *desk)
{
	return desk->config != NULL ? desk->config : MFA_CONFIG_PATH;
}

bool desk_has_config(const struct desk *desk, const char *path)
{
	return path[0] == '\0' || strcmp(path, desk_config(desk)) == 0;
}

void desk_use_config(struct desk *desk, const char *path)
{
	(void)snprintf(desk->once_config, sizeof desk->once_config, "%s", path);
	desk->config = desk->once_config;
}
