/* SPDX-License-Identifier: BSD-2-Clause */
/* tools/mfa-authd/inquire.c, as root asks. */
#include "inquire.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "desk_fixture.h"

static struct desk_fixture at;
static char text[MFA_PACKET_SIZE + 1];

static int setup(void **state MFA_UNUSED)
{
	desk_fixture_open(&at, "");
	return 0;
}

static int teardown(void **state MFA_UNUSED)
{
	desk_fixture_close(&at);
	return 0;
}

#define at_desk(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void inquire(void)
{
	desk_fixture_connect(&at, 0);
	desk_fixture_send(&at, MFA_AUTHD_INQUIRE, "", 0);
	assert_int_equal(at.visit.wait, VISIT_END);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_STATE);
	memcpy(text, at.module.payload.data, at.module.payload.len);
	text[at.module.payload.len] = '\0';
}

static void a_sound_service_names_what_it_reads(void **state MFA_UNUSED)
{
	char line[256];
	char hash[2 * MFA_CONFIG_HASH_SIZE + 1];
	inquire();
	assert_non_null(strstr(text, "version: " MFA_VERSION "\n"));
	(void)snprintf(line, sizeof line, "configuration: %s\n",
		       path_in(&at.host.box, "mfa.conf"));
	assert_non_null(strstr(text, line));
	(void)sodium_bin2hex(hash, sizeof hash, at.host.host.config->hash,
			     MFA_CONFIG_HASH_SIZE);
	(void)snprintf(line, sizeof line, "hash: %s\n", hash);
	assert_non_null(strstr(text, line));
	assert_null(strstr(text, "problem: "));
	assert_false(at.desk.site.is_open); /* no key is kept for it */
}

static void a_change_of_the_configuration_is_seen(void **state MFA_UNUSED)
{
	char before[sizeof text];
	inquire();
	memcpy(before, text, sizeof before);
	char *config = read_text(path_in(&at.host.box, "mfa.conf"));
	char *more = NULL;
	assert_true(asprintf(&more, "%stitle = x\n", config) > 0);
	write_text(path_in(&at.host.box, "mfa.conf"), more);
	inquire();
	assert_string_not_equal(before, text);
	assert_null(strstr(text, "problem: "));
	free(more);
	free(config);
}

static void what_keeps_logins_out_is_told(void **state MFA_UNUSED)
{
	assert_int_equal(unlink(path_in(&at.host.box, "store.key")), 0);
	inquire();
	const char *problem = strstr(text, "problem: ");
	assert_non_null(problem);
	assert_non_null(strstr(problem, "store.key"));
	write_text(path_in(&at.host.box, "mfa.conf"), "[host]\nzzz = 1\n");
	inquire();
	problem = strstr(text, "problem: ");
	assert_non_null(problem);
	assert_non_null(strstr(problem, "mfa.conf:2"));
}

/* Else the next login would find it as it must be, and nobody would know. */
static void a_mode_that_it_mends_is_in_the_trail(void **state MFA_UNUSED)
{
	assert_int_equal(chmod(path_in(&at.host.box, "store.key"), 0440), 0);
	inquire();
	desk_fixture_assert_line(&at, "\"event\":\"mode.mend\"");
	desk_fixture_assert_line(&at, "store.key: its mode was 0440 and is now 0400");
}

static void make_read_only(const char *place)
{
	unsigned long flags = MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV;
	assert_int_equal(mount(place, place, "none", MS_BIND, NULL), 0);
	assert_int_equal(mount("none", place, "none", flags, NULL), 0);
}

/* As in a sandbox that allows other places than mfa.conf names: all can be read. */
static void what_can_only_be_read_is_told(void **state MFA_UNUSED)
{
	static const char *const names[] = { "store/users", "audit.jsonl" };
	write_text(path_in(&at.host.box, "audit.jsonl"), "");
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL), 0);
	for (size_t i = 0; i < MFA_COUNT(names); i++) {
		make_read_only(path_in(&at.host.box, names[i]));
		inquire();
		assert_int_equal(umount(path_in(&at.host.box, names[i])), 0);
		assert_non_null(strstr(text, "problem: "));
		const char *unwritable = strstr(text, "\nunwritable: ");
		assert_non_null(unwritable);
		assert_non_null(strstr(unwritable, names[i]));
	}
	inquire();
	assert_null(strstr(text, "problem: "));
}

static int test_site(struct mfa_diag *diag)
{
	const char *config = path_in(&at.host.box, "mfa.conf");
	diag->text[0] = '\0';
	return inquire_test(config, diag);
}

static void spoil(const char *user, long where)
{
	char name[64];
	(void)snprintf(name, sizeof name, "store/users/%s", user);
	FILE *file = fopen(path_in(&at.host.box, name), "r+");
	assert_non_null(file);
	for (long slot = 0; slot < 2; slot++) {
		assert_int_equal(fseek(file, slot * 8192 + where, SEEK_SET), 0);
		assert_int_equal(fputc(2, file), 2);
	}
	assert_int_equal(fclose(file), 0);
}

/* Whoever has that record is refused, and all others are not. */
static void one_damaged_record_keeps_no_service_from_its_start(void **state MFA_UNUSED)
{
	struct mfa_diag diag;
	assert_int_equal(test_site(&diag), MFA_OK);
	enroll(at.host.host.store, "jiro", &totp_spec, 1);
	spoil("root", 100);
	assert_int_equal(test_site(&diag), MFA_OK);
	spoil("jiro", 100);
	assert_int_equal(test_site(&diag), MFA_ERR_INTEGRITY);
	assert_non_null(strstr(diag.text, "store/users/"));
}

/* Then this is an older version than the one that wrote it, and more will follow. */
static void one_record_of_a_newer_version_does(void **state MFA_UNUSED)
{
	struct mfa_diag diag;
	enroll(at.host.host.store, "jiro", &totp_spec, 1);
	spoil("jiro", 4);
	assert_int_equal(test_site(&diag), MFA_ERR_UNSUPPORTED);
	assert_non_null(strstr(diag.text, "of a newer version"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		at_desk(a_sound_service_names_what_it_reads),
		at_desk(a_change_of_the_configuration_is_seen),
		at_desk(what_keeps_logins_out_is_told),
		at_desk(a_mode_that_it_mends_is_in_the_trail),
		at_desk(one_damaged_record_keeps_no_service_from_its_start),
		at_desk(one_record_of_a_newer_version_does),
		at_desk(what_can_only_be_read_is_told), /* in a namespace of its own */
	};
	return group_main("inquire", tests);
}
