"""Markdown, HTML and JSON: nothing from a trace becomes markup, and every event is in each."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec.structs import replace

from echotrace.story.compare.compare import compare
from echotrace.story.compare.course import courses
from echotrace.story.compare.nouns import Comparison
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import Trace
from echotrace.views.formats.markdown_text import code, text
from echotrace.views.paint import Surface
from echotrace.views.rendering import FORMATS, render, render_story
from every_view import every_view
from moved import moved
from svg_reading import Picture
from tracebuilder import HEADER, TraceBuilder
from update_gold import story as stored

_SURFACE = Surface(100)
_HOSTILE = st.text(alphabet="`|\\<>&\"'\n\r*_[](){}#+-.!~$:x19 ", max_size=12) | st.sampled_from([
    "</code><script>alert(1)</script>", "</style>", "\\|", "`|`", "a\\\\|b", "<!--", "]]>", "&lt;",
    "| --- |\n", "\x1b[2J", "http://example.org", "www.example.org", "<img src=x onerror=y>",
    "\n\n# Heading", "```\n", "\u202e", "${x}", "![a](b)", "1. x", "- x", "    x", "\x00",
])  # fmt: skip
_TAGS = {
    "section", "style", "p", "table", "caption", "thead", "tbody", "tr", "th", "td", "code", "span",
    "ol", "li", "pre", "div",
}  # fmt: skip
_ATTRIBUTES = {"class", "tabindex", "lang", "scope", "rowspan", "title", "data-event"}
#: What Markdown is made of here.
_TOKENS = {
    "paragraph", "inline", "table", "thead", "tbody", "tr", "th", "td", "ordered_list", "list_item",
    "text", "code_inline", "strong", "fence", "text_special", "softbreak",
}  # fmt: skip


def hostile(payload: str, name: str) -> Story:
    """A server with the payload, the path and the name."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.call(10, "recvfrom", 4, 0, 100, result=len(payload), data=payload)
    b.call(10, "openat", -100, name, 0, result=5)
    b.call(10, "setsockopt", 4, name, name, 1, 4)
    b.call(10, "sendto", 4, 0, 5, result=1, data=payload[:1])
    trace = b.trace()
    header = replace(
        HEADER, server=name, script=name, kernel=name, injections=[name], language=name
    )
    return replay(Trace(header, trace.records))


class Markup(HTMLParser):
    """What a fragment is made of: its tags, attributes and text; unclosed tags are an error."""

    def __init__(self, fragment: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(fragment)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag begins."""
        self.tags.append(tag)
        self.open.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        """The tag that began last ends."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        self.text += data if "style" not in self.open else ""

    def handle_comment(self, data: str) -> None:
        """There are none."""
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        """There are none."""
        raise AssertionError(decl)


def tokens(markdown: str) -> Iterator[Token]:
    """What a reader of Markdown with tables makes of a text."""
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown):
        yield token
        yield from token.children or ()


def _compared() -> Comparison:
    return compare([stored("fork"), stored("thread"), stored("epoll")])


@settings(max_examples=60)
@given(_HOSTILE, _HOSTILE)
@example("</code><script>alert(1)</script>", "</style><script>")
@example("a\\|b`|``", "| a | b |\n| --- | --- |")
@example("", " -")
def test_nothing_from_a_trace_is_markup(payload: str, name: str) -> None:
    """Payload, paths, names and whatever else a trace holds is text in every format."""
    story, other = hostile(payload, name), hostile("other", "other")
    both = compare([story, other])
    for form in FORMATS[1:]:
        for whole in (False, True):
            _is_plain(form, render(both, form, _SURFACE, whole=whole))
        _is_plain(form, render_story(story, form, _SURFACE, everything=True))


def _is_plain(form: str, made: str) -> None:
    assert all(character.isprintable() for line in made.split("\n") for character in line)
    if form == "html":
        markup = Markup(made)
        assert set(markup.tags) <= _TAGS
        assert {name for name, _ in markup.attributes} <= _ATTRIBUTES
        assert markup.tags.count("style") == 1
        assert not markup.open
    elif form == "markdown":
        kinds = {re.sub("_(open|close)$", "", token.type) for token in tokens(made)}
        assert kinds <= _TOKENS
    elif form == "svg":
        Picture(made).check_all_inside()
    else:
        json.loads(made)


@settings(max_examples=200)
@given(_HOSTILE)
def test_code_span_holds_its_text(payload: str) -> None:
    """A code span in a table's cell gives back its text, whatever bars and backticks are in it."""
    made = f"| a | b |\n| --- | --- |\n| {code(payload)} | end |\n"
    cells = [token for token in tokens(made) if token.type == "inline"]
    assert len(cells) == 4
    shown = "".join(child.content for child in cells[2].children or ())
    plain = "".join(c if c.isprintable() else "?" for c in payload)
    if "\\" not in payload and plain == payload and "\u202e" not in payload and payload.strip():
        assert shown.strip() == payload.strip()
    assert cells[3].content == "end"


def test_bar_behind_a_backslash_is_written_as_a_byte() -> None:
    """Readers of Markdown disagree on a backslash, a backslash and a bar: so there is none."""
    assert code("a\\|b|c") == "`a\\\\x7cb\\|c`"


@given(_HOSTILE)
def test_text_is_text(plain: str) -> None:
    """Text between the tables stands there as it was, and is one paragraph."""
    found = [token for token in tokens(text(plain) + "\n") if token.nesting == 0]
    assert {token.type for token in found} <= {"inline", "text", "text_special"}


def test_every_event_is_in_every_format() -> None:
    """With all rows wanted, each format has the number of every event of every side."""
    both = _compared()
    for form in FORMATS:
        made = render(both, form, _SURFACE, whole=True)
        numbers = {int(number) for number in re.findall(r"\d+", made)}
        for alignment in both.alignments:
            for side in range(3):
                assert {event.seq for event in alignment.events(side)} <= numbers


def test_json_gives_back_the_inputs() -> None:
    """Dropping the marks and the gaps leaves each side's events, course by course."""
    both = _compared()
    told = json.loads(render(both, "json", _SURFACE))
    for side, story in enumerate(both.stories):
        found = [
            [cell["event"] for row in each["rows"] if (cell := row["cells"][side])]
            for each in told["alignments"]
        ]
        own = [[step.event.seq for step in course.steps] for course in courses(story)]
        assert [numbers for numbers in found if numbers] == own


def test_json_says_what_the_comparison_does() -> None:
    """Names, headers, marks, the calls with all of their flags, and the differences are there."""
    both = _compared()
    told = json.loads(render(both, "json", _SURFACE))
    assert list(told) == [
        "format", "kind", "names", "headers", "same", "notes", "alignments", "differences",
        "supplements", "costs",
    ]  # fmt: skip
    assert (told["format"], told["kind"], told["same"]) == (1, "comparison", False)
    assert told["names"] == ["fork", "thread", "epoll"]
    assert [header["server"] for header in told["headers"]] == told["names"]
    rows = [row for each in told["alignments"] for row in each["rows"]]
    spawn = next(cell for row in rows if (cell := row["cells"][1]) and cell["call"] == "clone3")
    assert {"VM", "FILES", "THREAD", "SYSVSEM", "SETTLS"} <= set(spawn["flags"])
    assert [len(each) for each in told["differences"]] == [len(each) for each in both.differences]
    assert {mark for row in rows for mark in row["marks"]} >= {"", "=", "≠", "<", ">"}


def test_moved_steps_are_told_in_every_format() -> None:
    """A gap whose side does the same elsewhere has the number of that event, as no cell of its."""
    found = moved()
    assert "event 58, below" in render(found, "markdown", _SURFACE)
    assert '<td class="gap short">event 58, below</td>' in render(found, "html", _SURFACE)
    rows = json.loads(render(found, "json", _SURFACE))["alignments"][1]["rows"]
    assert [row["cells"][1] for row in rows if "~" in row["marks"]] == [
        {"moved": {"event": 58, "above": False}}
    ]


def test_json_of_a_timeline_has_every_row() -> None:
    """A timeline's object has its columns and, row by row, what the text shows."""
    told = json.loads(render_story(stored("fork"), "json", _SURFACE))
    assert (told["format"], told["kind"], told["by"]) == (1, "timeline", "connection")
    assert [column["key"] for column in told["columns"]] == ["server", "#1", "#2"]
    begun = next(row for row in told["rows"] if row["part"] == "begin")
    assert begun["call"] == "accept"
    assert {"time", "event", "actor", "waiting", "woken_by", "text"} <= set(begun)


@pytest.mark.parametrize("made", ["comparison", "timeline"])
def test_html_stands_alone(made: str) -> None:
    """A fragment is one section with its own style, without script, link or address."""
    fork = stored("fork")
    html = {
        "comparison": render(compare([fork, stored("thread")]), "html", _SURFACE),
        "timeline": render_story(fork, "html", _SURFACE),
    }[made]
    markup = Markup(html)
    assert html.startswith(f'<section class="echotrace-{made}"')
    assert markup.tags.count("section") == 1
    assert not {"script", "link", "img", "iframe"} & set(markup.tags)
    assert not re.search(r"url\(|@import|https?:|src=|href=|\bon[a-z]+=", html)
    rules = html.partition("<style>")[2].partition("</style>")[0]
    rules = re.sub(r"@media[^{]*\{", "", rules)
    selectors = [part for rule in re.findall(r"([^{}]+)\{", rules) for part in rule.split(",")]
    assert all(selector.strip().startswith(f".echotrace-{made}") for selector in selectors)


def test_html_tables_are_readable_without_eyes() -> None:
    """Every table has a caption, and every heading of rows and columns its scope."""
    html = render(compare([stored("fork"), stored("thread")]), "html", _SURFACE)
    markup = Markup(html)
    assert markup.tags.count("table") == markup.tags.count("caption")
    assert html.count("<th ") == html.count("<th scope=")
    assert 'title="not the same">≠</td>' in html


def test_html_marks_what_differs_alone() -> None:
    """An edge stands before the cells of sides that are not as the first one, and no others."""
    markup = render(_compared(), "html", _SURFACE)
    rows = [row for row in markup.split("<tr>") if '"mark' in row]
    for row in rows:
        for kind, mark in re.findall(r'<td class="(mark[^"]*)"[^>]*>([^<]*)</td>', row):
            assert ("differs" in kind) == (mark not in ("", "="))
    assert any('class="mark differs"' in row and 'class="mark" title' in row for row in rows)


def test_html_tables_of_sides_stand_in_line() -> None:
    """All tables of a comparison's sides have the same columns, and scroll where there are many."""
    html = render(_compared(), "html", _SURFACE)
    tables = re.findall(r'<div class="wide" tabindex="0">\n<table class="([^"]*)">', html)
    assert set(tables) == {"sides of-3"}
    assert len(tables) == html.count(">vs</th>") / 2
    assert set(re.findall(r'<th scope="col"[^>]*>(section|part|course)</th>', html)) == {"section"}


def _luminance(colour: str) -> float:
    """The relative luminance of a colour (WCAG 2.1)."""
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_colours_can_be_told_apart() -> None:
    """Text has a contrast of 4.5:1 with its background and lines have 3:1, light and dark."""
    html = render(compare([stored("fork"), stored("thread")]), "html", _SURFACE)
    schemes = [
        dict(re.findall(r"--(\w+):(#\w+)", rule)) for rule in re.findall(r"\{[^{}]+\}", html)
    ]
    schemes = [scheme for scheme in schemes if scheme]
    assert len(schemes) == 2
    for scheme in schemes:
        for names, least in ((("ink", "dim", "blank"), 4.5), (("line", "differs"), 3)):
            for name in names:
                pair = sorted((_luminance(scheme[name]), _luminance(scheme["paper"])))
                assert (pair[1] + 0.05) / (pair[0] + 0.05) >= least, name


def test_folded_and_whole_differ_in_html() -> None:
    """Like the text, tables fold what needs no reading, unless all is wanted."""
    both = compare([stored("fork"), stored("thread")])
    folded, whole = (render(both, "html", _SURFACE, whole=each) for each in (False, True))
    assert " as #1: P2 for P1" in folded
    assert " as #1" not in whole
    assert whole.count("<tr") > folded.count("<tr")


def test_many_connections_share_a_column() -> None:
    """A timeline of more columns than a table bears names the column in each row."""
    b = TraceBuilder()
    b.server()
    for number in range(12):
        b.accept(10, 4 + number, port=50000 + number)
    markup = Markup(render_story(replay(b.trace()), "html", _SURFACE))
    assert "where" in markup.text
    assert "#12" in markup.text


def test_every_view_of_a_stored_trace_can_be_made() -> None:
    """Each format is one of the views that all traces go through."""
    made: list[Any] = list(every_view(stored("fork")))
    assert sum(view.startswith("<section") for view in made) == 3
