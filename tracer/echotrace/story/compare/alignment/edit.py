"""The fewest changes that make one sequence another: a minimum edit script.

A gap is a change, and so is a pair of variants. The search looks `WINDOW` changes ahead, keeps the
first half of the best path, and starts anew from there: the time grows with the elements and the
changes, and the memory stays small. Such a script is a minimum one if no order of the elements
needs fewer changes (`fewest`); otherwise one of up to `EXACT` changes is searched again, without a
window.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from echotrace.story.compare.alignment.search import Script, Search, Token

WINDOW = 64
EXACT = 512


def edit_script(left: Sequence[Token], right: Sequence[Token]) -> Script:
    """Pairs of positions, in order; every position of both sequences is in exactly one.

    It is a minimum one up to `EXACT` changes, beyond them where the module says so.
    `edit_script(right, left)` is its mirror image.
    """
    if left == right:
        return [(at, at) for at in range(len(left))]
    if _comes_first(right, left):
        return [(i, j) for j, i in edit_script(right, left)]
    sides = Search(left, right)
    script, cost = sides.script(WINDOW)
    if WINDOW < cost <= EXACT and cost > fewest(left, right):
        script, _ = sides.script(cost)
    return script


def fewest(left: Iterable[Token], right: Iterable[Token]) -> int:
    """How many changes are needed in whatever order the elements are, and so at least.

    Of each kind as many as the longer side has elements, less the pairs of equal ones.
    """
    wholes = [Counter((token.kind, token.whole) for token in side) for side in (left, right)]
    kinds: list[Counter[object]] = [Counter(), Counter()]
    for counted, kind in zip(wholes, kinds, strict=True):
        for (name, _), number in counted.items():
            kind[name] += number
    return (kinds[0] | kinds[1]).total() - (wholes[0] & wholes[1]).total()


def _comes_first(one: Sequence[Token], other: Sequence[Token]) -> bool:
    """An order of sequences, so that the same is chosen whichever is on the left."""
    if len(one) != len(other):
        return len(one) < len(other)
    unlike = next((pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]), None)
    return unlike is not None and repr(unlike[0]) < repr(unlike[1])
