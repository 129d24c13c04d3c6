/* SPDX-License-Identifier: BSD-2-Clause */
/* The commented sample configuration that init writes (docs/examples/mfa.conf). */
#pragma once

extern const char sample_config[];
