"""Makes calls of which each tells the line that it comes from: `own_lines.py [FUNCTION …]`.

Every write(2) has the payload `own line`, file, function, line, as the interpreter itself knows
them while it makes the call: os.write converts its first argument, the descriptor, before it looks
at the second, and the conversion fills in the second, with the place of its caller. The caller is
the first frame that is not the standard library's.

The last line of standard error says how many such calls the first process made.
"""

import asyncio
import gc
import os
import signal
import subprocess
import sys
import threading

import _pyio  # the standard library's own file objects, written in Python

LIBRARY = os.path.dirname(os.__file__)
calls = 0
null = os.open(os.devnull, os.O_WRONLY)


class Place:
    """A descriptor that, when it is used, fills `text` with the place of its use."""

    def __init__(self) -> None:
        self.text = bytearray(1024)

    def __index__(self) -> int:
        global calls
        frame = sys._getframe(1)
        while frame.f_code.co_filename.startswith((LIBRARY, "<frozen ")):
            assert frame.f_back
            frame = frame.f_back
        words = frame.f_code.co_filename, frame.f_code.co_qualname, str(frame.f_lineno)
        text = "\n".join(("own line", *words)).encode()
        self.text[:] = text.ljust(len(self.text), b"\0")
        calls += 1
        return null


def plain():
    p = Place()
    os.write(p, p.text)
    os.write(p, p.text); os.write(p, p.text)
    # a comment

    os.write(p, p.text)


def several_lines():
    p = Place()
    os.write(
        p,
        p.text,
    )
    (os
        .write(p,
               bytes(0) or
               p.text))
    max(1,
        os.write(p,
                 p.text), 2)
    return [
        os.write(p, p.text),
        0,
        os.write(p, p.text),
    ]


def control_flow():
    p = Place()
    for number in range(3):
        if number == 1:
            os.write(p, p.text)
        elif os.write(p, p.text):
            continue
    try:
        os.write(p, p.text)
        raise ValueError
    except ValueError:
        os.write(p, p.text)
    finally:
        os.write(p, p.text)
    while os.write(p, p.text) < 0:
        pass
    assert os.write(p, p.text)
    return f"{os.write(p, p.text)}"


class Manager:
    """Writes when it is entered and left, and when it is gone."""

    p = Place()

    def __enter__(self):
        return os.write(self.p, self.p.text)

    def __exit__(self, *_):
        os.write(self.p, self.p.text)

    def __del__(self):
        os.write(self.p, self.p.text)

    @classmethod
    def of_the_class(cls):
        return os.write(cls.p, cls.p.text)

    @staticmethod
    def static():
        return os.write(Manager.p, Manager.p.text)

    @property
    def value(self):
        return os.write(self.p, self.p.text)


def methods():
    with Manager() as manager:
        assert manager
    made = Manager()
    assert made.value
    assert made.static()
    assert made.of_the_class()
    del made
    gc.collect()


def nested():
    p = Place()

    def inner(depth):
        if depth:
            inner(depth - 1)
        os.write(p, p.text)

    inner(40)
    (lambda: os.write(p, p.text))()
    sorted([3, 1, 2], key=lambda _: os.write(p, p.text))
    list(map(lambda _: os.write(p, p.text), "ab"))


def comprehensions():
    p = Place()
    [os.write(p, p.text) for _ in range(2)]
    {
        os.write(p, p.text): 1
        for _ in range(2)
    }
    return sum(
        os.write(p, p.text)
        for _ in range(2)
    )


def generators():
    p = Place()

    def numbers():
        yield os.write(p, p.text)
        yield os.write(p, p.text)

    def outer():
        yield from numbers()
        os.write(p, p.text)

    list(outer())
    first = numbers()
    next(first)
    first.close()


def coroutines():
    p = Place()

    async def step(number):
        os.write(p, p.text)
        await asyncio.sleep(0)
        os.write(p, p.text)
        return number

    async def all_steps():
        await asyncio.gather(step(1), step(2))
        async with asyncio.timeout(5):
            return await step(3)

    asyncio.run(all_steps())


def through_the_library():
    p = Place()
    file = _pyio.FileIO(os.dup(null), "wb")
    descriptor, file._fd = file._fd, p
    file.write(p.text)
    file.write(p.text)
    file._fd = descriptor
    file.close()
    threading.Timer(0, lambda: os.write(p, p.text)).run()


def compiled_as_we_go():
    """Code objects that are freed at once: the next one lies where the last lay."""
    for number in range(60):
        lines = "\n" * (number % 7)
        exec(compile(f"{lines}p = Place()\n{lines}os.write(p, p.text)\n", "<made>", "exec"), globals())
    far = "\n" * 70_000
    exec(compile(f"p = Place()\n{far}os.write(p, p.text)\n", "<far>", "exec"), globals())


def under_a_tracer():
    """Instrumented bytecode is other bytecode."""
    sys.settrace(lambda *_: None)
    plain()
    sys.settrace(lambda frame, *_: None)
    nested()
    sys.settrace(None)


def from_a_handler():
    signal.signal(signal.SIGUSR1, lambda *_: plain())
    os.kill(os.getpid(), signal.SIGUSR1)


def in_threads():
    threads = [threading.Thread(target=in_one_thread) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def in_one_thread():
    for _ in range(10):
        plain()
        control_flow()


def in_children():
    p = Place()
    for depth in range(2):
        child = os.fork()
        if child == 0:
            os.write(p, p.text)
            plain()
            in_threads()
            if depth == 0:
                in_children_of_threads()
            os._exit(0)
        os.waitpid(child, 0)


def in_children_of_threads():
    thread = threading.Thread(target=in_a_child)
    thread.start()
    thread.join()


def in_a_child():
    child = os.fork()
    if child == 0:
        plain()
        nested()
        os._exit(0)
    os.waitpid(child, 0)


def größe(): os.write(p := Place(), p.text)


def 長さ(): os.write(p := Place(), p.text)


def 𐐀(): os.write(p := Place(), p.text)


def names():
    größe(), 長さ(), 𐐀()


def the_same_again():
    p = Place()
    for _ in range(200):
        os.write(p, p.text)


def from_two_depths():
    p = Place()

    def deeper():
        os.write(p, p.text)

    for _ in range(100):
        os.write(p, p.text)
        deeper()


def programs():
    """The children that become other programs run no Python of ours: what they do is our line."""
    subprocess.run(["/bin/true"], check=True)
    subprocess.run(["/bin/true"], check=True, close_fds=False)


ALL = (
    plain, several_lines, control_flow, methods, nested, comprehensions, generators, coroutines,
    through_the_library, compiled_as_we_go, under_a_tracer, from_a_handler, in_threads, names,
    in_children, in_children_of_threads, the_same_again, from_two_depths, programs, plain,
)

if __name__ == "__main__":
    for function in [function for function in ALL if function.__name__ in sys.argv[1:]] or ALL:
        function()
    p = Place()
    os.write(p, p.text)
    print(calls, file=sys.stderr)
