/* descriptor_open_at_exit: one process per connection, and one bug. Its author
 * thinks: "When the client has left, the child has nothing left to do." */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
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

static void echo(int conn_fd)
{
    char buffer[1024];
    ssize_t received, sent;
    while ((received = recv(conn_fd, buffer, sizeof buffer, 0)) > 0)
        for (ssize_t done = 0; done < received; done += sent) {
            sent = send(conn_fd, buffer + done, received - done, MSG_NOSIGNAL);
            if (sent < 0) return; /* this client is gone: no error */
        }
    if (received < 0) perror("recv"); /* ends this connection, and no other */
}

static void reap(int number)
{
    int saved = errno; /* belongs to the call that the signal interrupts */
    while (number == SIGCHLD && waitpid(-1, NULL, WNOHANG) > 0) continue;
    errno = saved;
}

int main(int argc, char **argv)
{
    int listen_fd = listen_at(argc > 1 ? argv[1] : "127.0.0.1:0");
    struct sigaction action = {.sa_handler = reap};
    if (sigaction(SIGCHLD, &action, NULL) < 0) die("sigaction");
    for (;;) {
        int conn_fd = accept(listen_fd, NULL, NULL);
        if (conn_fd < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
        if (conn_fd < 0) die("accept");
        dprintf(STDOUT_FILENO, "%d: accepted fd %d\n", getpid(), conn_fd);
        pid_t child = fork();
        if (child == 0) {
            if (close(listen_fd) < 0) perror("close");
            echo(conn_fd);
            dprintf(STDOUT_FILENO, "%d: closing fd %d\n", getpid(), conn_fd);
            exit(0);
        }
        if (child < 0) perror("fork"); /* costs this client, not the server */
        else dprintf(STDOUT_FILENO, "%d: gave fd %d to process %d\n", getpid(),
                     conn_fd, child);
        if (close(conn_fd) < 0) perror("close");
    }
}
