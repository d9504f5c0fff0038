"""Attaches to a process and detaches, as often as told: `attach_often.py PID TIMES SECONDS`.

A program of its own, because whoever traces must wait for all its children.
"""

import sys
import threading
from collections.abc import Sequence

from echotrace.record.attached import AttachedRecorder, plan_of
from echotrace.trace import Record


def attach(pid: int, seconds: float) -> int:
    """Attach, record for some time, detach; how many calls there were."""
    records: list[Record] = []

    def write(more: Sequence[Record]) -> None:
        records.extend(more)

    plan = plan_of(pid, everything=False, snaplen=64, lines=False)
    with AttachedRecorder(plan, write, pid=pid) as recorder:
        timer = threading.Timer(seconds, recorder.engine.interrupt)
        timer.start()
        recorder.run_freely()
        recorder.finish()
        timer.join()
    return recorder.ledger.syscalls


if __name__ == "__main__":
    pid, times, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    sys.stdout.write(f"{sum(attach(pid, seconds) for _ in range(times))}\n")
