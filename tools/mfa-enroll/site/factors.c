/* SPDX-License-Identifier: BSD-2-Clause */
#include "site/factors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/terminal.h"
#include "mfa/factor.h"
#include "site/sample.h"

enum {
	LIST_SIZE = 128
};

static const struct {
	enum mfa_kind kind;
	const char *what;
} offers[] = {
	{ MFA_KIND_YUBIKEY,
	  MFA_N_("a YubiKey in a USB port, touched; at this machine only") },
	{ MFA_KIND_YUBIKEY_OTP, MFA_N_("a YubiKey that types a code; also over ssh") },
	{ MFA_KIND_TOTP,
	  MFA_N_("a phone application, or a token with a new code every 30 seconds") },
	{ MFA_KIND_HOTP, MFA_N_("a token with a new code at each press") },
};

/* The word's kind, if this version has such tokens and the list does not have it yet. */
static enum mfa_kind find_new_kind(const char *word, uint32_t taken)
{
	enum mfa_kind kind = mfa_kind_from_name(word);
	bool is_new = kind != MFA_KIND_NONE && (taken & 1U << kind) == 0;
	return is_new && mfa_factor_find(kind) != NULL ? kind : MFA_KIND_NONE;
}

/* Blanks and commas of both widths part the words, in letters of any case. ret_text has
 * room for text. */
static void tidy_words(const char *text, char *ret_text)
{
	static const char *const parting[] = { ",", "\xe3\x80\x80", "\xe3\x80\x81",
					       "\xef\xbc\x8c" };
	while (*text != '\0') {
		size_t used = 0;
		for (size_t i = 0; used == 0 && i < MFA_COUNT(parting); i++)
			if (strncmp(text, parting[i], strlen(parting[i])) == 0)
				used = strlen(parting[i]);
		if (used == 0)
			*ret_text++ = *text >= 'A' && *text <= 'Z'
					      ? (char)(*text - 'A' + 'a')
					      : *text;
		else
			*ret_text++ = ' ';
		text += used > 0 ? used : 1;
	}
	*ret_text = '\0';
}

/* False: a word is no kind, or comes twice, or there is none; ret_word: which. */
static bool read_kinds(const char *text, char ret_list[static LIST_SIZE],
		       char ret_word[static LIST_SIZE])
{
	char copy[LIST_SIZE];
	char *rest = NULL;
	uint32_t taken = 0;
	size_t len = 0;
	ret_list[0] = ret_word[0] = '\0';
	if (strlen(text) >= sizeof copy)
		return false;
	tidy_words(text, copy);
	for (char *word = strtok_r(copy, " \t", &rest); word != NULL;
	     word = strtok_r(NULL, " \t", &rest)) {
		enum mfa_kind kind = find_new_kind(word, taken);
		if (kind == MFA_KIND_NONE) {
			(void)snprintf(ret_word, LIST_SIZE, "%s", word);
			return false;
		}
		taken |= 1U << kind;
		len += (size_t)snprintf(ret_list + len, LIST_SIZE - len, "%s%s",
					len > 0 ? " " : "", mfa_kind_name(kind));
	}
	return taken != 0;
}

static void complain_of_list(const struct app *app, const char *word)
{
	if (word[0] == '\0')
		app_complain("%s", TR(app, MFA_N_("At least one kind of token is "
						  "needed.")));
	else
		app_complain(TR(app, MFA_N_("\"%s\" is no kind of token, or is named "
					    "twice.")),
			     word);
}

static void print_offers(const struct app *app)
{
	(void)puts(TR(app, MFA_N_("Which kinds of token do you use?")));
	for (size_t i = 0; i < MFA_COUNT(offers); i++)
		(void)printf("  %-12s %s\n", mfa_kind_name(offers[i].kind),
			     TR(app, offers[i].what));
}

/* Nobody is there to be asked, as in a script: no key is wanted that the house may not
 * have. */
static enum exit_code choose_codes(const struct app *app, char ret_list[static LIST_SIZE])
{
	(void)snprintf(ret_list, LIST_SIZE, "%s", "totp hotp");
	(void)printf(
		TR(app, MFA_N_("Nobody has chosen, so these are accepted: %s (others "
			       "with --factors \"LIST\")")),
		ret_list);
	(void)fputc('\n', stdout);
	return EXIT_DONE;
}

/* Until the answer can be used, or there is none. */
static enum exit_code ask_list(const struct app *app, char ret_list[static LIST_SIZE])
{
	char text[LIST_SIZE];
	print_offers(app);
	for (;;) {
		char word[LIST_SIZE] = "";
		MFA_CLEANUP(mfa_secret_done) struct mfa_secret line = { 0 };
		int err = terminal_ask(
			TR(app, MFA_N_("With spaces between, the usual one first: ")),
			ECHO_SHOWN, &line);
		if (err == MFA_ERR_ABORT && isatty(STDIN_FILENO) == 0)
			return choose_codes(app, ret_list);
		if (err == MFA_ERR_ABORT) {
			app_complain("%s", TR(app, MFA_N_("Nothing was chosen; or say "
							  "--factors \"LIST\".")));
			return EXIT_REFUSED;
		}
		if (err != MFA_OK && err != MFA_ERR_INVALID)
			return app_fail(err, NULL);
		(void)snprintf(text, sizeof text, "%.*s", (int)line.len,
			       line.data != NULL ? (const char *)line.data : "");
		if (err == MFA_OK && line.len < sizeof text &&
		    read_kinds(text, ret_list, word))
			return EXIT_DONE;
		complain_of_list(app, word);
	}
}

enum exit_code factors_choose(const struct app *app, const char *given, char **ret_list)
{
	char list[LIST_SIZE];
	char word[LIST_SIZE];
	enum exit_code code = EXIT_DONE;
	if (given == NULL) {
		code = ask_list(app, list);
	} else if (!read_kinds(given, list, word)) {
		complain_of_list(app, word);
		code = EXIT_USAGE;
	}
	if (code != EXIT_DONE)
		return code;
	char *copy = strdup(list);
	if (copy == NULL)
		return app_fail(MFA_ERR_NOMEM, NULL);
	*ret_list = copy;
	return EXIT_DONE;
}

char *factors_write_sample(const char *list)
{
	static const char key[] = "\n#factors ";
	char *text = NULL;
	const char *line = strstr(sample_config, key);
	const char *end = line != NULL ? strchr(line + 1, '\n') : NULL;
	if (end == NULL ||
	    asprintf(&text, "%.*s\nfactors      = %s%s", (int)(line - sample_config),
		     sample_config, list, end) < 0)
		return NULL;
	return text;
}
