/* A server that accepts through a ring of requests (io_uring(7)), where the kernel lets it; what
 * it was given there it serves and closes by system calls. */
#include "common.h"
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>

static struct io_uring_params params;
static char *ring;
static struct io_uring_sqe *entries;

static unsigned *word(unsigned offset) { return (unsigned *)(ring + offset); }

static int begin(void)
{
    int fd = (int)syscall(SYS_io_uring_setup, 4, &params);
    if (fd < 0) return -1;
    size_t size = params.sq_off.array + params.sq_entries * sizeof(unsigned);
    size_t other = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
    need(params.features & IORING_FEAT_SINGLE_MMAP);
    ring = mmap(NULL, size > other ? size : other, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQ_RING);
    entries = mmap(NULL, params.sq_entries * sizeof *entries, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQES);
    need(ring != MAP_FAILED && (void *)entries != MAP_FAILED);
    return fd;
}

static int ask(int fd, struct io_uring_sqe what)
{
    unsigned tail = *word(params.sq_off.tail), at = tail & *word(params.sq_off.ring_mask);
    entries[at] = what;
    word(params.sq_off.array)[at] = at;
    __atomic_store_n(word(params.sq_off.tail), tail + 1, __ATOMIC_RELEASE);
    need(syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1);
    unsigned head = *word(params.cq_off.head) & *word(params.cq_off.ring_mask);
    struct io_uring_cqe *answers = (struct io_uring_cqe *)(ring + params.cq_off.cqes);
    int result = answers[head].res;
    __atomic_store_n(word(params.cq_off.head), *word(params.cq_off.head) + 1, __ATOMIC_RELEASE);
    return result;
}

int main(void)
{
    int server = listen_somewhere(), fd = begin();
    struct io_uring_sqe accepts = {.opcode = IORING_OP_ACCEPT, .fd = server};
    for (int turn = 0; turn < 2; turn++) {
        int conn = fd < 0 ? accept(server, NULL, NULL) : ask(fd, accepts);
        need(conn >= 0);
        echo(conn);
        if (fd < 0) {
            need(close(conn) == 0);
        } else { /* the number is free again, and no system call tells that */
            need(ask(fd, (struct io_uring_sqe){.opcode = IORING_OP_CLOSE, .fd = conn}) == 0);
            need(open("/dev/null", O_RDONLY) == conn && close(conn) == 0);
        }
    }
    return 0;
}
