/* SPDX-License-Identifier: BSD-2-Clause */
#include "switch/show.h"

#include <stdio.h>
#include <string.h>

enum {
	AROUND = 2, /* lines that are shown before and behind what differs */
};

void show_files(const struct plan *plan)
{
	for (size_t i = 0; i < plan->edits.count; i++)
		(void)printf("  %s\n", plan->edits.items[i].path);
}

bool show_problems(const struct plan *plan)
{
	for (size_t i = 0; i < plan->problems.count; i++)
		app_complain("%s", plan->problems.items[i]);
	return plan->problems.count > 0;
}

struct lines {
	const char *at[4096];
	size_t count;
};

static void cut_lines(const char *text, struct lines *lines)
{
	lines->count = 0;
	while (text != NULL && *text != '\0' && lines->count < MFA_COUNT(lines->at)) {
		lines->at[lines->count++] = text;
		const char *end = strchr(text, '\n');
		text = end != NULL ? end + 1 : NULL;
	}
}

static bool are_same_lines(const char *one, const char *other)
{
	size_t len = strcspn(one, "\n");
	return len == strcspn(other, "\n") && memcmp(one, other, len) == 0;
}

static void print_lines(char mark, const struct lines *lines, size_t from, size_t until)
{
	for (size_t i = from; i < until; i++)
		(void)printf("%c%.*s\n", mark, (int)strcspn(lines->at[i], "\n"),
			     lines->at[i]);
}

/* Where the first line is found again in the other, from there on; its count: nowhere. */
static size_t find_again(const struct lines *lines, size_t from, const char *line)
{
	while (from < lines->count && !are_same_lines(lines->at[from], line))
		from++;
	return from;
}

/* Lines come and go in a few places; what is between them is the same. */
static void print_changes(const struct lines *before, const struct lines *after)
{
	size_t old = 0;
	size_t made = 0;
	while (old < before->count || made < after->count) {
		bool is_same = old < before->count && made < after->count &&
			       are_same_lines(before->at[old], after->at[made]);
		size_t again = old < before->count
				       ? find_again(after, made, before->at[old])
				       : after->count;
		if (is_same) {
			print_lines(' ', before, old, old + 1);
			old++;
			made++;
		} else if (again < after->count) {
			print_lines('+', after, made, again);
			made = again;
		} else if (old < before->count) {
			print_lines('-', before, old, old + 1);
			old++;
		} else {
			print_lines('+', after, made, after->count);
			made = after->count;
		}
	}
}

/* Without what is the same at the beginning and the end, but for a few lines. */
static void trim_ends(struct lines *before, struct lines *after)
{
	size_t first = 0;
	size_t last = 0;
	size_t least = before->count < after->count ? before->count : after->count;
	while (first < least && are_same_lines(before->at[first], after->at[first]))
		first++;
	while (first + last < least &&
	       are_same_lines(before->at[before->count - 1 - last],
			      after->at[after->count - 1 - last]))
		last++;
	first = first > AROUND ? first - AROUND : 0;
	last = last > AROUND ? last - AROUND : 0;
	before->count -= first + last;
	after->count -= first + last;
	memmove(before->at, before->at + first, before->count * sizeof before->at[0]);
	memmove(after->at, after->at + first, after->count * sizeof after->at[0]);
}

void show_diff(const struct plan *plan)
{
	static struct lines before;
	static struct lines after;
	for (size_t i = 0; i < plan->edits.count; i++) {
		const struct mfa_edit *edit = &plan->edits.items[i];
		cut_lines(edit->before.data, &before);
		cut_lines(edit->after.data, &after);
		trim_ends(&before, &after);
		(void)printf("--- %s\n+++ %s\n",
			     edit->before.is_absent ? "/dev/null" : edit->path,
			     edit->after.is_absent ? "/dev/null" : edit->path);
		print_changes(&before, &after);
	}
}
