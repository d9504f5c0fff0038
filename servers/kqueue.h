/* kqueue() and kevent() for Linux, which has neither: both ask epoll.
 * Written from kqueue(2) of FreeBSD, as far as servers/kqueue.c needs it: one
 * filter, EVFILT_READ. Left out: `udata`; `data` and EV_EOF, which epoll_wait
 * does not tell; EV_ERROR: here a change that fails makes the call fail. */
#ifndef ECHOTRACE_KQUEUE_H
#define ECHOTRACE_KQUEUE_H
#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <time.h>

enum { EVFILT_READ = -1 };
enum { EV_ADD = 1, EV_DELETE = 2 };

struct kevent {
    uintptr_t ident; /* the descriptor */
    short filter;
    unsigned short flags;
    unsigned int fflags;
    intptr_t data;
    void *udata;
};

#define EV_SET(event, ...) (*(event) = (struct kevent){__VA_ARGS__})

/* A list of what to wait for; a descriptor, or -1. */
static inline int kqueue(void)
{
    return epoll_create1(0);
}

/* Makes the changes, then, if `room` > 0, waits for events: how many, or -1. */
static inline int kevent(int queue, const struct kevent *changes, int count,
                         struct kevent *events, int room,
                         const struct timespec *timeout)
{
    for (int i = 0; i < count; i++) {
        int op = changes[i].flags & EV_DELETE ? EPOLL_CTL_DEL : EPOLL_CTL_ADD;
        struct epoll_event wanted = {.events = EPOLLIN};
        wanted.data.fd = (int)changes[i].ident;
        if (epoll_ctl(queue, op, wanted.data.fd, &wanted) < 0
            && errno != EEXIST) /* EV_ADD may add what is there already */
            return -1;
    }
    if (room <= 0) return 0;
    struct epoll_event ready[16];
    int most = room < 16 ? room : 16, milliseconds = -1;
    if (timeout != NULL)
        milliseconds = timeout->tv_sec * 1000 + timeout->tv_nsec / 1000000;
    int found = epoll_wait(queue, ready, most, milliseconds);
    for (int i = 0; i < found; i++)
        EV_SET(&events[i], ready[i].data.fd, EVFILT_READ, 0, 0, 0, NULL);
    return found;
}
#endif
