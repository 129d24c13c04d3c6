/* SPDX-License-Identifier: BSD-2-Clause */
/* A visit on its way between the parent and a worker, with its descriptors. */
#pragma once

#include "crowd.h"
#include "fold.h"

enum job_kind {
	JOB_MESSAGE, /* a message waits on the connection */
	JOB_DEVICE,  /* the device has replied, or is late */
	JOB_GONE,    /* the module has gone */
	JOB_LINE,    /* no module: the line that stands for others is to be written */
};

struct job {
	enum job_kind kind;	  /* to the worker */
	bool may_linger;	  /* to the worker, see worker.h */
	bool is_last;		  /* from the worker: it ends, another is wanted */
	bool is_answered;	  /* from the worker: the step was about an answer */
	struct crowd crowd;	  /* to the worker, with a first message */
	struct fold_list held;	  /* to the worker */
	struct fold_told told;	  /* from the worker */
	struct fold_repeats line; /* to the worker: JOB_LINE */
	struct visit visit;
};

/* Sends a job; descriptors of -1 are left out. The other side has duplicates. MFA_ERR_IO:
 * the other side has ended. */
int job_send(int socket, const struct job *job, int connection, int device)
	MFA_MUST_CHECK;

/* Waits for one. The caller closes the descriptors; -1: none came. MFA_ERR_ABORT: the
 * other side has ended. */
int job_receive(int socket, struct job *ret_job, int *ret_connection, int *ret_device)
	MFA_MUST_CHECK;
