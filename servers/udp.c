/* udp: an echo server without connections.
 * One socket serves all: recvfrom takes one whole datagram, however large, and
 * tells who sent it; sendto answers that address. There is nothing to accept,
 * to hand off or to close, and the kernel tells of nobody who comes or leaves.
 * Left out on purpose, to show what it costs: UDP promises nothing, so what is
 * lost on the way, there or back, is lost, and no one is told. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void serve(int fd);
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
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0) die("socket");
    /* always bind: no listen() would pick a port. 0 is any, on 0.0.0.0 */
    if (bind(fd, (struct sockaddr *)&address, size) < 0) die("bind");
    if (getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        die("getsockname"); /* for port 0 the kernel picked one: ask which */
    /* end */
    if (address.sin_addr.s_addr == htonl(INADDR_ANY))
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    dprintf(STDOUT_FILENO, "listening on %s:%d\n",
            inet_ntoa(address.sin_addr), ntohs(address.sin_port));
    for (;;)
        serve(fd);
}

/* region: serve */
static void serve(int fd)
{
    static char buffer[65535]; /* no datagram is larger: none is cut */
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    ssize_t received = recvfrom(fd, buffer, sizeof buffer, 0,
                                (struct sockaddr *)&peer, &size);
    if (received < 0) die("recvfrom"); /* 0 is no end: an empty datagram */
    dprintf(STDOUT_FILENO, "%d: %zd bytes from %s:%d on fd %d\n", getpid(),
            received, inet_ntoa(peer.sin_addr), ntohs(peer.sin_port), fd);
    if (sendto(fd, buffer, received, 0, (struct sockaddr *)&peer, size) < 0)
        perror("sendto"); /* this answer is lost: the others are not */
}
/* end */
