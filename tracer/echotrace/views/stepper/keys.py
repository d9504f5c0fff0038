"""The keys of the stepper: one table, read by the bindings, the help page and the line of hints."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Key:
    """Some keys, as textual calls them and as a reader knows them, and what they do.

    `action` is a name in `MOVES` if `moves`, or else an action of the screen.
    """

    keys: str
    shown: str
    action: str
    what: str
    moves: bool = True

    @property
    def bound(self) -> str:
        """The action in the language of bindings."""
        return f"move('{self.action}')" if self.moves else self.action


KEYS = (
    Key("right,l,j,space", "→ l j", "next", "next step"),
    Key("left,h,k,backspace", "← h k", "previous", "previous step"),
    Key("home", "Home End", "first", "first and last step"),
    Key("end,G", "", "last", ""),
    Key("pagedown", "PgDn PgUp", "on", "ten steps on and back"),
    Key("pageup", "", "back", ""),
    Key("n", "n N", "next_of_connection", "next and previous step of this connection"),
    Key("N", "", "previous_of_connection", ""),
    Key("c", "c C", "connection", "only one connection: the next, the one before, all"),
    Key("C", "", "connection_back", ""),
    Key("t", "t T", "task", "only one task or client: the next, the one before, all"),
    Key("T", "", "task_back", ""),
    Key("a", "a", "everything", "all events, or only the essential"),
    Key("escape", "Esc", "escape", "all connections and tasks again", moves=False),
    Key("slash", "/", "search", "search; / and Enter: the next match", moves=False),
    Key("g", "g", "go", "go to an event by its number", moves=False),
    Key("1", "1 2 3", "only('source')", "only the source, the lanes, the state", moves=False),
    Key("2", "", "only('lanes')", "", moves=False),
    Key("3", "", "only('state')", "", moves=False),
    Key("4", "4", "side_by_side", "all of them side by side, from 120 columns", moves=False),
    Key("tab", "Tab", "pane(1)", "the next of them", moves=False),
    Key("shift+tab", "", "pane(-1)", "", moves=False),
    Key("down", "↑ ↓", "scroll(1)", "scroll source and state; in the lanes, a step", moves=False),
    Key("up", "", "scroll(-1)", "", moves=False),
    Key("question_mark", "?", "help", "this help", moves=False),
    Key("q,ctrl+c", "q", "quit", "quit", moves=False),
)

#: What the marks mean, below the keys.
MARKS = (
    ("▶ ▷", "the line that just ran, the line that its task runs next"),
    ("+ \N{MINUS SIGN} ~", "new, gone, changed since the step before"),
    ("░", "waits; such a call is two steps: where it begins, where it returns"),
    ("Z", "zombie: has ended, and its parent has not waited for it"),
)

HINTS = "← → step  n connection  c t a filter  / find  g go to  Tab pane  ? help  q quit"
