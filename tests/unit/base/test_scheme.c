/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/scheme.h"

#include "support.h"

static const struct mfa_scheme *table(size_t index)
{
	static const struct mfa_scheme schemes[] = {
		{ "file", "file:/PATH", true },
		{ "far", "far:HOST", false },
	};
	return index < MFA_COUNT(schemes) ? &schemes[index] : NULL;
}

static void a_source_has_a_scheme_and_an_address(void **state MFA_UNUSED)
{
	static const struct {
		const char *source;
		const char *name; /* NULL: none */
		const char *address;
	} cases[] = {
		{ "file:/a", "file", "/a" }, { "far:b:c", "far", "b:c" },
		{ "file:a", NULL, NULL },    { "file:", NULL, NULL },
		{ "far:", NULL, NULL },	     { "file", NULL, NULL },
		{ "fil:/a", NULL, NULL },    { "filed:/a", NULL, NULL },
		{ "", NULL, NULL },	     { ":/a", NULL, NULL },
		{ "FILE:/a", NULL, NULL },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		const struct mfa_scheme *found = mfa_scheme_find(table, cases[i].source);
		if (cases[i].name == NULL) {
			assert_null(found);
			continue;
		}
		assert_string_equal(found->name, cases[i].name);
		assert_string_equal(mfa_scheme_address(found, cases[i].source),
				    cases[i].address);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_has_a_scheme_and_an_address),
	};
	return group_main("scheme", tests);
}
