/* Moves bytes between descriptors in every way that is neither read nor write: from a file to a
 * connection, from it through a pipe to another one, and in vectors of messages. */
#include "common.h"
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

enum { MESSAGES = 3 };

static int connect_to(int server)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    need(getsockname(server, (struct sockaddr *)&address, &size) == 0);
    need(fd >= 0 && connect(fd, (struct sockaddr *)&address, size) == 0);
    return fd;
}

static int datagrams(struct sockaddr_in *address)
{
    socklen_t size = sizeof *address;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    *address = (struct sockaddr_in){.sin_family = AF_INET};
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    need(bind(fd, (struct sockaddr *)address, size) == 0);
    need(getsockname(fd, (struct sockaddr *)address, &size) == 0);
    return fd;
}

static char buffers[MESSAGES][8];
static struct iovec parts[MESSAGES];
static struct sockaddr_in peers[MESSAGES];

static void prepare(struct mmsghdr *messages, const char *texts[], struct sockaddr_in *to)
{
    for (int i = 0; i < MESSAGES; i++) {
        if (texts) strcpy(buffers[i], texts[i]);
        parts[i] = (struct iovec){buffers[i], texts ? strlen(texts[i]) : sizeof buffers[i]};
        if (to) peers[i] = *to;
        messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &parts[i], .msg_iovlen = 1}};
        if (to || !texts) {
            messages[i].msg_hdr.msg_name = &peers[i];
            messages[i].msg_hdr.msg_namelen = sizeof peers[i];
        }
    }
}

int main(void)
{
    const char *texts[] = {"a", "bcd", "efghi"};
    int server = listen_somewhere(), ends[2], other[2], pair[2], file = memfd_create("file", 0);
    int one = connect_to(server), one_conn = accept(server, NULL, NULL);
    int two = connect_to(server), two_conn = accept(server, NULL, NULL);
    struct mmsghdr messages[MESSAGES];
    struct sockaddr_in from, to;
    struct iovec memory = {"memory", 6};
    char buffer[100];
    off_t start = 0;
    need(pipe(ends) == 0 && pipe(other) == 0 && write(file, "0123456789", 10) == 10);

    need(sendfile(one_conn, file, &start, 10) == 10); /* a file over connection 1 */
    need(recv(one, buffer, sizeof buffer, 0) == 10);

    need(send(one, "proxied", 7, 0) == 7); /* from connection 1 through a pipe to connection 2 */
    need(splice(one_conn, NULL, ends[1], NULL, 100, SPLICE_F_MOVE) == 7);
    need(tee(ends[0], other[1], 100, 0) == 7);
    need(splice(ends[0], NULL, two_conn, NULL, 100, 0) == 7);
    need(recv(two, buffer, sizeof buffer, 0) == 7);
    need(vmsplice(other[1], &memory, 1, 0) == 6);
    need(splice(other[0], NULL, two_conn, NULL, 100, 0) == 13);
    need(copy_file_range(file, &(off_t){2}, file, &(off_t){20}, 3, 0) == 3);

    prepare(messages, texts, NULL); /* several messages over connection 2, and back in one */
    need(sendmmsg(two_conn, messages, MESSAGES, 0) == MESSAGES);
    need(send(two, "xy", 2, 0) == 2);
    prepare(messages, NULL, NULL);
    need(recvmmsg(two_conn, messages, 1, 0, NULL) == 1);
    need(shutdown(one, SHUT_WR) == 0);
    need(splice(one_conn, NULL, ends[1], NULL, 100, 0) == 0); /* the end of the data */

    int sender = datagrams(&from), receiver = datagrams(&to);
    prepare(messages, texts, &to);
    need(sendmmsg(sender, messages, MESSAGES, 0) == MESSAGES);
    prepare(messages, NULL, NULL);
    need(recvmmsg(receiver, messages, MESSAGES, MSG_WAITFORONE, NULL) == MESSAGES);
    need(recvmmsg(receiver, messages, MESSAGES, MSG_DONTWAIT, NULL) < 0);
    need(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    start = 0;
    need(sendfile(pair[0], file, &start, 4) == 4);
    need(splice(pair[1], NULL, ends[1], NULL, 100, 0) == 4);
    return 0;
}
