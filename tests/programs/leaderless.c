/* An echo server whose first thread has ended: what it has open, only its other thread shows. */
#include "common.h"

static void *serve(void *listener)
{
    for (;;) {
        int fd = accept((int)(intptr_t)listener, NULL, NULL);
        need(fd >= 0);
        echo(fd);
        need(close(fd) == 0);
    }
    return NULL;
}

int main(void)
{
    pthread_t thread;
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int listener = listen_somewhere();
    need(getsockname(listener, (struct sockaddr *)&address, &size) == 0);
    need(pthread_create(&thread, NULL, serve, (void *)(intptr_t)listener) == 0);
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    pthread_exit(NULL);
}
