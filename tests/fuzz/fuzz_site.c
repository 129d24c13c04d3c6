/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz_site.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "mfa/site.h"
#include "site_fixture.h"
#include "store/file/slots.h"

enum {
	/* the common one, and some of the others: names whose own is missing use the
	 * common one, and less is to be written back each time */
	DECOYS = 9
};

static struct {
	bool is_made;
	char config[1024];
	unsigned char record[SLOT_FILE_SIZE];
	unsigned char decoys[DECOYS][SLOT_FILE_SIZE];
	unsigned char key[MFA_KEY_SIZE];
	char codes[2][16]; /* the first two */
} site;

void fuzz_site_hmac(const unsigned char *secret, const unsigned char *message, size_t len,
		    unsigned char ret_response[MFA_YUBIKEY_RESPONSE_LEN])
{
	must(crypto_generichash(ret_response, MFA_YUBIKEY_RESPONSE_LEN, message, len,
				secret, MFA_YUBIKEY_SECRET_LEN) == 0);
}

struct mfa_yubikey fuzz_site_key(void)
{
	static const unsigned char secret[MFA_YUBIKEY_SECRET_LEN] =
		"the key's own secret";
	return (struct mfa_yubikey){ .serial = FUZZ_SERIAL,
				     .slot = FUZZ_SLOT,
				     .secret = secret };
}

static void read_file(const char *path, void *bytes, size_t size)
{
	FILE *file = fopen(path, "re");
	must(file != NULL && fread(bytes, 1, size, file) == size);
	(void)fclose(file);
}

static void write_site(void)
{
	(void)snprintf(site.config, sizeof site.config,
		       "[host]\nzone = main\nlanguage = en\ncontact = 1234\n"
		       "store = file:%s/store\nkey = file:%s/key\naudit = %s/audit\n"
		       "[zone main]\nservices = *\ngate = *\nmax_failures = 9\n"
		       "factors = yubikey totp hotp\nyubikey_timeout = 5\n",
		       fuzz_folder(), fuzz_folder(), fuzz_folder());
	memset(site.key, 7, sizeof site.key);
	fuzz_write(fuzz_path("key"), site.key, sizeof site.key);
	fuzz_write(fuzz_path("mfa.conf"), site.config, strlen(site.config));
}

static void enrol(struct mfa_store *store)
{
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = mfa_record_new();
	const struct mfa_yubikey key = fuzz_site_key();
	struct mfa_token token;
	struct mfa_token *added = NULL;
	must(record != NULL);
	memcpy(record->user, FUZZ_USER, sizeof FUZZ_USER);
	fuzz_token(MFA_KIND_HOTP, FUZZ_COUNTER, &token);
	must(mfa_record_add(record, &token, &added) == MFA_OK);
	token = (struct mfa_token){ .kind = MFA_KIND_YUBIKEY, .state = MFA_STATE_ACTIVE };
	must(mfa_yubikey_save(&key, &token) == MFA_OK);
	must(mfa_record_add(record, &token, &added) == MFA_OK);
	must(mfa_store_create(store, record, NULL) == MFA_OK);
}

static const char *decoy_path(size_t index)
{
	char name[64] = "store/users/.decoy";
	if (index > 0)
		(void)snprintf(name, sizeof name, "store/users/.decoy-%02zu", index - 1);
	return fuzz_path(name);
}

static void read_decoys(void)
{
	for (size_t i = 0; i < DECOYS; i++)
		read_file(decoy_path(i), site.decoys[i], sizeof site.decoys[i]);
	for (size_t i = DECOYS; i <= MFA_DECOYS; i++)
		must(unlink(decoy_path(i)) == 0);
}

static void make_site(void)
{
	MFA_CLEANUP(mfa_site_done) struct mfa_site opened = { 0 };
	struct mfa_diag diag = { .text = "" };
	write_site();
	must(site_fixture_open(fuzz_path("mfa.conf"), &diag, &opened) == MFA_OK);
	enrol(opened.store);
	read_file(fuzz_path("store/users/" FUZZ_USER), site.record, sizeof site.record);
	read_decoys();
	for (unsigned i = 0; i < MFA_COUNT(site.codes); i++)
		fuzz_code(FUZZ_COUNTER + i, site.codes[i]);
	site.is_made = true;
}

const char *fuzz_site(void)
{
	if (!site.is_made)
		make_site();
	return fuzz_path("mfa.conf");
}

const char *fuzz_site_code(uint64_t counter)
{
	must(counter == FUZZ_COUNTER || counter == FUZZ_COUNTER + 1);
	return site.codes[counter - FUZZ_COUNTER];
}

static void change_bytes(struct input *input, unsigned char *file)
{
	for (unsigned count = input_byte(input); count > 0; count--) {
		size_t at = input_byte(input);
		at |= input_byte(input) << 8;
		file[at % SLOT_FILE_SIZE] = (unsigned char)input_byte(input);
	}
}

static void seal_bytes(struct input *input, unsigned char *file)
{
	static unsigned char key[MFA_SUBKEY_SIZE];
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret store_key = { 0 };
	size_t len = input_byte(input);
	len |= input_byte(input) << 8;
	if (len > input->len)
		len = input->len;
	if (len > MFA_RECORD_SIZE)
		len = MFA_RECORD_SIZE;
	fuzz_key(&store_key);
	must(mfa_seal_derive(&store_key, MFA_KEY_RECORD, key) == MFA_OK);
	fuzz_slot_file(input->data, len, FUZZ_USER, key, file);
	input->data += len;
	input->len -= len;
}

void fuzz_site_reset(unsigned hostile, const char *text, struct input *input)
{
	static unsigned char file[SLOT_FILE_SIZE];
	bool has_config = (hostile & BAD_CONFIG) == 0;
	const char *config = has_config ? site.config : text;
	memcpy(file, site.record, sizeof file);
	if ((hostile & BAD_RECORD) != 0)
		change_bytes(input, file);
	else if ((hostile & SEALED_RECORD) != 0)
		seal_bytes(input, file);
	fuzz_write(fuzz_path("key"), site.key, sizeof site.key);
	fuzz_write(fuzz_path("mfa.conf"), config, strlen(config));
	fuzz_write(fuzz_path("audit"), text,
		   (hostile & BAD_AUDIT) != 0 ? strlen(text) : 0);
	fuzz_write(fuzz_path("store/users/" FUZZ_USER), file, sizeof file);
	for (size_t i = 0; i < DECOYS; i++)
		fuzz_write(decoy_path(i), site.decoys[i], sizeof site.decoys[i]);
}
