"""Two to six traces side by side, as a user of the API meets them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from echotrace.api.nouns import Trace
from echotrace.story.compare import compare as comparing
from echotrace.story.compare import nouns
from echotrace.story.compare.choice import Choice, chosen
from echotrace.story.compare.names import names_of
from echotrace.story.compare.nouns import Alignment, Difference
from echotrace.story.costs.costs import Costs, costs
from echotrace.views.page.page import page
from echotrace.views.paint import Surface
from echotrace.views.rendering import render
from echotrace.views.words import safe


@dataclass(frozen=True, repr=False)
class Comparison:
    """What is the same in two to six traces, what differs, and why; `told` has all of it."""

    told: nouns.Comparison

    @property
    def same(self) -> bool:
        """Whether nothing differs but times and numbers of the run."""
        return self.told.same

    @property
    def names(self) -> tuple[str, ...]:
        """What the sides are called, in the order of the traces."""
        return self.told.names

    @property
    def notes(self) -> tuple[str, ...]:
        """What makes the traces unlike besides their servers: other scripts, kernels."""
        return self.told.notes

    @property
    def alignments(self) -> tuple[Alignment, ...]:
        """Set-up, each connection, and tear-down: rows with one step a side, None for a gap."""
        return self.told.alignments

    @property
    def differences(self) -> tuple[tuple[Difference, ...], ...]:
        """For each trace after the first what differs between the first and it, in words.

        The most telling difference comes first; `events` has the numbers that show it.
        """
        return self.told.differences

    @property
    def costs(self) -> tuple[Costs, ...]:
        """What each trace cost its server and its clients, in the order of the traces."""
        return tuple(costs(story) for story in self.told.stories)

    def text(self, width: int = 100, *, whole: bool = False) -> str:
        """The comparison as text, `width` columns wide; `whole` folds nothing."""
        return render(self.told, "text", Surface(width), whole=whole)

    def markdown(self, *, whole: bool = False) -> str:
        """The comparison as Markdown."""
        return render(self.told, "markdown", Surface(), whole=whole)

    def html(self, *, whole: bool = False) -> str:
        """The comparison as an HTML fragment; whatever the traces hold is escaped in it."""
        return render(self.told, "html", Surface(), whole=whole)

    def page(self) -> str:
        """All sides as a page of its own, one file that plays them: what `echotrace page` writes.

        It compares each two of them itself, whatever was chosen for this comparison.
        """
        return page(dict(zip(self.names, self.told.stories, strict=True)))

    def svg(self, width: int = 100, *, whole: bool = False) -> str:
        """The comparison as an SVG drawing that stands alone, `width` characters wide."""
        return render(self.told, "svg", Surface(width), whole=whole)

    def json(self) -> str:
        """The comparison as JSON: every row, marks and differences, as other formats show them."""
        return render(self.told, "json", Surface())

    def __repr__(self) -> str:
        found = sum(map(len, self.differences))
        what = "the same" if self.same else f"{found} differences"
        return f"<Comparison {', '.join(map(safe, self.names))}: {what}>"

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return self.html()


def compare(
    *traces: Trace,
    names: Sequence[str] = (),
    connection: int | None = None,
    only: str | Iterable[str] = (),
    ignore: str | Iterable[str] = (),
) -> Comparison:
    """Lay two to six traces side by side; each is compared with the first.

    `names` are what the traces are called, in place of their servers' or files' names. `connection`
    is the number of the only connection to compare, on the first side that has it. `only` and
    `ignore` choose rows by system call, C function, logical event or section, as a list or as
    `"send,recv"`.

    ValueError for another number of traces or of names; TypeError for what is no trace; UserError
    for a connection that there is not, and for a name that no row can have.
    """
    for each in traces:
        if not isinstance(each, Trace):
            raise TypeError(
                f"compare takes traces, not {each!r:.60}: "
                "load() reads one, record_server() makes one"
            )
    stories = [trace.story.told for trace in traces]
    called = tuple(names) or names_of(stories, [trace.name for trace in traces])
    choice = Choice(connection, chosen(only), chosen(ignore))
    return Comparison(comparing.compare(stories, choice, called))
