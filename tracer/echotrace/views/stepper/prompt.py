"""The line in which the reader types what to search, or where to go."""

from textual.widgets import Input


class Prompt(Input):
    """A line of input that takes the keys while it is open."""

    DEFAULT_CSS = """
    Prompt, Prompt:focus { height: 1; border: none; padding: 0; display: none; }
    Prompt.open { display: block; }
    """

    def __init__(self) -> None:
        super().__init__(select_on_focus=True)

    def ask(self, what: str, value: str) -> None:
        """Open, with `value` to begin with."""
        self.placeholder, self.value = what, value
        self.add_class("open")
        self.focus()

    def close(self) -> None:
        """Give the keys back."""
        self.remove_class("open")
        self.screen.set_focus(None)
