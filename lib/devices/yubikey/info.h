/* SPDX-License-Identifier: BSD-2-Clause */
/* What keys of firmware 4.1 and later tell of themselves (device information): a second
 * way to the serial number, and how long they wait for a touch. */
#pragma once

#include "ports.h"

/* Fills in what port->info lacks, if the key tells it. */
void info_read(struct port *port);
