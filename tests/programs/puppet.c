/* A server that does what its first client says: each command is a letter and a digit, mostly the
 * number of a descriptor. The listening socket is 3, the first client 4. */
#include "common.h"
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

static void *rest(void)
{
    while (pause() < 0) {}
    return NULL;
}

static void *receive(void *fd)
{
    char byte;
    need(recv((int)(intptr_t)fd, &byte, 1, 0) <= 1);
    return rest();
}

static void *take(void *fd)
{
    need(accept((int)(intptr_t)fd, NULL, NULL) >= 0);
    return rest();
}

static void again(const char *how)
{
    execl("/proc/self/exe", "puppet", how, (char *)NULL);
    need(0);
}

static void *exec_again(void *unused)
{
    again("obey");
    return unused;
}

static void start(void *(*work)(void *), int fd)
{
    pthread_t thread;
    need(pthread_create(&thread, NULL, work, (void *)(intptr_t)fd) == 0);
}

/* A pair of Unix sockets, over which the puppet passes descriptors to itself and to a child. */
static int pair[2];

enum { MOST = 4 };

union control {
    struct cmsghdr aligned;
    char room[CMSG_SPACE(MOST * sizeof(int))];
};

static void pass(int fd, int count)
{
    union control control = {.aligned = {.cmsg_len = CMSG_LEN(count * sizeof(int)),
                                         .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    struct iovec part = {"!", 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room,
                             .msg_controllen = CMSG_SPACE(count * sizeof(int))};
    for (int i = 0; i < count; i++)
        memcpy(CMSG_DATA(&control.aligned) + i * sizeof(int), &fd, sizeof fd);
    need(sendmsg(pair[0], &message, 0) == 1);
}

static void get(int count, int flags)
{
    union control control;
    char byte;
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room,
                             .msg_controllen = count ? CMSG_LEN(count * sizeof(int)) : 0};
    struct mmsghdr messages[] = {{.msg_hdr = message}};
    if (flags & MSG_WAITFORONE)
        recvmmsg(pair[1], messages, 1, flags, NULL);
    else
        recvmsg(pair[1], &message, flags);
}

static void on_child(int how)
{
    struct sigaction action = {.sa_handler = how == 1 ? SIG_IGN : SIG_DFL,
                               .sa_flags = how == 2 ? SA_NOCLDWAIT : 0};
    need(sigaction(SIGCHLD, &action, NULL) == 0);
}

static void obey(char command, int fd)
{
    static pid_t children[10];
    static int count, epoll;
    struct epoll_event input = {.events = EPOLLIN}, output = {.events = EPOLLOUT | EPOLLET};
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    char buffer[3];
    int on = 1;
    siginfo_t info;
    switch (command) {
    case 'a': accept4(fd, NULL, NULL, SOCK_NONBLOCK); break;
    case 'r': recv(fd, buffer, sizeof buffer, 0); break;
    case 's': send(fd, "ok", 2, MSG_NOSIGNAL); break;
    case 'p': recv(fd, buffer, sizeof buffer, MSG_PEEK); break;
    case 'w': shutdown(fd, SHUT_WR); break;
    case 'i': shutdown(fd, SHUT_RD); break;
    case 'b': shutdown(fd, SHUT_RDWR); break;
    case 'c': close(fd); break;
    case 'd': dup(fd); break;
    case 'l': setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once); break;
    case 'n': ioctl(fd, FIONBIO, &on); break;
    case 'm': fcntl(fd, F_SETFL, 0); break;
    case 'e': fcntl(fd, F_SETFD, FD_CLOEXEC); break;
    case 'L': listen(fd, 1); break;
    case 'R': start(receive, fd); break;
    case 'A': start(take, fd); break;
    case 'S': on_child(fd); break;
    case 'F':
        if ((children[count++] = fork()) == 0) rest();
        break;
    case 'O': /* a child with a child of its own, which it leaves behind */
        if ((children[count++] = fork()) == 0) {
            if (fork() == 0) rest();
            _exit(0);
        }
        break;
    case 'V':
        if ((children[count++] = vfork()) == 0) again("rest");
        break;
    case 'E': again("obey"); break; /* the same again, with fresh memory */
    case 'T': start(exec_again, 0); rest(); break;
    case 'P': epoll = epoll_create1(EPOLL_CLOEXEC); break;
    case 'Q': epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &input); break;
    case 'M': epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &output); break;
    case 'D': epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL); break;
    case 'u': socketpair(AF_UNIX, fd ? SOCK_DGRAM : SOCK_STREAM, 0, pair); break;
    case 'x': pass(fd, 1); break;
    case 't': pass(fd, 2); break;
    case 'y': get(fd, 0); break;
    case 'Y': get(fd, MSG_CMSG_CLOEXEC | MSG_WAITFORONE); break;
    case 'k': get(fd, MSG_PEEK); break;
    case 'z': need(read(pair[1], buffer, 1) == 1); break;
    case 'G': /* a child that receives what is passed */
        if ((children[count++] = fork()) == 0) {
            get(fd, 0);
            rest();
        }
        break;
    case 'g': syscall(SYS_pidfd_getfd, syscall(SYS_pidfd_open, children[0], 0), fd, 0); break;
    case 'X': pthread_exit(NULL);
    case 'K': kill(children[fd], SIGKILL); break;
    case 'W': waitpid(children[fd], NULL, 0); break;
    case 'I': waitid(P_PID, children[fd], &info, WEXITED); break;
    default: need(0);
    }
}

int main(int argc, char **argv)
{
    char command[2];
    if (argc > 1 && strcmp(argv[1], "rest") == 0) rest();
    int control = argc > 1 ? 4 : accept(listen_somewhere(), NULL, NULL);
    while (recv(control, command, 2, MSG_WAITALL) == 2) obey(command[0], command[1] - '0');
    return 0;
}
