/* Where the person sits: programs such as su and sudo do not tell PAM. */
#pragma once

#include <stdbool.h>

/* Whether the terminal (PAM_TTY, may be NULL) or this process belongs to a session that came
 * from another host, as far as the system has it written down: utmp, or logind's record of
 * the session. True when these are there and cannot be read. */
bool session_is_remote(const char *tty);
