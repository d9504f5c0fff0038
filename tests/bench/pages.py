"""Measures the page of long traces: how large it is, and what it costs to make it.

    python tests/bench/pages.py TRACE…             a row each, and where the bytes go
    python tests/bench/pages.py --browser TRACE…   what each page costs its reader

Free runs give long traces: `echotrace fork --free-run --clients 1150 -q -o fork.jsonl` has 50,000
events, as has `--clients 2000 --echoes 1` with more zombies. Each page is made in a process of its
own, which has no other's memory. The table shows the events, seconds of a processor to load and
replay the trace and to make its page, the most memory resident in MB, and the bytes of the page,
without style and script also by part.

In the browser: ms until the first click on Next is painted, and from a click to its being painted,
the median of 30 and the 95th percentile; the times between frames while the timeline is scrolled.

What we want of 50,000 events: a page under 12 MB in 30 s, which is usable in 1 s; a step in 16 ms.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import click
import msgspec
from playwright.sync_api import Browser, sync_playwright
from tabulate import tabulate

from echotrace.story.replay import replay
from echotrace.tracefile import load
from echotrace.views.page.page import page
from echotrace.views.page.side import side

_FIGURES = (Path(__file__).parents[1] / "page_figures.js").read_text(encoding="utf-8")
_PARTS = ("patterns", "texts", "rows", "essential", "everything", "moments", "sources", "places",
          "trace")  # fmt: skip


@click.command()
@click.argument("traces", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--one", is_flag=True, hidden=True)
@click.option("--browser", is_flag=True, help="Measure in Chromium.")
def main(traces: tuple[Path, ...], *, one: bool, browser: bool) -> None:
    """Print the table."""
    if one:
        click.echo(json.dumps(_measured(traces[0])))
        return
    if browser:
        click.echo(tabulate(_in_browser(traces), headers="keys"))
        return
    rows = []
    for trace in traces:
        command = [sys.executable, __file__, "--one", str(trace)]
        rows.append(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))
    click.echo(tabulate(rows, headers="keys", floatfmt=".1f", intfmt=","))


def _measured(path: Path) -> dict[str, object]:
    began = time.process_time()
    story = replay(load(path))
    loaded = time.process_time()
    size = len(page({path.stem: story}).encode())
    made = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    data = side(path.stem, story, "connection")
    parts = {part: len(msgspec.json.encode(getattr(data, part))) for part in _PARTS}
    return {
        "trace": path.stem, "events": len(story.events), "load s": loaded - began,
        "page s": made - loaded, "peak MB": peak, "page": size, **parts,
    }  # fmt: skip


def _in_browser(traces: tuple[Path, ...]) -> list[dict[str, str]]:
    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        rows = []
        for trace in traces:
            file = Path(folder) / "page.html"
            file.write_text(page({trace.stem: replay(load(trace))}), encoding="utf-8")
            rows.append({"trace": trace.stem, **_felt(chromium, file)})
        chromium.close()
        return rows


def _felt(browser: Browser, file: Path) -> dict[str, str]:
    tab = browser.new_page(viewport={"width": 1280, "height": 720})
    tab.add_init_script(_FIGURES)
    tab.goto(file.as_uri())
    tab.wait_for_function("figures.usable")
    found = {"usable": f"{tab.evaluate('figures.usable'):.0f}"}
    for name, where, button in (("begin", 0, 2), ("middle", 0.5, 2), ("end", 1, 1)):
        tab.evaluate(f"figures.cost(() => figures.slide({where}))")
        found[f"step at {name}"] = _spread(tab.evaluate(f"figures.steps({button}, 30)"))
    found["jump"] = _spread(tab.evaluate("figures.jumps(30)"))
    found["frame"] = _spread(tab.evaluate("figures.frames(120, 200)"))
    tab.close()
    return found


def _spread(times: list[float]) -> str:
    """The median and the 95th percentile."""
    parts = quantiles(times, n=20)
    return f"{parts[9]:.0f} / {parts[18]:.0f}"


if __name__ == "__main__":
    main()
