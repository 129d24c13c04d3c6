/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_bench.h"

#include <stdio.h>
#include <sys/stat.h>

#include "support.h"

static const char usual[] = "[host]\nzone = main\n[zone main]\nservices = *\n";

void open_bench(struct bench *bench, struct sandbox *box, const char *config)
{
	struct mfa_diag diag = { .text = "" };
	const struct mfa_pam_rootfs tree = { "", path_in(box, "pam.d") };
	bench->box = box;
	(void)mkdir(path_in(box, "pam.d"), 0700);
	write_text(path_in(box, "mfa.conf"), config[0] != '\0' ? config : usual);
	write_text(path_in(box, "pam.d/other"), "auth required pam_deny.so\n");
	assert_done(mfa_config_load(path_in(box, "mfa.conf"), &diag, &bench->config),
		    &diag);
	assert_int_equal(mfa_inspector_init(&bench->inspector, &tree, bench->config),
			 MFA_OK);
	assert_false(bench->inspector.knows_modules); /* not those of this machine */
}

void close_bench(struct bench *bench)
{
	mfa_inspection_done(&bench->result);
	mfa_inspector_done(&bench->inspector);
	mfa_config_free(bench->config);
}

enum mfa_grade judge(struct bench *bench, const char *service, const char *lines)
{
	char name[64];
	(void)snprintf(name, sizeof name, "pam.d/%s", service);
	write_text(path_in(bench->box, name), lines);
	bench->inspector.rootfs.folder = path_in(bench->box, "pam.d");
	mfa_inspection_done(&bench->result);
	assert_int_equal(mfa_inspect(&bench->inspector, service, &bench->result), MFA_OK);
	return bench->result.grade;
}

bool has_note(const struct bench *bench, enum mfa_advisory_kind kind)
{
	for (size_t i = 0; i < bench->result.advisory_count; i++)
		if (bench->result.advisories[i].kind == kind)
			return true;
	return false;
}
