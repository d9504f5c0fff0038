/* thread: an echo server with one thread per connection.
 * Threads share one descriptor table: only one of them may close a connection,
 * and here that is its own thread. The descriptor is handed over by value.
 * Left out on purpose, to show what it costs: threads are neither joined nor
 * detached (their stacks stay mapped), SO_REUSEADDR is not set, and a failing
 * recv, or SIGPIPE, ends the process with the connections of all the others. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void *serve(void *argument);
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
        pthread_t thread;
        errno = pthread_create(&thread, NULL, serve, (void *)(intptr_t)conn_fd);
        if (errno != 0) die("pthread_create");
        /* no close here: it would close the thread's connection */
        /* end */
        dprintf(STDOUT_FILENO, "%d: gave fd %d to a thread\n", getpid(),
                conn_fd);
    }
}

/* region: serve */
static void *serve(void *argument)
{
    int conn_fd = (int)(intptr_t)argument;
    char buffer[1024];
    ssize_t received, sent;
    while ((received = recv(conn_fd, buffer, sizeof buffer, 0)) > 0)
        for (ssize_t done = 0; done < received; done += sent) {
            sent = send(conn_fd, buffer + done, received - done, 0);
            if (sent < 0) goto hang_up; /* this client is gone: not an error */
        }
    if (received < 0) die("recv"); /* exit() ends every thread */
hang_up:
    dprintf(STDOUT_FILENO, "%d: closing fd %d\n", getpid(), conn_fd);
    if (close(conn_fd) < 0) die("close");
    return NULL;
}
/* end */
