/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-authd for the tests of one process: service.h with cmocka. */
#pragma once

/* Gives this process a /run of its own, in which a service of its own can listen, and
 * hides an mfa-authd that is installed on this machine. Once, and before the others. */
void service_fixture_prepare(void);

/* Starts the service with a configuration; ends the one before. */
void service_fixture_start(const char *config);
void service_fixture_stop(void);
