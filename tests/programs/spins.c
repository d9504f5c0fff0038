/* Spins: for ever, or ("thread") until a thread of its own has made a call; then it serves. */
#include "common.h"
#include <stdatomic.h>

static atomic_int ready;

static void *make_a_call(void *argument)
{
    need(dup2(0, 20) == 20);
    ready = 1;
    return argument;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    int listen_fd = listen_somewhere();
    if (argc > 1 && strcmp(argv[1], "thread") == 0)
        need(pthread_create(&thread, NULL, make_a_call, NULL) == 0);
    while (!ready) {}
    for (;;) {
        int conn_fd = accept(listen_fd, NULL, NULL);
        need(conn_fd >= 0);
        echo(conn_fd);
        need(close(conn_fd) == 0);
    }
}
