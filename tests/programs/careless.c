/* careless HOW: an echo server for one client at a time that takes no care of
 * the second echo: it drops a byte of it, changes one, sends one more,
 * leaves instead, or ends. */
#include "common.h"

static void echo_carelessly(int conn_fd, char how)
{
    char buffer[101];
    ssize_t got;
    for (int number = 1; (got = recv(conn_fd, buffer, 100, 0)) > 0; number++) {
        if (number == 2) {
            if (how == 'l') return;
            if (how == 'e') _exit(0);
            if (how == 'd') got--;
            if (how == 'c') buffer[2] ^= 1;
            if (how == 'm') buffer[got++] = '!';
        }
        need(send(conn_fd, buffer, got, MSG_NOSIGNAL) == got);
    }
}

int main(int argc, char **argv)
{
    need(argc == 2);
    int listen_fd = listen_somewhere();
    for (;;) {
        int conn_fd = accept(listen_fd, NULL, NULL);
        need(conn_fd >= 0);
        echo_carelessly(conn_fd, argv[1][0]);
        close(conn_fd);
    }
}
