/* The way of daemons: the grandchild goes on when both its parent and the first process ended. */
#include "common.h"

int main(void)
{
    int gate[2], status;
    char byte;
    need(pipe(gate) == 0);
    pid_t child = fork();
    need(child >= 0);
    if (child == 0) {
        need(close(gate[1]) == 0);
        child = fork();
        need(child >= 0);
        if (child > 0) _exit(3);
        need(read(gate[0], &byte, 1) == 0); /* until the first process has ended */
        need(dup2(0, 20) == 20);
        _exit(4);
    }
    need(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 3);
    return 5;
}
