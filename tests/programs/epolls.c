/* An echo server of one task that waits in epoll_wait, and says so if that ever fails: as it must
 * when the handler of SIGUSR1 was called. */
#include "common.h"
#include <sys/epoll.h>

static void nothing(int signal) { (void)signal; }

int main(void)
{
    struct epoll_event ready[16], event = {.events = EPOLLIN};
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    struct sigaction action = {.sa_handler = nothing};
    int listener = listen_somewhere(), epoll = epoll_create1(EPOLL_CLOEXEC);
    need(getsockname(listener, (struct sockaddr *)&address, &size) == 0);
    need(sigaction(SIGUSR1, &action, NULL) == 0);
    event.data.u64 = 1000 + listener;
    need(epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) == 0);
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int count = epoll_wait(epoll, ready, 16, -1);
        if (count < 0) perror("epoll_wait");
        for (int i = 0; i < count; i++) {
            int fd = ready[i].data.u64 - 1000;
            char bytes[1000];
            if (fd == listener) {
                int accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
                need(accepted >= 0);
                event.data.u64 = 1000 + accepted;
                need(epoll_ctl(epoll, EPOLL_CTL_ADD, accepted, &event) == 0);
                continue;
            }
            ssize_t got = recv(fd, bytes, sizeof bytes, 0);
            if (got > 0)
                need(send(fd, bytes, got, 0) == got);
            else
                close(fd);
        }
    }
}
