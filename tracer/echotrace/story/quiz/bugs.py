"""Find the bug: one that a server of the sides has, or one that a broken variant of it showed.

What a variant does was recorded (`variants`); nothing is asked of what a program might have done.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from echotrace.story.findings.check import findings
from echotrace.story.findings.nouns import Finding, Severity
from echotrace.story.nouns import Story
from echotrace.story.quiz.ground import Ground
from echotrace.story.quiz.nouns import Asked
from echotrace.story.quiz.raised import RAISED
from echotrace.story.quiz.variants import Variant, kind_of, variants

#: What is asked for; of each row one at most is offered, for the others would be right as well.
OFFERED: Sequence[Sequence[str]] = (
    ("connection-leaked-by-parent", "descriptor-never-closed", "descriptor-open-at-exit"),
    ("child-never-reaped",),
    ("child-keeps-listening-socket",),
    ("eintr-on-accept-ends-server",),
    ("closed-twice",),
    ("used-after-close",),
    ("thread-neither-joined-nor-detached",),
    ("short-send-ignored",),
    ("argument-race",),
    ("readiness-loop-spins",),
    ("accept-unchecked",),
    ("recv-error-ends-all",),
    ("select-beyond-fd-setsize",),
    ("sigpipe-possible",),
    ("listens-on-every-interface",),
    ("no-so-reuseaddr",),
)
#: The kinds of servers that a bug is likely in; else in all.
_TAKES: Mapping[str, str] = {
    "connection-leaked-by-parent": "processes",
    "child-never-reaped": "processes",
    "child-keeps-listening-socket": "processes",
    "eintr-on-accept-ends-server": "processes",
    "thread-neither-joined-nor-detached": "threads",
    "argument-race": "threads",
    "recv-error-ends-all": "threads",
    "readiness-loop-spins": "readiness",
    "select-beyond-fd-setsize": "readiness",
}
_CHOICES = 4
#: A server's own finding, that no model server has; the same that one has; a variant's; a model's.
_OWN, _OWN_AS_WELL, _VARIANT, _MODEL = 3, 2, 1, 0
_GRAVITY: Mapping[Severity, int] = {Severity.ERROR: 1, Severity.WARNING: 0}


def candidates(ground: Ground) -> Iterator[Asked]:
    """One for each bug of a server, and one for each that a variant of it showed."""
    models = {fault for _, story in ground.sides for fault in _raised(story)}
    for side, story in ground.sides:
        if not story.connections:
            continue
        found = findings(story)
        for finding in found:
            if finding.severity in _GRAVITY:
                merit = _merit(story, finding, models)
                yield from _asked(side, story, finding, _ids(found), "shown", merit)
        for variant in variants(story):
            if variant.bug.id not in _raised(story) | _ids(found):
                yield from _asked(
                    side, story, variant.bug, _ids(found) | variant.found,
                    _meeting(story, variant), 2 * _VARIANT, variant.story,
                )  # fmt: skip


def _asked(
    side: int,
    story: Story,
    finding: Finding,
    found: Collection[str],
    case: str,
    merit: int,
    variant: Story | None = None,
) -> Iterator[Asked]:
    """Asks for a finding among others that are none; not for one that has no words to ask with."""
    shown = variant or story
    choices = _choices(finding.id, {*found, *_raised(story)}, shown)
    if finding.id not in choices:
        return
    header = shown.trace.header
    yield Asked(
        "bug", side, max(finding.events), case, finding.id,
        facts={
            "sentence": finding.sentence, "remedy": finding.remedy, "cost": finding.cost,
            "script": header.script, "idea": f"serves_by_{kind_of(shown)}",
            "faults": ", ".join(header.injections),
        },
        choices=choices,
        evidence=tuple(sorted(finding.events)),
        merit=merit,
        variant=variant,
    )  # fmt: skip


def _merit(story: Story, finding: Finding, models: Collection[str]) -> int:
    """What the user's own servers do wrong comes first, the gravest of it before the rest."""
    if finding.id in _raised(story):
        rank = _MODEL
    else:
        rank = _OWN_AS_WELL if finding.id in models else _OWN
    return 2 * rank + _GRAVITY[finding.severity]


def _meeting(story: Story, variant: Variant) -> str:
    """What a variant met: a fault, clients that did not get far, the same as the server, others."""
    header, end = variant.story.trace.header, variant.story.trace.end
    if header.injections:
        return "fault"
    if end is None or end.reason is not None:
        return "early"
    return "same" if header.steps == story.trace.header.steps else "other"


def _raised(story: Story) -> frozenset[str]:
    return RAISED.get(story.trace.header.server, frozenset())


def _ids(found: Sequence[Finding]) -> frozenset[str]:
    return frozenset(each.id for each in found)


def _choices(answer: str, found: Collection[str], story: Story) -> tuple[str, ...]:
    """The answer among others that were not found, likely ones first."""
    kind = kind_of(story)
    wrong = [
        next((each for each in row if _taken(each) in (kind, "any")), row[0])
        for row in OFFERED
        if answer not in row and not {*row} & {*found}
    ]
    ranks = (kind, "any")  # all others come last
    wrong.sort(key=lambda each: ranks.index(takes) if (takes := _taken(each)) in ranks else 2)
    kept = {answer, *wrong[: _CHOICES - 1]}
    return tuple(each for row in OFFERED for each in row if each in kept)


def _taken(bug: str) -> str:
    return _TAKES.get(bug, "any")
