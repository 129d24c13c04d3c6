/* What the name service knows of people. Not through pam_modutil_getpwnam and its like:
 * without memory those of libpam 1.5.2 go round in a loop of 2^31 turns. */
#pragma once

#include "mfa/policy.h"

/* Whether it knows the user; MFA_MATCH_UNKNOWN when it cannot be asked. */
enum mfa_match people_is_known(const char *user);

/* Whether the user is the one whose real user id this process has. */
bool people_is_self(const char *user);

/* Whether the user is a member of the group. Unknown user, unknown group, a name service
 * that fails: MFA_MATCH_UNKNOWN. */
enum mfa_match people_is_member(const char *user, const char *group);
