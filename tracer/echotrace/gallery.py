"""The find-the-bug gallery, `servers/broken/`: servers with one bug each, and the clean ones.

A mutant has the name of the finding that it must raise, and differs from its clean counterpart in a
few lines. What it takes to see the bug stands here, so that commands, tests and the gallery's
README say the same.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Clean:
    """A server without a finding: its name, and its idea in one sentence."""

    name: str
    idea: str


@dataclass(frozen=True)
class Mutant:
    """A clean server with one bug.

    `finding` is the finding's id and the file's name, `counterpart` the clean server. The bug shows
    under any of `scripts`, the clearest first, when `injections` are given to `--inject`; `shows`
    says how. `ends_early` when a client then waits in vain or the server never rests, so that the
    recording ends with a StepTimeout.
    """

    finding: str
    counterpart: str
    scripts: tuple[str, ...]
    shows: str
    injections: tuple[str, ...] = ()
    ends_early: bool = False

    @property
    def command(self) -> str:
        """The command line that shows the bug."""
        words = [f"echotrace broken/{self.finding}"]
        if self.scripts[0] != "interleaved":
            words.append(f"--script {self.scripts[0]}")
        words += [f"--inject {fault}" for fault in self.injections]
        words += ["--timeout 0.3"] * self.ends_early
        return " ".join(words)


CLEAN: tuple[Clean, ...] = (
    Clean("clean_iterative", "Connections are served one after the other."),
    Clean("clean_fork", "Each connection gets a process of its own."),
    Clean("clean_thread", "Each connection gets a thread of its own."),
    Clean("clean_select", "One process asks select which connections are ready."),
    Clean("clean_epoll", "One process asks epoll which connections are ready."),
)

_ANY = ("interleaved", "sequential", "burst", "silent", "large", "half-close", "reset", "idle")
_ONE_AFTER_THE_OTHER = ("sequential", "large", "half-close", "idle")
_TOGETHER = ("interleaved", "burst", "silent", "reset")

MUTANTS: tuple[Mutant, ...] = (
    Mutant("connection_leaked_by_parent", "clean_fork", _ANY,
           "P0 never closes what accept returned: the next connection gets the next number, and "
           "each stays open after its child has closed it."),
    Mutant("child_keeps_listening_socket", "clean_fork", _ANY,
           "No child calls close(3): until it ends, it holds the socket that only P0 accepts on."),
    Mutant("child_never_reaped", "clean_fork", _ANY,
           "P1 and P2 call exit and P0 never calls waitpid: they stay zombies until P0 ends."),
    Mutant("thread_neither_joined_nor_detached", "clean_thread", _ONE_AFTER_THE_OTHER,
           "The second pthread_create has a new stack: that of T1, which has ended, is not used "
           "again."),
    Mutant("short_send_ignored", "clean_thread", ("interleaved", "sequential", "half-close"),
           "send returns 3 for 5 bytes, and the next call is recv: the client waits for the rest.",
           injections=("send:short=3",), ends_early=True),
    Mutant("accept_unchecked", "clean_iterative", _ANY,
           "accept returns -1, and P0 goes on to recv(-1) and close(-1), both EBADF.",
           injections=("accept:ECONNABORTED:when=1",)),
    Mutant("eintr_on_accept_ends_server", "clean_fork", _TOGETHER,
           "P1's end interrupts accept (ERESTARTSYS in the kernel, EINTR in the program): P0 reaps "
           "P1 and calls exit(1)."),
    Mutant("sigpipe_possible", "clean_iterative",
           tuple(script for script in _ANY if script != "idle"),
           "send has no MSG_NOSIGNAL: where it fails with EPIPE, SIGPIPE ends the server."),
    Mutant("recv_error_ends_all", "clean_thread", ("reset",),
           "recv of T1 fails with ECONNRESET, and T1 calls exit(1), which ends T2 in its recv."),
    Mutant("closed_twice", "clean_thread", _ANY,
           "T1 calls close(4) twice: the second is EBADF, or the end of another's connection."),
    Mutant("used_after_close", "clean_thread", ("interleaved", "sequential", "burst"),
           "P0 calls close(4) after pthread_create, and T1's recv(4) fails with EBADF.",
           ends_early=True),
    Mutant("argument_race", "clean_thread", ("burst",),
           "P0 accepts 4 and 5 before T1 runs: T1 and T2 both call recv(5), and nobody serves 4.",
           ends_early=True),
    Mutant("select_beyond_fd_setsize", "clean_select", _ANY,
           "select's first argument is 4096, and an fd_set has 1024 bits: once descriptor 1024 is "
           "open, the kernel reads and writes past the set."),
    Mutant("readiness_loop_spins", "clean_epoll", _ANY,
           "epoll_wait returns EPOLLOUT at once, recv fails with EAGAIN, and so on without end.",
           ends_early=True),
    Mutant("no_so_reuseaddr", "clean_iterative", _ANY,
           "There is no setsockopt(3, SO_REUSEADDR, 1) before bind."),
    Mutant("listens_on_every_interface", "clean_iterative", _ANY,
           "bind has the address 0.0.0.0, although the server was told 127.0.0.1."),
    Mutant("descriptor_open_at_exit", "clean_fork", _ANY,
           "P1 calls exit(0) without close(4): the kernel closes what the program forgot."),
)  # fmt: skip
