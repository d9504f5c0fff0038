/* Waits in many calls at a time, each in a thread of its own, and says which of them failed with
 * EINTR: nobody sends it a signal. It says how many wait, and ends with its standard input. */
#include "common.h"
#include <linux/futex.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <time.h>

static atomic_int ending;
static int semaphores, messages;
static const struct timespec long_time = {.tv_sec = 10000};

static int silent(int with_timeout)
{
    int fds[2];
    struct timeval limit = {.tv_sec = 10000};
    need(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    if (with_timeout) need(setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
    return fds[0];
}

static int listening(int with_timeout)
{
    int fd = listen_somewhere();
    struct timeval limit = {.tv_sec = 10000};
    if (with_timeout) need(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
    return fd;
}

static long wait_in(int number)
{
    static int word;
    char byte[100];
    fd_set none;
    struct epoll_event event;
    struct sembuf down = {.sem_op = -1};
    struct { long type; char text[1]; } message;
    struct timespec rest = long_time;
    sigset_t signals;
    switch (number) {
    case 0: return epoll_wait(epoll_create1(0), &event, 1, -1);
    case 1: return epoll_wait(epoll_create1(0), &event, 1, 10000000);
    case 2: return epoll_pwait(epoll_create1(0), &event, 1, -1, NULL);
    case 3: return poll(NULL, 0, -1);
    case 4: return poll(NULL, 0, 10000000);
    case 5: FD_ZERO(&none); return select(0, &none, NULL, NULL, NULL);
    case 6: return nanosleep(&rest, NULL);
    case 7: return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &rest, NULL);
    case 8: return recv(silent(0), byte, 1, 0);
    case 9: return recv(silent(1), byte, 1, 0);
    case 10: return accept(listening(0), NULL, NULL);
    case 11: return accept(listening(1), NULL, NULL);
    case 12: sigemptyset(&signals); sigaddset(&signals, SIGUSR1);
             return sigtimedwait(&signals, NULL, &rest);
    case 13: return semop(semaphores, &down, 1);
    case 14: return syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0);
    case 15: return syscall(SYS_futex, &word, FUTEX_WAIT, 0, &rest, NULL, 0);
    case 16: return read(inotify_init1(0), byte, sizeof byte);
    case 17: return msgrcv(messages, &message, 1, 0, 0);
    case 18: return ppoll(NULL, 0, &rest, NULL);
    case 19: return pselect(0, NULL, NULL, NULL, &rest, NULL);
    case 20: return pause();
    default: return 0;
    }
}
#define COUNT 21

static void *waiter(void *number)
{
    for (;;) {
        errno = 0;
        long result = wait_in((int)(intptr_t)number);
        if (atomic_load(&ending)) return NULL;
        printf("wait %d ended: %ld, errno %d\n", (int)(intptr_t)number, result, errno);
        fflush(stdout);
    }
    return NULL;
}

int main(void)
{
    pthread_t thread;
    char byte;
    need((semaphores = semget(IPC_PRIVATE, 1, 0600)) >= 0);
    need((messages = msgget(IPC_PRIVATE, 0600)) >= 0);
    for (intptr_t number = 0; number < COUNT; number++)
        need(pthread_create(&thread, NULL, waiter, (void *)number) == 0);
    printf("%d\n", COUNT);
    fflush(stdout);
    while (read(0, &byte, 1) > 0) {}
    atomic_store(&ending, 1);
    semctl(semaphores, 0, IPC_RMID); /* these two outlive the process */
    msgctl(messages, IPC_RMID, NULL);
    _exit(0);
}
