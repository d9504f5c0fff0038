/* A process stops itself; its child continues it, once its parent has seen that it stands still. */
#include "common.h"
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>

static atomic_int *went_on;

static void stop_and_go_on(const int told[2])
{
    char byte;
    pid_t self = getpid();
    pid_t child = fork();
    need(child >= 0);
    if (child == 0) {
        need(read(told[0], &byte, 1) == 1);
        need(kill(self, SIGCONT) == 0);
        _exit(0);
    }
    raise(SIGSTOP);
    *went_on = 1;
    need(dup2(0, 20) == 20);
    need(waitpid(child, NULL, 0) == child);
    _exit(6);
}

int main(void)
{
    int told[2], status;
    need(pipe(told) == 0);
    went_on = mmap(NULL, sizeof *went_on, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    need(went_on != MAP_FAILED);
    pid_t child = fork();
    need(child >= 0);
    if (child == 0) stop_and_go_on(told);
    need(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status));
    for (int turn = 0; turn < 200; turn++) {
        need(sched_yield() == 0); /* were it not standing still, it would go on now */
        need(*went_on == 0);
    }
    need(write(told[1], "x", 1) == 1);
    need(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 6);
    return 0;
}
