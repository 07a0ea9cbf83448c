"""What tests of the public pages read off a page, and what they send."""

import html
import re
import uuid

from django.urls import reverse


def book_url(**query):
    return reverse("appointments:book", query=query)


def confirm_url(site, theme, starts_at, **query):
    query = {"theme": theme.code, "site": site.slug, "language": "fr", "starts": f"{starts_at:%Y-%m-%dT%H:%MZ}"} | query
    return reverse("appointments:book-confirm", query=query)


def moment_value(site, starts_at, language="fr"):
    return f"{site.slug}|{starts_at:%Y-%m-%dT%H:%MZ}|{language}"


def given(**fields):
    return {"token": uuid.uuid4(), "way": "ON_SITE"} | fields


def text_of(response):
    return response.content.decode()


def links_in(response, part):
    return [link for link in map(html.unescape, re.findall(r'href="([^"]*)"', text_of(response))) if part in link]


def moments_in(response):
    return [html.unescape(value) for value in re.findall(r'name="moment" value="([^"]*)"', text_of(response))]
