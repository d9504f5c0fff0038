/* Says on stderr what each of its calls returned: name, result, errno. */
#include "common.h"

#define TELL(name, call)                                                    \
    do {                                                                    \
        errno = 0;                                                          \
        long result = (call);                                               \
        dprintf(STDERR_FILENO, "%s %ld %d\n", name, result, errno);         \
    } while (0)

int main(void)
{
    char buffer[100];
    int pair[2], status;
    int listen_fd = listen_somewhere();
    need(fcntl(listen_fd, F_SETFL, O_NONBLOCK) == 0);
    need(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
    TELL("accept", accept(listen_fd, NULL, NULL));
    TELL("accept", accept(listen_fd, NULL, NULL));
    TELL("sendto", send(pair[0], "hello", 5, 0));
    TELL("write", write(pair[0], "hello", 5));
    TELL("sendto", send(pair[0], "hi", 2, 0));
    TELL("recvfrom", recv(pair[1], buffer, 4, 0));
    TELL("read", read(pair[1], buffer, sizeof buffer));
    TELL("recvfrom", recv(pair[1], buffer, sizeof buffer, 0));
    pid_t child = fork();
    if (child == 0) _exit(0);
    dprintf(STDERR_FILENO, "clone %d %d\n", child, child < 0 ? errno : 0);
    TELL("wait4", waitpid(child, &status, 0));
    TELL("shutdown", shutdown(pair[0], SHUT_WR));
    TELL("close", close(pair[0]));
    TELL("close", close(pair[0])); /* free already, unless the first was skipped */
    _exit(0);
}
