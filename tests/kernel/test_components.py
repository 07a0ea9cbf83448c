import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils import translation

TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))
SIGNS = set(re.findall(r'<symbol id="([a-z]+)"', (Path(settings.BASE_DIR) / "static/img/signs.svg").read_text()))


def render(source: str, **context: Any) -> str:
    return " ".join(Template(source).render(Context(context)).split())


def test_button_with_href_is_a_link() -> None:
    html = render('{% button href=url variant="primary" %}Go{% endbutton %}', url="/a?b=1&c=2")

    assert '<a class="button button--primary" href="/a?b=1&amp;c=2">' in html
    assert "<button" not in html


def test_button_without_href_submits() -> None:
    html = render('{% button name="answer" value=value %}Go{% endbutton %}', value='"yes"')

    assert 'type="submit" name="answer" value="&quot;yes&quot;"' in html


def test_button_shows_its_sign_hidden_from_readers() -> None:
    html = render('{% button sign="print" %}Print{% endbutton %}')

    assert "signs.svg#print" in html
    assert 'aria-hidden="true"' in html


def test_button_downloads() -> None:
    html = render('{% button href="/figures.xlsx" download=True %}Excel{% endbutton %}')

    assert 'href="/figures.xlsx" download>' in html


@pytest.mark.parametrize(
    "source",
    [
        '{% button variant="loud" %}Go{% endbutton %}',
        "{% button download=True %}Go{% endbutton %}",
        '{% button colour="red" %}Go{% endbutton %}',
        '{% notice kind="shout" %}Go{% endnotice %}',
        '{% panel heading_id="here" %}Go{% endpanel %}',
        "{% data_table %}Go{% enddata_table %}",
    ],
)
def test_component_with_a_wrong_argument_fails_loudly(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        render(source)


@pytest.mark.parametrize(
    "source",
    [
        "{% button %}{{ text }}{% endbutton %}",
        "{% notice title=text %}{{ text }}{% endnotice %}",
        "{% panel title=text %}{{ text }}{% endpanel %}",
        "{% data_table caption=text %}<tbody><tr><td>{{ text }}</td></tr></tbody>{% enddata_table %}",
    ],
)
def test_component_escapes_what_people_wrote(source: str) -> None:
    html = render(source, text="<script>alert(1)</script>")

    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(("kind", "role"), [("error", "alert"), ("success", "status"), ("info", "status")])
def test_live_notice_is_announced(kind: str, role: str) -> None:
    html = render("{% notice kind=kind live=True %}Saved{% endnotice %}", kind=kind)

    assert f'role="{role}"' in html


def test_notice_says_its_kind_with_a_sign_and_stays_silent() -> None:
    html = render('{% notice kind="warning" title="Soon" %}<p>Closing</p>{% endnotice %}')

    assert "signs.svg#warning" in html
    assert "role=" not in html


def test_panel_with_a_heading_id_is_named_by_its_title() -> None:
    html = render('{% panel title="Hours" heading_id="hours" %}9 to 17{% endpanel %}')

    assert 'aria-labelledby="hours"' in html
    assert '<h2 class="panel__title" id="hours">Hours</h2>' in html


def test_data_table_scrolls_by_keyboard_and_is_named() -> None:
    html = render('{% data_table caption="Figures" %}<tbody></tbody>{% enddata_table %}')

    assert 'role="region" aria-label="Figures" tabindex="0"' in html
    assert "<caption>Figures</caption>" in html


def test_tile_is_one_link_with_its_words() -> None:
    html = render_to_string(
        "components/tile.html", {"code": "work", "label": "Find work", "text": "A job", "url": "/book/"}
    )

    assert html.count("<a ") == 1
    assert "signs.svg#work" in html


def test_templates_use_only_signs_that_are_drawn() -> None:
    pattern = re.compile(r'(?:sign\.html" with name=|sign=|signs\.svg#)"?([a-z]+)" ?')

    used = {name for path in TEMPLATES for name in pattern.findall(path.read_text(encoding="utf-8"))}

    assert used - SIGNS == set()


def test_panels_never_stand_in_panels() -> None:
    nested = re.compile(r"{% panel(?:(?!{% endpanel).)*{% panel", re.DOTALL)

    guilty = [path.name for path in TEMPLATES if nested.search(path.read_text(encoding="utf-8"))]

    assert guilty == []


@pytest.mark.parametrize(
    ("language", "day", "words"),
    [
        ("fr", dt.date(2027, 1, 1), "1er janvier 2027 vendredi 1er janvier 1er janvier 01/01/2027"),
        ("fr", dt.date(2027, 1, 11), "11 janvier 2027 lundi 11 janvier 11 janvier 11/01/2027"),
        ("en", dt.date(2027, 1, 1), "1 January 2027 Friday 1 January 1 January 01/01/2027"),
        ("de", dt.date(2027, 1, 1), "1. Januar 2027 Freitag 1 Januar 1. Januar 01.01.2027"),
    ],
)
def test_date_calls_the_first_of_a_month_as_the_language_does(language: str, day: dt.date, words: str) -> None:
    source = (
        '{{ day|date }} {{ day|date:"l j F" }} {{ day|date:"MONTH_DAY_FORMAT" }} {{ day|date:"SHORT_DATE_FORMAT" }}'
    )

    with translation.override(language):
        html = render(source, day=day)

    assert html == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "vendredi 1er janvier 2027, vendredi 1er janvier, ven. 1er jan."),
        ("nl", "vrijdag 1 januari 2027, vrijdag 1 januari, vr 1 jan"),
        ("de", "Freitag, 1. Januar 2027, Freitag, 1. Januar, Fr 1. Jan."),
        ("en", "Friday 1 January 2027, Friday 1 January, Fri 1 Jan."),
    ],
)
def test_date_with_its_weekday_is_written_as_the_language_does(language: str, words: str) -> None:
    source = '{{ day|date:"WEEKDAY_DATE_FORMAT" }}, {{ day|date:"WEEKDAY_DAY_FORMAT" }}, {{ day|date:"D j N" }}'

    with translation.override(language):
        html = render(source, day=dt.date(2027, 1, 1))

    assert html == words


def test_date_is_in_local_time_and_empty_where_there_is_none() -> None:
    moment = dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC)

    with translation.override("fr"):
        html = render('{{ moment|date:"DATE_FORMAT" }}|{{ none|date:"DATE_FORMAT" }}|', moment=moment, none=None)

    assert html == "1er janvier 2027||"
