"""The means of a recording: how calls are read, and their origins found, on this machine."""

import platform
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from echotrace.errors import SystemRefused
from echotrace.record import seccomp
from echotrace.record.info_stops import InfoStops
from echotrace.record.inject import Faults
from echotrace.record.injecting import InjectingStops
from echotrace.record.inspect import Inspector
from echotrace.record.machine import FOREIGN_BIT, Call
from echotrace.record.origins import Nowhere, Origins
from echotrace.record.plan import Plan
from echotrace.record.ptrace import Memory
from echotrace.record.register_stops import RegisterStops
from echotrace.record.stops import Stops
from echotrace.syscalls import ON_REQUEST

Wanted: TypeAlias = Callable[[Call], bool]
Changed: TypeAlias = Callable[[int], bool]


def origins(plan: Plan, pids: dict[int, int], memory: Memory) -> Origins:
    """Where calls come from, if that can be told: by the interpreter, or native code's tables."""
    if not plan.lines or platform.machine() != "x86_64":
        return Nowhere()
    if plan.language == "python":
        from echotrace.record.python.library import Library  # noqa: PLC0415 -- as below
        from echotrace.record.python.origins import PythonOrigins  # noqa: PLC0415 -- as below

        folder = str(plan.folder) if plan.folder else None
        return PythonOrigins(Library(frozenset(map(str, plan.stand_ins)), folder))
    from echotrace.record.callsite import CallSites  # noqa: PLC0415 -- pyelftools is slow to load

    return CallSites(pids, memory, plan.stand_ins)


def stops(
    plan: Plan,
    inspector: Inspector,
    pids: dict[int, int],
    origins: Origins,
    memory: Memory,
    faults: Faults,
    *,
    filtered: bool,
) -> Stops:
    """The way to read calls that this machine allows."""
    x86_64 = platform.machine() == "x86_64"
    if filtered and x86_64 and not plan.injections:
        return RegisterStops(inspector, pids, origins, memory, plan.snaplen)
    if plan.injections and not x86_64:
        raise SystemRefused("faults can be injected on x86-64 only; record without --inject here")
    kind = partial(InjectingStops, faults=faults) if plan.injections else InfoStops
    return kind(
        inspector,
        pids,
        origins,
        wanted=wanted(plan, inspector),
        changed=changed(inspector),
        filtered=filtered,
    )


def wanted(plan: Plan, inspector: Inspector) -> Wanted:
    """Whether a call is to be recorded."""
    rows, everything = inspector.rows, plan.everything
    always = {n for n, row in rows.items() if row.name not in ON_REQUEST}
    asking = {n: seccomp.ASKS_WITHOUT.get(row.name) for n, row in rows.items()}

    def is_wanted(call: Call) -> bool:
        position = asking.get(call.number)
        asks = position is not None and not call.arguments[position]
        foreign = call.number & FOREIGN_BIT
        return everything or bool(foreign) or (call.number in always and not asks)

    return is_wanted


def changed(inspector: Inspector) -> Changed:
    """Whether a call, by its number, changes its arguments."""
    rows = inspector.rows.items()
    return {n for n, row in rows if row.name in seccomp.CHANGED_BY_THE_CALL}.__contains__
