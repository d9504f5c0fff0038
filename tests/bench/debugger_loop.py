"""Traces a program as python-ptrace's own example does: `debugger_loop.py FILE PROGRAM …`.

The loop of strace.py, which comes with python-ptrace: PtraceDebugger, every system call stopped at
twice, a line for each that returned. Children and threads are followed. Ends when the program does.
"""

import contextlib
import os
import sys
from typing import TextIO

from ptrace import PtraceError
from ptrace.debugger import (
    NewProcessEvent,
    ProcessEvent,
    ProcessExecution,
    ProcessExit,
    ProcessSignal,
    PtraceDebugger,
)
from ptrace.debugger.child import createChild
from ptrace.func_call import FunctionCallOptions


def main(path: str, *program: str) -> None:
    """Trace `program`, and write its system calls to `path`."""
    pid = createChild(list(program), False, os.environ.copy(), close_fds=False)
    debugger = PtraceDebugger()
    debugger.traceFork()
    debugger.traceClone()
    debugger.traceExec()
    root = debugger.addProcess(pid, is_attached=True)
    root.syscall()
    options = FunctionCallOptions(write_types=False, write_argname=False, replace_socketcall=True)
    with open(path, "w") as file:  # noqa: PTH123 -- as strace.py does
        while debugger.list:
            # A task that dies, or is announced twice, makes it raise from within: go on.
            with contextlib.suppress(PtraceError, KeyError):
                _step(debugger, options, file)


def _step(debugger: PtraceDebugger, options: FunctionCallOptions, file: TextIO) -> None:
    try:
        event: ProcessEvent = debugger.waitSyscall()
    except ProcessExit:
        return
    except NewProcessEvent as new:
        new.process.syscall()
        new.process.parent.syscall()
        return
    except ProcessExecution as execution:
        execution.process.syscall()
        return
    except ProcessSignal as signal:
        signal.process.syscall(signal.signum)
        return
    call = event.process.syscall_state.event(options)
    if call is not None and call.result is not None:
        file.write(f"{event.process.pid} {call.format()} = {call.result_text}\n")
    event.process.syscall()


if __name__ == "__main__":
    main(*sys.argv[1:])
