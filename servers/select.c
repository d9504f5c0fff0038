/* select: an echo server with one process that waits for all connections.
 * select() says which of a set of descriptors can be read. The set is passed
 * anew each time; a descriptor from FD_SETSIZE on has no room and is refused.
 * A short send is sent to its end; ECONNRESET and EPIPE end one connection.
 * Left out on purpose: SO_REUSEADDR; a client that never reads blocks all. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

static int serve(int conn_fd);
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
    fd_set watched;
    FD_ZERO(&watched);
    FD_SET(listen_fd, &watched);
    for (;;) {
        /* region: wait */
        fd_set ready = watched; /* a copy: select leaves in it what is ready */
        if (select(FD_SETSIZE, &ready, NULL, NULL, NULL) < 0) die("select");
        /* end */
        for (int fd = 0; fd < FD_SETSIZE; fd++)
            if (FD_ISSET(fd, &ready) && fd != listen_fd && !serve(fd))
                FD_CLR(fd, &watched);
        if (!FD_ISSET(listen_fd, &ready)) continue;
        /* region: accept */
        int conn_fd = accept(listen_fd, NULL, NULL);
        if (conn_fd < 0 && errno == ECONNABORTED) continue; /* it has left */
        if (conn_fd < 0) die("accept");
        /* end */
        dprintf(STDOUT_FILENO, "%d: accepted fd %d\n", getpid(), conn_fd);
        if (conn_fd < FD_SETSIZE) FD_SET(conn_fd, &watched);
        else if (close(conn_fd) < 0) perror("close"); /* no room for it */
    }
}

/* region: serve */
static int serve(int conn_fd) /* once; returns whether the connection goes on */
{
    char buffer[1024];
    ssize_t sent = 0, received = recv(conn_fd, buffer, sizeof buffer, 0);
    for (ssize_t done = 0; done < received && sent >= 0; done += sent)
        sent = send(conn_fd, buffer + done, received - done, MSG_NOSIGNAL);
    if (received > 0 && sent >= 0) return 1;
    if (received < 0 || sent < 0) perror("client"); /* the others go on */
    dprintf(STDOUT_FILENO, "%d: closing fd %d\n", getpid(), conn_fd);
    if (close(conn_fd) < 0) perror("close");
    return 0;
}
/* end */
