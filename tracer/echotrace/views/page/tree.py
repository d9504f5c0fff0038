"""The lines of the tree of tasks, kept as tasks come and go.

The key of a process is the way to it: the roles of all those above it and its own, so that keys in
order are the tree from top to bottom. Its threads stand before the processes below it.
"""

from collections.abc import Callable, Iterable

from echotrace.kernel.differences import Difference
from echotrace.kernel.state import ProcessState, TaskState
from echotrace.views.moment import Line
from echotrace.views.names import Names
from echotrace.views.page.blocks import Key
from echotrace.views.state_lines import process_line, role_order, thread_line

_THREAD, _CHILD = 0, 1


class Tree:
    """The tasks, as differences tell of them; `put` takes the line of a key, None where it goes."""

    def __init__(self, names: Names, put: Callable[[Key, Line | None], None]) -> None:
        self._names, self._put = names, put
        self._time = 0
        self._processes: dict[int, ProcessState] = {}
        self._tasks: dict[int, TaskState] = {}
        self._children: dict[int, set[int]] = {}
        #: The key of each process that is shown, and those of its threads, in their order.
        self._places: dict[int, Key] = {}
        self._threads: dict[int, dict[int, Key]] = {}
        self._process_of: dict[int, int] = {}
        self._arranged = 0

    def follow(self, news: Difference, *, renamed: bool) -> None:
        """Show what has changed; `renamed` if some number has another role than before."""
        self._time = news.time
        moved = self._taken(news)
        moved = self._with_those_below(moved | self._processes.keys() if renamed else moved)
        for pid in moved:
            self._clear(pid)
        threads = set(news.tasks)
        for pid in (moved | news.processes.keys()) & self._processes.keys():
            if self._placed(pid):
                self._show_process(pid)
                threads.update(self._arrange(pid))
        for tid in threads:
            if tid in self._process_of:
                self._show_thread(tid)
            if tid in self._places:
                self._show_process(tid)

    def _taken(self, news: Difference) -> set[int]:
        """Keep the records; the processes that came, went, or have another parent."""
        for tid, task in news.tasks.items():
            if task is None:
                del self._tasks[tid]
            else:
                self._tasks[tid] = task
        moved = set()
        for pid, now in news.processes.items():
            before = self._processes.pop(pid, None)
            if before is None or now is None or before.parent != now.parent:
                moved.add(pid)
            if before is not None and before.parent is not None:
                self._children[before.parent].discard(pid)
            if now is not None:
                self._processes[pid] = now
                if now.parent is not None:
                    self._children.setdefault(now.parent, set()).add(pid)
        return moved

    def _with_those_below(self, pids: Iterable[int]) -> set[int]:
        found, todo = set(pids), list(pids)
        while todo:
            below = self._children.get(todo.pop(), set()) - found
            found |= below
            todo += below
        return found

    def _clear(self, pid: int) -> None:
        """Take a process away from where it stands."""
        place = self._places.pop(pid, None)
        if place is not None:
            self._put(place, None)
        self._drop(pid, list(self._threads.get(pid, ())))

    def _drop(self, pid: int, tids: Iterable[int]) -> None:
        """Take threads of a process away."""
        for tid in tids:
            self._put(self._threads[pid].pop(tid), None)
            if self._process_of.get(tid) == pid:
                del self._process_of[tid]

    def _placed(self, pid: int) -> bool:
        """Find the way to a process; there is none where parents lead in a circle."""
        way: list[int] = []
        above: int | None = pid
        while above is not None and above not in self._places:
            if above in way:
                return False
            way.append(above)
            parent = self._processes[above].parent
            above = parent if parent in self._processes and parent != above else None
        place = self._places[above] if above is not None else ()
        for each in reversed(way):
            role = self._names.task(each, self._time)
            place = self._places[each] = (*place, (_CHILD, *role_order(role)))
        return True

    def _arrange(self, pid: int) -> Iterable[int]:
        """Give keys to the threads of a process: those that came later stand behind."""
        tids = [tid for tid in self._processes[pid].tasks if tid != pid]
        threads = self._threads.setdefault(pid, {})
        self._drop(pid, [*threads.keys() - set(tids)])
        if tids[: len(threads)] != list(threads):
            self._drop(pid, [*threads])
        for tid in tids[len(threads) :]:
            self._arranged += 1
            threads[tid] = (*self._places[pid], (_THREAD, self._arranged))
            self._process_of[tid] = pid
            yield tid

    def _show_process(self, pid: int) -> None:
        place, process, leader = self._places[pid], self._processes[pid], self._tasks.get(pid)
        self._put(place, process_line(process, leader, len(place) - 1, self._time, self._names))

    def _show_thread(self, tid: int) -> None:
        pid, task = self._process_of[tid], self._tasks.get(tid)
        depth = len(self._places[pid])
        line = thread_line(task, depth, self._time, self._names) if task is not None else None
        self._put(self._threads[pid][tid], line)
