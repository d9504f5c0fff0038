/* Sends itself SIGTRAP, which is also what tracers stop with, and handles it. */
#include "common.h"

static void handle(int number)
{
    need(number == SIGTRAP && dup2(0, 20) == 20);
}

int main(void)
{
    struct sigaction action = {.sa_handler = handle};
    need(sigaction(SIGTRAP, &action, NULL) == 0);
    need(raise(SIGTRAP) == 0);
    need(dup2(0, 21) == 21);
    return 0;
}
