import pytest
from django.db import models

from sites.models import AgeBand, Channel, Duration, Term
from sites.services import load_reference
from visitors import enums

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("vocabulary", "answers"),
    [(AgeBand, enums.AgeBand), (Channel, enums.Way), (Duration, enums.DurationBand)],
)
def test_common_list_and_log_have_the_same_answers_in_the_same_order(
    vocabulary: type[Term], answers: type[models.TextChoices]
) -> None:
    load_reference()
    # “Not asked” and “did not wish to say” are no words of a network: they are no answer.
    expected = [value.lower().replace("_", "-") for value in answers if value not in (enums.NOT_ASKED, enums.NOT_SAID)]

    assert list(vocabulary.objects.common().order_by("position").values_list("code", flat=True)) == expected
