"""Texts are packed, and unpacked they are the same, in Python and in the page's script."""

import json
import subprocess
from importlib.resources import files

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from echotrace.views.page.texts import SEP, Texts
from echotrace.views.words import safe
from page_texts import unpacked

_NUMBERS = st.sampled_from([
    "0", "00", "007", "10", "999999999999999", "9007199254740993", "1e400", "-5", "3.50", "0x1f",
    "1,024", "\N{ARABIC-INDIC DIGIT THREE}", "\N{SUPERSCRIPT TWO}", "\N{FULLWIDTH DIGIT ONE}7",
])  # fmt: skip
_PIECES = st.one_of(
    _NUMBERS, st.text(max_size=6), st.sampled_from(["\ud800", "\0", "\x1c", "\x1f", " ", ""])
)
_TEXTS = st.lists(_PIECES, max_size=5).map("".join)
_FIELDS = st.lists(_TEXTS.map(safe), max_size=5)
_READS = """
import { readFileSync } from "node:fs";
const { Texts } = await import(process.argv[1]);
const { patterns, packed } = JSON.parse(readFileSync(0, "utf8"));
const texts = new Texts(patterns, packed);
process.stdout.write(JSON.stringify(packed.map((_, number) => texts.fields(number))));
"""


def _packed(told: list[list[str]]) -> Texts:
    texts = Texts()
    for fields in told:
        texts.fields(*fields)
    return texts


@given(st.lists(_FIELDS))
def test_packing_loses_nothing(told: list[list[str]]) -> None:
    """Whatever is escaped comes back as it was, but for empty fields at the end."""
    texts = Texts()
    for fields in told:
        number = texts.fields(*fields)
        assert unpacked(texts, number) == SEP.join(fields).rstrip(SEP)
        assert texts.fields(*fields, "") == number


@settings(max_examples=10, phases=[Phase.reuse, Phase.generate])
@given(st.lists(_FIELDS, min_size=20, max_size=100))
def test_the_script_unpacks_the_same(told: list[list[str]]) -> None:
    """The page's script makes the same fields of what was packed."""
    texts = _packed(told)
    module = str(files("echotrace.views.page") / "script" / "texts.js")
    ran = subprocess.run(
        ["node", "--input-type=module", "-e", _READS, "--", module],
        input=json.dumps({"patterns": texts.patterns, "packed": texts.packed}),
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    found = json.loads(ran.stdout)
    assert found == [unpacked(texts, number).split(SEP) for number in range(len(texts.packed))]


def test_sentences_that_differ_in_numbers_share_a_pattern() -> None:
    """Of many such sentences there is one pattern; numbers with leading zeros are part of it."""
    texts = _packed([[f"P{n} closes fd {n % 7} of 007"] for n in range(1000)])
    assert len(texts.patterns) == 1
    assert texts.packed[12] == [0, 12, 5]
