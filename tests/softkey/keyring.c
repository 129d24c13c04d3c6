/* SPDX-License-Identifier: BSD-2-Clause */
#include "keyring.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
	char *bytes;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void say(struct text *text,
						      const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int len = vsnprintf(text->bytes + text->len, RACK_TEXT_SIZE - text->len, format,
			    arguments);
	va_end(arguments);
	if (len > 0)
		text->len += (size_t)len;
	if (text->len >= RACK_TEXT_SIZE)
		text->len = RACK_TEXT_SIZE - 1;
}

static bool read_number(const char *word, unsigned *ret_number)
{
	char *end;
	if (!word || !isdigit((unsigned char)*word))
		return false;
	errno = 0;
	unsigned long number = strtoul(word, &end, 10);
	if (errno || *end || number > UINT32_MAX)
		return false;
	*ret_number = (unsigned)number;
	return true;
}

// A word of hexadecimal digits for exactly so many bytes.
static bool read_hex(const char *word, uint8_t *ret_bytes, size_t len)
{
	if (!word || strlen(word) != 2 * len)
		return false;
	for (size_t i = 0; i < 2 * len; i++)
		if (!isxdigit((unsigned char)word[i]))
			return false;
	for (size_t i = 0; i < len; i++) {
		const char digits[] = { word[2 * i], word[2 * i + 1], '\0' };
		ret_bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return true;
}

static bool read_polls(const char *word, unsigned *ret_number)
{
	if (word && strcmp(word, "never") == 0) {
		*ret_number = SOFTKEY_NEVER;
		return true;
	}
	return read_number(word, ret_number);
}

static bool read_firmware(char *word, struct softkey_firmware *ret_firmware)
{
	char *rest;
	unsigned parts[3];
	for (int i = 0; i < 3; i++) {
		if (!read_number(strtok_r(i == 0 ? word : NULL, ".", &rest), &parts[i]) ||
		    parts[i] > UINT8_MAX)
			return false;
	}
	*ret_firmware = (struct softkey_firmware){ (uint8_t)parts[0], (uint8_t)parts[1],
						   (uint8_t)parts[2] };
	return true;
}

static bool read_secrets(const char *kind, char **rest, struct softkey_setup *setup)
{
	if (strcmp(kind, "otp") == 0) {
		setup->kind = SOFTKEY_OTP;
		return read_hex(strtok_r(NULL, ":", rest), setup->public_id,
				SOFTKEY_ID_SIZE) &&
		       read_hex(strtok_r(NULL, ":", rest), setup->private_id,
				SOFTKEY_ID_SIZE) &&
		       read_hex(strtok_r(NULL, ":", rest), setup->secret, 16);
	}
	if (strcmp(kind, "static") == 0) {
		setup->kind = SOFTKEY_OTHER;
		return true;
	}
	setup->kind = strcmp(kind, "hmac") == 0 ? SOFTKEY_HMAC : SOFTKEY_HOTP;
	return (setup->kind == SOFTKEY_HMAC || strcmp(kind, "hotp") == 0) &&
	       read_hex(strtok_r(NULL, ":", rest), setup->secret, SOFTKEY_SECRET_SIZE);
}

// hmac:SECRET[:touch][:whole], hotp:SECRET[:8], otp:PUBLIC:PRIVATE:AES, static; all of
// them with [:protects][:access:CODE]
static bool read_slot(char *word, struct softkey_setup *setup)
{
	char *rest, *kind = strtok_r(word, ":", &rest), *flag;
	if (!read_secrets(kind, &rest, setup))
		return false;
	while ((flag = strtok_r(NULL, ":", &rest)) != NULL) {
		if (strcmp(flag, "protects") == 0)
			setup->protects = true;
		else if (strcmp(flag, "access") == 0 &&
			 read_hex(strtok_r(NULL, ":", &rest), setup->access,
				  SOFTKEY_ACCESS_SIZE))
			continue;
		else if (strcmp(flag, "touch") == 0)
			setup->touch = true;
		else if (strcmp(flag, "whole") == 0)
			setup->whole_block = true;
		else if (strcmp(flag, "8") == 0)
			setup->eight_digits = true;
		else
			return false;
	}
	return true;
}

// Four hexadecimal digits, as lsusb shows them.
static bool read_product(const char *word, uint16_t *ret_product)
{
	uint8_t bytes[2];
	if (!read_hex(word, bytes, sizeof bytes))
		return false;
	*ret_product = (uint16_t)(bytes[0] << 8 | bytes[1]);
	return true;
}

static bool read_option(char *word, struct softkey_options *options)
{
	char *value = strchr(word, '=');
	if (value)
		*value++ = '\0';
	if (strcmp(word, "serial") == 0)
		return read_number(value, &options->serial);
	if (strcmp(word, "serial-hidden") == 0)
		return options->serial_hidden = !value;
	if (strcmp(word, "info-serial") == 0)
		return options->info_serial = !value;
	if (!value)
		return false;
	if (strcmp(word, "firmware") == 0)
		return read_firmware(value, &options->firmware);
	if (strcmp(word, "product") == 0)
		return read_product(value, &options->product);
	if (strcmp(word, "slot1") == 0)
		return read_slot(value, &options->slot[0]);
	return strcmp(word, "slot2") == 0 && read_slot(value, &options->slot[1]);
}

// What a key does while it is programmed; signal=AFTER:PID:NUMBER.
static bool read_writing_fault(const char *word, char *value,
			       struct softkey_faults *faults)
{
	struct softkey_writing *writing = &faults->writing;
	unsigned numbers[3] = { 0 };
	char *rest = NULL;
	if (strcmp(word, "ignored") == 0)
		return writing->ignored = !value;
	if (strcmp(word, "start-ms") == 0)
		return read_polls(value, &writing->start_ms);
	if (strcmp(word, "held-ms") == 0)
		return read_polls(value, &writing->held_ms);
	if (strcmp(word, "lag-ms") == 0)
		return read_polls(value, &writing->lag_ms);
	if (strcmp(word, "signal") != 0 || !value)
		return false;
	for (int i = 0; i < 3; i++)
		if (!read_number(strtok_r(i == 0 ? value : NULL, ":", &rest),
				 &numbers[i]))
			return false;
	faults->signal =
		(struct softkey_signal){ numbers[0], (int)numbers[1], (int)numbers[2] };
	return true;
}

static bool read_fault(char *word, struct softkey_faults *faults)
{
	const struct {
		const char *name;
		bool *flag;
		unsigned *number;
	} words[] = {
		{ "bad-crc", &faults->bad_crc, NULL },
		{ "mute", &faults->mute, NULL },
		{ "denied", &faults->denied, NULL },
		{ "unauthorised", &faults->unauthorised, NULL },
		{ "touch-after", NULL, &faults->touch_after },
		{ "answer-after", NULL, &faults->answer_after },
		{ "touch-ms", NULL, &faults->touch_ms },
		{ "unplug-after", NULL, &faults->unplug_after },
		{ "reclaim-ms", NULL, &faults->reclaim_ms },
		{ "lies", NULL, &faults->lies },
		{ "damaged-status", NULL, &faults->damaged_status },
		{ "damaged-serial", NULL, &faults->damaged_serial },
		{ "error-after", NULL, &faults->error_after },
		{ "error", NULL, &faults->error },
		{ "claims", NULL, &faults->claims },
	};
	char *value = strchr(word, '=');
	if (value)
		*value++ = '\0';
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(word, words[i].name) != 0)
			continue;
		if (words[i].number)
			return read_polls(value, words[i].number);
		return *words[i].flag = !value;
	}
	return read_writing_fault(word, value, faults);
}

static void show(const struct port *port, unsigned number, struct text *text)
{
	static const char *const kinds[] = { [SOFTKEY_EMPTY] = "empty",
					     [SOFTKEY_HMAC] = "hmac",
					     [SOFTKEY_OTP] = "otp",
					     [SOFTKEY_HOTP] = "hotp",
					     [SOFTKEY_OTHER] = "other" };
	const struct key *key = &port->key;
	struct softkey_counts counts = port_counts(port);
	say(text, "%u serial=%u firmware=%u.%u.%u plugged=%d", number, key->serial,
	    key->firmware.major, key->firmware.minor, key->firmware.build, port->plugged);
	for (unsigned i = 0; i < SOFTKEY_SLOTS; i++) {
		const struct slot *slot = &key->slot[i];
		enum softkey_kind kind = slot_kind(slot);
		say(text, " slot%u=%s%s", i + 1, kinds[kind],
		    kind == SOFTKEY_HMAC && slot_wants_touch(slot) ? "+touch" : "");
	}
	say(text, " transfers=%u writes=%u challenges=%u waiting=%d detached=%d\n",
	    counts.transfers, counts.writes, counts.challenges, counts.waiting,
	    counts.detached);
}

static int add(struct keyring *keyring, uint64_t now, char *rest, struct text *text)
{
	struct softkey_options options = { 0 };
	char *word;
	while ((word = strtok_r(NULL, " ", &rest)) != NULL)
		if (!read_option(word, &options))
			return -EINVAL;
	if (keyring->keys == RACK_KEYS)
		return -ENOSPC;
	port_init(&keyring->key[keyring->keys], &options);
	port_plug(&keyring->key[keyring->keys], now);
	say(text, "%u\n", keyring->keys++);
	return 0;
}

static int set_faults(struct port *port, char *rest)
{
	struct softkey_faults faults = { 0 };
	char *word;
	while ((word = strtok_r(NULL, " ", &rest)) != NULL)
		if (!read_fault(word, &faults))
			return -EINVAL;
	port_set_faults(port, &faults);
	return 0;
}

static int touch(struct port *port, const char *word)
{
	if (!word || (strcmp(word, "on") != 0 && strcmp(word, "off") != 0))
		return -EINVAL;
	port->key.faults.touch_after = strcmp(word, "on") == 0 ? 0 : SOFTKEY_NEVER;
	return 0;
}

static int type(struct port *port, uint64_t now, const char *word, struct text *text)
{
	char code[SOFTKEY_CODE_SIZE] = "";
	unsigned slot;
	if (!read_number(word, &slot))
		return -EINVAL;
	if (port->plugged)
		key_type(&port->key, slot, now, code);
	if (!*code)
		return -ENOENT;
	say(text, "%s\n", code);
	return 0;
}

static int handle(struct port *port, uint64_t now, const char *verb, char *rest,
		  struct text *text)
{
	if (strcmp(verb, "fault") == 0)
		return set_faults(port, rest);
	const char *word = strtok_r(NULL, " ", &rest);
	if (strcmp(verb, "touch") == 0)
		return touch(port, word);
	if (strcmp(verb, "type") == 0)
		return type(port, now, word, text);
	if (strcmp(verb, "plug") == 0 && !port->plugged)
		port_plug(port, now);
	else if (strcmp(verb, "unplug") == 0 && port->plugged)
		port_unplug(port);
	else
		return -EINVAL;
	return 0;
}

static int obey(struct keyring *keyring, uint64_t now, char *line, struct text *text)
{
	char *rest = NULL, *verb = strtok_r(line, " ", &rest);
	unsigned number;
	if (!verb)
		return -EINVAL;
	if (strcmp(verb, "new") == 0)
		return add(keyring, now, rest, text);
	if (strcmp(verb, "show") == 0) {
		for (unsigned i = 0; i < keyring->keys; i++)
			show(&keyring->key[i], i, text);
		return 0;
	}
	if (strcmp(verb, "reset") == 0) {
		for (unsigned i = 0; i < keyring->keys; i++)
			port_unplug(&keyring->key[i]);
		keyring->keys = 0;
		return 0;
	}
	if (!read_number(strtok_r(NULL, " ", &rest), &number))
		return -EINVAL;
	return number < keyring->keys
		       ? handle(&keyring->key[number], now, verb, rest, text)
		       : -ENODEV;
}

int keyring_obey(struct keyring *keyring, uint64_t now, char *line,
		 char ret_text[static RACK_TEXT_SIZE])
{
	struct text text = { .bytes = ret_text };
	*ret_text = '\0';
	int err = obey(keyring, now, line, &text);
	if (err)
		say(&text, "%s\n", strerror(-err));
	return err;
}
