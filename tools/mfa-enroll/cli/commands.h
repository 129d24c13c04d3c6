/* The subcommands, one file each. */
#pragma once

#include "cli/app.h"

extern const struct command command_init;
extern const struct command command_add;
extern const struct command command_list;
extern const struct command command_show;
extern const struct command command_test;
extern const struct command command_suspend;
extern const struct command command_resume;
extern const struct command command_remove;
extern const struct command command_unlock;
extern const struct command command_retire;
extern const struct command command_adopt;
extern const struct command command_rename;
extern const struct command command_prune;
extern const struct command command_resync;
extern const struct command command_rekey;
extern const struct command command_verify;
extern const struct command command_yubikey;
extern const struct command command_check;
