"""A free run in figures, for there are more connections than a page has columns."""

from collections import defaultdict
from collections.abc import Iterator
from statistics import median

from tabulate import tabulate

from echotrace.story.essentials import is_essential
from echotrace.story.load import Answered, FreeRun, free_run
from echotrace.story.nouns import Story
from echotrace.trace import Syscall
from echotrace.views import summary, words
from echotrace.views.cells import fit
from echotrace.views.layout import Column, Layout

_EACH = 3  # connections that are shown of the quickest, the middle and the slowest
_MOST_WRONG = 12
_MOST_CALLS = 12
_OWN_HEAD = ("", "answered", "open")
#: What gives way where the page is narrow, first to last.
_GIVES_WAY = ("closed by", "tasks", "calls", "client")
_TEXT = frozenset({"", "#", "client", "tasks", "closed by"})


def load_lines(story: Story, width: int, *, whole: bool) -> list[str]:
    """The figures of a free run as lines of text; nothing for a trace with a script.

    `whole` has a row for each connection.
    """
    run = free_run(story)
    if run is None:
        return []
    said = [line for sentence in _sentences(story, run) for line in fit(sentence, width)]
    return [*said, "", *_connections(run, width, whole=whole), "", *_calls(story, width)]


def cut(layout: Layout, shown: Layout) -> str:
    """How much of a layout is shown."""
    noun = "task" if layout.by == "task" else "connection"
    some, every = (sum(_is(noun, column) for column in each.columns) for each in (shown, layout))
    return (
        f"Timeline of the first {some:,} of {words.count(every, noun)}, the first "
        f"{len(shown.rows)} of {words.count(len(layout.rows), 'line')}; --whole shows all."
    )


def _is(noun: str, column: Column) -> bool:
    return noun == "task" or column.key.startswith("#")


def _sentences(story: Story, run: FreeRun) -> Iterator[str]:
    load = run.load
    rate = run.echoes * 1e9 / run.time if run.time else 0
    together = run.at_once == len(run.totals)
    yield (
        f"Each of {words.count(load.clients, 'client')} connects, has an echo of "
        f"{words.count(load.payload, 'byte')}, "
        f"{'waits until all have had it, ' if together else ''}goes on at full speed up to "
        f"{_echoes(load.echoes)}, and closes."
    )
    if not together and not run.failed:
        yield (
            "The server did not answer all while they were connected: when it rested, those that "
            "were answered went on without the others."
        )
    yield (
        f"{_echoes(run.echoes)} in {words.duration(run.time)}, {rate:,.0f} a second; at most "
        f"{words.count(run.at_once, 'connection')} open and answered at the same time. Tracing "
        "stops the server at both ends of every call: without it the server is faster."
    )
    agreeing = [connection for _, connection in run.agreeing]
    if agreeing:
        received = sum(connection.bytes_in for connection in agreeing)
        sent = sum(connection.bytes_out for connection in agreeing)
        whom = words.count(len(story.connections), "connection")
        each = (
            f"all {whom}"
            if len(agreeing) == len(story.connections) > 1
            else (f"{len(agreeing):,} of {whom}")
        )
        yield (
            f"Clients and trace count the same bytes on {each}: {received:,} to the server and "
            f"{sent:,} back."
        )


def _echoes(number: int) -> str:
    return f"{number:,} echo{'' if number == 1 else 'es'}"


def _connections(run: FreeRun, width: int, *, whole: bool) -> list[str]:
    chosen = [("", pair) for pair in run.served] if whole else _chosen(run)
    if not chosen:
        return []
    head = [*_OWN_HEAD[:1], *summary.HEAD[:2], *_OWN_HEAD[1:], *summary.HEAD[2:]]
    rows = []
    for label, (total, connection) in chosen:
        number, client, *rest = summary.row(connection)
        answered = _milliseconds(total.began, total.answered)
        rows.append(
            [label, number, client, answered, _milliseconds(total.began, total.ended), *rest]
        )
    for count in range(len(_GIVES_WAY) + 1):
        kept = [at for at, name in enumerate(head) if name not in _GIVES_WAY[:count]]
        table = tabulate(
            [[row[at] for at in kept] for row in rows],
            headers=[head[at] for at in kept],
            tablefmt="simple",
            disable_numparse=True,
            colalign=["left" if head[at] in _TEXT else "right" for at in kept],
        ).splitlines()
        if max(map(len, table)) <= width:
            break
    shown = (
        ""
        if whole or len(rows) == len(run.served)
        else (
            f"{len(rows)} of {_count(run)}, by how long each client waited for its first answer; "
        )
    )
    note = f"{shown}answered, open: ms from the client's connect to its first echo, to its close"
    return [*table, *fit(note + ("; --whole shows all" if shown else ""), width)]


def _count(run: FreeRun) -> str:
    return words.count(len(run.served), "connection")


def _chosen(run: FreeRun) -> list[tuple[str, Answered]]:
    """The connections that went wrong, the quickest, those in the middle, and the slowest."""
    differing = {total.client for total, _ in run.differing}
    wrong = [pair for pair in run.served if pair[0].error or pair[0].client in differing]
    well = [pair for pair in run.served if not (pair[0].error or pair[0].client in differing)]
    well.sort(key=lambda pair: _wait(pair[0].began, pair[0].answered))
    middle = max(0, len(well) // 2 - _EACH // 2)
    labelled = dict.fromkeys(range(len(well))[-_EACH:], "slowest")
    labelled |= dict.fromkeys(range(len(well))[middle : middle + _EACH], "middle")
    labelled |= dict.fromkeys(range(len(well))[:_EACH], "quickest")
    return [
        *(("wrong", pair) for pair in wrong[:_MOST_WRONG]),
        *((labelled[at], well[at]) for at in sorted(labelled)),
    ]


def _wait(began: int | None, until: int | None) -> int:
    return 0 if began is None or until is None else until - began


def _milliseconds(began: int | None, until: int | None) -> str:
    return "" if began is None or until is None else f"{(until - began) / 1e6:.1f}"


def _calls(story: Story, width: int) -> list[str]:
    """How often the server made which call, and how long it took."""
    calls: dict[str, list[Syscall]] = defaultdict(list)
    for event in story.events:
        if isinstance(event.record, Syscall) and is_essential(event):
            calls[event.record.name].append(event.record)
    most = sorted(calls.items(), key=lambda pair: -len(pair[1]))[:_MOST_CALLS]
    rows = []
    for name, made in most:
        times = [call.end - call.start for call in made if call.end is not None]
        rows.append([
            name, f"{len(made):,}", f"{sum(call.errno is not None for call in made):,}",
            words.duration(round(median(times))) if times else "",
            words.duration(max(times)) if times else "",
        ])  # fmt: skip
    table = tabulate(
        rows, headers=["call", "times", "failed", "median", "longest"], tablefmt="simple",
        disable_numparse=True, colalign=["left", "right", "right", "right", "right"],
    ).splitlines()  # fmt: skip
    return [*table, *fit("the time a call took, its waiting and the tracer's stops in it", width)]
