/* select_beyond_fd_setsize: select waits for all connections, and one bug. Its
 * author thinks: "With a higher limit there is room for all clients." */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/select.h>
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
    ssize_t sent, received = recv(conn_fd, buffer, sizeof buffer, 0);
    if (received < 0) perror("recv"); /* ends this connection, and no other */
    for (ssize_t done = 0; done < received; done += sent) {
        sent = send(conn_fd, buffer + done, received - done, MSG_NOSIGNAL);
        if (sent < 0) return 0; /* this client is gone: no error */
    }
    return received > 0; /* whether the connection goes on */
}

int main(int argc, char **argv)
{
    int listen_fd = listen_at(argc > 1 ? argv[1] : "127.0.0.1:0");
    int highest = listen_fd;
    const struct rlimit files = {.rlim_cur = 4096, .rlim_max = 4096};
    if (setrlimit(RLIMIT_NOFILE, &files) < 0) die("setrlimit");
    fd_set watched, ready;
    FD_ZERO(&watched);
    FD_SET(listen_fd, &watched);
    for (;;) {
        ready = watched; /* select changes the set that it is given */
        int count = select((int)files.rlim_cur, &ready, NULL, NULL, NULL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) die("select");
        for (int fd = listen_fd + 1; fd <= highest; fd++)
            if (FD_ISSET(fd, &ready) && !echo_once(fd)) {
                dprintf(STDOUT_FILENO, "%d: closing fd %d\n", getpid(), fd);
                FD_CLR(fd, &watched);
                if (close(fd) < 0) perror("close");
            }
        if (!FD_ISSET(listen_fd, &ready)) continue;
        int conn_fd = accept(listen_fd, NULL, NULL);
        if (conn_fd < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
        if (conn_fd < 0) die("accept");
        dprintf(STDOUT_FILENO, "%d: accepted fd %d\n", getpid(), conn_fd);
        FD_SET(conn_fd, &watched);
        if (conn_fd > highest) highest = conn_fd;
    }
}
