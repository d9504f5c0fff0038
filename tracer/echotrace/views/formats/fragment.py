"""A document as an HTML fragment: one section with its own style, no script, nothing from outside.

It reads without its style, too: what a colour or a hatch says stands there as a mark or a word.
"""

from echotrace.views.document.nouns import Document
from echotrace.views.formats.hypertext.blocks import drawn
from echotrace.views.formats.hypertext.setting import Setting, escaped
from echotrace.views.formats.style import style


def fragment(document: Document) -> str:
    """The fragment, of class `echotrace-comparison`, `echotrace-timeline` and so on."""
    name = f"echotrace-{document.kind}"
    setting = Setting(document)
    blocks = (line for block in document.blocks for line in drawn(block, setting))
    return "\n".join((
        f'<section class="{name}" lang="{escaped(document.language)}">',
        f"<style>{style(name)}</style>",
        f'<p class="title">{escaped(document.title)}</p>',
        *blocks,
        "</section>\n",
    ))  # fmt: skip
