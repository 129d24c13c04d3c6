/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/site.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

static void load_again(struct test_host *host)
{
	mfa_site_done(&host->host);
	struct mfa_diag diag = { .text = "" };
	int err = mfa_site_load(path_in(&host->box, "mfa.conf"), &diag, &host->host);
	assert_done(err, &diag);
}

static void loading_opens_nothing_yet(void **state)
{
	struct test_host *host = *state;
	load_again(host);
	assert_non_null(host->host.config);
	assert_null(host->host.store);
	assert_null(host->host.audit);
}

static void opening_makes_all_ready(void **state)
{
	struct test_host *host = *state;
	load_again(host);
	struct mfa_diag diag = { .text = "" };
	assert_int_equal(mfa_site_open(&host->host, &diag), MFA_OK);
	assert_non_null(host->host.store);
	assert_non_null(host->host.audit);
}

static void assert_cannot_open(struct test_host *host, int wanted, const char *words)
{
	struct mfa_diag diag = { .text = "" };
	load_again(host);
	assert_int_equal(mfa_site_open(&host->host, &diag), wanted);
	assert_null(host->host.store);
	assert_null(host->host.audit);
	if (strstr(diag.text, words) == NULL)
		fail_msg("\"%s\" does not tell \"%s\"", diag.text, words);
}

static void without_its_key_a_host_is_shut(void **state)
{
	struct test_host *host = *state;
	assert_int_equal(unlink(path_in(&host->box, "store.key")), 0);
	assert_cannot_open(host, MFA_ERR_NOTFOUND, "store.key");
	write_text(path_in(&host->box, "store.key"), "short");
	assert_cannot_open(host, MFA_ERR_INVALID, "store.key");
}

static void without_its_store_a_host_is_shut(void **state)
{
	struct test_host *host = *state;
	assert_int_equal(
		rename(path_in(&host->box, "store"), path_in(&host->box, "gone")), 0);
	assert_cannot_open(host, MFA_ERR_NOTFOUND, "store");
	assert_int_equal(
		rename(path_in(&host->box, "gone"), path_in(&host->box, "store")), 0);
	assert_int_equal(chmod(path_in(&host->box, "store/users"), 0775), 0);
	assert_cannot_open(host, MFA_ERR_UNSAFE, "users");
}

static void without_a_configuration_a_host_is_shut(void **state MFA_UNUSED)
{
	struct mfa_site none = { .config = NULL, .key_hold = -1 };
	struct mfa_diag diag = { .text = "" };
	assert_int_equal(mfa_site_open(&none, &diag), MFA_ERR_CONFIG);
	assert_string_not_equal(diag.text, "");
	mfa_site_close(&none);
	mfa_site_done(&none);
}

static void a_bad_configuration_is_not_loaded(void **state)
{
	struct test_host *host = *state;
	struct mfa_site other = { 0 };
	struct mfa_diag diag = { .text = "" };
	write_text(path_in(&host->box, "bad.conf"), "[host]\nno = 1\n[zone a]\n");
	assert_int_equal(mfa_site_load(path_in(&host->box, "bad.conf"), &diag, &other),
			 MFA_ERR_CONFIG);
	assert_null(other.config);
	assert_non_null(strstr(diag.text, "bad.conf:2:"));
}

/* Of a process that serves one login after the other. */
static void append_line_of_kept(struct test_host *host, struct mfa_site *site)
{
	struct mfa_diag diag = { .text = "" };
	const struct mfa_event event = { .event = "auth", .time = 1 };
	assert_done(mfa_site_refresh(path_in(&host->box, "mfa.conf"), &diag, site),
		    &diag);
	assert_done(mfa_site_open(site, &diag), &diag);
	/* no test waits for files to be old enough */
	site->part_files.is_unsettled = site->config_files.is_unsettled = false;
	assert_done(mfa_audit_append(site->audit, &event, &diag), &diag);
	mfa_site_close(site);
	assert_true(site->is_resting);
}

static void a_trail_that_was_moved_away_is_begun_anew(void **state)
{
	struct test_host *host = *state;
	struct mfa_site site = { .config = NULL };
	load_again(host);
	const char *path = host->host.config->audit;
	char moved[256];
	(void)snprintf(moved, sizeof moved, "%s.1", path);
	append_line_of_kept(host, &site);
	append_line_of_kept(host, &site);
	append_line_of_kept(host, &site);
	assert_int_equal(rename(path, moved), 0);
	append_line_of_kept(host, &site);
	mfa_site_done(&site);
	char *text = read_text(path);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	free(text);
}

static void ending_twice_is_fine(void **state MFA_UNUSED)
{
	struct mfa_site host = { 0 };
	mfa_site_done(&host);
	mfa_site_done(&host);
	assert_null(host.config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_host(loading_opens_nothing_yet),
		on_host(opening_makes_all_ready),
		on_host(without_its_key_a_host_is_shut),
		on_host(without_its_store_a_host_is_shut),
		cmocka_unit_test(without_a_configuration_a_host_is_shut),
		on_host(a_bad_configuration_is_not_loaded),
		on_host(a_trail_that_was_moved_away_is_begun_anew),
		cmocka_unit_test(ending_twice_is_fine),
	};
	return group_main("site", tests);
}
