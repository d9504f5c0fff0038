"""What the doctor says of machines, real and described."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from echotrace import doctor
from echotrace.commands import doctor as doctor_command
from echotrace.doctor import Check

OK = Check("kernel", "ok", "Linux 6.1")
NOTE = Check("ptrace scope", "note", "1: attach is refused", "For attach: change it.")
BAD = Check("ptrace", "bad", "refused (EPERM) " + "and more " * 20, "Do this. " * 20)


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_every_check_that_is_not_ok_says_what_to_do() -> None:
    """On this machine, whatever it is, each finding that is not ok comes with advice."""
    for check in doctor.examine():
        assert check.found
        assert (check.status == "ok") == (check.advice is None), check


def test_other_systems_get_one_check_and_no_alarm() -> None:
    """Where recording is impossible, one note says what works instead."""
    (check,) = doctor.examine("darwin")
    assert check.status == "note"
    assert "recording needs Linux" in check.found
    assert "compare" in str(check.advice)


@pytest.mark.parametrize(
    ("release", "status"),
    [
        ("6.18.44-fc-v657", "ok"),
        ("5.3.0-generic", "ok"),
        ("5.2.21", "bad"),
        ("4.19.0-27-amd64", "bad"),
        ("10.0", "ok"),
        ("strange", "note"),
    ],
)
def test_kernel_must_be_5_3_or_newer(release: str, status: str) -> None:
    """PTRACE_GET_SYSCALL_INFO came with Linux 5.3."""
    assert doctor.kernel(release).status == status


@pytest.mark.parametrize(
    ("machine", "status"), [("x86_64", "ok"), ("aarch64", "ok"), ("riscv64", "bad")]
)
def test_architecture_must_be_supported(machine: str, status: str) -> None:
    """Registers are known on x86-64 and AArch64."""
    assert doctor.architecture(machine).status == status


@pytest.mark.parametrize(
    ("setting", "capable", "status"),
    [
        (None, False, "ok"),
        ("0\n", False, "ok"),
        ("1\n", False, "note"),
        ("1\n", True, "ok"),
        ("2\n", False, "bad"),
        ("2\n", True, "ok"),
        ("3\n", False, "bad"),
        ("3\n", True, "bad"),
    ],
)
def test_ptrace_scope_is_judged_with_the_capability(
    setting: str | None, capable: bool, status: str
) -> None:
    """CAP_SYS_PTRACE lifts the settings 1 and 2 of Yama, not 3."""
    assert doctor.tracing_scope(setting, capable=capable).status == status


@pytest.mark.parametrize(
    ("traced", "contained", "filtered", "advice"),
    [
        (True, True, True, "outside strace"),
        (False, True, True, "--cap-add=SYS_PTRACE"),
        (False, False, True, "seccomp filter"),
        (False, False, False, "ptrace scope"),
    ],
)
def test_refused_tracing_is_bad_and_the_likely_cause_is_named(
    traced: bool, contained: bool, filtered: bool, advice: str
) -> None:
    """A refused ptrace is explained by a tracer, the container, a filter, or the scope."""
    check = doctor.tracing("EPERM", traced=traced, contained=contained, filtered=filtered)
    assert check.status == "bad"
    assert "EPERM" in check.found
    assert advice in str(check.advice)


@pytest.mark.parametrize(
    ("actions", "status"),
    [("kill_process trap errno trace log allow\n", "ok"), ("trap errno\n", "note"), (None, "note")],
)
def test_seccomp_is_wanted_but_not_needed(actions: str | None, status: str) -> None:
    """Without the action `trace` recording is slower, not impossible."""
    assert doctor.seccomp(actions).status == status


def test_container_is_recognised_by_its_marks(tmp_path: Path) -> None:
    """The marks of Docker, Podman, control groups and Kubernetes are each seen."""
    (tmp_path / ".dockerenv").touch()
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".containerenv").touch()
    (tmp_path / "proc" / "1").mkdir(parents=True)
    (tmp_path / "proc" / "1" / "cgroup").write_text("0::/kubepods/pod1\n")
    hints = doctor.container_hints(tmp_path, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"})
    assert hints == (
        "/.dockerenv",
        "/run/.containerenv",
        "cgroup of kubepods",
        "KUBERNETES_SERVICE_HOST",
    )


def test_bare_machine_shows_no_container(tmp_path: Path) -> None:
    """A file system without marks is no container."""
    assert doctor.container_hints(tmp_path, {}) == ()
    assert doctor.container((), traceable=True) == Check("container", "ok", "none seen")


@pytest.mark.parametrize(("traceable", "status"), [(True, "ok"), (False, "note")])
def test_container_matters_only_when_it_forbids_ptrace(traceable: bool, status: str) -> None:
    """A container that allows ptrace is fine."""
    assert doctor.container(("/.dockerenv",), traceable=traceable).status == status


def test_missing_compiler_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a compiler the Python servers are recorded, so it is no obstacle."""
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    check = doctor.compiler()
    assert check.status == "note"
    assert "Python" in check.found


def test_compiler_that_cannot_compile_is_bad(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A compiler without its headers would fail at the first recording, so it is tried."""
    broken = tmp_path / "brokencc"
    broken.write_text("#!/bin/sh\necho 'stdio.h: No such file or directory' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("CC", str(broken))
    check = doctor.compiler()
    assert check.status == "bad"
    assert "stdio.h: No such file" in check.found
    assert "--lang python" in str(check.advice)


def report(monkeypatch: pytest.MonkeyPatch, *checks: Check) -> tuple[int, list[str]]:
    """Exit status and lines of `echotrace doctor` on a machine with these checks."""
    monkeypatch.setattr(doctor, "examine", lambda: checks)
    result = CliRunner().invoke(doctor_command.examine)
    return result.exit_code, result.output.splitlines()


def test_notes_do_not_fail_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that works with limits is exit status 0; advice stands below its check."""
    status, lines = report(monkeypatch, OK, NOTE)
    assert status == 0
    assert lines == [
        "ok    kernel        Linux 6.1",
        "note  ptrace scope  1: attach is refused",
        "                    For attach: change it.",
    ]


def test_bad_check_is_exit_status_3(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that cannot record is exit status 3, and long texts are wrapped to 80 columns."""
    status, lines = report(monkeypatch, OK, NOTE, BAD)
    assert status == 3
    assert max(map(len, lines)) <= 80
    assert sum(line.startswith("bad") for line in lines) == 1
