/* Asks about signals and sets what they do; waits for children in every way waitid has. */
#include "common.h"

static void handle(int number) { (void)number; }

static void set(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    need(sigaction(number, &action, NULL) == 0);
}

int main(void)
{
    struct sigaction former;
    siginfo_t info;
    pid_t child;

    need(sigaction(SIGCHLD, NULL, &former) == 0); /* a question */
    set(SIGUSR1, handle, SA_RESTART | SA_NODEFER);
    set(SIGPIPE, SIG_IGN, 0);
    set(SIGPIPE, SIG_DFL, SA_RESETHAND);

    if ((child = fork()) == 0) _exit(7);
    need(waitid(P_PID, child, &info, WEXITED | WNOWAIT) == 0); /* it stays a zombie */
    need(waitid(P_ALL, 0, &info, WEXITED) == 0);

    if ((child = fork()) == 0)
        for (;;) pause();
    need(waitid(P_PID, child, &info, WEXITED | WNOHANG) == 0 && info.si_pid == 0);
    need(kill(child, SIGSTOP) == 0 && waitid(P_PID, child, &info, WSTOPPED) == 0);
    need(kill(child, SIGCONT) == 0 && waitid(P_PID, child, &info, WCONTINUED) == 0);
    need(kill(child, SIGKILL) == 0 && waitid(P_PID, child, &info, WEXITED) == 0);

    if ((child = fork()) == 0) _exit(0);
    need(waitid(P_PID, child, NULL, WEXITED) == 0); /* nobody is told how it ended */
    need(waitid(P_ALL, 0, &info, WEXITED) < 0 && errno == ECHILD);

    set(SIGCHLD, handle, SA_NOCLDWAIT | SA_NOCLDSTOP);
    return 0;
}
