"""One story as the page's data."""

import gzip
from base64 import b64encode

from echotrace.pauses import no_garbage_collection
from echotrace.story.findings.check import findings
from echotrace.story.findings.nouns import Finding
from echotrace.story.nouns import Story
from echotrace.trace import Trace
from echotrace.tracefile import encode
from echotrace.views import heading
from echotrace.views.handout import reproduction
from echotrace.views.page import nouns
from echotrace.views.page.guide import guide
from echotrace.views.page.places import Places
from echotrace.views.page.rows import Pool
from echotrace.views.page.states import moments
from echotrace.views.page.texts import Texts
from echotrace.views.report import place
from echotrace.views.shortcomings import shortcomings
from echotrace.views.steps import Steps
from echotrace.views.summary import empty
from echotrace.views.words import safe


@no_garbage_collection()
def side(name: str, story: Story, by: str = "connection") -> nouns.Side:
    """All that the page shows of a story, which it calls `name`; lanes are `by` what they are."""
    steps = Steps(story, by)
    pool, texts, places = Pool(story, steps), Texts(), Places(story)
    rows = pool.packed(texts, places)
    states, numbers = moments(story, pool.times, texts)
    essential, everything = pool.timelines(numbers)
    header = story.trace.header
    return nouns.Side(
        name=safe(name),
        title=safe(" · ".join(heading.recorded(header))),
        guide=guide(story, steps),
        notes=list(map(safe, _notes(story))),
        command=safe(reproduction.command(header)),
        check=safe(reproduction.check(header)),
        columns=[
            nouns.Heading(each.key, safe(each.title), safe(each.subtitle)) for each in pool.columns
        ],
        actors=list(map(safe, pool.actors)),
        patterns=texts.patterns,
        texts=texts.packed,
        rows=rows,
        essential=essential,
        everything=everything,
        moments=states,
        sources=places.sources,
        places=places.places,
        findings=[_finding(each) for each in findings(story)],
        trace=_file(story.trace),
        unfinished=pool.unfinished(texts),
    )


def _notes(story: Story) -> list[str]:
    """What is missing."""
    return shortcomings(story) + ([] if story.connections else [empty(story)])


def _finding(found: Finding) -> nouns.Finding:
    return nouns.Finding(
        found.id, found.severity, safe(found.sentence), list(found.events),
        [safe(place(site)) for site in found.sites], safe(found.remedy), safe(found.cost),
    )  # fmt: skip


def _file(trace: Trace) -> str:
    """The trace's file, compressed; the time of compression is left out: same trace, same bytes.

    Empty for a trace that no file can hold: JSON has no lone surrogates (RFC 8259, 8.2).
    """
    try:
        lines = b"".join(encode(record) for record in (trace.header, *trace.records))
    except UnicodeEncodeError:
        return ""
    return b64encode(gzip.compress(lines, mtime=0)).decode()
