"""Who holds what: references to open file descriptions, by process."""

from collections.abc import Mapping

from echotrace.story.findings.evidence import Evidence


def holders(evidence: Evidence) -> Mapping[int, Mapping[str, int]]:
    """By description: the processes that hold it at the end of the trace, each with a number."""
    tasks = {table.number: table.tasks for table in evidence.final.tables}
    return {
        opened.description.id: {
            evidence.process(evidence.role(tid)): fd
            for table, fd in reversed(opened.held)
            for tid in tasks.get(table, ())
        }
        for opened in evidence.final.opens
    }


def given_up(evidence: Evidence) -> Mapping[int, Mapping[str, int]]:
    """By description of a connection: the processes that gave it up, each with the last event."""
    found: dict[int, dict[str, int]] = {}
    for event in evidence.story.events:
        if event.touch is not None:
            for freed in event.touch.freed:
                if freed.description.id in evidence.connection_of:
                    process = evidence.process(event.actor)
                    found.setdefault(freed.description.id, {})[process] = event.seq
    return found
