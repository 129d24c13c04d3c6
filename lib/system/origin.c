/* SPDX-License-Identifier: BSD-2-Clause */
/* The decision; origin_read.c has where the facts come from. */
#include "mfa/origin.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mfa/text.h"

static bool is_empty(const char *text)
{
	return text == NULL || text[0] == '\0';
}

/* ":0", as lockers name a display of this machine. */
static bool is_display(const char *text)
{
	return !is_empty(text) && text[0] == ':';
}

static bool is_own_name(const char *rhost, const char *host)
{
	size_t len = strcspn(rhost, ".");
	if (is_empty(host))
		return false;
	return strcasecmp(rhost, host) == 0 ||
	       (strcspn(host, ".") == len && strncasecmp(rhost, host, len) == 0 &&
		(rhost[len] == '\0' || host[len] == '\0'));
}

static bool names_this_machine(const char *rhost, const char *host)
{
	static const char *const names[] = { "localhost", "localhost.localdomain", "::1",
					     "127.0.0.1" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcasecmp(rhost, names[i]) == 0)
			return true;
	return is_display(rhost) || is_own_name(rhost, host);
}

static bool is_at_seat(const struct origin_session *session)
{
	return session->is_there && !session->is_remote && session->is_by_root &&
	       (session->seat[0] != '\0' || session->vt != 0);
}

/* logind calls a session by its audit session's number; where the kernel keeps none, by a
 * number of its own behind a letter. A process that was put into the scope of another
 * session has not its number. */
static bool has_its_number(const struct origin *origin)
{
	char *end = NULL;
	unsigned long number = strtoul(origin->session.id, &end, 10);
	bool is_number = end != origin->session.id && *end == '\0';
	return is_number ? origin->is_audited && origin->audit_session == number
			 : !origin->is_audited;
}

/* Programs that serve somebody elsewhere, no matter who started them and where. What a
 * program says of itself makes no login local, but it may make one remote. */
static bool is_for_others(const char *service)
{
	static const char *const patterns[] = {
		"*vnc*", "*vino*", "*rdp*", "krfb*", "nx*",   "x2go*", "cockpit",
		"imap*", "pop*",   "smtp*", "sieve", "*ftp*", "http*", "sshd*",
	};
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
		if (!is_empty(service) && mfa_text_matches(patterns[i], service))
			return true;
	return false;
}

/* A program of a person's, inside a session: su, sudo, a screen locker. */
static bool is_in_local_session(const struct origin *origin)
{
	return origin->is_in_scope && is_at_seat(&origin->session) &&
	       !origin->session.is_greeter && has_its_number(origin);
}

/* login(1), which getty starts on a virtual terminal. */
static bool is_login_at_console(const struct origin *origin)
{
	return origin->real_uid == 0 && origin->vt != 0 && !origin->is_in_scope;
}

/* A display manager, for the person in front of its greeter. */
static bool is_behind_greeter(const struct origin *origin,
			      const struct origin_claims *claims)
{
	const struct origin_session *greeter = &origin->greeter;
	return origin->real_uid == 0 && origin->is_in_service && greeter->is_greeter &&
	       is_at_seat(greeter) && !is_empty(claims->display) &&
	       strcmp(greeter->display, claims->display) == 0;
}

static bool is_at_machine(const struct origin *origin, const struct origin_claims *claims)
{
	if (origin->has_logind)
		return is_in_local_session(origin) || is_login_at_console(origin) ||
		       is_behind_greeter(origin, claims);
	return origin->vt != 0 || origin->vt_above != 0;
}

/* A locker, which is its user's, may name this machine, as PAM's manual for applications
 * wants it; a service of the network that does has a tunnel's other end in front of it.
 */
bool origin_may_be_local(uid_t real_uid, const struct origin_claims *claims)
{
	if (is_for_others(claims->service))
		return false;
	return is_empty(claims->rhost) ||
	       (names_this_machine(claims->rhost, claims->host) && real_uid != 0);
}

bool origin_proves_local(const struct origin *origin, const struct origin_claims *claims)
{
	return origin_may_be_local(origin->real_uid, claims) &&
	       is_at_machine(origin, claims);
}

bool origin_is_here(const struct origin *origin)
{
	bool is_behind_any_greeter = origin->real_uid == 0 && origin->is_in_service &&
				     origin->greeter.is_greeter &&
				     is_at_seat(&origin->greeter);
	if (origin->has_logind)
		return is_in_local_session(origin) || is_login_at_console(origin) ||
		       is_behind_any_greeter;
	return origin->vt != 0 || origin->vt_above != 0;
}

bool origin_is_own(const struct origin *origin, uid_t user)
{
	if (origin->is_in_scope)
		return origin->session.is_there && origin->session.uid == user;
	/* login(1) and display managers, before the session */
	return origin->real_uid == 0 || origin->real_uid == user;
}
