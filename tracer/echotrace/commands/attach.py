"""`echotrace attach`: record a server that runs already, and leave it running."""

from typing import Any

import click

from echotrace.cli import Entry
from echotrace.commands import options
from echotrace.commands.session import Delivery, recording_side, take_leave, trace_kept
from echotrace.errors import CutShort

_EXAMPLES = """\b
Examples:
  echotrace attach 1234                   until Ctrl-C, or until it ends
  echotrace attach $(pgrep -o nginx)      the master, with all its workers
  echotrace attach 1234 --for 5           five seconds of it
  echotrace attach 1234 -o server.jsonl   keep the trace
"""


def command(_entry: Entry) -> click.Command:
    """The command."""
    return attach


@click.command("attach", epilog=_EXAMPLES)
@click.argument("pid", metavar="PID", type=options.WholeNumber(1))
@click.option(
    "--for",
    "seconds",
    type=options.Number(0.001, 86_400),
    callback=options.finite,
    metavar="SECONDS",
    help="Detach after that time; otherwise at Ctrl-C.",
)
@options.detail
@options.looking
@options.timeline_or_trace
@options.writing_trace
@options.quiet
@click.pass_context
def attach(context: click.Context, /, **chosen: Any) -> None:  # noqa: ANN401 -- click's
    """Record a server that runs already: process PID, its threads and all its descendants.

    What is open is read from /proc first, so that connections from before are known. The clients
    are yours. Ctrl-C, SIGTERM or the end of the server end the recording; then echotrace detaches,
    the server goes on as it was, and what it did is shown.

    The server stands still for some milliseconds at the beginning. On x86-64 none of its calls
    fails because of that; but a timeout of epoll_wait or of SO_RCVTIMEO begins anew.
    """
    context.exit(_attach(**chosen))


def _attach(**chosen: Any) -> int:  # noqa: ANN401 -- the fields of Wish, as below
    recording_side()
    from echotrace.commands import attaching  # noqa: PLC0415 -- it needs Linux, this module not

    delivery = Delivery.taken_from(chosen)
    delivery.check_timeline(explained=chosen["explained"])
    look = {name: chosen.pop(name) for name in ("by", "explained")}
    wish = attaching.Wish(**chosen)
    if delivery.trace_file is not None:
        recorded = attaching.record(wish, delivery.trace_file, overwrite=delivery.force)
    else:
        recorded = attaching.record_and_keep(wish)
    if not isinstance(recorded.error, CutShort):
        with trace_kept(recorded.path):
            delivery.show(recorded, everything=wish.everything, **look)
    return take_leave(recorded, "echotrace show {trace} --explain", quiet=wish.quiet)
