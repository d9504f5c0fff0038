/* A library that the program loads while it runs, with lines. */
#include <unistd.h>

int plugged_dup(int fd, int number);

int plugged_dup(int fd, int number)
{
    return dup2(fd, number);
}
