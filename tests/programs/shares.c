/* Three processes: the second shares the first's descriptor table, the third has a copy of it.
 * Descriptors 10 and 11 are one open file, 12 is the same file opened again; 13 is an interest list
 * that watches a pipe's end, 14, and a socket under a number that is another's by now. */
#include "common.h"
#include <sched.h>
#include <sys/epoll.h>
#include <sys/prctl.h>

static char stack[65536];

static int rest(void *unused)
{
    (void)unused;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (pause() < 0) {}
    return 0;
}

static void open_at(int wanted, int fd)
{
    need(fd >= 0 && dup2(fd, wanted) == wanted && close(fd) == 0);
}

int main(void)
{
    char byte;
    int ends[2];
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = 77};
    open_at(10, open("/dev/null", O_RDWR | O_APPEND));
    need(dup3(10, 11, O_CLOEXEC) == 11);
    open_at(12, open("/dev/null", O_RDONLY | O_NONBLOCK));
    open_at(13, epoll_create1(0));
    need(pipe(ends) == 0);
    open_at(14, ends[0]);
    open_at(15, ends[1]);
    need(epoll_ctl(13, EPOLL_CTL_ADD, 14, &event) == 0);
    open_at(16, socket(AF_INET, SOCK_STREAM, 0));
    event.data.u64 = 78;
    need(epoll_ctl(13, EPOLL_CTL_ADD, 16, &event) == 0);
    need(dup2(16, 17) == 17 && dup2(10, 16) == 16);
    pid_t sharing = clone(rest, stack + sizeof stack, CLONE_FILES | SIGCHLD, NULL);
    need(sharing > 0);
    pid_t copying = fork();
    if (copying == 0) rest(NULL);
    printf("%d %d\n", sharing, copying);
    fflush(stdout);
    need(read(0, &byte, 1) == 0);
    kill(sharing, SIGKILL);
    kill(copying, SIGKILL);
    while (wait(NULL) > 0) {}
    return 0;
}
