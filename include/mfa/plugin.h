/* SPDX-License-Identifier: BSD-2-Clause */
/* Plug-ins: code whose libraries are loaded only when it is needed. */
#pragma once

#include "mfa/base.h"

/* What a plug-in exports under the name "mfa_plugin". */
struct mfa_plugin {
	const char *version; /* MFA_VERSION, of the same build as its caller */
	const void *ops;     /* of the type that the kind of plug-in has */
};

/* Opens NAME.so in a folder (NULL: MFA_PLUGIN_DIR). Only root may be able to write file
 * and folder. It is never unloaded, as libraries below it keep data of threads.
 * MFA_ERR_NOTFOUND, MFA_ERR_UNSAFE; MFA_ERR_UNSUPPORTED: it cannot be loaded, or is of
 * another version. */
int mfa_plugin_open(const char *folder, const char *name, struct mfa_diag *diag,
		    const void **ret_ops) MFA_MUST_CHECK;
