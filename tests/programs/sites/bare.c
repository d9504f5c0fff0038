/* A library without lines; its frames hang on the frame pointer. */
#include <alloca.h>
#include <unistd.h>
#include "sites.h"

int bare_dup(int fd, int number)
{
    return dup2(fd, number);
}

int bare_calls(int (*back)(int), int size)
{
    volatile char *room = alloca(size);
    room[size - 1] = 1;
    dup2(0, 41);
    return back(0) + room[size - 1];
}
