"""Signals that are delivered, and tasks that end."""

from collections.abc import Mapping

from echotrace.story.explain.case import function_of
from echotrace.story.explain.on_exits import consequences
from echotrace.story.explain.text import plain
from echotrace.story.nouns import Story, StoryEvent
from echotrace.trace import Exit, Signal, Syscall

#: What a signal tells, and its default action (signal(7)).
_MEANINGS: Mapping[str, str] = {
    "SIGCHLD": "a child has ended, stopped or gone on; by default nothing comes of it",
    "SIGPIPE": "it sent on a connection that is gone; by default that ends the process",
    "SIGINT": "somebody wants the program to end, as with Ctrl-C",
    "SIGTERM": "somebody asks the program to end",
    "SIGHUP": "the terminal is gone, or a daemon is to read its configuration again",
    "SIGSEGV": "it used memory that is not its own; by default that ends the process",
    "SIGBUS": "it used memory that is not there; by default that ends the process",
    "SIGFPE": "an arithmetic operation failed; by default that ends the process",
    "SIGILL": "an instruction is not valid; by default that ends the process",
    "SIGABRT": "the program gave itself up; by default that ends the process",
    "SIGALRM": "a timer expired; by default that ends the process",
    "SIGUSR1": "it means what the program says; by default it ends the process",
    "SIGUSR2": "it means what the program says; by default it ends the process",
    "SIGSTOP": "it stops the process, which can neither catch nor ignore it",
    "SIGTSTP": "the terminal asks the process to stop",
    "SIGCONT": "a stopped process goes on",
    "SIGURG": "urgent data has arrived; by default nothing comes of it",
    "SIGWINCH": "the terminal has another size; by default nothing comes of it",
    "SIGIO": "a descriptor is ready; by default that ends the process",
    "SIGKILL": "it ends the process, which can neither catch nor ignore it",
}
#: What comes of a signal for which the program has said so (a tracer sees ignored ones too).
_DOES: Mapping[str, str] = {
    "SIG_IGN": "it ignores that (SIG_IGN)",
    "function": "a handler that the program has set runs",
}
_UNKNOWN = "what comes of it depends on its handler"


def of_signal(story: Story, event: StoryEvent, record: Signal) -> str:
    """The sentence of a signal, without its full stop."""
    signal = plain(record.signal, "a signal")
    who = _who(event)
    if record.stopped:
        return f"{signal} stops {who} with all threads of its process, until SIGCONT comes"
    return f"{who} gets {signal}: {_comes(story, event, record)}{_interrupts(story, event)}"


def _comes(story: Story, event: StoryEvent, record: Signal) -> str:
    """What the signal means, and what comes of it, by what sigaction(2) has set before."""
    meaning = _MEANINGS.get(record.signal)
    process = story.history.process_before(record.tid, event.start)
    does = _DOES.get(process.dispositions.get(record.signal, "") if process else "")
    if does is None:
        return meaning or _UNKNOWN
    return f"{meaning.partition('; by default')[0]}; {does}" if meaning else does


def _interrupts(story: Story, event: StoryEvent) -> str:
    for call in story.links.woken.get(event.seq, ()):
        record = call.record
        if isinstance(record, Syscall):
            return f"; it interrupts {function_of(record)} (event {call.seq})"
    return ""


def of_exit(story: Story, event: StoryEvent, record: Exit) -> str:
    """The sentence of the end of a task, without its full stop."""
    if record.signal is not None:
        said = f"{plain(record.signal, 'A signal')} ends {_who(event)}"
    elif record.status is not None:
        said = f"{_who(event)} has ended with status {record.status}"
        told = _by_another(story, event)
        if told is not None:
            return said + told
    else:
        said = f"{_who(event)} has ended"
    return said + consequences(story, event)


def _by_another(story: Story, event: StoryEvent) -> str | None:
    """How another thread's exit_group ended this one; what it means is said of that call."""
    process = story.roles.process(event.actor)
    call = story.links.exit_calls.get(process)
    if call is None or call.actor == event.actor:
        return None
    last = "; it is the last of them, so the descriptors are closed now"
    closes = event.touch is not None and event.touch.freed
    return f", since {call.actor} ends all threads of {process} (event {call.seq})" + (
        last if closes else ""
    )


def _who(event: StoryEvent) -> str:
    return event.actor if event.actor[:1] != "?" else "An unknown task"
