/* A thread per connection; one that is told "exec" replaces the whole program by itself, while the
 * leader sits in accept and the other threads in recv. */
#include "common.h"

static char *program;

static void *serve(void *argument)
{
    int conn_fd = (int)(intptr_t)argument;
    char buffer[100];
    ssize_t got = recv(conn_fd, buffer, sizeof buffer, 0);
    if (got == 4 && memcmp(buffer, "exec", 4) == 0)
        execl(program, program, "again", (char *)NULL);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    if (argc > 1) {
        need(dup2(0, 20) == 20);
        return 7;
    }
    program = argv[0];
    int listen_fd = listen_somewhere();
    for (;;) {
        int conn_fd = accept(listen_fd, NULL, NULL);
        need(conn_fd >= 0);
        need(pthread_create(&thread, NULL, serve, (void *)(intptr_t)conn_fd) == 0);
    }
}
