"""What a source shows of how it sends: in a loop of its own, once, or unclear."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echotrace.story.compare.sources.loops import Program, Sending, sending
from echotrace.story.compare.sources.loops_in_c import of_c
from echotrace.story.compare.sources.loops_in_python import of_python

_RECV = frozenset({"recv"})
_SEND = frozenset({"send", "sendall"})


def _of(program: Program, text: str) -> Sending | None:
    """How it sends, by the lines on which `recv` and `send` stand."""
    lines = text.splitlines()
    recv = next(n for n, line in enumerate(lines, 1) if "recv(" in line)
    send = next(n for n, line in enumerate(lines, 1) if "send(" in line or "sendall(" in line)
    return sending(program, (send, _SEND), (recv, _RECV))


_C_LOOP = {
    "for": """
        while ((n = recv(fd, b, 9, 0)) > 0)
            for (done = 0; done < n; done += sent) {
                sent = send(fd, b + done, n - done, 0);
                if (sent < 0) return; }""",
    "no braces": """
        ssize_t sent = 0, n = recv(fd, b, 9, 0);
        for (ssize_t done = 0; done < n && sent >= 0; done += sent)
            sent = send(fd, b + done, n - done, MSG_NOSIGNAL);""",
    "do": """
        while ((n = recv(fd, b, 9, 0)) > 0) {
            done = 0;
            do { done += send(fd, b + done, n - done, 0); } while (done < n);
        }""",
    "in its condition": """
        while ((n = recv(fd, b, 9, 0)) > 0) {
            p = b;
            while (n > 0 && (sent = send(fd, p, n, 0)) > 0)
                if (sent < n) { p += sent; n -= sent; } else { n = 0; }
        }""",
    "after if and else": """
        while ((n = recv(fd, b, 9, 0)) > 0)
            if (quiet) puts("}"); /* { */
            else
                while (done < n) { int sent =
        send(fd, b + done, n - done, 0); done = done + sent; }""",
    "in an else": """
        n = recv(fd, b, 9, 0);
        for (done = 0; done < n; )
            if (quiet) puts("."); else done += send(fd, b + done, n - done, 0);""",
    "after values": """
        n = recv(fd, b, 9, 0);
        for (done = 0; done < n; )
            last = (struct part){b, done}, done += send(fd, b + done, n - done, 0);""",
}
_C_ONCE = {
    "braces": "while ((n = recv(fd, b, 9, 0)) > 0) {\n if (send(fd, b, n, 0) < 0) die(); }",
    "no braces": "while ((n = recv(fd, b, 9, 0)) > 0)\n if (send(fd, b, n, 0) < 0) die();",
    "no loop": "n = recv(fd, b, 9, 0);\n sent = send(fd, b, n, 0);",
    "comment": "for (;;) { n = recv(fd, b, 9, 0); /* for (;;) { */\n send(fd, b, n, 0); }",
    "string": 'for (;;) { n = recv(fd, b, 9, 0); puts("for (;;) {");\n send(fd, b, n, 0); }',
    "macro": "for (;;) { n = recv(fd, b, 9, 0);\n#define F for (;;) {\n send(fd, b, n, 0); }",
    "values": """
        for (;;) {
            struct iovec parts[] = {{b, n}};
            n = recv(fd, b, 9, 0);
            send(fd, b, n, 0);
        }""",
}
_C_UNCLEAR = {
    "every client": "n = recv(fd, b, 9, 0);\n for (i = 0; i < all; i++) send(fds[i], b, n, 0);",
    "goto": "n = recv(fd, b, 9, 0);\n again: sent = send(fd, b, n, 0);\n b += sent; goto again;",
    "twice": "n = recv(fd, b, 9, 0);\n if (send(fd, b, n, 0) < n)\n send(fd, rest, 1, 0);",
}


@pytest.mark.parametrize("body", _C_LOOP.values(), ids=_C_LOOP)
def test_c_sends_in_a_loop_of_its_own(body: str) -> None:
    """A loop around send without the recv that feeds it, which goes on by what send returned."""
    assert _of(of_c(f"void serve(int fd) {{{body}}}"), body) is Sending.LOOP


@pytest.mark.parametrize("body", _C_ONCE.values(), ids=_C_ONCE)
def test_c_sends_once(body: str) -> None:
    """The loop around send is that of the recv, or there is none."""
    assert _of(of_c(f"void serve(int fd) {{{body}}}"), body) is Sending.ONCE


@pytest.mark.parametrize("body", _C_UNCLEAR.values(), ids=_C_UNCLEAR)
def test_c_that_is_unclear(body: str) -> None:
    """A loop over clients, a jump or a second send say nothing."""
    assert _of(of_c(f"void serve(int fd) {{{body}}}"), body) is None


@pytest.mark.parametrize(
    ("helper", "expected"),
    [
        ("{ send(fd, b, n, 0); }", Sending.ONCE),
        ("{ for (p = 0; p < n; p += s) s = send(fd, b + p, n - p, 0); }", Sending.LOOP),
        ("{ return send(fd, b, n, 0); }", Sending.ONCE),
    ],
)
def test_c_sends_in_a_function_of_its_own(helper: str, expected: Sending) -> None:
    """A function that only sends is judged by its own loop, or else by where it is called."""
    text = f"""static void answer(int fd, char *b, int n)
        {helper}
        static int take(int fd) {{ return
            recv(fd, b, 9, 0); }}
        int main(void) {{ while ((n = take(fd)) > 0) answer(fd, b, n); }}"""
    assert _of(of_c(text), text) is expected


def test_c_loop_around_a_function_that_sends() -> None:
    """A loop that goes on by what such a function returns is a loop around its send."""
    text = """static int some(int fd, char *b, int n) { return
            send(fd, b, n, 0); }
        int main(void) { while ((n =
            recv(fd, b, 9, 0)) > 0)
                for (done = 0; done < n; ) done += some(fd, b + done, n - done); }"""
    assert _of(of_c(text), text) is Sending.LOOP


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("conn.sendall(data)", Sending.LOOP),
        ("conn.send(data)", Sending.ONCE),
        ("sent = conn.send(data)", Sending.ONCE),
        ("while data:\n        data = data[conn.send(data):]", None),
        ("while data:\n        n = conn.send(data)\n        data = data[n:]", Sending.LOOP),
        ("done = 0\n      while done < 9:\n        done += conn.send(data[done:])", Sending.LOOP),
        ("for each in all:\n        each.send(data)", None),
    ],
)
def test_python(body: str, expected: Sending | None) -> None:
    """sendall sends all; else the loop decides, as in C."""
    text = f"def serve(conn):\n    while data := conn.recv(9):\n      {body}\n"
    assert _of(of_python(text), text) is expected


@given(st.one_of(st.text(), st.text("(){};=+ \n'\"/*#\\acdefhiloprsw0")))
def test_any_text_has_an_answer(text: str) -> None:
    """Any text can be asked for any line, and never raises."""
    for program in (of_c(text), of_python(text)):
        for call in program.calls:
            sending(program, (call.line, frozenset({call.name})), (call.line, _RECV))
            sending(program, (call.line, _SEND), (call.line, frozenset({call.name})))


@pytest.mark.parametrize("part", ["{", "(", "f(", "if (x) ", "do ", "for (;;) "])
def test_deep_text_has_an_answer(part: str) -> None:
    """However deeply a text is nested, it can be read."""
    text = "void f(void) {" + part * 50_000
    assert len(of_c(text).functions) == 1
    assert not of_python(text).calls
