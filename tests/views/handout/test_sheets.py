"""How many sheets a handout has, and how it looks on them, as poppler reads its PDF."""

from collections.abc import Mapping

import pytest

from echotrace.servers import traces_dir
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.tracefile import load
from echotrace.views.document.nouns import Figure, Paragraph, Question, Table
from echotrace.views.document.runs import plain
from echotrace.views.handout.handout import handout
from echotrace.views.handout.nouns import Edition, Wish
from echotrace.views.lanes import lay_out
from echotrace.views.paper import SLIDE
from echotrace.views.texts import texts
from poppler import Pdf, made
from random_stories import Plan, Served

_MARGIN, _HEAD, _FOOT = 15 / 25.4 * 72, 18 / 25.4 * 72, 16 / 25.4 * 72  # points
_SMALLEST = 8  # points
_STUDENT, _KEY = Edition.STUDENT, Edition.KEY


def story(name: str) -> Story:
    """That of a stored trace under `interleaved`."""
    return replay(load(traces_dir() / f"{name}-interleaved.jsonl"))


def printed(stories: Mapping[str, Story], edition: Edition = _STUDENT) -> Pdf:
    """The handout of these sides on A4."""
    return made(handout(stories, Wish(texts("en"), edition)))


@pytest.mark.parametrize(
    ("sides", "edition", "most"),
    [
        ("fork thread", _STUDENT, 4),
        ("fork thread", _KEY, 5),
        ("iterative epoll", _STUDENT, 4),
        ("iterative epoll", _KEY, 5),
        ("prefork pool", _STUDENT, 4),
        ("prefork pool", _KEY, 5),
        ("epoll", _STUDENT, 4),
        ("select poll epoll", _STUDENT, 5),
        ("select poll epoll", _KEY, 6),
    ],
)
def test_a_handout_keeps_to_its_sheets(sides: str, edition: Edition, most: int) -> None:
    """No more sheets than that, none of them nearly empty; no text is small or in the margins."""
    read = printed({name: story(name) for name in sides.split()}, edition)
    sheets = read.pages()
    assert len(sheets) <= most
    ends = dict.fromkeys(range(1, len(sheets) + 1), 0.0)
    for word in read.words():
        width, height = sheets[word.page - 1]
        assert word.size >= _SMALLEST, word
        assert word.left >= _MARGIN - 1, word
        assert word.right <= width - _MARGIN + 1, word
        if word.bottom < height - _FOOT + 2:
            ends[word.page] = max(ends[word.page], word.bottom)
    for number, end in ends.items():
        assert end > sheets[number - 1][1] / 6, number


def unlike(handed: bool, *, threads: bool) -> Story:
    """A server of eight connections, none of which goes on as the one before."""
    served = [
        Served(handed, [*["recvfrom 5", "sendto 5"] * (1 + n), "close"], ends=handed)
        for n in range(8)
    ]
    return Plan(threads, before=False, setup=[], served=served, teardown=[]).story()


def test_many_servers_of_many_connections_take_six_sheets() -> None:
    """However unlike these are: the timeline has one sheet, and says what it leaves out."""
    sides = {
        "one": unlike(handed=True, threads=False),
        "two": unlike(handed=True, threads=True),
        "three": unlike(handed=False, threads=False),
    }
    document = handout(sides, Wish(texts("en")))
    (timeline,) = (each for each in document.blocks if isinstance(each, Figure)
                   and each.name == "timeline")  # fmt: skip
    assert len(timeline.drawings) == 1
    assert "are left out" in timeline.drawings[0].description
    assert "more rows" in timeline.drawings[0].svg
    assert len(made(document).pages()) <= 6


def test_slides_hold_what_belongs_together() -> None:
    """At most 20 slides, each with a title of its own; none but the first is nearly empty."""
    sides = {name: story(name) for name in ("fork", "thread")}
    read = made(handout(sides, Wish(texts("en"), paper=SLIDE)), "slides")
    count = len(read.pages())
    assert count <= 20
    heads: dict[int, str] = {}
    ends = dict.fromkeys(range(2, count + 1), 0.0)
    for word in read.words():
        heads.setdefault(word.page, word.text)
        if word.bottom < 380:
            ends[word.page] = max(ends.get(word.page, 0), word.bottom)
        if word.bottom > 385 and word.left > 600:
            assert word.text == f"{word.page} / {count}"
    titles = [heads[number] for number in range(2, count + 1)]
    assert len(set(titles)) == len(titles)
    assert {"fork (fork.c): serve", "In numbers", "Questions: 5, 6"} <= set(titles)
    assert min(ends.values()) > 150


def test_answers_on_slides_repeat_their_questions() -> None:
    """The key's slide of an answer has the question, all of its choices, and what is said to it."""
    sides = {name: story(name) for name in ("fork", "thread")}
    document = handout(sides, Wish(texts("en"), _KEY, paper=SLIDE))
    pages = made(document, "slides").text().split("\f")
    asked = [each for each in document.blocks if isinstance(each, Question)]
    assert asked
    for each in asked:
        assert each.answer
        kind = f"{each.number} {each.kind}"
        without, told = (page for page in pages if kind in " ".join(page.split()))
        assert "Why" not in without
        for part in (*map(plain, each.choices), plain(each.answer.text)):
            assert "".join(part.split()) in "".join(told.split())


def many(clients: int) -> Story:
    """A server with a process for each client, of which the last receives in place of shutdown."""
    ends = ["shutdown"] * (clients - 1) + ["recvfrom 0"]
    served = [Served(True, ["recvfrom 5", "sendto 5", end, "close"], True) for end in ends]
    return Plan(threads=False, before=False, setup=[], served=served, teardown=[]).story()


def test_many_clients_of_one_server_take_six_sheets() -> None:
    """Two connections are drawn whole, each other one has a line, or is said to have none."""
    story = many(30)
    document = handout({"fork": story}, Wish(texts("en")))
    (timeline,) = (each for each in document.blocks if isinstance(each, Figure)
                   and each.name == "timeline")  # fmt: skip
    assert plain(timeline.caption).startswith("Of 30 connections only #1 and #2 are drawn")
    drawn = "".join(each.svg for each in timeline.drawings)
    own = {row.event.seq for row in lay_out(story, connections=(1, 2)).rows}
    assert all(f">{seq}<" in drawn for seq in own)
    assert "more rows" not in drawn
    (table,) = (each for each in document.blocks if isinstance(each, Table)
                and each.caption.startswith("Further"))  # fmt: skip
    assert [group.label for group in table.groups] == [f"#{n} C{n}" for n in range(3, 21)]
    told = {plain(group.lines[0].items[0].text) for group in table.groups}
    assert told == {f"as #1, P{n} for P1" for n in range(3, 21)}
    said = [plain(each.text) for each in document.blocks if isinstance(each, Paragraph)]
    assert "The connections #21 to #30 are left out: --connection N shows one." in said
    assert len(made(document).pages()) <= 6


def test_connection_with_a_course_of_its_own_is_not_as_another() -> None:
    """What has other calls than those before it has them named, and its events."""
    story = many(12)
    document = handout({"fork": story}, Wish(texts("en")))
    (table,) = (each for each in document.blocks if isinstance(each, Table)
                and each.caption.startswith("Further"))  # fmt: skip
    last = [plain(item.text) for item in table.groups[-1].lines[0].items]
    events = [row.event.seq for row in lay_out(story).rows if row.event.place.connection == 12]
    assert last == [
        "another course: accept, fork, recv, send, close, exit",
        f"{min(events)} to {max(events)}",
    ]
