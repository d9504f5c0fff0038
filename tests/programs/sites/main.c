/* Makes calls in as many ways as lead from a line of source to the kernel. The
 * test asks gdb which line each is on, so nothing here depends on time or chance.
 * Compiled with -g: this file, own.c and plugin.c; without: bare.c. */
#define _GNU_SOURCE
#include <alloca.h>
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "sites.h"

static inline __attribute__((always_inline)) int inlined(int fd)
{
    return dup2(fd, 30);
}

static __attribute__((noinline)) int tail(int fd)
{
    return dup2(fd, 31);
}

static __attribute__((noinline)) int deep(int depth, int fd)
{
    volatile char room[200];
    room[0] = (char)depth;
    int result = depth ? deep(depth - 1, fd) : dup2(fd, 32);
    return result + room[0] - room[0];
}

static __attribute__((noinline)) int unlike(size_t size, int fd)
{
    volatile char *room = alloca(size);
    room[size - 1] = 1;
    return dup2(fd, 33) + room[size - 1];
}

static int called_back(int fd)
{
    return dup2(fd, 34);
}

static void on_signal(int number)
{
    static volatile int caught;
    dup2(0, 35);
    signal(number, SIG_IGN);
    caught = number; /* so that signal is no tail call, which leaves no frame of this function */
}

static void *in_thread(void *argument)
{
    close(*(int *)argument);
    own_dup(0, 36);
    return NULL;
}

static void plugged(const char *plugin)
{
    void *handle = dlopen(plugin, RTLD_NOW);
    int (*plugged_dup)(int, int);
    if (handle == NULL) _exit(98);
    *(void **)&plugged_dup = dlsym(handle, "plugged_dup");
    plugged_dup(0, 37);
    dlclose(handle);
}

int main(int argc, char **argv)
{
    int pair[2], fd = socket(AF_INET, SOCK_STREAM, 0);
    pthread_t thread;
    if (argc == 1) return 0;
    for (int round = 0; round < 2; round++) {
        inlined(0); tail(0);
        deep(round + 3, 0);
        unlike(100 + 1000 * round, 0);
        own_dup(0, 38);
        own_calls(called_back);
        bare_dup(0, 39);
        bare_calls(called_back, 300 + 700 * round);
        dprintf(1, "%d %s\n", round, "in a buffer on the stack");
    }
    signal(SIGUSR1, on_signal);
    raise(SIGUSR1);
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    send(pair[0], "abc", 3, 0);
    recv(pair[1], (char[9]){0}, 9, 0);
    pthread_create(&thread, NULL, in_thread, &fd);
    pthread_join(thread, NULL);
    if (argc > 2) plugged(argv[2]);
    FILE *file = fopen("/dev/null", "w");
    fputs("kept until it is closed", file);
    fclose(file);
    execv("/nowhere/at/all", argv);
    execv(argv[0], (char *[]){argv[0], NULL});
    return 97;
}
