"""What axe finds on a page, and whether it fits its window."""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# What is right need not be told node by node.
ONLY_WHAT_IS_WRONG = {"resultTypes": ["violations"]}
LOOK = "options => axe.run(options).then(found => found.violations)"
Scheme = Literal["light", "dark"]
# The colours are those of the scheme at any width, and the document is the same in both: crosswise, all is looked at.
LOOKS: tuple[tuple[int, Scheme], ...] = ((1440, "light"), (360, "dark"))


def violations(page: Page, scheme: Scheme) -> list[str]:
    """Every broken rule with its scheme and the first elements; motion is off, half-way no contrast can hold."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(Axe().axe_script)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    broken = page.evaluate(LOOK, ONLY_WHAT_IS_WRONG)
    return [f"{scheme}: {one['id']} {[node['html'][:120] for node in one['nodes'][:3]]}" for one in broken]


def looked_at(page: Page) -> list[str]:
    """What is wrong with the page on a desktop and on a phone: loaded once, for the document is the same."""
    found = []
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{width} {one}" for one in violations(page, scheme)]
        found += [f"{width} wider than the window"] * is_too_wide(page)
    return found


def is_too_wide(page: Page) -> bool:
    """Whether the page is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
