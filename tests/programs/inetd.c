/* A process per connection, with another program in it: vfork, then exec. */
#include "common.h"

int main(int argc, char **argv)
{
    char number[20];
    if (argc > 1) { /* the other program: it serves the descriptor it is told */
        echo(atoi(argv[1]));
        return 0;
    }
    int listen_fd = listen_somewhere();
    for (;;) {
        int conn_fd = accept(listen_fd, NULL, NULL);
        need(conn_fd >= 0);
        snprintf(number, sizeof number, "%d", conn_fd);
        pid_t child = vfork();
        if (child == 0) {
            execl(argv[0], argv[0], number, (char *)NULL);
            _exit(99);
        }
        need(child > 0 && close(conn_fd) == 0);
    }
}
