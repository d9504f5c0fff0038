"""What is said of short sends is true: recordings in which each send takes three bytes at most."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from recordings import own_folders, played, server_plan, steps

from echotrace.record import inject
from echotrace.story.compare.compare import compare
from echotrace.story.nouns import Story
from echotrace.story.replay import replay

_LANGUAGES = ("c", "python")
#: By hand, from the sources: those that call send until all is sent, and those that call it once.
_IN_A_LOOP = ("thread", "iterative", "select", "poll", "epoll", "kqueue")
_ONCE = ("fork", "prefork", "pool")
_PLAY = "1 connect;1 send hello;1 shutdown;1 close"


@pytest.fixture(scope="module")
def recorded(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Mapping[tuple[str, str], Story]]:
    """Each server in C and in Python, with short sends."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        own_folders(monkeypatch, tmp_path_factory)
        yield {
            (name, language): replay(
                played(
                    replace(
                        server_plan(name, language=language),
                        script=steps(_PLAY),
                        injections=(inject.parse("send:short=3"),),
                    )
                )
            )
            for name in (*_IN_A_LOOP, *_ONCE)
            for language in _LANGUAGES
        }


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("name", [*_IN_A_LOOP, *_ONCE])
def test_short_send_loses_what_no_loop_sends(
    recorded: Mapping[tuple[str, str], Story], name: str, language: str
) -> None:
    """Of five bytes a server with a loop sends five, one without it three."""
    (connection,) = recorded[name, language].connections
    assert connection.bytes_in == 5
    assert connection.bytes_out == (5 if name in _IN_A_LOOP else 3)


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("name", [*_IN_A_LOOP, *_ONCE])
def test_source_tells_the_same(
    stored: Mapping[str, Story], twins: Mapping[str, Story], name: str, language: str
) -> None:
    """Where no send was short the source tells which servers have a loop, in both languages."""
    told = _told(stored["prefork"], (stored if language == "c" else twins)[name])
    assert bool(told) == (name in _IN_A_LOOP)
    for sentence in told:
        assert sentence.startswith("prefork calls send once for what it received (event 37 of")
        assert f"{name} sends in a loop until all is sent (event " in sentence


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("name", [*_IN_A_LOOP, *_ONCE])
def test_short_sends_tell_the_same(
    recorded: Mapping[tuple[str, str], Story], name: str, language: str
) -> None:
    """Where sends were short, what came after them tells."""
    told = _told(recorded["prefork", "c"], recorded[name, language])
    assert bool(told) == (name in _IN_A_LOOP)
    for sentence in told:
        assert "prefork never sends the other 2;" in sentence
        assert f"{name} sends the other 2 (event " in sentence


def _told(one: Story, other: Story) -> list[str]:
    found = compare([one, other]).differences[0]
    return [each.sentence for each in found if each.kind == "send-loop"]
