"""What every view says first: which server, in which language, under which clients."""

from echotrace.trace import Header
from echotrace.views import words

_LANGUAGES = {"c": "C", "python": "Python"}


def language(header: Header) -> str:
    """The language of the server; empty where that is not known."""
    return _LANGUAGES.get(header.language, words.path(header.language))


def server(header: Header) -> tuple[str, ...]:
    """The server's name, and its language if that is known."""
    return tuple(filter(None, (words.path(header.server), language(header))))


def clients(header: Header) -> str:
    """How many clients play which script; or that they come from outside."""
    if not header.script:
        return "clients from outside"
    return f"{words.count(header.clients, 'client')}, {words.path(header.script)}"
