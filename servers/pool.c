/* pool: main accepts and queues descriptors, a fixed number of threads serves.
 * A mutex guards the queue; who finds it empty, or full, sleeps. Left out: the
 * rest of a short send, SO_REUSEADDR; ECONNRESET, SIGPIPE, EMFILE end all. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
enum { WORKERS = 2, ROOM = 4 };
static int queue[ROOM];
static unsigned put, taken; /* how many descriptors until now */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static pthread_cond_t freed = PTHREAD_COND_INITIALIZER;
static void die(const char *what) { perror(what); exit(EXIT_FAILURE); }
static void ok(int error) { if ((errno = error) != 0) die("pthread"); }
/* region: serve */
static void *work(void *unused)
{
    char buffer[1024];
    for (;;) {
        ok(pthread_mutex_lock(&lock));
        while (put == taken) ok(pthread_cond_wait(&filled, &lock));
        int conn_fd = queue[taken++ % ROOM];
        ok(pthread_cond_signal(&freed));
        ok(pthread_mutex_unlock(&lock));
        ssize_t received;
        while ((received = recv(conn_fd, buffer, sizeof buffer, 0)) > 0)
            if (send(conn_fd, buffer, received, 0) < 0) break; /* it is gone */
        if (received < 0) die("recv"); /* exit() ends every thread */
        dprintf(STDOUT_FILENO, "%d: closing fd %d\n", getpid(), conn_fd);
        if (close(conn_fd) < 0) die("close");
    }
    return unused;
}
/* end */

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    char host[16] = "127.0.0.1";
    unsigned port = 0;
    errno = EINVAL;
    if (argc > 1 && (sscanf(argv[1], "%15[0-9.]:%5u", host, &port) != 2
        || port > 65535 || inet_pton(AF_INET, host, &address.sin_addr) != 1))
        die("HOST:PORT");
    address.sin_port = htons(port);
    /* region: listen */
    int listen_fd = socket(AF_INET, SOCK_STREAM, 0);
    if (listen_fd < 0) die("socket");
    if (argc > 1 && bind(listen_fd, (struct sockaddr *)&address, size) < 0)
        die("bind"); /* without bind: a free port, on every interface */
    if (listen(listen_fd, 100) < 0) die("listen");
    if (getsockname(listen_fd, (struct sockaddr *)&address, &size) < 0)
        die("getsockname"); /* for port 0 the kernel picked one: ask which */
    /* end */
    dprintf(STDOUT_FILENO, "listening on %s:%d\n", host,
            ntohs(address.sin_port));
    pthread_t worker;
    for (int made = 0; made < WORKERS; made++)
        ok(pthread_create(&worker, NULL, work, NULL));
    for (;;) {
        /* region: accept */
        int conn_fd = accept(listen_fd, NULL, NULL);
        if (conn_fd < 0) die("accept");
        /* end */
        dprintf(STDOUT_FILENO, "%d: accepted fd %d\n", getpid(), conn_fd);
        /* region: hand-off */
        ok(pthread_mutex_lock(&lock));
        while (put - taken == ROOM) ok(pthread_cond_wait(&freed, &lock));
        queue[put++ % ROOM] = conn_fd;
        ok(pthread_cond_signal(&filled));
        ok(pthread_mutex_unlock(&lock));
        /* end */
    }
}
