"""The views against gold files; `python tests/update_gold.py --views` writes them anew."""

import pytest

import gallery_page
import update_gold

VIEWS = dict(update_gold.views())


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_view_is_as_stored(name: str) -> None:
    """A view of a stored trace is, character for character, the gold file."""
    assert VIEWS[name] == (update_gold.GOLD / name).read_text(encoding="utf-8")


def test_no_gold_file_is_left_over() -> None:
    """Every gold file belongs to a view."""
    assert {path.name for path in update_gold.GOLD.iterdir()} == set(VIEWS)


def test_texts_show_what_the_commands_print() -> None:
    """The pictures in README and in the guide are the views of the stored traces."""
    readme = "".join(text.read_text(encoding="utf-8") for text in update_gold.TEXTS)
    assert update_gold.with_pictures(readme) == readme
    for command, picture in update_gold.pictures().items():
        assert f"$ {command}\n{picture.rstrip()}" in readme


def test_gallery_shows_every_server_under_every_script() -> None:
    """The page of the gallery is made from the stored traces."""
    assert gallery_page.page(update_gold.story) == (update_gold.TRACES / "README.md").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize("name", [name for name in sorted(VIEWS) if name.endswith(".txt")])
def test_view_keeps_to_its_width(name: str) -> None:
    """No line of a view is wider than the surface it was made for."""
    width = next(
        (int(part) for part in name.removesuffix(".txt").split("-") if part.isdigit()), 120
    )
    if "colour" not in name:
        assert max(map(len, VIEWS[name].splitlines())) <= width


@pytest.mark.parametrize("name", [name for name in sorted(VIEWS) if "ascii" in name])
def test_ascii_view_is_ascii(name: str) -> None:
    """A view for a terminal without UTF-8 has only ASCII characters."""
    assert VIEWS[name].isascii()
