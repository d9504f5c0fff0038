"""Compile a server once and keep the binary in the user's cache.

A binary is kept under a key made of all that it depends on: its source text and the local headers
that it includes, where they are (debug information names the place), the flags, the compiler. So
a binary that exists is right, and a warm run hashes and stats but starts no process.

    CACHE/bin/KEY/NAME          a binary; NAME is the source's, since it is the process's name too
    CACHE/compilers/KEY         the first line of `COMPILER --version`, by the compiler's file
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from platformdirs import user_cache_path

from echotrace import servers
from echotrace.errors import SystemRefused, UserError
from echotrace.record.attention import postponed
from echotrace.servers import Language

_EVERYWHERE = ("-g", "-O0", "-pthread")
#: Without frame pointers each frame has a known size, also in a call that is still in progress,
#: when registers cannot be read (`callsite`).
FLAGS = ("-std=c11", "-Wall", "-Wextra", "-Werror", "-fomit-frame-pointer", *_EVERYWHERE)
#: For the user's own source: what compiles without flags compiles here too.
OWN_FLAGS = _EVERYWHERE

_LOCAL_INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"', re.MULTILINE)


def find_compiler() -> str | None:
    """The path of the C compiler: $CC, else the first of cc, gcc and clang; None without one.

    UserError when $CC is set to something that is no program.
    """
    chosen = os.environ.get("CC", "").strip()
    if chosen:
        path = shutil.which(chosen)
        if path is None:
            raise UserError(f"$CC is '{chosen}', which is no program: set it to one, or unset it")
        return path
    return next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)


def compiler_version(compiler: str) -> str:
    """The first line that `compiler --version` prints, from the cache while its file is the same.

    UserError when the compiler cannot be run; SystemRefused when the cache cannot be used.
    """
    real = Path(compiler).resolve()
    try:
        status = real.stat()
    except OSError as error:
        raise _cannot_run(compiler, error) from error
    key = _key(compiler, str(real), str(status.st_mtime_ns), str(status.st_size))
    kept = _cache() / "compilers" / key
    try:
        return kept.read_text(encoding="utf-8")
    except FileNotFoundError:
        pass  # not asked yet
    except OSError as error:
        raise _cannot_use(kept.parent, error) from error
    done = _run(compiler, "--version")
    version = done.stdout.partition("\n")[0].strip() or "unknown version"
    with _new_file(kept) as draft:
        draft.write_text(version, encoding="utf-8")
    return version


def build(source: Path, compiler: str, flags: Sequence[str] = FLAGS) -> Path:
    """Compile `source` unless that was done before; the executable, named like the source.

    UserError with the compiler's own words when it rejects the source or cannot be run;
    SystemRefused when the cache cannot be used.
    """
    typed, source = source, source.absolute()
    real = str(Path(compiler).resolve())
    texts = [part for path, text in _texts(source).items() for part in (str(path), text)]
    key = _key(*texts, *flags, compiler, real, compiler_version(compiler))
    binary = _cache() / "bin" / key / source.stem
    if binary.is_file():
        return binary
    with _new_file(binary) as draft:
        done = _run(compiler, *flags, "-o", str(draft), str(source))
        if done.returncode != 0:
            said = done.stderr.rstrip().replace(f"{source}:", f"{typed}:")
            raise UserError(f"{compiler} cannot compile {typed}:\n{said}")
    return binary


def inputs(source: Path) -> frozenset[Path]:
    """The files that `build` makes the binary of `source` from, and keeps it apart by."""
    return frozenset(_texts(source.absolute()))


def command(name: str, language: Language, address: str | None) -> tuple[list[str], Language]:
    """The command line that starts the server called `name`, and the language really used.

    `address` is the `HOST:PORT` to listen on, None for the kernel's choice. C becomes Python where
    there is no compiler: the caller tells the user. Errors are those of `build` and
    `servers.source`.
    """
    compiler = find_compiler() if language == "c" else None
    where = [] if address is None else [address]
    if compiler is None:
        if language == "c" and "python" not in servers.languages(name):
            raise _no_compiler(name)
        return [sys.executable, str(servers.source(name, "python")), *where], "python"
    return [str(build(servers.source(name, "c"), compiler)), *where], "c"


def own(source: Path) -> Path:
    """The executable made from the user's own C file. Errors are those of `build`."""
    compiler = find_compiler()
    if compiler is None:
        raise _no_compiler(str(source))
    return build(source, compiler, OWN_FLAGS)


def _no_compiler(what: str) -> UserError:
    return UserError(
        f"'{what}' is written in C and no C compiler was found: install one (apt-get install gcc)"
    )


def _cache() -> Path:
    return user_cache_path("echotrace")


def _key(*parts: str | bytes) -> str:
    """A file name made of all parts; their lengths keep ("ab", "c") and ("a", "bc") apart."""
    digest = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else os.fsencode(part)
        digest.update(b"%d:" % len(data) + data)
    return digest.hexdigest()[:32]


def _texts(source: Path) -> dict[Path, bytes]:
    """The source and the headers beside it that it includes with quotes, with their text."""
    texts: dict[Path, bytes] = {}
    waiting = [source]
    while waiting:
        path = waiting.pop()
        try:
            texts[path] = path.read_bytes()
        except OSError as error:
            if path == source:
                raise UserError(f"cannot read {source}: {error.strerror}") from error
            continue  # a header from elsewhere, or a missing one: the compiler will tell
        names = (os.fsdecode(name) for name in _LOCAL_INCLUDE.findall(texts[path]))
        waiting += [new for name in names if (new := (path.parent / name).resolve()) not in texts]
    return texts


@contextmanager
def _new_file(path: Path) -> Iterator[Path]:
    """A draft to write; it becomes `path` in one step, so that nobody ever sees half a file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".new-", dir=path.parent) as folder:
            draft = Path(folder) / path.name
            yield draft
            draft.replace(path)
    except OSError as error:
        raise _cannot_use(path.parent, error) from error


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a compiler to its end; what interrupts us ends it."""
    with ExitStack() as stack:
        try:
            with postponed():
                process = stack.enter_context(
                    subprocess.Popen(
                        words,
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE,
                        encoding="utf-8",
                        errors="replace",
                    )
                )
                stack.callback(process.kill)
        except OSError as error:
            raise _cannot_run(words[0], error) from error
        output, errors = process.communicate()
    return subprocess.CompletedProcess(words, process.returncode, output, errors)


def _cannot_run(compiler: str, error: OSError) -> UserError:
    return UserError(
        f"cannot run the compiler {compiler}: {error.strerror};"
        " $CC chooses another, --lang python needs none"
    )


def _cannot_use(folder: Path, error: OSError) -> SystemRefused:
    return SystemRefused(
        f"cannot keep compiled servers in {folder}: {error.strerror};"
        " XDG_CACHE_HOME chooses another directory for echotrace's cache"
    )
