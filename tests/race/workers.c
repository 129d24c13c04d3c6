/* SPDX-License-Identifier: BSD-2-Clause */
#include "workers.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pam_fixture.h"

void *workers_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		pam_fixture_die("no memory to share");
	return memory;
}

void workers_gate_init(pthread_barrier_t *gate, unsigned count)
{
	pthread_barrierattr_t attributes;
	if (pthread_barrierattr_init(&attributes) != 0 ||
	    pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) != 0 ||
	    pthread_barrier_init(gate, &attributes, count) != 0)
		pam_fixture_die("no gate");
	(void)pthread_barrierattr_destroy(&attributes);
}

void workers_gate_wait(pthread_barrier_t *gate)
{
	(void)pthread_barrier_wait(gate);
}

void workers_add(struct workers *workers, void (*work)(void *context, unsigned number),
		 void *context)
{
	pid_t parent = getpid();
	pid_t pid = workers->count < CREW_MAX ? fork() : -1;
	if (pid < 0)
		pam_fixture_die("no more processes");
	if (pid == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent)
			_exit(2);
		work(context, workers->count);
		_exit(0);
	}
	workers->pids[workers->count++] = pid;
}

bool workers_join(struct workers *workers)
{
	bool is_good = true;
	for (unsigned i = 0; i < workers->count; i++) {
		int status = 0;
		if (waitpid(workers->pids[i], &status, 0) != workers->pids[i] ||
		    status != 0)
			is_good = false;
	}
	workers->count = 0;
	return is_good;
}
