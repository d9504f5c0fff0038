"""Edit scripts: against a full table, and what no table is large enough for."""

from collections.abc import Sequence
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echotrace.story.compare.alignment.edit import EXACT, WINDOW, edit_script, fewest
from echotrace.story.compare.alignment.search import Script, Search, Token

_tokens = st.lists(
    st.builds(lambda kind, whole: Token(kind, whole, kind == "m"), st.sampled_from("abm"),
              st.integers(0, 1)),
    max_size=12,
)  # fmt: skip
_R, _WAIT = Token("recv", "5"), Token("select", "")
_S, _OTHER_S = Token("send", "5"), Token("send", "3")


def _least(left: Sequence[Token], right: Sequence[Token]) -> int:
    """The cost of a minimum script, by the full table of all beginnings."""
    table: dict[tuple[int, int], int] = {}
    for i, j in product(range(len(left) + 1), range(len(right) + 1)):
        ways = [0] if i == j == 0 else []
        if i:
            ways.append(table[i - 1, j] + 1)
        if j:
            ways.append(table[i, j - 1] + 1)
        if i and j and left[i - 1].kind == right[j - 1].kind:
            ways.append(table[i - 1, j - 1] + (left[i - 1] != right[j - 1]))
        table[i, j] = min(ways)
    return table[len(left), len(right)]


def _cost(left: Sequence[Token], right: Sequence[Token], script: Script) -> int:
    """The cost of a script, which has each position once, in order, and pairs only variants."""
    assert [i for i, _ in script if i is not None] == list(range(len(left)))
    assert [j for _, j in script if j is not None] == list(range(len(right)))
    cost = 0
    for i, j in script:
        if i is not None and j is not None:
            assert left[i].kind == right[j].kind
            cost += left[i] != right[j]
        else:
            cost += 1
    return cost


@given(_tokens, _tokens)
def test_cost_is_the_least(left: list[Token], right: list[Token]) -> None:
    """No script is cheaper, by the full table."""
    assert _cost(left, right, edit_script(left, right)) == _least(left, right)


@given(_tokens, _tokens)
def test_reversed_is_the_mirror(left: list[Token], right: list[Token]) -> None:
    """With the sides exchanged the script is the same, its pairs turned."""
    assert edit_script(right, left) == [(j, i) for i, j in edit_script(left, right)]


@given(_tokens, _tokens)
def test_no_order_needs_more(left: list[Token], right: list[Token]) -> None:
    """The bound from below is one."""
    assert fewest(left, right) <= _least(left, right)


@given(st.lists(_tokens, min_size=2, max_size=5), st.integers(2, 40))
def test_least_beyond_the_window(parts: list[list[Token]], repeated: int) -> None:
    """Between the window and `EXACT` changes a script is still a minimum one."""
    left, right = parts[0] * repeated, [token for part in parts[1:] for token in part * repeated]
    left, right = left[:90], right[:90]
    least = _least(left, right)
    assert least <= EXACT
    assert _cost(left, right, edit_script(left, right)) == least


def test_window_alone_is_not_enough() -> None:
    """What a window cannot see is found without it."""
    left = [Token(str(number), 0) for number in range(2 * WINDOW)]
    right = [*left[WINDOW + 6 :], *left[: WINDOW + 6]]
    assert _cost(left, right, edit_script(left, right)) == 2 * (WINDOW - 6)


@pytest.mark.parametrize(
    ("left", "right", "least"),
    [
        pytest.param([_WAIT, _R, _S], [_R, _S], 3000, id="a wait before each echo"),
        pytest.param([_R, _S], [_R, _OTHER_S], 3000, id="another send"),
        pytest.param([_WAIT, _R, _S], [_R, _OTHER_S], 6000, id="both"),
        pytest.param([_R, _S, _S], [_R, _S], 3000, id="two sends"),
    ],
)
def test_least_beyond_the_budget(left: list[Token], right: list[Token], least: int) -> None:
    """What recurs is aligned at the least cost, however often it does."""
    accept = [Token("accept", 0)]
    left, right = accept + left * 3000, accept + right * 3000
    assert least > EXACT
    assert _cost(left, right, edit_script(left, right)) == least


def test_valid_beyond_the_budget() -> None:
    """A script of more changes than are searched without a window is one, and turns over."""
    random = Random(5)  # noqa: S311 -- no secret
    left, right = (
        [Token(random.choice("abcdm"), random.randrange(3)) for _ in range(5000)] for _ in range(2)
    )
    script = edit_script(left, right)
    assert EXACT < _cost(left, right, script) < 2 * len(left)
    assert edit_script(right, left) == [(j, i) for i, j in script]


def _read(script: Script, left: str, right: str) -> str:
    """A script as two lines would show it: pairs, with - for a gap."""
    shown = ((left[i] if i is not None else "-") + (right[j] if j is not None else "-")
             for i, j in script)  # fmt: skip
    return " ".join(shown)


@pytest.mark.parametrize(
    ("left", "right", "shown"),
    [
        pytest.param("arsrsx", "arsx", "aa rr ss r- s- xx", id="gaps after what is equal"),
        pytest.param("rc", "cr", "-c rr c-", id="what moves is the close"),
        pytest.param("apcrsx", "aprsx", "aa pp c- rr ss xx", id="fork against thread"),
        pytest.param("arsx", "wawrswx", "-w aa -w rr ss -w xx", id="iterative against select"),
        pytest.param("RSRSRSr", "rsr", "Rr Ss R- S- R- S- rr", id="large buffers"),
    ],
)
def test_what_is_as_cheap_is_chosen_to_be_read(left: str, right: str, shown: str) -> None:
    """Of scripts of one cost the one that a reader expects is taken; capitals are variants."""
    sides = [[Token(c.lower(), c, c == "c") for c in side] for side in (left, right)]
    assert _read(edit_script(*sides), left, right) == shown


class _Counted:
    """An element that counts how often it is compared or hashed."""

    times = 0

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        _Counted.times += 1
        return isinstance(other, _Counted) and self.name == other.name

    def __hash__(self) -> int:
        _Counted.times += 1
        return hash(self.name)


def test_elements_are_looked_at_a_fixed_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the elements and changes take twice the looks at elements and twice the windows."""
    searched: list[int] = []
    fronts = Search._fronts

    def counted(self: Search, i: int, j: int, most: int) -> list[list[int]]:
        found = fronts(self, i, j, most)
        searched.append(sum(map(len, found)))
        return found

    monkeypatch.setattr(Search, "_fronts", counted)
    looks, positions = [], []
    for size in (2000, 4000):
        _Counted.times = 0
        searched.clear()
        wait, recv, send = (Token(_Counted(name), 0) for name in ("select", "recv", "send"))
        edit_script([wait, recv, send] * size, [recv, send] * size)
        looks.append(_Counted.times)
        positions.append(sum(searched))
    assert looks[1] < 2.1 * looks[0]
    assert positions[1] < 2.1 * positions[0]
