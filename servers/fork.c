/* fork: an echo server with one process per connection.
 * fork() copies the descriptor table, so two processes hold each connection:
 * the child serves its copy, the parent must close its own.
 * Left out on purpose, to show what it costs: the child keeps the listening
 * socket, the parent never waits for its children (they stay zombies), SIGPIPE
 * ends a child, the rest of a short send is lost; SO_REUSEADDR is not set. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

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
    for (;;) {
        /* region: accept */
        int conn_fd = accept(listen_fd, NULL, NULL);
        if (conn_fd < 0) die("accept");
        /* end */
        dprintf(STDOUT_FILENO, "%d: accepted fd %d\n", getpid(), conn_fd);
        /* region: hand-off */
        pid_t child = fork();
        if (child < 0) die("fork");
        if (child == 0) {
            serve(conn_fd);
            exit(0);
        }
        if (close(conn_fd) < 0) die("close"); /* the child keeps its copy */
        /* end */
        dprintf(STDOUT_FILENO, "%d: gave fd %d to process %d\n", getpid(),
                conn_fd, child);
    }
}

/* region: serve */
static void serve(int conn_fd)
{
    char buffer[100];
    ssize_t received;
    while ((received = recv(conn_fd, buffer, sizeof buffer, 0)) > 0)
        if (send(conn_fd, buffer, received, 0) < 0) die("send");
    if (received < 0) die("recv"); /* ends this child; the others go on */
    dprintf(STDOUT_FILENO, "%d: closing fd %d\n", getpid(), conn_fd);
    if (shutdown(conn_fd, SHUT_WR) < 0) die("shutdown"); /* sends the FIN */
    if (close(conn_fd) < 0) die("close");
}
/* end */
