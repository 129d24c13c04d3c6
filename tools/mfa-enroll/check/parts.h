/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of "check", one file each: each looks at one thing and adds what it finds. */
#pragma once

#include "check/check.h"
#include "mfa/scheme.h"

void check_libpam(struct check *check);
void check_services(struct check *check);
void check_pam_modes(struct check *check);
void check_empty_passwords(struct check *check);
void check_sshd(struct check *check);
/* The table of programs.h: their switches, and the readers of the others. */
void check_programs(struct check *check);
void check_setuid(struct check *check);
void check_later(struct check *check);
void check_listeners(struct check *check);
void check_consoles(struct check *check);
void check_sudo(struct check *check);
void check_doas(struct check *check);
void check_polkit(struct check *check);
void check_files(struct check *check);
void check_authd(struct check *check);
/* Whether systemd starts the service, and it does not get to run; false without systemd.
 */
bool check_is_authd_failing(void);
void check_authd_paths(struct check *check);
void check_authd_names(struct check *check);
void check_logrotate(struct check *check);
void check_grace(struct check *check);
void check_local(struct check *check);
void check_host(struct check *check);
void check_udev(struct check *check);
void check_name_services(struct check *check);
void check_people(struct check *check);
void check_accounts(struct check *check);
void check_orphans(struct check *check);
void check_clock(struct check *check);
void check_guesses(struct check *check);
void check_locks(struct check *check);
void check_decoys(struct check *check);
void check_key_copy(struct check *check);
/* Whether what enable has changed waits for a confirmation. */
void check_on_trial(struct check *check);

/* Whether a folder is the system's or a person's, so that pam_mfa cannot have it alone.
 */
bool check_is_shared_folder(const char *path);

/* Whether a server asks PAM for that service. */
bool check_has_sshd_named(struct check *check, const char *service);

/* Whether sshd names hosts to PAM by addresses alone: UseDNS is off. */
bool check_has_sshd_addresses(struct check *check);

/* Whether sshd asks root for a password, from anywhere. */
bool check_lets_root_in_by_ssh(struct check *check);

/* Whether root may log in on a console of this machine, also a serial one. */
bool check_lets_root_in_at_console(struct check *check);
/* Whether there is a console at all, also a serial one. */
bool check_has_console(const struct check *check);
bool check_has_virtual_terminal(const struct check *check);

/* A program asks another service than its usual one: whether that one is proved. */
void check_chosen_service(struct check *check, const char *program,
			  struct check_place place, const char *service);

/* Whether the greeter of this autologin service logs in by itself, also if
 * that is not known. ret_name: the switch that is on, with its place, which the caller
 * frees; NULL: none is known. */
bool check_has_autologin(const struct check *check, const char *service, char **ret_name);

/* The path of a source of mfa.conf that is one on this host, borrowed; else NULL. */
const char *check_source_path(mfa_scheme_table table, const char *source);
