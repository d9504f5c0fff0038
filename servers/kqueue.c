/* kqueue: an echo server with one process that waits for all connections.
 * The kernel keeps the list: one kevent() both changes it and returns what is
 * ready. Linux has no kqueue: here epoll does its work, in two calls.
 * A short send is sent to its end; ECONNRESET and EPIPE end one connection.
 * Left out on purpose: SO_REUSEADDR; a client that never reads blocks all. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "kqueue.h" /* in place of <sys/event.h> */

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
    struct kevent change, ready;
    int queue_fd = kqueue(), changes = 1;
    if (queue_fd < 0) die("kqueue");
    EV_SET(&change, listen_fd, EVFILT_READ, EV_ADD, 0, 0, NULL);
    for (;;) {
        /* region: wait */
        while (kevent(queue_fd, &change, changes, &ready, 1, NULL) < 0)
            if (errno != EINTR) die("kevent"); /* EINTR: it was stopped */
        /* end */
        changes = 0;
        if ((int)ready.ident != listen_fd) {
            serve(ready.ident);
            continue;
        }
        /* region: accept */
        int conn_fd = accept(listen_fd, NULL, NULL);
        if (conn_fd < 0 && errno == ECONNABORTED) continue; /* it has left */
        if (conn_fd < 0) die("accept");
        /* end */
        dprintf(STDOUT_FILENO, "%d: accepted fd %d\n", getpid(), conn_fd);
        EV_SET(&change, conn_fd, EVFILT_READ, EV_ADD, 0, 0, NULL);
        changes = 1;
    }
}
/* region: serve */
static void serve(int conn_fd) /* once: it is ready */
{
    char buffer[1024];
    ssize_t sent = 0, received = recv(conn_fd, buffer, sizeof buffer, 0);
    for (ssize_t done = 0; done < received && sent >= 0; done += sent)
        sent = send(conn_fd, buffer + done, received - done, MSG_NOSIGNAL);
    if (received > 0 && sent >= 0) return;
    if (received < 0 || sent < 0) perror("client"); /* the others go on */
    dprintf(STDOUT_FILENO, "%d: closing fd %d\n", getpid(), conn_fd);
    if (close(conn_fd) < 0) perror("close"); /* and the list lets it go */
}
/* end */
