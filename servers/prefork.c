/* prefork: an echo server with a fixed number of processes, made beforehand.
 * The children inherit one listening socket and wait in accept together. Who
 * wakes? For each connection the kernel wakes one, the first that came to wait.
 * Left out on purpose, to show what it costs: the parent makes no new child for
 * one that an error or SIGPIPE ends; the rest of a short send; SO_REUSEADDR. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 2 };

static void serve(int conn_fd);
static void die(const char *what) { perror(what); exit(EXIT_FAILURE); }

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    char host[16];
    unsigned port;
    if (argc > 1) {
        errno = EINVAL;
        if (sscanf(argv[1], "%15[0-9.]:%5u", host, &port) != 2 || port > 65535
            || inet_pton(AF_INET, host, &address.sin_addr) != 1)
            die("HOST:PORT");
        address.sin_port = htons(port);
    }
    /* region: listen */
    int listen_fd = socket(AF_INET, SOCK_STREAM, 0);
    if (listen_fd < 0) die("socket");
    if (argc > 1 && bind(listen_fd, (struct sockaddr *)&address, size) < 0)
        die("bind"); /* without bind: a free port, on every interface */
    if (listen(listen_fd, 100) < 0) die("listen");
    if (getsockname(listen_fd, (struct sockaddr *)&address, &size) < 0)
        die("getsockname"); /* for port 0 the kernel picked one: ask which */
    /* end */
    if (address.sin_addr.s_addr == htonl(INADDR_ANY))
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    dprintf(STDOUT_FILENO, "listening on %s:%d\n",
            inet_ntoa(address.sin_addr), ntohs(address.sin_port));
    for (int made = 0; made < CHILDREN; made++) {
        /* region: hand-off */
        pid_t child = fork(); /* which hands the listening socket on */
        if (child < 0) die("fork");
        if (child > 0) continue;
        /* end */
        for (;;) {
            /* region: accept */
            int conn_fd = accept(listen_fd, NULL, NULL); /* as its siblings */
            if (conn_fd < 0) die("accept");
            /* end */
            dprintf(STDOUT_FILENO, "%d: accepted fd %d\n", getpid(), conn_fd);
            serve(conn_fd);
        }
    }
    pid_t ended;
    while ((ended = waitpid(-1, NULL, 0)) > 0)
        dprintf(STDOUT_FILENO, "%d: process %d ended\n", getpid(), ended);
    die("waitpid"); /* no child is left to accept */
}

/* region: serve */
static void serve(int conn_fd)
{
    char buffer[100];
    ssize_t received;
    while ((received = recv(conn_fd, buffer, sizeof buffer, 0)) > 0)
        if (send(conn_fd, buffer, received, 0) < 0) die("send");
    if (received < 0) die("recv"); /* ends this child: one fewer */
    dprintf(STDOUT_FILENO, "%d: closing fd %d\n", getpid(), conn_fd);
    if (shutdown(conn_fd, SHUT_WR) < 0) die("shutdown"); /* sends the FIN */
    if (close(conn_fd) < 0) die("close");
}
/* end */
