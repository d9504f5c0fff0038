"""How many gaps are needed at least from a position of two sequences on, whatever their order."""

from collections.abc import Sequence


class Balance:
    """Of each kind, how many more elements the right side has left than the left one."""

    def __init__(self, kinds: Sequence[Sequence[int]]) -> None:
        self._kinds = kinds
        self._position = [0, 0]
        self._surplus = [0] * (1 + max((max(side, default=0) for side in kinds), default=0))
        self._gaps = 0
        for side, sign in enumerate((-1, 1)):
            for kind in kinds[side]:
                self._add(kind, sign)

    def gaps(self, i: int, j: int) -> int:
        """The least number of gaps from two positions on.

        The time it takes grows with the distance to the positions that were asked for before.
        """
        for side, (wanted, sign) in enumerate(((i, 1), (j, -1))):
            kinds, here = self._kinds[side], self._position[side]
            for kind in kinds[here:wanted]:
                self._add(kind, sign)
            for kind in kinds[wanted:here]:
                self._add(kind, -sign)
            self._position[side] = wanted
        return self._gaps

    def _add(self, kind: int, number: int) -> None:
        before = self._surplus[kind]
        self._surplus[kind] = before + number
        self._gaps += abs(before + number) - abs(before)
