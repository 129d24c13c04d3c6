/* SPDX-License-Identifier: BSD-2-Clause */
/* Samples of docs/examples that are written to this host: by init the commented
 * configuration, by enable sshd's drop-in and the service file of i3lock. */
#pragma once

extern const char sample_config[];
extern const char sample_sshd[];
extern const char sample_i3lock[];
