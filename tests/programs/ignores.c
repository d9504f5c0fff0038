/* Waits in epoll_wait, which only SIGUSR1 may interrupt, not the SIGCHLD that it ignores. */
#include "common.h"
#include <sys/epoll.h>

static volatile sig_atomic_t handled;

static void handle(int number) { handled = number; }

int main(void)
{
    signal(SIGUSR1, handle);
    struct epoll_event event = {.events = EPOLLIN};
    int listen_fd = listen_somewhere(), epoll_fd = epoll_create1(0);
    need(epoll_fd >= 0);
    need(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listen_fd, &event) == 0);
    for (int conns = 1;; conns++) {
        for (; epoll_wait(epoll_fd, &event, 1, -1) < 0; handled = 0)
            need(errno == EINTR && handled);
        int conn_fd = accept(listen_fd, NULL, NULL);
        need(conn_fd >= 0);
        pid_t child = fork();
        need(child >= 0);
        if (child == 0) {
            echo(conn_fd);
            if (conns == 2) kill(getppid(), SIGUSR1);
            _exit(0);
        }
        need(close(conn_fd) == 0);
    }
}
