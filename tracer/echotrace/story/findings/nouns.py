"""The nouns of findings."""

from enum import StrEnum

from msgspec import Struct

from echotrace.trace import Site


class Severity(StrEnum):
    """How bad it is: an error loses data, clients or resources; a warning may; a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Finding(Struct, frozen=True):
    """One finding: `sentence` says what the events show, in numbers of the trace.

    `events` prove it, the most telling first; `sites` are the source lines of these events, as far
    as they are known. `remedy` and `cost` are a sentence each: what to do, and what happens
    otherwise. `seen` names the recording whose events they are, where there are several.
    """

    id: str
    severity: Severity
    sentence: str
    events: tuple[int, ...]
    sites: tuple[Site, ...]
    remedy: str
    cost: str
    seen: str = ""
