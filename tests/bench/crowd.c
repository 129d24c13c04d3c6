/* SPDX-License-Identifier: BSD-2-Clause */
/* Many processes, each with a user of its own, log in for a while with right codes.
 * usage: bench-crowd PROCESSES MILLISECONDS SERVICE STEM COUNTER
 * Users are STEM1, STEM2, ... with HOTP from COUNTER on. Prints accepted logins a second,
 * how many were accepted, how many refused. */
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"
#include "stack.h"

/* One process, in memory that it shares with its parent. */
struct member {
	struct bench_login login;
	char user[32];
	uint64_t accepted;
	uint64_t refused;
};

static struct member *make_members(size_t count, char *const words[static 3])
{
	struct member *members =
		mmap(NULL, count * sizeof *members, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (members == MAP_FAILED)
		bench_die("out of memory");
	for (size_t i = 0; i < count; i++) {
		struct member *member = &members[i];
		(void)snprintf(member->user, sizeof member->user, "%s%zu", words[1],
			       i + 1);
		member->login = (struct bench_login){
			.service = words[0],
			.user = member->user,
			.factor = BENCH_HOTP,
			.counter = bench_number(words[2]),
		};
	}
	return members;
}

/* Waits until the pipe is closed, which releases all at once. */
static void log_in(struct member *member, int gate, double for_us)
{
	char byte = 0;
	if (read(gate, &byte, 1) != 0)
		bench_die("gate");
	double end = bench_now_us() + for_us;
	do {
		double us = 0;
		if (bench_login_run(&member->login, &us))
			member->accepted++;
		else
			member->refused++;
	} while (bench_now_us() < end);
}

static void start(struct member *members, size_t count, const int gate[2], double for_us)
{
	for (size_t i = 0; i < count; i++) {
		pid_t child = fork();
		if (child < 0)
			bench_die("fork");
		if (child == 0) {
			(void)close(gate[1]);
			log_in(&members[i], gate[0], for_us);
			_exit(0);
		}
	}
}

static void wait_for_all(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int status = 0;
		if (wait(&status) < 0 || status != 0) {
			errno = 0;
			bench_die("a process that logs in ended with %d", status);
		}
	}
}

int main(int argc, char **argv)
{
	if (argc != 6) {
		(void)fprintf(stderr,
			      "usage: %s PROCESSES MILLISECONDS SERVICE STEM COUNTER\n",
			      argv[0]);
		return 2;
	}
	size_t count = bench_number(argv[1]);
	struct member *members = make_members(count, argv + 3);
	int gate[2];
	if (pipe(gate) != 0)
		bench_die("pipe");
	start(members, count, gate, (double)bench_number(argv[2]) * 1e3);
	double before = bench_now_us();
	(void)close(gate[0]);
	(void)close(gate[1]);
	wait_for_all(count);
	double took = bench_now_us() - before;
	uint64_t accepted = 0;
	uint64_t refused = 0;
	for (size_t i = 0; i < count; i++) {
		accepted += members[i].accepted;
		refused += members[i].refused;
	}
	(void)printf("%.1f %llu %llu\n", (double)accepted * 1e6 / took,
		     (unsigned long long)accepted, (unsigned long long)refused);
	return 0;
}
