"""Compare a forking server with a threaded one, in Python.

A notebook in the percent format (jupytext.readthedocs.io): open it with Jupyter or VS Code, or run
it with Python. It needs neither Linux nor a server: the traces come with echotrace.
"""

# %% A trace is a recording; a notebook shows it as a table, print() as text.
import tempfile
from pathlib import Path

from echotrace import compare, load
from echotrace.servers import traces_dir

fork = load(traces_dir() / "fork-interleaved.jsonl")
thread = load(traces_dir() / "thread-interleaved.jsonl")
print(repr(fork), f"on {fork.header.kernel}")
fork

# %% Its story says which system call served which connection, and how much it moved.
for connection in fork.connections:
    who = ", ".join(connection.tasks)
    print(
        f"#{connection.number}: {connection.calls} calls of {who}, {connection.bytes_in} bytes in"
    )
    print("   ", " ".join(step.key[0] for step in connection.steps))

# %% An expectation is a pattern of steps; where a connection parts from it, the match says so.
expected = "accept fork close:parent (recv send)* recv=0 shutdown close exit"
for connection in fork.connections:
    assert connection.matches(expected)
print(thread.connections[0].matches(expected))

# %% Two to six traces side by side: what is the same, what differs, and why.
comparison = compare(fork, thread)
for number, difference in enumerate(comparison.differences[0], start=1):
    print(f"{number}. {difference.sentence}.")
comparison

# %% Only some rows: who closes what, on the second connection.
print(compare(fork, thread, connection=2, only="spawn,close,exit"))

# %% Between two runs of one server there is no difference, times and numbers aside.
assert compare(fork, fork).same

# %% What each costs; times are in nanoseconds.
for name, costs in zip(comparison.names, comparison.costs, strict=True):
    wait = costs.longest_wait
    made = costs.made_serving
    print(f"{name}: {costs.calls_per_echo:g} calls an echo,", end=" ")
    print(f"{made.processes} processes and {made.threads} threads made for clients")
    if wait is not None:
        print(f"    C{wait.client} waited longest: {wait.time / 1e6:.1f} ms")

# %% A fragment of HTML for a page of one's own; Markdown and JSON are made the same way.
with tempfile.TemporaryDirectory() as folder:
    page = Path(folder) / "fork-thread.html"
    page.write_text(comparison.html(), encoding="utf-8")
    print(f"{page.name}: {page.stat().st_size:,} bytes")
