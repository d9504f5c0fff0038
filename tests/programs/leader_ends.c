/* The first thread ends; another goes on, and makes descriptors. */
#include "common.h"
#include <linux/kcmp.h>
#include <sys/syscall.h>

static void *go_on(void *leader)
{
    int pid = getpid(), self = gettid();
    need(pthread_join(*(pthread_t *)leader, NULL) == 0);
    while (syscall(SYS_kcmp, pid, self, KCMP_FILE, 0, 0) == 0) {} /* until the leader has no fd 0 */
    int fd = listen_somewhere();
    need(fd >= 0 && close(fd) == 0);
    exit(9);
}

int main(void)
{
    static pthread_t leader;
    pthread_t thread;
    leader = pthread_self();
    need(pthread_create(&thread, NULL, go_on, &leader) == 0);
    pthread_exit(NULL);
}
