/* What the programs of the recorder's tests share. Each program does one thing
 * that a recorder must follow; none depends on how fast it is. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* End with a status that no test expects, unless the condition holds. */
static inline void need(int holds)
{
    if (!holds) _exit(99);
}

/* A socket that listens on a free port of 127.0.0.1. */
static inline int listen_somewhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    need(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    need(listen(fd, 100) == 0);
    return fd;
}

/* Echo until the client has said all. */
static inline void echo(int conn_fd)
{
    char buffer[100];
    ssize_t got;
    while ((got = recv(conn_fd, buffer, sizeof buffer, 0)) > 0)
        need(send(conn_fd, buffer, got, 0) == got);
    need(got == 0);
}
