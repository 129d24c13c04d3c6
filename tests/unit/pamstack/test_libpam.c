/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/libpam.h"

#include <sys/stat.h>

#include "support.h"

#define STANZA(status, version) \
	"Package: libpam0g\nStatus: install ok " status "\nVersion: " version "\n\n"

static void write_database(struct sandbox *box, const char *text)
{
	(void)mkdir(path_in(box, "var"), 0755);
	(void)mkdir(path_in(box, "var/lib"), 0755);
	(void)mkdir(path_in(box, "var/lib/dpkg"), 0755);
	write_text(path_in(box, "var/lib/dpkg/status"), text);
}

static void the_package_tells_the_release(void **state)
{
	static const struct {
		const char *text;
		const char *version;
	} cases[] = {
		{ "Package: libpam-modules\nStatus: install ok installed\nVersion: 9\n\n"
		  "Package: libpam0g\nStatus: install ok installed\nVersion: "
		  "1.5.2-6+deb12u2\n",
		  "1.5.2" },
		{ STANZA("installed", "1:1.7.0-5"), "1.7.0" },
		{ STANZA("installed", "1.9"), "1.9" },
		/* two architectures */
		{ STANZA("installed", "1.7.0-5") STANZA("installed", "1.9-1"), "1.9" },
		{ STANZA("installed", "1.9-1") STANZA("installed", "1.7.0-5"), "1.9" },
		/* removed, and left over */
		{ STANZA("config-files", "1.9-1") STANZA("installed", "1.7.0-5"),
		  "1.7.0" },
	};
	struct sandbox *box = *state;
	char version[MFA_LIBPAM_VERSION_SIZE];
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		write_database(box, cases[i].text);
		assert_int_equal(mfa_libpam_find(box->root, version), MFA_OK);
		assert_string_equal(version, cases[i].version);
	}
}

static void without_a_package_there_is_no_release(void **state)
{
	struct sandbox *box = *state;
	char version[MFA_LIBPAM_VERSION_SIZE];
	assert_int_equal(mfa_libpam_find(box->root, version), MFA_ERR_NOTFOUND);
	write_database(box, "Package: x\nVersion: 1.7.0-5\n");
	assert_int_equal(mfa_libpam_find(box->root, version), MFA_ERR_NOTFOUND);
	write_database(box, STANZA("not-installed", "1.7.0-5"));
	assert_int_equal(mfa_libpam_find(box->root, version), MFA_ERR_NOTFOUND);
}

static void a_release_is_known_by_its_whole_number(void **state MFA_UNUSED)
{
	assert_true(mfa_libpam_is_known("1.5.2"));
	assert_true(mfa_libpam_is_known("1.7.0"));
	assert_false(mfa_libpam_is_known("1.5"));
	assert_false(mfa_libpam_is_known("1.5.20"));
	assert_false(mfa_libpam_is_known("1.8.0"));
	assert_false(mfa_libpam_is_known(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(the_package_tells_the_release),
		in_sandbox(without_a_package_there_is_no_release),
		cmocka_unit_test(a_release_is_known_by_its_whole_number),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
