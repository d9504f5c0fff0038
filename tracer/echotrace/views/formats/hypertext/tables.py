"""Tables in HTML, whose rows and columns are headed for those who hear them."""

from collections.abc import Iterator

from echotrace.story.compare.nouns import Mark
from echotrace.views.document.nouns import Group, Item, Kind, Line, Table
from echotrace.views.document.runs import plain
from echotrace.views.formats.hypertext.setting import Setting, escaped

_SHORT = 16  # characters that stay in a line
_MEANINGS = {
    "=": "the same",
    "≠": "not the same",
    "<": "only in the first",
    ">": "not in the first",
    "~": "moved",
}


def table(table: Table, setting: Setting) -> Iterator[str]:
    """A table that can be scrolled where it is too wide."""
    yield '<div class="wide" tabindex="0">'
    yield f'<table class="sides of-{table.sides}">' if table.sides else "<table>"
    yield f"<caption>{escaped(table.caption)}</caption>"
    heads = "".join(_heading(title, mark=n in table.marks) for n, title in enumerate(table.head))
    yield f"<thead><tr>{heads}</tr></thead>"
    for group in table.groups:
        yield from _group(group, setting)
    yield "</table>"
    yield "</div>"


def _heading(title: str, *, mark: bool) -> str:
    if not title:
        return "<td></td>"
    kind = ' class="mark"' if mark else ""
    return f'<th scope="col"{kind}>{escaped(title)}</th>'


def _group(group: Group, setting: Setting) -> Iterator[str]:
    """The lines of a group in a body of their own, headed by its label."""
    span = f'scope="rowgroup" rowspan="{len(group.lines)}"'
    label = f"<th {span}>{escaped(group.label)}</th>" if group.label else ""
    yield "<tbody>"
    for line in group.lines:
        yield _line(line, label, setting)
        label = ""
    yield "</tbody>"


def _line(line: Line, label: str, setting: Setting) -> str:
    return f"<tr>{label}{''.join(_item(item, setting) for item in line.items)}</tr>"


def _item(item: Item, setting: Setting) -> str:
    text = setting.inline(item.text)
    match item.kind:
        case Kind.EVENT:
            return f'<th scope="row" class="seq" data-event="{item.event}">{text}</th>'
        case Kind.CALL if item.event is None:
            return f'<td class="call"><code>{text}</code></td>'
        case Kind.CALL:
            number = f'<span class="seq">{item.event}</span>'
            return f'<td class="call" data-event="{item.event}">{number} <code>{text}</code></td>'
        case Kind.MARK if item.text in _MEANINGS:
            differs = "" if item.text == Mark.SAME else " differs"
            return f'<td class="mark{differs}" title="{_MEANINGS[item.text]}">{text}</td>'
        case _:
            short = " short" if len(plain(item.text)) <= _SHORT else ""
            return f'<td class="{item.kind}{short}">{text}</td>'
