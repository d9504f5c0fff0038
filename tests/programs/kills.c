/* A child serves the first client, until the second one comes: then it is killed. */
#include "common.h"

int main(void)
{
    int status, listen_fd = listen_somewhere();
    int conn_fd = accept(listen_fd, NULL, NULL);
    pid_t child = fork();
    need(conn_fd >= 0 && child >= 0);
    if (child == 0) {
        echo(conn_fd);
        _exit(0);
    }
    int second_fd = accept(listen_fd, NULL, NULL);
    need(second_fd >= 0 && kill(child, SIGKILL) == 0);
    need(waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGKILL);
    need(send(second_fd, "done", 4, 0) == 4);
    echo(second_fd);
    return 0;
}
