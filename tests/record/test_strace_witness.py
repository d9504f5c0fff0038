"""strace as a witness: what it logs of a server and a script is what echotrace records."""

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from recordings import free_plan, own_folders, played, ran_freely, server_plan
from stracing import server_under_strace, taken_apart, text_of, whole_lines

from echotrace.record.generator import LoadGenerator
from echotrace.record.script import BUILT_IN
from echotrace.servers import NAMES
from echotrace.story.roles import assign
from echotrace.syscalls import ROWS, Effect
from echotrace.trace import Exit, Load, Signal, Syscall, Trace

#: Arguments that both tell, by name of the call; of the calls in no row here, the descriptor.
COMPARED: Mapping[str, tuple[str, ...]] = {
    "socket": ("domain", "type", "protocol"),
    "bind": ("fd", "addr", "addrlen"),
    "listen": ("fd", "backlog"),
    "getsockname": ("fd", "addr", "addrlen"),
    "accept": ("fd", "addr", "addrlen"),
    "accept4": ("fd", "addr", "addrlen", "flags"),
    "recvfrom": ("fd", "len", "flags", "addr"),
    "sendto": ("fd", "len", "flags", "addr"),
    "shutdown": ("fd", "how"),
    "clone": ("flags",),
    "clone3": ("flags",),
    "exit": ("status",),
    "exit_group": ("status",),
    "execve": ("path",),
}
SPAWNS = {row.name for row in ROWS.values() if row.effect is Effect.SPAWNS}
REAPS = {row.name for row in ROWS.values() if row.effect is Effect.REAPS}
WORKERS = {"prefork", "pool"}
NARRATION = ("write(fd=1)", "write(fd=2)")  # its length depends on numbers of processes and ports


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


@pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("CI"), reason="needs strace"
)
@pytest.mark.parametrize("play", BUILT_IN)
@pytest.mark.parametrize("name", NAMES)
def test_agrees_with_strace_event_for_event(name: str, play: str, tmp_path: Path) -> None:
    """Each task makes the calls that strace logs, with the same arguments and results."""
    plan = server_plan(name, play=play)
    seen = events_of_trace(played(plan))
    log = tmp_path / "strace.log"
    with server_under_strace(plan, log) as server:
        server.play(plan.script)
    told = events_of_log(log.read_text())
    assert len(seen) == (3 if name in WORKERS | {"fork", "thread"} else 1)
    events = [event for own in (*seen.values(), *told.values()) for event in own]
    assert sum("accept" in event for event in events) >= (0 if name == "udp" else 4)
    if name in WORKERS:  # which of them comes to wait first is the scheduler's choice under strace
        assert seen.pop("P0") == told.pop("P0")
        assert sorted(seen.values()) == sorted(told.values())
    else:
        assert seen == told


@pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("CI"), reason="needs strace"
)
@pytest.mark.parametrize("name", ["thread", "broken/clean_epoll"])
def test_agrees_with_strace_on_a_free_run(name: str, tmp_path: Path) -> None:
    """Under free clients the same calls are made as strace logs; only their order is chance."""
    load = Load(clients=5, echoes=3, payload=64)
    plan = free_plan(name, load)
    seen = events_of_trace(ran_freely(plan))
    log = tmp_path / "strace.log"
    with LoadGenerator(load) as generator, server_under_strace(plan, log) as server:
        generator.connect_to(server.service())
        while not generator.done:
            generator.look()
        server.wait_until_idle()
    told = events_of_log(log.read_text())
    assert [total.error for total in generator.totals] == [None] * 5
    assert _together(seen) == _together(told)
    assert sum("sendto" in event for event in _together(seen).elements()) == 15


def _together(events: Mapping[str, Iterable[str]]) -> Counter[str]:
    """The events of all tasks, without whose they are."""
    return Counter(event for found in events.values() for event in found)


# What echotrace saw


def events_of_trace(trace: Trace) -> dict[str, list[str]]:
    """The events of each task, by role."""
    roles = assign(trace.records)
    found: dict[str, list[str]] = {}
    for event in trace.events():
        if isinstance(event, Syscall):
            role, text = roles.of(event.tid, event.start), _own_words(event)
            if event.name in SPAWNS and event.result is not None and event.result > 0:
                text = f"{text} = {roles.of(event.result, event.end or event.start)}"
            else:
                text += _ending(text, _own_result(event), event.data)
        elif isinstance(event, Signal):
            role, text = roles.of(event.tid, event.time), f"gets {event.signal}"
        elif isinstance(event, Exit):
            role, text = roles.of(event.tid, event.time), f"ends with {event.status}"
        else:
            continue
        assert role is not None
        found.setdefault(role, []).append(text)
    return found


def _own_words(call: Syscall) -> str:
    wanted = COMPARED.get(call.name, ("fd",))
    if call.result is None and "fd" in wanted:
        wanted = ("fd",)
    words = [f"{name}={_own_value(call.args[name])}" for name in wanted if name in call.args]
    return f"{call.name}({', '.join(words)})"


def _own_value(value: Any) -> str:
    if isinstance(value, str) and "|" in value:
        return "|".join(sorted(value.split("|")))
    return _anonymous(str(value))


def _own_result(call: Syscall) -> str:
    if call.name in REAPS and call.result is not None and call.result > 0:
        return "a child"
    return call.errno or ("?" if call.result is None else str(call.result))


def _ending(call: str, result: str, data: str | None) -> str:
    if call in NARRATION:
        return ""
    sockets = call.startswith(("recvfrom", "sendto"))
    return f" = {result}" + (f" {data!r}" if data is not None and sockets else "")


def _anonymous(address: str) -> str:
    """An address without the port that the kernel chose."""
    return re.sub(r"^(127\.0\.0\.1):[1-9]\d*$", r"\1:*", address)


# What strace saw


def events_of_log(log: str) -> dict[str, list[str]]:
    """The events of each task, by role: processes and threads in the order of their making."""
    roles: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    for tid, line in whole_lines(log):
        if not roles:
            roles[tid] = "P0"
        events = found.setdefault(roles[tid], [])
        if line.startswith("---"):
            events.append(f"gets {line.split()[1]}")
        elif line.startswith("+++ exited with"):
            events.append(f"ends with {line.split()[3]}")
        elif line.startswith("+++ killed by SIGKILL"):
            pass  # that was us, after the last step
        else:
            name, arguments, result = taken_apart(line)
            if name in SPAWNS and result.isdigit():
                kind = "T" if "CLONE_THREAD" in line else "P"
                number = sum(other[0] == kind for other in roles.values()) + (kind == "T")
                roles[result] = f"{kind}{number}"
                result = roles[result]
            events.append(_witness_words(name, arguments, result))
    return found


def _witness_words(name: str, arguments: list[str], result: str) -> str:
    kinds = {argument.name: argument.kind for argument in ROWS[name].arguments}
    wanted = COMPARED.get(name, ("fd",))
    if result == "?" and "fd" in wanted:
        wanted = ("fd",)
    if name in SPAWNS:
        words = [f"flags={_clone_flags(' '.join(arguments))}"]
    else:
        words = [
            f"{name}={_witness_value(kinds[name], arguments[list(kinds).index(name)])}"
            for name in wanted
            if name in kinds
        ]
    text = f"{name}({', '.join(words)})"
    if name in SPAWNS:
        return f"{text} = {result}"
    if name in REAPS and result.isdigit() and int(result) > 0:
        result = "a child"
    data = None
    if name in ("recvfrom", "sendto") and result.isdigit():
        data = text_of(arguments[1].removesuffix("..."))
    return text + _ending(text, result, data)


def _clone_flags(text: str) -> str:
    found = re.search(r"flags=([\w|]+)", text)
    assert found, text
    exit_signal = re.search(r"exit_signal=(SIG\w+)", text)
    return "|".join(sorted([*found[1].split("|"), *([exit_signal[1]] if exit_signal else [])]))


def _witness_value(kind: str, text: str) -> str:
    if text == "NULL":
        return "None"
    if kind in ("sockaddr", "sockaddr_out"):
        match = re.search(r'sin_port=htons\((\d+)\), sin_addr=inet_addr\(("[^"]*")\)', text)
        assert match, text
        return _anonymous(f"{text_of(match[2])}:{match[1]}")
    if kind == "lenptr":
        return text.strip("[]").rpartition(" => ")[2]
    if kind == "path":
        return text_of(text)
    if "|" in text:
        return "|".join(sorted(text.split("|")))
    return "0" if text == "IPPROTO_IP" else text
