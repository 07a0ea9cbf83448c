"""Components with content, as block tags. Leaf components are plain includes in templates/components/."""

import datetime as dt
from typing import Any

from django import template
from django.template import defaultfilters
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from citemetiers.kernel.dates import date_words

register = template.Library()

BUTTON_VARIANTS = ("primary", "secondary", "quiet", "danger")
NOTICE_KINDS = ("info", "success", "warning", "error")


def _choice(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise template.TemplateSyntaxError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return value


@register.filter(expects_localtime=True, is_safe=False)
def date(value: Any, style: str = "DATE_FORMAT") -> str:
    """The filter of Django, with the first of a month as the reader's language writes it."""
    return date_words(value, style) if isinstance(value, dt.date) else str(defaultfilters.date(value, style))


@register.simple_block_tag
def button(  # noqa: PLR0913  each is an attribute of the element
    content: SafeString,
    *,
    href: str = "",
    variant: str = "secondary",
    name: str = "",
    value: str = "",
    sign: str = "",
    download: bool = False,
    unchecked: bool = False,
) -> str:
    """A link when it has ``href``, else a submit button. One ``primary`` a page. Only a link downloads.

    ``unchecked`` sends the form though the browser finds fields empty.
    """
    if download and not href:
        raise template.TemplateSyntaxError("download needs an href")
    context = {
        "content": content,
        "href": href,
        "variant": _choice("variant", variant, BUTTON_VARIANTS),
        "name": name,
        "value": value,
        "sign": sign,
        "download": download,
        "unchecked": unchecked,
    }
    return render_to_string("components/button.html", context)


@register.simple_block_tag
def notice(content: SafeString, *, kind: str = "info", title: str = "", live: bool = False) -> str:
    """A message to the reader, told by a sign and words, not by colour alone. ``live`` announces it."""
    context = {"content": content, "kind": _choice("kind", kind, NOTICE_KINDS), "title": title, "live": live}
    return render_to_string("components/notice.html", context)


@register.simple_block_tag
def panel(content: SafeString, *, title: str = "", heading_id: str = "") -> str:
    """A bordered group of content, headed by an h2 when it has a title. Never inside another panel.

    ``heading_id`` makes it a region that is named by its title.
    """
    if heading_id and not title:
        raise template.TemplateSyntaxError("heading_id needs a title")
    context = {"content": content, "title": title, "heading_id": heading_id}
    return render_to_string("components/panel.html", context)


@register.simple_block_tag
def data_table(content: SafeString, *, caption: str) -> str:
    """A table that scrolls sideways on its own, reachable by keyboard, named by its caption."""
    return render_to_string("components/data_table.html", {"content": content, "caption": caption})
