"""Where the interactive page says that something was found, in a real browser."""

from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, expect

from echotrace.story.nouns import Story
from opened_page import opened


def test_a_finding_is_seen_where_it_is_proved(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story]
) -> None:
    """Above the steps stands how much was found, at a step what; a quiz hides both."""
    with opened(browser, tmp_path, {"fork": stored["fork"]}, fragment="#event=25") as page:
        counts = page.locator(".counts")
        expect(counts).to_have_text("■ 1 error, ▲ 2 warnings")
        proof = page.locator("#lanes [aria-current] .proof")
        expect(proof).to_have_text("■error ")
        assert (proof.get_attribute("title") or "").startswith("error: child-never-reaped: P0 ")
        assert set(page.locator(".slider .proofs span").all_text_contents()) == {"■", "▲"}
        slider = page.get_by_role("slider", name="Step")
        box, mark = slider.bounding_box(), page.locator(".proofs .error").first.bounding_box()
        assert box
        assert mark
        slider.hover(
            position={"x": mark["x"] + mark["width"] / 2 - box["x"], "y": box["height"] / 2}
        )
        assert slider.get_attribute("title") == "error: child-never-reaped"
        link = page.locator(".proved a")
        expect(link).to_contain_text("child-never-reaped: P0 never waits")
        link.click()
        expect(page.locator(".finding.error")).to_be_focused()
        counts.click()
        heading = page.get_by_role("heading", name="What this run shows")
        expect(heading).to_be_focused()
        expect(page.locator("#findings .further code")).to_have_text("echotrace check fork")
        page.get_by_label("Quiz").first.select_option("result")
        for place in (counts, page.locator(".proved")):
            expect(place).to_be_hidden()
        assert page.locator(".row .proof, .slider .proofs span").count() == 0
