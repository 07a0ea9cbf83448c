"""What the script of a page does before a form is sent, for tests."""

import html
import re

from citemetiers.kernel.proof import solve as solve_challenge


def challenge_in(page):
    """The challenge of a page, given as a response or as text."""
    text = page if isinstance(page, str) else page.content.decode()
    found = re.search(r'data-proof="([^"]+)"', text)
    assert found, "The page has no challenge"
    return html.unescape(found[1])


def solve(page):
    """The field to post with the form of this page."""
    return {"proof": solve_challenge(challenge_in(page))}
