"""kqueue() and kevent() for Linux, which has neither: both ask epoll.

Written from the documentation of `select.kqueue`, as far as kqueue.py needs
it: one filter, KQ_FILTER_READ. Left out: `data` and KQ_EV_EOF, which epoll
does not tell.
"""

import select
from collections import namedtuple
from collections.abc import Iterable
from contextlib import suppress

KQ_FILTER_READ = -1
KQ_EV_ADD, KQ_EV_DELETE = 1, 2


#: A descriptor to wait for, or one that is ready.
kevent = namedtuple(  # noqa: PYI024 - typing would show in the trace
    "kevent", ("ident", "filter", "flags"), defaults=(KQ_FILTER_READ, KQ_EV_ADD)
)


class kqueue:  # noqa: N801 - the name it has in `select`
    """A list of what to wait for, kept by the kernel."""

    def __init__(self) -> None:
        self._epoll = select.epoll()

    def control(
        self,
        changes: Iterable[kevent] | None,
        room: int,
        timeout: float | None = None,
    ) -> list[kevent]:
        """Make the changes, then, if `room` > 0, wait for events."""
        for change in changes or ():
            if change.flags & KQ_EV_DELETE:
                self._epoll.unregister(change.ident)
            else:
                self._add(change.ident)
        if room <= 0:
            return []
        ready = self._epoll.poll(timeout, room)
        return [kevent(fd, flags=0) for fd, _ in ready]

    def _add(self, fd: int) -> None:
        with suppress(FileExistsError):  # KQ_EV_ADD may add what is there
            self._epoll.register(fd, select.EPOLLIN)
