"""The fewest changes that make one sequence another: a minimum edit script.

A gap costs 1, and so does a pair of variants; two equal elements cost nothing. For each cost in
turn the furthest position on each diagonal is found that can be reached with it (E. Ukkonen,
Algorithms for approximate string matching, 1985; E. Myers, An O(ND) difference algorithm and its
variations, 1986), so that the time grows with the elements times the differences.
"""

from collections.abc import Sequence
from typing import TypeAlias

#: An element: which others it is a variant of, and which it is equal to.
Token: TypeAlias = tuple[object, object]
#: Positions in both sequences that stand side by side; None for a gap.
Script: TypeAlias = list[tuple[int | None, int | None]]


def edit_script(left: Sequence[Token], right: Sequence[Token]) -> Script:
    """Pairs of positions, in order; every position of both sequences is in exactly one.

    The script is a minimum one, and `edit_script(right, left)` is its mirror image.
    """
    if _order(right) < _order(left):
        return [(i, j) for j, i in edit_script(right, left)]
    one, other = list(reversed(left)), list(reversed(right))
    fronts = _fronts(one, other)
    found = _trace_back(one, other, fronts)
    last, final = len(left) - 1, len(right) - 1
    return [(None if i is None else last - i, None if j is None else final - j) for i, j in found]


def _order(tokens: Sequence[Token]) -> tuple[int, list[str]]:
    return len(tokens), [repr(token) for token in tokens]


def _fronts(left: Sequence[Token], right: Sequence[Token]) -> list[list[int]]:
    """For each cost how far to the left each diagonal from -cost to cost can be followed with it.

    Diagonal k has the pairs of positions (i, i + k); -1 stands for one that is out of reach.
    """
    n, m = len(left), len(right)
    fronts: list[list[int]] = []
    before: list[int] = []
    while True:
        cost = len(fronts)
        front = []
        for k in range(-cost, cost + 1):
            at = k + cost  # in `front`; in `before` the same diagonal is one place further left
            reached = -1 if cost else 0
            if cost:
                same = before[at - 1] if 0 <= at - 1 < len(before) else -1
                if same >= 0:
                    variant = same < n and 0 <= same + k < m and left[same][0] == right[same + k][0]
                    reached = same + variant
                above = before[at] if at < len(before) else -1  # diagonal k + 1: a gap on the right
                below = before[at - 2] if at >= 2 else -1  # diagonal k - 1: a gap on the left
                if above >= 0:
                    reached = max(reached, min(above + 1, n))
                reached = max(reached, below)
            if reached >= 0:
                reached = min(reached, n, m - k)
                if reached + k < 0:
                    reached = -1
                else:
                    while reached < n and reached + k < m and left[reached] == right[reached + k]:
                        reached += 1
            front.append(reached)
        fronts.append(front)
        before = front
        goal = m - n + cost
        if 0 <= goal < len(front) and front[goal] >= n:
            return fronts


def _trace_back(
    left: Sequence[Token], right: Sequence[Token], fronts: Sequence[Sequence[int]]
) -> Script:
    """The pairs from the ends of both sequences to their beginnings."""
    found: Script = []
    i, j, cost = len(left), len(right), len(fronts) - 1
    while i or j:
        if i and j and left[i - 1] == right[j - 1]:
            i, j = i - 1, j - 1
            found.append((i, j))
            continue
        cost -= 1
        if i and j and left[i - 1][0] == right[j - 1][0] and _within(fronts, cost, i - 1, j - 1):
            i, j = i - 1, j - 1
            found.append((i, j))
        elif i and _within(fronts, cost, i - 1, j):
            i -= 1
            found.append((i, None))
        else:
            j -= 1
            found.append((None, j))
    return found


def _within(fronts: Sequence[Sequence[int]], cost: int, i: int, j: int) -> bool:
    """Whether a pair of positions can be reached with a cost."""
    at = j - i + cost
    return cost >= 0 and 0 <= at < len(fronts[cost]) and fronts[cost][at] >= i
