import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from reporting.figures import additions_in
from reporting.models import PublishedFigure
from reporting.rules import SumIsWrongError
from reporting.services import SEED, load_published_figures
from sites.services import load_reference

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reference() -> None:
    load_reference()


def changed(tmp_path: Path, **values: Any) -> Path:
    data = json.loads(SEED.read_text(encoding="utf-8"))
    for row in data["figures"]:
        if row["value"] == 9059:
            row.update(values)
    path = tmp_path / "figures.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_published_figures_are_loaded_with_their_scopes() -> None:
    load_published_figures()

    assert PublishedFigure.objects.count() == 15
    assert PublishedFigure.objects.filter(network__slug="wallonie").count() == 2
    assert PublishedFigure.objects.filter(site__slug="bruxelles").count() == 9
    assert PublishedFigure.objects.filter(scope_note__contains="CEFO", first_month__year=2017).count() == 2


def test_loading_again_adds_nothing() -> None:
    load_published_figures()
    before = list(PublishedFigure.objects.order_by("pk").values())

    load_published_figures()

    assert list(PublishedFigure.objects.order_by("pk").values()) == before


def test_brussels_2023_adds_up_to_its_published_total() -> None:
    load_published_figures()

    (addition,) = additions_in(PublishedFigure.objects.for_reading())

    assert [line.value for line in addition.lines] == [28_977, 9_556, 18_062, 9_059]
    assert addition.computed == addition.total.value == 65_654
    assert addition.is_right


def test_wrong_sum_is_refused_with_a_sentence_and_nothing_is_recorded(tmp_path: Path) -> None:
    path = changed(tmp_path, value=9_060)

    with pytest.raises(SumIsWrongError, match=r"add up to 65655, the published total is 65654"):
        load_published_figures(path=path)

    assert not PublishedFigure.objects.exists()


def test_correction_of_the_file_reaches_the_database(tmp_path: Path) -> None:
    load_published_figures()

    load_published_figures(path=changed(tmp_path, source="corrected report"))

    assert PublishedFigure.objects.get(value=9_059).source == "corrected report"


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_every_definition_is_there_in_every_language(language: str) -> None:
    load_published_figures()

    for figure in PublishedFigure.objects.all():
        assert getattr(figure, f"definition_{language}")
    with translation.override(language):
        rounded = PublishedFigure.objects.get(value=23_000)
        expected = {"fr": "plus de", "nl": "meer dan", "de": "mehr als", "en": "more than"}
        assert (rounded.precision, rounded.precision_note) == ("ROUNDED", expected[language])
