"""The data of a page as its own script reads it."""

import json
import subprocess
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from echotrace.story.nouns import Story
from echotrace.views.page.nouns import Page, Pairs
from echotrace.views.page.side import side

_SCRIPT = Path(__file__).parent / "javascript" / "read_page.mjs"


def read(stories: Sequence[Story]) -> Any:
    """What the script finds in the data of each story (see `read_page.mjs`)."""
    page = Page("page", [side("side", story) for story in stories], Pairs([], [], []))
    data = msgspec.json.encode(page)
    command: list[str | Path] = ["node", _SCRIPT, str(files("echotrace.views.page") / "script")]
    ran = subprocess.run(command, input=data, check=True, stdout=subprocess.PIPE)
    return json.loads(ran.stdout)
