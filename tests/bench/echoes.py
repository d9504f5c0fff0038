"""Measures what tracing costs: echoes per second under echotrace and under others.

    python tests/bench/echoes.py            the table; docs/costs.md shows one
    python tests/bench/echoes.py --memory   the recorder's memory over 1,000,000 events
    python tests/bench/echoes.py --startup  how long `echotrace --help` and `echotrace fork` take

It needs Linux, strace and a C compiler, and about half a minute a round.

A run starts a server under a tracer; one client, which no tracer sees, then makes a fixed number of
echoes of 5 bytes on one connection, as fast as they come back (client.c), and says how many a
second. Single runs vary by a factor, so the tracers take turns, `--rounds` times, every second
round backwards. The table shows for each

- the echoes per second: median, lowest and highest of all rounds;
- `echotrace is`: its echoes per second divided by this tracer's; the median of the quotients of
  each round;
- `after`: microseconds an event from the last echo until the trace file is complete. While the
  program runs, echotrace keeps raw facts; it decodes and writes them when there is time, so most
  of that work comes after these echoes. The others decode as they go;
- `others`: how much of a processor the rest of the machine used meanwhile (median). Keep it low:
  where another program keeps one processor busy, the scheduler puts client, server and tracer on
  one, and the free rounds measure the same as the pinned. A disturbed run is repeated up to four
  times, and the least disturbed counts, whatever its rate.

`pinned`: client, server and tracer share one processor. `free`: nothing is pinned by this command;
echotrace itself keeps tracer and server on one processor, as it always does with its own servers.

The tracers: `none`; `strace`, with the calls that echotrace records, and a seccomp filter as
echotrace has; `strace-k`, the same with the stack of each call (-k), with a tenth of the echoes;
`debugger`, the loop that comes with python-ptrace (debugger_loop.py), which gets a hundredth of
them, since it is slow; `echotrace` (free_recording.py), which finds the source line of each call,
and `echotrace-no-lines`, which does not.

What we want: at least 1.0 times strace's echoes pinned and 2 times free, at least 8 times those of
`strace -k`, at least 0.7 times those without lines, at least 50 times the debugger's; 1,000,000
events under 120 MB; `--help` under 0.15 s, `echotrace fork` under 1.0 s.
"""

import argparse
import contextlib
import ctypes
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import click
from tabulate import tabulate

from echotrace.record import build
from echotrace.record.launch import one_processor
from echotrace.syscalls import ROWS

HERE = Path(__file__).parent
PATIENCE = 300  # seconds until a run that hangs is ended
ATTEMPTS = 5  # at a run that the rest of the machine leaves alone:
PEACE = 0.2  # it may use so much of a processor
PLACES = ("pinned", "free")
_PR_SET_CHILD_SUBREAPER = 36


class Run(NamedTuple):
    """What one run showed; events, seconds and peak are echotrace's.

    `others` is how much of a processor the rest of the machine used.
    """

    rate: float
    events: int = 0
    seconds_after: float = 0.0
    peak: int = 0
    others: float = 0.0


class Case(NamedTuple):
    """What is measured in every round."""

    server: str
    place: str
    tracer: str


def _none(server: str, _file: str) -> list[str]:
    return build.command(server, "c", "127.0.0.1:0")[0]


def _strace(server: str, file: str, *more: str) -> list[str]:
    calls = ",".join(f"?{name}" for name in ROWS)  # ?: strace skips those it does not know
    options = [*more, "-f", "--seccomp-bpf", "-o", file, "-e", f"trace={calls}"]
    return ["strace", *options, *_none(server, file)]


def _strace_k(server: str, file: str) -> list[str]:
    return _strace(server, file, "-k")


def _debugger(server: str, file: str) -> list[str]:
    return [sys.executable, str(HERE / "debugger_loop.py"), file, *_none(server, file)]


def _echotrace(server: str, file: str) -> list[str]:
    return [sys.executable, str(HERE / "free_recording.py"), server, file]


def _echotrace_no_lines(server: str, file: str) -> list[str]:
    return [*_echotrace(server, file), "--no-lines"]


#: The command line that starts a server under a tracer that writes to a file.
TRACERS: dict[str, Callable[[str, str], list[str]]] = {
    "none": _none,
    "strace": _strace,
    "strace-k": _strace_k,
    "debugger": _debugger,
    "echotrace": _echotrace,
    "echotrace-no-lines": _echotrace_no_lines,
}
#: What part of the echoes slow ones get.
_SLOW = {"strace-k": 10, "debugger": 100}


def measure_in_peace(case: Case, echoes: int, folder: Path) -> Run:
    """One run that the rest of the machine leaves alone or, of several, the least disturbed."""
    runs: list[Run] = []
    while len(runs) < ATTEMPTS and all(run.others > PEACE for run in runs):
        began, others = time.perf_counter(), _time_of_others()
        run = measure(case, echoes, folder)
        share = (_time_of_others() - others) / (time.perf_counter() - began)
        runs.append(run._replace(others=max(0.0, share)))
    return min(runs, key=lambda run: run.others)


def _time_of_others() -> float:
    """Seconds of processor time that neither we nor what we have reaped used (proc_stat(5))."""
    user, nice, system = Path("/proc/stat").read_text().split(maxsplit=4)[1:4]
    ticks = int(user) + int(nice) + int(system)
    return ticks / os.sysconf("SC_CLK_TCK") - sum(os.times()[:4])


def measure(case: Case, echoes: int, folder: Path) -> Run:
    """One run of a case: start, echo, end, and leave no process behind."""
    place = one_processor() if case.place == "pinned" else contextlib.nullcontext()
    with place, _started(TRACERS[case.tracer](case.server, str(folder / "log"))) as tracer:
        assert tracer.stdout is not None
        said, _, port = tracer.stdout.readline().strip().rpartition(":")
        host = said.removeprefix("listening on ")
        if host == said:
            raise SystemExit(f"{case.tracer}: {case.server} does not listen")
        client = [str(_client()), host, port, str(echoes)]
        done = subprocess.run(client, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{case.tracer}: the client failed: {done.stderr.strip()}")
        rate, last = done.stdout.split()
        if not case.tracer.startswith("echotrace"):
            return Run(float(rate))
        tracer.send_signal(signal.SIGINT)
        facts = json.loads(tracer.stdout.read().splitlines()[-1])
        after = (facts["complete"] - int(last)) / 1e9
        return Run(float(rate), facts["events"], after, facts["peak"])


@contextlib.contextmanager
def _started(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """A process with its own group, which is killed and reaped at the end, descendants included."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    watchdog = threading.Timer(PATIENCE, _kill_group, [process.pid])
    watchdog.start()
    try:
        yield process
    finally:
        watchdog.cancel()
        _kill_group(process.pid)
        process.communicate()
        with contextlib.suppress(ChildProcessError):
            while True:  # we are the reaper of what the tracer left
                os.wait()


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _client() -> Path:
    compiler = build.find_compiler()
    if compiler is None:
        raise SystemExit("this needs a C compiler")
    return build.build(HERE / "client.c", compiler)


@dataclass
class Results:
    """The runs of every case, round by round."""

    runs: dict[Case, list[Run]] = field(default_factory=lambda: defaultdict(list))

    def ratio(self, case: Case) -> float:
        """How many times faster echotrace is: the median over the rounds."""
        ours = self.runs[case._replace(tracer="echotrace")]
        pairs = zip(ours, self.runs[case], strict=True)
        return statistics.median(our.rate / their.rate for our, their in pairs)

    def row(self, case: Case) -> list[object]:
        """The line of the table for a case."""
        runs = self.runs[case]
        rates = [run.rate for run in runs]
        others = f"{statistics.median(run.others for run in runs):.0%}"
        after = ratio = ""
        if case.tracer.startswith("echotrace"):
            microseconds = statistics.median(r.seconds_after / r.events * 1e6 for r in runs)
            after = f"{microseconds:.1f}"
        if case.tracer != "echotrace" and case._replace(tracer="echotrace") in self.runs:
            ratio = f"{self.ratio(case):.2f}"
        middle, low, high = statistics.median(rates), min(rates), max(rates)
        return [*case, f"{middle:,.0f}", f"{low:,.0f}", f"{high:,.0f}", ratio, after, others]


def compare(servers: Sequence[str], tracers: Sequence[str], rounds: int, echoes: int) -> None:
    """Print the table."""
    cases = [Case(s, p, t) for s in servers for p in PLACES for t in tracers]
    results = Results()
    with tempfile.TemporaryDirectory(prefix="echotrace-bench-") as folder:
        for number in range(rounds):
            for index, case in enumerate(reversed(cases) if number % 2 else cases):
                count = max(20, echoes // _SLOW.get(case.tracer, 1))
                run = measure_in_peace(case, count, Path(folder))
                results.runs[case].append(run)
                done = number * len(cases) + index + 1
                _tell(f"{done} of {rounds * len(cases)}: {' '.join(case)} {run.rate:,.0f}")
    head = ["server", "place", "tracer", "echoes/s", "lowest", "highest"]
    head += ["echotrace is", "after, µs", "others"]
    _show(head, [results.row(case) for case in cases], words=3)


def memory(servers: Sequence[str], echoes: int) -> None:
    """Print the recorder's peak memory over many events."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="echotrace-bench-") as folder:
        for server in servers:
            _tell(f"{server}: {echoes:,} echoes")
            run = measure(Case(server, "pinned", "echotrace"), echoes, Path(folder))
            events, rate = f"{run.events:,}", f"{run.rate:,.0f}"
            peak, after = f"{run.peak / 1e6:.1f}", f"{run.seconds_after:.1f}"
            rows.append([server, events, peak, rate, after])
    head = ["server", "events", "peak RSS, MB", "echoes/s", "after, s"]
    _show(head, rows)


def startup(rounds: int) -> None:
    """Print how long short commands take, with what they keep in caches already there."""
    echotrace = str(Path(sys.executable).with_name("echotrace"))
    rows = []
    with tempfile.TemporaryDirectory(prefix="echotrace-bench-") as folder:
        surroundings = {**os.environ, "XDG_STATE_HOME": folder}
        for arguments in (["--help"], ["fork"]):
            command = [echotrace, *arguments]
            times = []
            for number in range(rounds + 1):
                began = time.perf_counter()
                subprocess.run(
                    command, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                    stdin=subprocess.DEVNULL, check=True,
                )  # fmt: skip
                if number:  # the first fills the caches
                    times.append(time.perf_counter() - began)
                _tell(f"{' '.join(arguments)} {number} of {rounds}")
            figures = (statistics.median(times), min(times), max(times))
            rows.append([f"echotrace {arguments[0]}", *(f"{figure:.3f}" for figure in figures)])
    _show(["command", "seconds", "lowest", "highest"], rows)


def _show(head: Sequence[str], rows: Sequence[Sequence[object]], words: int = 1) -> None:
    """Print a table; so many columns are words, the others numbers."""
    sides = ("left",) * words + ("right",) * (len(head) - words)
    click.echo(tabulate(rows, head, colalign=sides, disable_numparse=True))


def _tell(progress: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{progress}")
    else:
        sys.stderr.write(f"{progress}\n")
    sys.stderr.flush()


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--echoes", type=int, help="per run: 20,000, or 500,000 with --memory")
    parser.add_argument("--servers", default="fork,thread", help="default: %(default)s")
    parser.add_argument("--tracers", default=",".join(TRACERS), help="default: %(default)s")
    parser.add_argument("--memory", action="store_true", help="measure memory instead")
    parser.add_argument("--startup", action="store_true", help="measure short commands instead")
    options = parser.parse_args()
    servers, tracers = options.servers.split(","), options.tracers.split(",")
    unknown = [name for name in tracers if name not in TRACERS]
    if unknown:
        parser.error(f"no tracer {unknown[0]!r}: there are {', '.join(TRACERS)}")
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if options.startup:
        startup(options.rounds)
    elif options.memory:
        memory(servers, options.echoes or 500_000)
    else:
        compare(servers, tracers, options.rounds, options.echoes or 20_000)


if __name__ == "__main__":
    main()
