/* Replaces itself by itself, with one descriptor that exec closes and one that stays. */
#include "common.h"

int main(int argc, char **argv)
{
    if (argc > 1) { /* the second life: which descriptors are left? */
        need(close(20) == 0);
        need(close(21) == -1 && errno == EBADF);
        return 7;
    }
    need(dup2(0, 20) == 20);
    need(dup3(0, 21, O_CLOEXEC) == 21);
    need(execl("/no/such/program", "none", (char *)NULL) == -1);
    execl(argv[0], argv[0], "again", (char *)NULL);
    return 99;
}
