"""The catalogue of teaching servers."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from echotrace import gallery, lessons, servers
from echotrace.commands.servers import show
from echotrace.errors import UserError
from echotrace.record import script
from echotrace.servers import Language

NAMES = [server.name for server in servers.SERVERS]


@pytest.mark.parametrize("name", NAMES)
def test_finds_each_server_by_its_name(name: str) -> None:
    """Every server of the catalogue is found by its own name."""
    assert servers.find(name).name == name


def test_names_are_unique() -> None:
    """No two servers share a name."""
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("server", servers.SERVERS, ids=NAMES)
def test_idea_is_one_short_sentence(server: servers.Server) -> None:
    """An idea is one sentence that fits its column of the table."""
    assert server.idea.endswith(".")
    assert server.idea.count(".") == 1
    assert len(server.idea) <= 60


def test_unknown_name_is_answered_with_the_nearest() -> None:
    """A misspelt name is answered with the name that was probably meant, and where to look."""
    with pytest.raises(UserError) as raised:
        servers.find("frok")
    assert str(raised.value) == (
        "no server is called 'frok'; did you mean fork? (echotrace servers lists all)"
    )


def test_name_like_no_other_gets_no_guess() -> None:
    """A name that resembles none is answered without a guess."""
    with pytest.raises(UserError) as raised:
        servers.find("zzz")
    assert str(raised.value) == "no server is called 'zzz' (echotrace servers lists all)"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("language", "ending"), [("c", ".c"), ("python", ".py")])
def test_every_server_has_both_sources(name: str, language: Language, ending: str) -> None:
    """Each server comes in C and in Python, in a file of its name that hides no module."""
    path = servers.source(name, language)
    assert path.is_file()
    taken = language == "python" and name in sys.stdlib_module_names
    assert path.name == f"{name}{'_' * taken}{ending}"
    assert language in servers.languages(name)


def test_sources_inside_the_package_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed wheel finds its sources and traces inside the package."""
    (tmp_path / "servers").mkdir()
    (tmp_path / "servers" / "fork.c").touch()
    (tmp_path / "traces").mkdir()
    monkeypatch.setattr(servers, "_PACKAGE", tmp_path)
    assert servers.source("fork", "c") == tmp_path / "servers" / "fork.c"
    assert servers.traces_dir() == tmp_path / "traces"
    assert servers.languages("fork") == ("c",)


def test_missing_source_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server without a source in a language is an error that names the missing file."""
    (tmp_path / "servers").mkdir()
    monkeypatch.setattr(servers, "_PACKAGE", tmp_path)
    with pytest.raises(UserError, match=r"'fork' has no Python source: .*fork\.py"):
        servers.source("fork", "python")


def test_command_lists_every_server() -> None:
    """`echotrace servers` prints one line a server, with the languages it comes in."""
    result = CliRunner().invoke(show)
    table, _, hint = result.output.partition("\n\n")
    heading, *lines = table.splitlines()
    assert "echotrace servers --broken" in hint
    assert heading.split() == ["name", "C", "Python", "idea"]
    assert [line.split()[:3] for line in lines] == [[name, "yes", "yes"] for name in NAMES]
    assert max(map(len, lines)) <= 80


def test_neighbour_is_another_server() -> None:
    """Each server has a neighbour to compare it with, another one of the catalogue."""
    for server in servers.SERVERS:
        assert server.neighbour in set(NAMES) - {server.name}
    assert servers.find("broken/closed_twice").neighbour is None


def test_command_lists_the_scripts() -> None:
    """`echotrace servers --scripts` says what each script does and what it shows of a server."""
    text = " ".join(CliRunner().invoke(show, ["--scripts"]).output.split())
    for name in script.BUILT_IN:
        assert f"{name}: {script.describe(name)}" in text
        for server in NAMES:
            told = text.partition(f"{name}: {script.describe(name)}")[2]
            told = told.partition(lessons.lesson(server, name))[0]
            assert f"{server}:" in told or f"{server}," in told


def test_command_lists_the_gallery() -> None:
    """`echotrace servers --broken` prints each bug's command and what its trace shows."""
    text = " ".join(CliRunner().invoke(show, ["--broken"]).output.split())
    for clean in gallery.CLEAN:
        assert f"broken/{clean.name} {clean.idea}" in text
    for mutant in gallery.MUTANTS:
        assert f"{mutant.command} (from {mutant.counterpart}) {mutant.shows}" in text


@pytest.mark.parametrize("server", servers.GALLERY, ids=lambda server: server.name)
def test_gallery_is_found_by_name(server: servers.Server) -> None:
    """Every server of the gallery is found by its name, in C."""
    assert servers.find(server.name) == server
    assert servers.languages(server.name) == ("c",)


def test_gallery_is_meant_without_its_folder() -> None:
    """A name of the gallery without `broken/` is answered with the whole name."""
    with pytest.raises(UserError, match="did you mean broken/closed_twice"):
        servers.find("closed_twice")
