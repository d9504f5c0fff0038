/* The child of a vfork waits for a line before it ends: until then its parent cannot stop. */
#include "common.h"

int main(void)
{
    char byte;
    int status;
    pid_t child = vfork();
    if (child == 0) {
        write(1, "borrowed\n", 9);
        _exit(read(0, &byte, 1) == 1 ? 7 : 99);
    }
    need(waitpid(child, &status, 0) == child);
    return WEXITSTATUS(status);
}
