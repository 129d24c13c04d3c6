/* SPDX-License-Identifier: BSD-2-Clause */
#include "locked_work.h"

struct locked_work locked_work_begin(const struct mfa_auth_request *request)
{
	struct locked_work work = { .request = request,
				    .was_open = request->site->is_open };
	if (request->begin_work != NULL)
		request->begin_work(request->context);
	return work;
}

int locked_work_open(const struct locked_work *work, struct mfa_diag *diag)
{
	return mfa_site_open(work->request->site, diag);
}

void locked_work_end(struct locked_work *work)
{
	const struct mfa_auth_request *request = work->request;
	if (request == NULL)
		return;
	work->request = NULL;
	if (!work->was_open)
		mfa_site_close(request->site);
	if (request->end_work != NULL)
		request->end_work(request->context);
}
