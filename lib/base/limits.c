/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/limits.h"

enum {
	MIB = 1024 * 1024,
	DESCRIPTORS = 1024 * 1024, /* Linux's default of fs.nr_open */
};

/* A limit of `enough` or more is not changed. */
static const struct {
	int resource;
	rlim_t enough;
	rlim_t wanted;
} limits[] = {
	{ RLIMIT_FSIZE, RLIM_INFINITY, RLIM_INFINITY },
	{ RLIMIT_CPU, RLIM_INFINITY, RLIM_INFINITY },
	{ RLIMIT_RTTIME, RLIM_INFINITY, RLIM_INFINITY },
	{ RLIMIT_AS, RLIM_INFINITY, RLIM_INFINITY },
	{ RLIMIT_DATA, RLIM_INFINITY, RLIM_INFINITY },
	{ RLIMIT_STACK, MIB, 8 * MIB },
	{ RLIMIT_MEMLOCK, MIB, RLIM_INFINITY },
	/* a caller may have opened all descriptors below the limit */
	{ RLIMIT_NOFILE, DESCRIPTORS, DESCRIPTORS },
};

_Static_assert(MFA_COUNT(limits) == MFA_LIMITS, "a place for each");

static rlim_t greater_limit(rlim_t a, rlim_t b)
{
	return a > b ? a : b; /* RLIM_INFINITY is the greatest */
}

/* Without the capability to raise the hard limit: up to the hard limit. */
static bool raise_limit(size_t i, struct rlimit *ret_before)
{
	__rlimit_resource_t resource = (__rlimit_resource_t)limits[i].resource;
	if (getrlimit(resource, ret_before) != 0 ||
	    ret_before->rlim_cur >= limits[i].enough)
		return false;
	const struct rlimit wanted = {
		limits[i].wanted, greater_limit(ret_before->rlim_max, limits[i].wanted)
	};
	const struct rlimit most = { ret_before->rlim_max, ret_before->rlim_max };
	return setrlimit(resource, &wanted) == 0 || setrlimit(resource, &most) == 0;
}

void mfa_limits_raise(struct mfa_limits *ret_limits)
{
	for (size_t i = 0; i < MFA_LIMITS; i++)
		ret_limits->is_changed[i] = raise_limit(i, &ret_limits->before[i]);
}

void mfa_limits_restore(struct mfa_limits *changed)
{
	for (size_t i = 0; i < MFA_LIMITS; i++)
		if (changed->is_changed[i])
			(void)setrlimit((__rlimit_resource_t)limits[i].resource,
					&changed->before[i]);
	*changed = (struct mfa_limits){ 0 };
}
