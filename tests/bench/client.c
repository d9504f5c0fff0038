/* client: HOST PORT COUNT: one connection, COUNT echoes of 5 bytes, each sent
 * when the one before it has come back. Prints how many a second, and the
 * moment of the last (nanoseconds of CLOCK_MONOTONIC). The first echo, which
 * waits for the server to take the connection, is not counted. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what) { perror(what); exit(EXIT_FAILURE); }

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void echo(int fd)
{
    char buffer[5];
    if (send(fd, "hello", sizeof buffer, MSG_NOSIGNAL) < 0) die("send");
    for (size_t have = 0; have < sizeof buffer;) {
        ssize_t received = recv(fd, buffer + have, sizeof buffer - have, 0);
        if (received <= 0) die("recv");
        have += received;
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) return EXIT_FAILURE;
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_port = htons(atoi(argv[2]));
    if (inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) die("HOST");
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
    long count = atol(argv[3]);
    echo(fd);
    long long began = now();
    for (long done = 0; done < count; done++)
        echo(fd);
    long long ended = now();
    printf("%.1f %lld\n", count * 1e9 / (ended - began), ended);
    return 0;
}
