/* Waits for datagrams on a free port of 127.0.0.1. */
#include "common.h"

int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    char buffer[100];
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    need(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    recv(fd, buffer, sizeof buffer, 0);
    return 0;
}
