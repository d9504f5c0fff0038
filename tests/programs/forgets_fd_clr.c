/* A select server that closes a connection and forgets to take its number out of the set. */
#include <netinet/in.h>
#include <stdio.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char bytes[100];
    fd_set all, ready;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    int highest = listener;
    if (bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 5)) return 1;
    FD_ZERO(&all);
    FD_SET(listener, &all);
    for (;;) {
        ready = all;
        if (select(highest + 1, &ready, NULL, NULL, NULL) < 0) {
            perror("select");
            return 1;
        }
        for (int fd = 0; fd <= highest; fd++) {
            if (!FD_ISSET(fd, &ready)) continue;
            if (fd == listener) {
                const int connection = accept(listener, NULL, NULL);
                if (connection < 0) continue;
                FD_SET(connection, &all);
                if (connection > highest) highest = connection;
            } else {
                const ssize_t got = recv(fd, bytes, sizeof bytes, 0);
                if (got <= 0) close(fd);
                else send(fd, bytes, (size_t)got, MSG_NOSIGNAL);
            }
        }
    }
}
