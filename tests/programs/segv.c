/* A process per connection; a message that begins with "crash" is the end of its child. */
#include "common.h"

int main(void)
{
    int listen_fd = listen_somewhere();
    for (;;) {
        int conn_fd = accept(listen_fd, NULL, NULL);
        need(conn_fd >= 0);
        pid_t child = fork();
        need(child >= 0);
        if (child == 0) {
            char buffer[100];
            ssize_t got = recv(conn_fd, buffer, sizeof buffer, 0);
            if (got >= 5 && memcmp(buffer, "crash", 5) == 0)
                *(volatile char *)8 = 0;
            need(send(conn_fd, buffer, got, 0) == got);
            echo(conn_fd);
            _exit(0);
        }
        need(close(conn_fd) == 0);
    }
}
