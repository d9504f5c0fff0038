"""Findings as text: what stands where, at any width, with colour and without."""

from echotrace.story.findings.nouns import Finding, Severity
from echotrace.trace import Site
from echotrace.views.paint import Surface
from echotrace.views.report import report

SITES = (Site("a.c", 7, "main"), Site("a.c", 9), Site("a.c", 11))
ERROR = Finding("closed-twice", Severity.ERROR, "T1 closes fd 4 again (event 5).", (5, 4), SITES,
                "Close it once.", "Another's connection.", "reset")  # fmt: skip
KIND = Finding("kind", Severity.NOTE, "This is a fork server.", (), (), "", "")


def test_report() -> None:
    """A finding has its severity, name and lines; its sentence; proof, remedy and cost."""
    text = report("mine · C", ["reset: early"], (ERROR, KIND), Surface(100))
    assert text == (
        "mine · C\n"
        "reset: early\n"
        "\n"
        "error    closed-twice  a.c:7 main, a.c:9\n"
        "         T1 closes fd 4 again (event 5).\n"
        "         events  5, 4 of reset\n"
        "         remedy  Close it once.\n"
        "         cost    Another's connection.\n"
        "\n"
        "note     kind\n"
        "         This is a fork server.\n"
        "\n"
        "1 error, 0 warnings, 1 note.\n"
    )


def test_report_without_findings() -> None:
    """Nothing found is said too."""
    assert report("mine", (), (), Surface(80)) == "mine\n\n0 errors, 0 warnings, 0 notes.\n"


def test_report_fits_and_is_ascii_where_it_must() -> None:
    """Long sentences are folded below their beginning; a pipe gets ASCII."""
    text = report("mine · C", (), (ERROR,), Surface(60, unicode=False))
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 60


def test_colour_says_nothing_that_words_do_not() -> None:
    """Colour is added to the words, and takes none away."""
    plain = report("mine", (), (ERROR,), Surface(80))
    painted = report("mine", (), (ERROR,), Surface(80, colour=True))
    assert painted != plain
    for word in ("error", "closed-twice", "T1 closes fd 4 again"):
        assert word in painted
