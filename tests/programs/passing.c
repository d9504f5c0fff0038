/* Accepts connections and passes each over a Unix socket to a process that serves it: the first
 * over a socket pair, the second over a socket that was connected by its name. */
#include "common.h"
#include <stddef.h>
#include <sys/un.h>

union control {
    struct cmsghdr aligned;
    char room[CMSG_SPACE(sizeof(int))];
};

static void pass(int over, int fd)
{
    union control control = {.aligned = {.cmsg_len = CMSG_LEN(sizeof fd),
                                         .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    struct iovec part = {"take it", 7};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room,
                             .msg_controllen = sizeof control.room};
    memcpy(CMSG_DATA(&control.aligned), &fd, sizeof fd);
    need(sendmsg(over, &message, 0) == 7);
}

static int get(int over)
{
    int fd;
    char text[7];
    union control control;
    struct iovec part = {text, sizeof text};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room,
                             .msg_controllen = sizeof control.room};
    need(recvmsg(over, &message, MSG_CMSG_CLOEXEC) == 7);
    need(control.aligned.cmsg_type == SCM_RIGHTS);
    memcpy(&fd, CMSG_DATA(&control.aligned), sizeof fd);
    return fd;
}

static void serve(int over)
{
    int conn = get(over);
    echo(conn);
    need(close(conn) == 0);
}

static void ask(const struct sockaddr_in *address, int server, int over)
{
    char answer[5];
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    need(connect(client, (const struct sockaddr *)address, sizeof *address) == 0);
    int conn = accept(server, NULL, NULL);
    pass(over, conn);
    need(close(conn) == 0);
    need(send(client, "hello", 5, 0) == 5);
    need(recv(client, answer, 5, MSG_WAITALL) == 5);
    need(close(client) == 0);
}

int main(void)
{
    int pair[2], named = socket(AF_UNIX, SOCK_STREAM, 0), server = listen_somewhere();
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    struct sockaddr_in address;
    socklen_t size = sizeof name.sun_family;
    need(bind(named, (struct sockaddr *)&name, size) == 0); /* the kernel picks a name (unix(7)) */
    size = sizeof name;
    need(getsockname(named, (struct sockaddr *)&name, &size) == 0 && listen(named, 1) == 0);
    need(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    if (fork() == 0) {
        int far = socket(AF_UNIX, SOCK_STREAM, 0);
        need(close(server) == 0 && close(pair[0]) == 0);
        need(connect(far, (struct sockaddr *)&name, size) == 0);
        serve(pair[1]);
        serve(far);
        _exit(0);
    }
    int near = accept(named, NULL, NULL);
    size = sizeof address;
    need(near >= 0 && close(pair[1]) == 0);
    need(getsockname(server, (struct sockaddr *)&address, &size) == 0);
    ask(&address, server, pair[0]);
    ask(&address, server, near);
    need(wait(NULL) > 0);
    return 0;
}
