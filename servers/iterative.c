/* iterative: an echo server with one connection at a time.
 * The next client is accepted when the one before has left: until then the
 * kernel answers its connect and keeps it and its bytes in the accept queue.
 * A short send is sent to its end. A failing recv or send (ECONNRESET, EPIPE)
 * ends that connection, and the next client gets its turn.
 * Left out on purpose, to show what it costs: a client that says nothing and
 * stays keeps all others waiting; and as in its neighbours, SO_REUSEADDR. */
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
        if (conn_fd < 0 && errno == ECONNABORTED) continue; /* it has left */
        if (conn_fd < 0) die("accept");
        /* end */
        dprintf(STDOUT_FILENO, "%d: accepted fd %d\n", getpid(), conn_fd);
        serve(conn_fd); /* accept comes again when this client has left */
    }
}

/* region: serve */
static void serve(int conn_fd)
{
    char buffer[1024];
    ssize_t received, sent;
    while ((received = recv(conn_fd, buffer, sizeof buffer, 0)) > 0)
        for (ssize_t done = 0; done < received; done += sent) {
            sent = send(conn_fd, buffer + done, received - done, MSG_NOSIGNAL);
            if (sent < 0) goto hang_up; /* this client is gone: not an error */
        }
    if (received < 0) perror("recv"); /* ends this connection, no other */
hang_up:
    dprintf(STDOUT_FILENO, "%d: closing fd %d\n", getpid(), conn_fd);
    if (close(conn_fd) < 0) perror("close");
}
/* end */
