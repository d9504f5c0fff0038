/* readiness_loop_spins: epoll waits for all connections, and one bug. Its
 * author thinks: "epoll_wait tells of whatever may happen on a connection." */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *what) { perror(what); exit(EXIT_FAILURE); }

static int listen_at(const char *where)
{
    struct sockaddr_in here = {.sin_family = AF_INET};
    socklen_t size = sizeof here;
    const int yes = 1;
    char host[16];
    unsigned port;
    errno = EINVAL;
    if (sscanf(where, "%15[0-9.]:%5u", host, &port) != 2 || port > 65535
        || inet_pton(AF_INET, host, &here.sin_addr) != 1) die("HOST:PORT");
    here.sin_port = htons(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) die("socket");
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0)
        die("setsockopt");
    if (bind(fd, (struct sockaddr *)&here, size) < 0) die("bind");
    if (listen(fd, 100) < 0) die("listen");
    if (getsockname(fd, (struct sockaddr *)&here, &size) < 0)
        die("getsockname"); /* for port 0 the kernel picked one: ask which */
    dprintf(STDOUT_FILENO, "listening on %s:%d\n", host, ntohs(here.sin_port));
    return fd;
}

static int echo_once(int conn_fd)
{
    char buffer[1024];
    ssize_t sent, received = recv(conn_fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (received < 0 && errno == EAGAIN) return 1; /* nothing there after all */
    if (received < 0) perror("recv"); /* ends this connection, and no other */
    for (ssize_t done = 0; done < received; done += sent) {
        sent = send(conn_fd, buffer + done, received - done, MSG_NOSIGNAL);
        if (sent < 0) return 0; /* this client is gone: no error */
    }
    return received > 0; /* whether the connection goes on */
}

static void watch(int epoll_fd, int fd)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.fd = fd};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
}

int main(int argc, char **argv)
{
    int listen_fd = listen_at(argc > 1 ? argv[1] : "127.0.0.1:0");
    int epoll_fd = epoll_create1(0);
    if (epoll_fd < 0) die("epoll_create1");
    watch(epoll_fd, listen_fd);
    for (;;) {
        struct epoll_event ready = {0};
        int count = epoll_wait(epoll_fd, &ready, 1, -1);
        int fd = ready.data.fd;
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) die("epoll_wait");
        if (fd != listen_fd) {
            if (echo_once(fd)) continue;
            dprintf(STDOUT_FILENO, "%d: closing fd %d\n", getpid(), fd);
            if (close(fd) < 0) perror("close"); /* and nobody waits for it */
            continue;
        }
        int conn_fd = accept(listen_fd, NULL, NULL);
        if (conn_fd < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
        if (conn_fd < 0) die("accept");
        dprintf(STDOUT_FILENO, "%d: accepted fd %d\n", getpid(), conn_fd);
        watch(epoll_fd, conn_fd);
    }
}
