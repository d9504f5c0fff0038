"""The outline of a document: its sheets, and the level of the heading that each block is below."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from echotrace.views.document.nouns import Block, Heading

#: A block and the level of the heading that it is, or is below; 0 before the first.
Levelled: TypeAlias = tuple[Block, int]


def levelled(blocks: Sequence[Block]) -> Iterator[Levelled]:
    """Each block with its level, of which none is left out on the way down."""
    level = 0
    for block in blocks:
        if isinstance(block, Heading):
            level = min(block.level, level + 1)
        yield block, level


def sheets(blocks: Sequence[Block]) -> Sequence[Sequence[Levelled]]:
    """The blocks by sheet: a heading of level 1 begins one."""
    found: list[list[Levelled]] = []
    for block, level in levelled(blocks):
        if not found or (isinstance(block, Heading) and level == 1):
            found.append([])
        found[-1].append((block, level))
    return found
