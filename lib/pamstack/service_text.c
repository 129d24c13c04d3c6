/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/service_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "statement.h"

enum {
	JUMP_MAX = 1 << 20, /* behind any line */
};

static const char module_name[] = "pam_mfa.so";
static const char auth_line[] = "auth       required   pam_mfa.so\n";
static const char password_line[] = "auth       required   pam_unix.so\n";
static const char account_line[] = "account    required   pam_mfa.so\n";

static bool is_ours(const struct statement *statement)
{
	return strcmp(statement->module, module_name) == 0;
}

enum mfa_common_auth mfa_common_auth_kind(const char *text)
{
	static const char *const plain[] = { "pam_unix.so", "pam_deny.so",
					     "pam_permit.so" };
	struct statement_reader reader = statement_begin(text);
	struct statement statement;
	bool is_broken = false;
	bool has_password = false;
	while (statement_read(&reader, &statement, &is_broken)) {
		bool is_plain = statement_is_of(&statement, "auth");
		bool is_known = false;
		for (size_t i = 0; i < MFA_COUNT(plain); i++)
			is_known |= strcmp(statement.module, plain[i]) == 0;
		if (!is_plain || !is_known)
			return MFA_COMMON_MORE;
		has_password |= strcmp(statement.module, plain[0]) == 0;
	}
	return has_password && !is_broken ? MFA_COMMON_PLAIN : MFA_COMMON_MORE;
}

/* Where something is to be done in a text. */
struct place {
	bool is_found;
	size_t begin;
	size_t end;
};

struct places {
	struct place common;   /* the line that includes common-auth */
	struct place password; /* the first of pam_unix.so in the auth phase */
	struct place account;  /* the first of the account phase's common lines */
	struct place first_account;
	bool has_ours;
};

static void take_place(const struct statement *statement, struct place *place)
{
	if (!place->is_found)
		*place = (struct place){ true, statement->begin, statement->end };
}

static int find_places(const char *text, struct places *ret_places)
{
	struct statement_reader reader = statement_begin(text);
	struct statement statement;
	bool is_broken = false;
	while (statement_read(&reader, &statement, &is_broken)) {
		ret_places->has_ours |= is_ours(&statement);
		if (statement_includes(&statement, "auth", "common-auth"))
			take_place(&statement, &ret_places->common);
		else if (statement_includes(&statement, "account", "common-account"))
			take_place(&statement, &ret_places->account);
		else if (statement_is_of(&statement, "account"))
			take_place(&statement, &ret_places->first_account);
		else if (statement_is_of(&statement, "auth") &&
			 strcmp(statement.module, "pam_unix.so") == 0)
			take_place(&statement, &ret_places->password);
	}
	return is_broken ? MFA_ERR_INVALID : MFA_OK;
}

bool mfa_service_text_has_common(const char *text)
{
	struct places places = { .has_ours = false };
	return find_places(text, &places) == MFA_OK && places.common.is_found;
}

/* A text in which places are replaced, from the first to the last. */
struct draft {
	const char *text;
	size_t at;
	FILE *to;
};

static void copy_until(struct draft *draft, size_t until)
{
	(void)fwrite(draft->text + draft->at, 1, until - draft->at, draft->to);
	draft->at = until;
}

/* A line behind a last one without its line feed. */
static void put_line_end(const struct draft *draft)
{
	if (draft->at > 0 && draft->text[draft->at - 1] != '\n')
		(void)fputc('\n', draft->to);
}

static void put_auth(struct draft *draft, const struct places *places,
		     enum mfa_common_auth common)
{
	bool is_replaced = places->common.is_found && common == MFA_COMMON_PLAIN;
	const struct place *place =
		places->common.is_found ? &places->common : &places->password;
	copy_until(draft, is_replaced ? place->begin : place->end);
	if (is_replaced) {
		(void)fputs(password_line, draft->to);
		draft->at = place->end;
	} else {
		put_line_end(draft);
	}
	(void)fputs(auth_line, draft->to);
}

static void put_account(struct draft *draft, const struct place *place)
{
	if (!place->is_found)
		return;
	copy_until(draft, place->begin);
	(void)fputs(account_line, draft->to);
}

static void put_both(struct draft *draft, const struct places *places,
		     enum mfa_common_auth common)
{
	const struct place *account =
		places->account.is_found ? &places->account : &places->first_account;
	size_t auth_begin =
		places->common.is_found ? places->common.begin : places->password.begin;
	bool is_account_first = account->is_found && account->begin < auth_begin;
	if (is_account_first)
		put_account(draft, account);
	put_auth(draft, places, common);
	if (!is_account_first)
		put_account(draft, account);
}

/* Ends the draft: what is left of the text, and whether all of it was written. */
static int end_draft(struct draft *draft, char **text)
{
	copy_until(draft, strlen(draft->text));
	bool is_whole = ferror(draft->to) == 0;
	is_whole = fclose(draft->to) == 0 && is_whole;
	if (is_whole)
		return MFA_OK;
	mfa_free_string(text);
	return MFA_ERR_NOMEM;
}

int mfa_service_text_add(const char *text, enum mfa_common_auth common, char **ret_text)
{
	struct places places = { .has_ours = false };
	MFA_CLEANUP(mfa_free_string) char *made = NULL;
	size_t len = 0;
	int err = find_places(text, &places);
	if (err != MFA_OK)
		return err;
	if (places.has_ours)
		return MFA_ERR_EXISTS;
	if (!places.common.is_found && !places.password.is_found)
		return MFA_ERR_NOTFOUND;
	struct draft draft = { .text = text, .to = open_memstream(&made, &len) };
	if (draft.to == NULL)
		return MFA_ERR_NOMEM;
	put_both(&draft, &places, common);
	err = end_draft(&draft, &made);
	if (err == MFA_OK)
		*ret_text = MFA_TAKE(made);
	return err;
}

/* How many modules the line's longest jump passes over. */
static size_t longest_jump(const struct statement *statement)
{
	size_t longest = 0;
	const char *at = statement->is_bracketed ? statement->control : "";
	while ((at = strpbrk(at, "0123456789")) != NULL) {
		char *end = NULL;
		unsigned long jump = strtoul(at, &end, 10);
		if (jump > longest)
			longest = jump;
		at = end;
	}
	return longest < JUMP_MAX ? longest : JUMP_MAX;
}

/* "use_first_pass" behind pam_mfa.so, which had asked for the password as well. */
static void put_asking(struct draft *draft, const struct statement *statement)
{
	static const char given[] = "use_first_pass";
	const char *end = draft->text + statement->end;
	copy_until(draft, statement->begin);
	for (;;) {
		const char *found = strstr(draft->text + draft->at, given);
		if (found == NULL || found >= end)
			return;
		copy_until(draft, (size_t)(found - draft->text));
		(void)fputs("try_first_pass", draft->to);
		draft->at += strlen(given);
	}
}

/* What has been seen so far of one phase: how many modules, and the last one at which a
 * jump ends. */
struct seen {
	const char *phase;
	size_t count;
	size_t landing;
};

/* What an include has in it is not known: without it a jump seems to lead further. */
static bool has_include(const struct statement *statement)
{
	return strcasecmp(statement->control, "include") == 0 ||
	       strcasecmp(statement->control, "substack") == 0;
}

static bool has_jump_over(struct seen *seen, const struct statement *statement)
{
	size_t jump = longest_jump(statement);
	if (has_include(statement))
		return false;
	seen->count++;
	if (is_ours(statement) && seen->count <= seen->landing)
		return true;
	if (jump > 0 && seen->count + jump + 1 > seen->landing)
		seen->landing = seen->count + jump + 1;
	return false;
}

/* Whether a jump from a line before ends at this one of ours or behind it: without it the
 * jump would end elsewhere. */
static bool is_jumped_over(struct seen seen[static 4], const struct statement *statement)
{
	for (size_t i = 0; i < 4; i++)
		if (statement_is_of(statement, seen[i].phase))
			return has_jump_over(&seen[i], statement);
	return false;
}

static int put_without_ours(struct draft *draft, bool *ret_is_found)
{
	struct seen seen[4] = { { .phase = "auth" },
				{ .phase = "account" },
				{ .phase = "session" },
				{ .phase = "password" } };
	struct statement_reader reader = statement_begin(draft->text);
	struct statement statement;
	bool is_broken = false;
	*ret_is_found = false;
	while (statement_read(&reader, &statement, &is_broken)) {
		if (is_jumped_over(seen, &statement))
			return MFA_ERR_UNSUPPORTED;
		if (is_ours(&statement)) {
			copy_until(draft, statement.begin);
			draft->at = statement.end;
			*ret_is_found = true;
		} else if (*ret_is_found && statement_is_of(&statement, "auth")) {
			put_asking(draft, &statement);
		}
	}
	return is_broken ? MFA_ERR_INVALID : MFA_OK;
}

int mfa_service_text_remove(const char *text, char **ret_text)
{
	MFA_CLEANUP(mfa_free_string) char *made = NULL;
	size_t len = 0;
	bool is_found = false;
	struct draft draft = { .text = text, .to = open_memstream(&made, &len) };
	if (draft.to == NULL)
		return MFA_ERR_NOMEM;
	int err = put_without_ours(&draft, &is_found);
	int ended = end_draft(&draft, &made);
	if (err == MFA_OK)
		err = ended;
	if (err == MFA_OK && !is_found)
		err = MFA_ERR_NOTFOUND;
	if (err == MFA_OK)
		*ret_text = MFA_TAKE(made);
	return err;
}
