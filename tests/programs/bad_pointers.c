/* Hands pointers to the kernel that lead nowhere. */
#include "common.h"
#include <poll.h>
#include <sys/uio.h>

#define REFUSED(call) need((call) == -1 && errno == EFAULT)

int main(void)
{
    /* volatile, so that the compiler does not see through it */
    void *volatile nowhere = (void *)8;
    int pair[2];
    need(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    REFUSED(send(pair[0], nowhere, 5, 0));
    need(send(pair[0], "hello", 5, 0) == 5);
    REFUSED(recv(pair[1], nowhere, 5, 0));
    REFUSED(connect(pair[0], nowhere, 16));
    REFUSED(getsockname(pair[0], nowhere, nowhere));
    REFUSED(sendmsg(pair[0], nowhere, 0));
    REFUSED(writev(pair[0], nowhere, 2));
    REFUSED(poll(nowhere, 2, 0));
    REFUSED(open(nowhere, O_RDONLY));
    REFUSED(pipe(nowhere));
    REFUSED(execve(nowhere, nowhere, NULL));
    REFUSED(setsockopt(pair[0], SOL_SOCKET, SO_KEEPALIVE, nowhere, 4));
    return 0;
}
