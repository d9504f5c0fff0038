"""What stands in for kqueue on Linux does what kqueue(2) says, as far as the servers ask for it."""

import importlib
import os
import select
import subprocess
from pathlib import Path

import pytest

from echotrace import servers
from echotrace.record import build

pytestmark = pytest.mark.skipif(
    not hasattr(select, "epoll"), reason="where there is no epoll there is a kqueue"
)

PROGRAM = r"""
#include <assert.h>
#include <unistd.h>
#include "kqueue.h"

int main(void)
{
    struct kevent change, ready;
    struct timespec at_once = {0, 0};
    int ends[2], queue = kqueue();
    assert(queue >= 0 && pipe(ends) == 0);
    EV_SET(&change, ends[0], EVFILT_READ, EV_ADD, 0, 0, NULL);
    assert(kevent(queue, &change, 1, NULL, 0, NULL) == 0);           /* no room: no waiting */
    assert(kevent(queue, &change, 1, &ready, 1, &at_once) == 0);     /* adding again is allowed */
    assert(write(ends[1], "x", 1) == 1);
    assert(kevent(queue, NULL, 0, &ready, 1, NULL) == 1);
    assert(ready.ident == (uintptr_t)ends[0] && ready.filter == EVFILT_READ);
    assert(kevent(queue, NULL, 0, &ready, 1, NULL) == 1);            /* as long as it is ready */
    change.flags = EV_DELETE;
    assert(kevent(queue, &change, 1, &ready, 1, &at_once) == 0);
    assert(kevent(queue, &change, 1, &ready, 1, &at_once) == -1 && errno == ENOENT);
    change.ident = 1000;
    change.flags = EV_ADD;
    assert(kevent(queue, &change, 1, &ready, 1, &at_once) == -1 && errno == EBADF);
    return 0;
}
"""


def test_c_stand_in_keeps_its_promises(tmp_path: Path) -> None:
    """kevent makes the changes, then waits if there is room, and fails as kevent does."""
    compiler = build.find_compiler()
    if compiler is None:
        pytest.skip("needs a C compiler")
    source = tmp_path / "program.c"
    source.write_text("#define _POSIX_C_SOURCE 200809L\n" + PROGRAM)
    folder = servers.source("kqueue", "c").parent
    program = tmp_path / "program"
    words = [compiler, *build.FLAGS, f"-I{folder}", "-o", str(program), str(source)]
    subprocess.run(words, check=True)
    subprocess.run([str(program)], check=True, timeout=30)


def test_python_stand_in_keeps_its_promises(monkeypatch: pytest.MonkeyPatch) -> None:
    """control makes the changes, then waits if there is room."""
    monkeypatch.syspath_prepend(str(servers.source("kqueue", "python").parent))
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    module = importlib.import_module("kqueue_on_epoll")
    queue = module.kqueue()
    reading, writing = os.pipe()
    change = module.kevent(reading, module.KQ_FILTER_READ, module.KQ_EV_ADD)
    assert queue.control([change], 0) == []
    assert queue.control([change], 1, 0) == []
    os.write(writing, b"x")
    assert [event.ident for event in queue.control(None, 1)] == [reading]
    delete = module.kevent(reading, module.KQ_FILTER_READ, module.KQ_EV_DELETE)
    assert queue.control([delete], 1, 0) == []
    os.close(reading)
    os.close(writing)


def test_header_is_part_of_what_the_server_is_built_from() -> None:
    """A change of the stand-in makes a new binary, and what is installed has both stand-ins."""
    assert {path.name for path in build.inputs(servers.source("kqueue", "c"))} == {
        "kqueue.c", "kqueue.h",
    }  # fmt: skip
    assert all(path.is_file() for path in servers.stand_ins())
