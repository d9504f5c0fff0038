"""How wide the columns of a timeline are: as their cells need, as far as there is room."""

from collections.abc import Mapping, Sequence

GAP = "  "  # before each column
LEAST_SERVER, LEAST_COLUMN = 19, 22
_MOST_COLUMN = 48


def widths(keys: Sequence[str], needs: Mapping[str, int], room: int) -> dict[str, int]:
    """The width of each column; `needs` is what it takes to have every cell on one line.

    The server's column, which waits most, gives way to the others, but has what they do not need.
    """
    share = room // len(keys) - len(GAP)
    left = room - len(GAP) * len(keys)
    wants = {key: min(_MOST_COLUMN, max(LEAST_COLUMN, needs.get(key, 0))) for key in keys}
    if "server" not in wants or len(wants) == 1:
        return _shared(wants, left)
    wanted = max(share, wants.pop("server"))
    least = max(LEAST_SERVER, share * 3 // 4)
    server = min(_MOST_COLUMN, wanted, max(least, left - sum(wants.values())))
    others = _shared(wants, left - server)
    return {key: others.get(key, server) for key in keys}


def _shared(wants: Mapping[str, int], room: int) -> dict[str, int]:
    """Equal parts; where that is too little for some, those that want less leave them the rest."""
    equal = room // len(wants)
    if max(wants.values()) <= equal:
        return dict.fromkeys(wants, min(_MOST_COLUMN, equal))
    shares: dict[str, int] = {}
    for key in sorted(wants, key=lambda each: wants[each]):
        shares[key] = min(wants[key], room // (len(wants) - len(shares)))
        room -= shares[key]
    return {key: shares[key] for key in wants}
