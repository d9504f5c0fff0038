/* vfork and exec: the child borrows the memory, the parent waits for the exec. */
#include "common.h"

int main(int argc, char **argv)
{
    int status;
    if (argc > 1) {
        need(dup2(0, 20) == 20);
        return 8;
    }
    pid_t child = vfork();
    if (child == 0) {
        execl(argv[0], argv[0], "again", (char *)NULL);
        _exit(99);
    }
    need(child > 0 && dup2(0, 21) == 21);
    need(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 8);
    return 0;
}
