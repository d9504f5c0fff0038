/* A UDP server that does what the datagrams say that it receives at 3: each command is a letter and
 * a digit, mostly the number of a descriptor. */
#include "common.h"
#include <sys/ioctl.h>

static struct sockaddr_in own, sender;

static int bound(void)
{
    int on = 1, fd = socket(AF_INET, SOCK_DGRAM, 0);
    socklen_t size = sizeof own;
    need(fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0);
    need(bind(fd, (struct sockaddr *)&own, size) == 0);
    need(getsockname(fd, (struct sockaddr *)&own, &size) == 0);
    return fd;
}

static void *receive(void *fd)
{
    char byte;
    recv((int)(intptr_t)fd, &byte, 1, 0);
    while (pause() < 0) {}
    return NULL;
}

static void obey(char command, int fd)
{
    static pid_t child;
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    socklen_t size = sizeof sender;
    char buffer[3];
    pthread_t thread;
    int on = 1;
    switch (command) {
    case 'C': /* a socket for the sender of this command alone */
        need(connect(bound(), (struct sockaddr *)&sender, size) == 0);
        break;
    case 'u': connect(fd, &nobody, sizeof nobody); break;
    case 'U': socket(AF_INET, SOCK_DGRAM, 0); break;
    case 'r': recv(fd, buffer, sizeof buffer, 0); break;
    case 'v': read(fd, buffer, sizeof buffer); break;
    case 't': recv(fd, buffer, sizeof buffer, MSG_TRUNC); break;
    case 'p': recv(fd, buffer, sizeof buffer, MSG_PEEK); break;
    case 's': send(fd, "ok", 2, 0); break;
    case 'a': sendto(fd, "ok", 2, 0, (struct sockaddr *)&sender, size); break;
    case 'w': shutdown(fd, SHUT_WR); break;
    case 'i': shutdown(fd, SHUT_RD); break;
    case 'c': close(fd); break;
    case 'd': dup(fd); break;
    case 'n': ioctl(fd, FIONBIO, &on); break;
    case 'L': listen(fd, 1); break;
    case 'A': accept(fd, NULL, NULL); break;
    case 'R': need(pthread_create(&thread, NULL, receive, (void *)(intptr_t)fd) == 0); break;
    case 'F':
        if ((child = fork()) == 0) receive((void *)(intptr_t)fd);
        break;
    case 'K': kill(child, SIGKILL); waitpid(child, NULL, 0); break;
    default: need(0);
    }
}

int main(void)
{
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    need(bound() == 3);
    for (;;) {
        char commands[100];
        socklen_t size = sizeof sender;
        ssize_t got = recvfrom(3, commands, sizeof commands, 0, (struct sockaddr *)&sender, &size);
        need(got >= 0);
        for (ssize_t at = 0; at + 1 < got; at += 2) obey(commands[at], commands[at + 1] - '0');
    }
}
