/* poll: an echo server with one process that waits for all connections.
 * poll() is passed a list each time, as long as the program likes (here up to
 * 4096: more are refused), and writes beside each descriptor what is ready.
 * A short send is sent to its end; ECONNRESET and EPIPE end one connection.
 * Left out on purpose: SO_REUSEADDR; a client that never reads blocks all. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/poll.h>
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
    enum { MOST = 4096 };
    struct pollfd list[MOST] = {{.fd = listen_fd, .events = POLLIN}};
    nfds_t count = 1;
    for (;;) {
        /* region: wait */
        if (poll(list, count, -1) < 0) die("poll");
        /* end */
        for (nfds_t i = count; --i > 0;) /* from the last: it fills gaps */
            if (list[i].revents != 0 && !serve(list[i].fd))
                list[i] = list[--count];
        if (list[0].revents == 0) continue;
        /* region: accept */
        int conn_fd = accept(listen_fd, NULL, NULL);
        if (conn_fd < 0 && errno == ECONNABORTED) continue; /* it has left */
        if (conn_fd < 0) die("accept");
        /* end */
        dprintf(STDOUT_FILENO, "%d: accepted fd %d\n", getpid(), conn_fd);
        if (count < MOST)
            list[count++] = (struct pollfd){.fd = conn_fd, .events = POLLIN};
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
