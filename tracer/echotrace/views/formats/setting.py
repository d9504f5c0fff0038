"""Where a block of a document stands, in any format that has headings of levels."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Self

from echotrace.views.document.nouns import Document
from echotrace.views.document.runs import Text
from echotrace.views.texts import Texts


@dataclass(frozen=True)
class Setting(ABC):
    """The document, and the level of a heading at this place of it.

    Without a level, headings are not the document's own: it stands within another one.
    """

    document: Document
    level: int | None = None

    def at(self, level: int) -> Self:
        """The same with headings of a level: HTML and Markdown have six."""
        return replace(self, level=min(level, 6))

    def say(self, name: str, /, **facts: Text) -> str:
        """One of the document's labels."""
        texts = Texts(self.document.language, self.document.labels)
        return self.shown(texts.say(name, **facts))

    @staticmethod
    @abstractmethod
    def shown(text: str, /) -> str:
        """Text in which nothing is markup of the format."""
