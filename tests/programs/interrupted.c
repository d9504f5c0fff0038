/* Waits for its children in accept: SIGCHLD, without SA_RESTART, interrupts it. */
#include "common.h"

static void handle(int number) { (void)number; }

int main(void)
{
    struct sigaction action = {.sa_handler = handle};
    int listen_fd = listen_somewhere();
    need(sigaction(SIGCHLD, &action, NULL) == 0);
    for (;;) {
        int conn_fd = accept(listen_fd, NULL, NULL);
        if (conn_fd < 0) {
            need(errno == EINTR && waitpid(-1, NULL, WNOHANG) > 0);
            continue;
        }
        pid_t child = fork();
        need(child >= 0);
        if (child == 0) {
            echo(conn_fd);
            _exit(0);
        }
        need(close(conn_fd) == 0);
    }
}
