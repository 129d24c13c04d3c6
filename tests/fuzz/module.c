/* SPDX-License-Identifier: BSD-2-Clause */
/* The whole module with a hostile application: user name, answer, conversation and PAM
 * items at will, and with hostile files: mfa.conf, the record, the audit trail. libpam
 * itself is played by libpam.c. */
#include "libpam.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <security/pam_modules.h>

#include "fuzz.h"
#include "mfa/site.h"
#include "mfa/text.h"
#include "site_fixture.h"
#include "store/file/slots.h"

enum {
	COUNTER = 7,
	LOOK_AHEAD = 10,
	/* what is hostile, in the first byte */
	BAD_CONFIG = 1 << 0,
	BAD_RECORD = 1 << 1,
	SEALED_RECORD = 1 << 2,
	BAD_AUDIT = 1 << 3,
	EXPLAIN = 1 << 4,
	FORWARD = 1 << 5,
	DEBUG = 1 << 6,
	RIGHT_CODE = 1 << 7,
};

static const char USER[] = "daemon";

/* What the host begins with each time. */
static struct {
	char config[1024];
	unsigned char record[SLOT_FILE_SIZE];
	unsigned char decoy[SLOT_FILE_SIZE];
	unsigned char key[MFA_KEY_SIZE];
	char code[16];
} host;

static void read_file(const char *path, void *bytes, size_t size)
{
	FILE *file = fopen(path, "re");
	must(file != NULL && fread(bytes, 1, size, file) == size);
	(void)fclose(file);
}

static void write_host(void)
{
	(void)snprintf(host.config, sizeof host.config,
		       "[host]\nzone = main\nlanguage = en\ncontact = 1234\n"
		       "store = file:%s/store\nkey = file:%s/key\naudit = %s/audit\n"
		       "[zone main]\nservices = *\ngate = *\nmax_failures = 9\n",
		       fuzz_folder(), fuzz_folder(), fuzz_folder());
	memset(host.key, 7, sizeof host.key);
	fuzz_write(fuzz_path("key"), host.key, sizeof host.key);
	fuzz_write(fuzz_path("mfa.conf"), host.config, strlen(host.config));
}

static void enrol(struct mfa_store *store)
{
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = mfa_record_new();
	struct mfa_token token;
	struct mfa_token *added = NULL;
	must(record != NULL);
	memcpy(record->user, USER, sizeof USER);
	fuzz_token(MFA_KIND_HOTP, COUNTER, &token);
	must(mfa_record_add(record, &token, &added) == MFA_OK);
	must(mfa_store_create(store, record, NULL) == MFA_OK);
}

static void make_host(void)
{
	MFA_CLEANUP(mfa_site_done) struct mfa_site site = { 0 };
	struct mfa_diag diag = { .text = "" };
	write_host();
	must(site_fixture_open(fuzz_path("mfa.conf"), &diag, &site) == MFA_OK);
	enrol(site.store);
	read_file(fuzz_path("store/users/daemon"), host.record, sizeof host.record);
	read_file(fuzz_path("store/users/.decoy"), host.decoy, sizeof host.decoy);
	for (unsigned guess = 0; guess < 1000000; guess++) {
		(void)snprintf(host.code, sizeof host.code, "%06u", guess);
		if (fuzz_ends_in_code(host.code, 6, COUNTER))
			return;
	}
	must(false);
}

static void place_record(unsigned flags, struct input *input)
{
	static unsigned char file[SLOT_FILE_SIZE];
	memcpy(file, host.record, sizeof file);
	if ((flags & BAD_RECORD) != 0)
		while (input->len > 2) {
			size_t at = input_byte(input);
			at |= input_byte(input) << 8;
			file[at % sizeof file] = (unsigned char)input_byte(input);
		}
	else if ((flags & SEALED_RECORD) != 0 && input->len <= MFA_RECORD_SIZE) {
		static unsigned char key[MFA_SUBKEY_SIZE];
		MFA_CLEANUP(mfa_secret_done) struct mfa_secret store_key = { 0 };
		fuzz_key(&store_key);
		must(mfa_seal_derive(&store_key, MFA_KEY_RECORD, key) == MFA_OK);
		fuzz_slot_file(input->data, input->len, USER, key, file);
	}
	fuzz_write(fuzz_path("store/users/daemon"), file, sizeof file);
	fuzz_write(fuzz_path("store/users/.decoy"), host.decoy, sizeof host.decoy);
}

static void place_files(unsigned flags, const char *text, struct input *input)
{
	size_t len = strlen(text);
	fuzz_write(fuzz_path("key"), host.key, sizeof host.key);
	if ((flags & BAD_CONFIG) != 0)
		fuzz_write(fuzz_path("mfa.conf"), text, len);
	else
		fuzz_write(fuzz_path("mfa.conf"), host.config, strlen(host.config));
	fuzz_write(fuzz_path("audit"), text, (flags & BAD_AUDIT) != 0 ? len : 0);
	place_record(flags, input);
}

static int call_module(struct pam_handle *handle, unsigned flags, bool is_silent)
{
	char conf[160];
	const char *words[4] = { conf };
	int count = 1;
	(void)snprintf(conf, sizeof conf, "conf=%s", fuzz_path("mfa.conf"));
	if ((flags & EXPLAIN) != 0)
		words[count++] = "explain";
	if ((flags & FORWARD) != 0)
		words[count++] = "forward_pass";
	if ((flags & DEBUG) != 0)
		words[count++] = "debug";
	int how = is_silent ? (int)PAM_SILENT : 0;
	int code = pam_sm_authenticate(handle, how, count, words);
	int account = pam_sm_acct_mgmt(handle, how, count, words);
	must(pam_sm_setcred(handle, how, count, words) == PAM_IGNORE);
	must(account == PAM_IGNORE || account == PAM_PERM_DENIED ||
	     account == PAM_AUTHINFO_UNAVAIL || account == PAM_CONV_ERR ||
	     account == PAM_ABORT || account == PAM_BUF_ERR);
	/* the gate of a sound configuration opens for who passed, and for nobody else */
	if ((flags & BAD_CONFIG) == 0 && account == PAM_IGNORE)
		must(code == PAM_SUCCESS);
	return code;
}

/* Whether the answer may let in: the user's own next codes, at the end of the line. */
static bool may_pass(const struct libpam_script *script, unsigned flags)
{
	unsigned stops = LIBPAM_NO_USER | LIBPAM_NULL_USER | LIBPAM_USER_CHANGES |
			 LIBPAM_NO_CONV | LIBPAM_CONV_FAILS | LIBPAM_NO_ANSWER |
			 LIBPAM_NULL_ANSWER;
	bool is_right = false;
	char *answer = strdup(script->answer);
	must(answer != NULL);
	size_t len = strlen(answer);
	len = mfa_text_normalize_code(answer, len);
	for (uint64_t at = COUNTER; at <= COUNTER + LOOK_AHEAD; at++)
		is_right |= fuzz_ends_in_code(answer, len, at);
	free(answer);
	/* the evidence, or the password in front of the code, is handed to libpam */
	if ((flags & FORWARD) == 0)
		stops |= LIBPAM_SET_DATA_FAILS;
	else if (len > 6)
		stops |= LIBPAM_SET_ITEM_FAILS;
	return is_right && strcmp(script->user, USER) == 0 &&
	       (script->faults & stops) == 0;
}

static void check(int code, unsigned flags, const struct libpam_script *script)
{
	must(code == PAM_SUCCESS || code == PAM_AUTH_ERR || code == PAM_IGNORE ||
	     code == PAM_AUTHINFO_UNAVAIL || code == PAM_CONV_ERR || code == PAM_ABORT ||
	     code == PAM_BUF_ERR);
	if ((flags & BAD_CONFIG) != 0) {
		/* where no line says off, nobody goes without */
		must(code != PAM_IGNORE || strstr(script->text, "off") != NULL);
		return;
	}
	must(code != PAM_IGNORE);
	if ((flags & SEALED_RECORD) == 0)
		must(code != PAM_SUCCESS || may_pass(script, flags));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool is_made;
	if (!is_made)
		make_host();
	is_made = true;
	struct input input = { data, size };
	unsigned flags = input_byte(&input);
	struct libpam_script script = { .faults = input_byte(&input) };
	script.faults |= input_byte(&input) << 8;
	char *user = input_text(&input);
	char *answer = input_text(&input);
	char *text = input_text(&input);
	script.user = user[0] != '\0' ? user : USER;
	script.answer = (flags & RIGHT_CODE) != 0 ? host.code : answer;
	script.text = text;
	place_files(flags, text, &input);
	struct pam_handle *handle = libpam_start(&script);
	bool is_silent = (script.faults & LIBPAM_SILENT) != 0;
	int code = call_module(handle, flags, is_silent);
	libpam_end(handle);
	check(code, flags, &script);
	free(user);
	free(answer);
	free(text);
	return 0;
}
