"""Square codes that a telephone reads."""

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_code(text: str) -> SafeString:
    """A drawing of our own text; presentation attributes only, as the policy of the page allows no inline style."""
    # Any mask can be read; to look for the handsomest of the eight takes longer than all the rest of a page.
    drawing = segno.make(text, micro=False, error="m", mask=3).svg_inline(
        scale=4, border=4, light="#ffffff", omitsize=True
    )
    return mark_safe(drawing)  # noqa: S308  drawn by us from our own text
