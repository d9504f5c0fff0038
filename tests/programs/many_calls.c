/* Makes as many recorded calls as it is told to, none of which waits. */
#include "common.h"

int main(int argc, char **argv)
{
    int ends[2];
    char byte = 'x';
    need(argc == 2 && pipe(ends) == 0);
    for (long left = atol(argv[1]) / 4; left > 0; left--) {
        need(write(ends[1], &byte, 1) == 1);
        need(read(ends[0], &byte, 1) == 1);
        need(dup2(0, 20) == 20);
        need(close(20) == 0);
    }
    return 0;
}
