"""echotrace records what a network server asks of the kernel and shows it per connection.

The public API is in `echotrace.api`; its names are here too. They are imported when they are first
used, so that `import echotrace`, and the command line's `--help`, stay quick.
"""

import importlib
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from echotrace.api import (
        Comparison,
        Connection,
        Story,
        Trace,
        compare,
        load,
        record_server,
        replay,
    )
    from echotrace.errors import EchotraceError, SystemRefused, TraceFileError, UserError
else:
    _HOMES = {
        "echotrace.api": (
            "Comparison", "Connection", "Story", "Trace", "compare", "load", "record_server",
            "replay",
        ),
        "echotrace.errors": ("EchotraceError", "SystemRefused", "TraceFileError", "UserError"),
    }  # fmt: skip
    _HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

    def __getattr__(name: str) -> object:
        """Import a public name at its first use (PEP 562)."""
        if name not in _HOME_OF:
            raise AttributeError(f"module 'echotrace' has no attribute {name!r}")
        return getattr(importlib.import_module(_HOME_OF[name]), name)

    def __dir__() -> list[str]:
        """Every name, for completion too."""
        return sorted([*globals(), *_HOME_OF])


__all__ = [
    "Comparison", "Connection", "EchotraceError", "Story", "SystemRefused", "Trace",
    "TraceFileError", "UserError", "__version__", "compare", "load", "record_server", "replay",
]  # fmt: skip
