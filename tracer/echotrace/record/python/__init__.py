"""Which line of a Python program makes a system call: read from outside, while it stands still.

CPython keeps, for each thread, a linked list of the frames that it runs. While a task is stopped at
a system call we follow that list in its memory, as py-spy does:

    _PyRuntime -> interpreters -> thread states -> frames -> code object -> file, function, line

- `runtime`  finds `_PyRuntime` in the mapped executable or libpython;
- `offsets`  knows where the fields lie, by the version of the interpreter;
- `code`     reads a code object: names, and the table of lines;
- `lines`    decodes that table;
- `threads`  finds the thread state of a task;
- `frames`   walks a task's frames;
- `chain`    remembers a walk, so that one read shows that all is as it was;
- `sites`    does all this for the tasks of a program, through fork and exec: begin here.

What it costs, on one processor: a call from a frame where an earlier one was made takes one
process_vm_readv of 4 or 5 pieces, 3.5 µs in all: 13 % fewer echoes per second of the Python servers
(fork and thread). A call from a new place takes 10 to 70 reads, and starting a program 0.1 s more.

It knows CPython 3.11 to 3.14, 64-bit and little-endian. Everything else is no Python to it, and
whatever does not look as it should gives no line: never a wrong one.
"""
