/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/stack.h"

#include <ctype.h>
#include <string.h>

#include "parse.h"
#include "reading.h"

static int parse_folder(struct parser *parser, bool is_named)
{
	MFA_CLEANUP(service_file_done) struct service_file own = { 0 };
	MFA_CLEANUP(service_file_done) struct service_file other = { 0 };
	int err = is_named ? service_file_read(parser->rootfs, parser->name, &own)
			   : MFA_ERR_NOTFOUND;
	parser->service->has_file = err == MFA_OK;
	if (err == MFA_OK)
		err = parse_source(parser, &own, parser->name);
	if (err != MFA_OK && err != MFA_ERR_NOTFOUND)
		return err;
	err = service_file_read(parser->rootfs, "other", &other);
	if (err == MFA_OK)
		return parse_source(parser, &other, "other");
	if (err == MFA_ERR_NOTFOUND && parser->service->has_file)
		return MFA_OK;
	return err;
}

static int parse_conf(struct parser *parser)
{
	MFA_CLEANUP(service_file_done) struct service_file file = { 0 };
	int err = service_file_read_conf(parser->rootfs, &file);
	if (err == MFA_OK)
		err = parse_source(parser, &file, NULL);
	for (int i = 0; i < MFA_FACILITIES; i++)
		if (parser->service->own[i].count > 0)
			parser->service->has_file = true;
	return err;
}

static char *copy_in_lower_case(const char *name)
{
	char *copy = strdup(name);
	for (char *at = copy; at != NULL && *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	return copy;
}

int mfa_service_read_as(enum mfa_libpam version, const struct mfa_pam_rootfs *rootfs,
			const char *name, struct mfa_diag *diag,
			struct mfa_service *ret_service)
{
	MFA_CLEANUP(mfa_service_done) struct mfa_service service = { 0 };
	struct mfa_diag why = { .text = "" };
	service.name = copy_in_lower_case(name != NULL ? name : "other");
	if (service.name == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	struct parser parser = { version, rootfs, &service, service.name, &why };
	int err = service_files_have_folder(rootfs) ? parse_folder(&parser, name != NULL)
						    : parse_conf(&parser);
	if (err == MFA_ERR_CONFIG) {
		service.is_refused = !service.is_undefined_behaviour;
		service.refusal = why;
	} else if (err != MFA_OK) {
		return mfa_fail(diag, err, "%s",
				why.text[0] != '\0' ? why.text : mfa_strerror(err));
	}
	*ret_service = service;
	service = (struct mfa_service){ 0 };
	return MFA_OK;
}

int mfa_service_read(const struct mfa_pam_rootfs *rootfs, const char *name,
		     struct mfa_diag *diag, struct mfa_service *ret_service)
{
	MFA_CLEANUP(mfa_service_done) struct mfa_service service = { 0 };
	int err = mfa_service_read_as(MFA_LIBPAM_1_5, rootfs, name, diag, &service);
	for (int i = MFA_LIBPAM_1_5 + 1; err == MFA_OK && i < MFA_LIBPAMS; i++) {
		MFA_CLEANUP(mfa_service_done) struct mfa_service other = { 0 };
		err = mfa_service_read_as((enum mfa_libpam)i, rootfs, name, diag, &other);
		if (err == MFA_OK)
			reading_compare(&service, &other);
	}
	if (err != MFA_OK)
		return err;
	*ret_service = service;
	service = (struct mfa_service){ 0 };
	return MFA_OK;
}
