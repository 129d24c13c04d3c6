/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps of a visit. Each takes up the visit, works, sends what follows to the module,
 * and leaves in visit->wait what is to be waited for. None waits for anybody. */
#pragma once

#include "desk.h"
#include "visit.h"

/* A message has come on the connection. */
void steps_message(struct desk *desk, struct visit *visit);

/* The device has replied, or its time is over. visit->session.channel: its channel. */
void steps_device(struct desk *desk, struct visit *visit);

/* The module has gone. What was begun is concluded, counted and recorded. */
void steps_gone(struct desk *desk, struct visit *visit);
