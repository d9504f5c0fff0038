"""A search for the cheapest way from the beginning of two sequences to their ends.

A gap costs 1, and so does a pair of variants; two equal elements cost nothing. For each cost in
turn the furthest position on each diagonal is found that can be reached with it (E. Ukkonen,
Algorithms for approximate string matching, 1985; E. Myers, An O(ND) difference algorithm and its
variations, 1986).
"""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple, TypeAlias

from echotrace.story.compare.alignment.balance import Balance

_NOWHERE = -(1 << 62)  # a diagonal that cannot be reached


class Token(NamedTuple):
    """An element: which others it is a variant of, and which of these it is equal to.

    Where a gap on either side is as good, the element that `moves` is the one without counterpart,
    so that those which stay are side by side.
    """

    kind: object
    whole: object
    moves: bool = False


#: Positions in both sequences that stand side by side; None for a gap.
Pair: TypeAlias = tuple[int | None, int | None]
Script: TypeAlias = list[Pair]
#: By cost, and by diagonal from -cost to cost, how far the diagonal can be followed.
_Fronts: TypeAlias = list[list[int]]


class Search:
    """Two sequences, from their ends, as numbers that are equal where the elements are.

    From their ends, because a path is traced back to where its search began: so it is traced from
    the beginning, where the first choice among paths of one cost is made.
    """

    def __init__(self, left: Sequence[Token], right: Sequence[Token]) -> None:
        kinds: dict[object, int] = {}
        wholes: dict[object, int] = {}
        sides = (left[::-1], right[::-1])
        self.wholes = tuple(
            [wholes.setdefault(token[:2], len(wholes)) for token in side] for side in sides
        )
        self.kinds = tuple([kinds.setdefault(t.kind, len(kinds)) for t in side] for side in sides)
        self.moves = tuple([token.moves for token in side] for side in sides)

    def script(self, window: int) -> tuple[Script, int]:
        """A script and its cost, searched so many changes ahead."""
        n, m = map(len, self.wholes)
        balance = Balance(self.kinds)
        i = j = total = 0
        found: Script = []  # from the ends to the beginnings
        while i < n and j < m:
            fronts = self._fronts(i, j, window)
            cost = len(fronts) - 1
            x, y = self._best(fronts[-1], balance, i, j)
            over = x == n - i or y == m - j  # what is left of the other side has no counterpart
            kept = cost if over else (cost + 1) // 2
            path = [pair for at, pair in self._path(fronts, (i, j), (x, y)) if at <= kept]
            found += reversed(path)
            i += sum(one is not None for one, _ in path)
            j += sum(other is not None for _, other in path)
            total += kept
        found += [(at, None) for at in range(i, n)] + [(None, at) for at in range(j, m)]
        script: Script = [
            (None if one is None else n - 1 - one, None if other is None else m - 1 - other)
            for one, other in reversed(found)
        ]
        return script, total + n - i + m - j

    def _fronts(self, i: int, j: int, most: int) -> _Fronts:
        """How far from (i, j) each diagonal can be followed, up to the end or the most changes.

        Diagonal k has the positions (i + x, j + x + k).
        """
        (left, right), (kinds, others) = self.wholes, self.kinds
        n, m = len(left) - i, len(right) - j
        fronts: _Fronts = [[self._equal(i, j)]]
        while not _reaches(fronts[-1], n, m) and len(fronts) <= most:
            before = [_NOWHERE, _NOWHERE, *fronts[-1], _NOWHERE, _NOWHERE]
            front = []
            for k, below, same, above in zip(count(-len(fronts)), before, before[1:], before[2:]):
                x = max(same, below, above + 1)  # below: a gap on the left; above: on the right
                if x == same and 0 <= x < n and x + k < m and kinds[i + x] == others[j + x + k]:
                    x += 1
                if x > n or x > m - k:
                    x = min(n, m - k)
                elif 0 <= x < n and x + k < m and left[i + x] == right[j + x + k]:
                    x += self._equal(i + x, j + x + k)
                front.append(x)
            fronts.append(front)
        return fronts

    def _best(self, front: Sequence[int], balance: Balance, i: int, j: int) -> tuple[int, int]:
        """The end, or of what a front has reached that with most elements behind it.

        Each gap that is still to be made counts against it as two elements: a way that uses up the
        elements which the other side lacks seems to get on, and pays for that later.
        """
        n, m = len(self.wholes[0]) - i, len(self.wholes[1]) - j
        if _reaches(front, n, m):
            return n, m
        diagonals = enumerate(front, start=-(len(front) // 2))
        reached = [(x, x + k) for k, x in diagonals if x >= 0 and x + k >= 0]
        return max(reached, key=lambda at: sum(at) - 2 * balance.gaps(i + at[0], j + at[1]))

    def _equal(self, i: int, j: int) -> int:
        """How many elements are equal from two positions on."""
        left, right = self.wholes
        start, most = i, min(len(left), len(right) - j + i)
        ahead = j - i
        while i < most and left[i] == right[i + ahead]:
            i += 1
        return i - start

    def _path(
        self, fronts: _Fronts, origin: tuple[int, int], end: tuple[int, int]
    ) -> Iterator[tuple[int, Pair]]:
        """The pairs from a position back to the origin, each with the cost up to it."""
        (left, right), (kinds, others), (moves, move) = self.wholes, self.kinds, self.moves
        (x, y), cost = end, len(fronts) - 1
        while x or y:
            i, j = origin[0] + x - 1, origin[1] + y - 1  # the elements that come next
            if x and y and left[i] == right[j]:
                yield cost, (i, j)
                x, y = x - 1, y - 1
                continue
            paired = x and y and kinds[i] == others[j] and _within(fronts, cost - 1, x - 1, y - 1)
            alone = x and _within(fronts, cost - 1, x - 1, y)
            other = y and _within(fronts, cost - 1, x, y - 1)
            if paired:
                yield cost, (i, j)
                x, y = x - 1, y - 1
            elif alone and not (other and move[j] and not moves[i]):
                yield cost, (i, None)
                x -= 1
            else:
                yield cost, (None, j)
                y -= 1
            cost -= 1


def _reaches(front: Sequence[int], n: int, m: int) -> bool:
    """Whether a front has come to both ends."""
    at = m - n + len(front) // 2
    return 0 <= at < len(front) and front[at] >= n


def _within(fronts: _Fronts, cost: int, x: int, y: int) -> bool:
    """Whether a position can be reached with a cost: if one further on its diagonal can."""
    at = y - x + cost
    return cost >= 0 and 0 <= at < len(fronts[cost]) and fronts[cost][at] >= x
