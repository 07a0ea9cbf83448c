"""Whatever a network does to what devices send, the log ends in the state that people left their entries in."""

import datetime as dt
import json
import random
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sites.models import Site, Theme, User
from tests.factories import entries as factory
from visitors.models import Contact, EntryAuthor, Tally

ENTRIES = reverse("visitors:entries")
KINDS = ("contact", "self-service", "information")
Edition = tuple[str, int, bool]
MANY = settings(max_examples=40)


@dataclass
class Device:
    """Keeps what was logged on it until it hears that it is kept; forgets nothing before."""

    waiting: list[dict[str, Any]]

    def send(self, client: Client, *, most: int, is_answered: bool, draw: random.Random) -> None:
        """Some of what waits, in any order; the answer may be lost on its way."""
        some = draw.sample(self.waiting, min(most, len(self.waiting)))
        answers = put(client, some)
        assert all(one["kept"] for one in answers)
        if is_answered:
            self.waiting = [one for one in self.waiting if one not in some]


def put(client: Client, entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    response = client.put(ENTRIES, json.dumps({"entries": list(entries)}), content_type="application/json")
    assert response.status_code == 200
    answers: list[dict[str, Any]] = response.json()["answers"]
    return answers


def state() -> set[tuple[Any, ...]]:
    """All that the log holds, by what a person would say of it."""
    contacts = {
        (one.pk, "contact", one.headcount, one.way, frozenset(theme.code for theme in one.themes.all()))
        for one in Contact.objects.prefetch_related("themes").order_by("pk")
    }
    return contacts | {(one.pk, one.kind.lower().replace("_", "-"), one.number) for one in Tally.objects.order_by("pk")}


def wanted(entries: Sequence[Sequence[dict[str, Any]]]) -> set[tuple[Any, ...]]:
    """The same, of the last edition of each entry."""
    found: set[tuple[Any, ...]] = set()
    for one in (editions[-1] for editions in entries):
        key = uuid.UUID(one["key"])
        if one.get("undone"):
            continue
        if one["kind"] == "contact":
            found.add((key, "contact", one["headcount"], one["way"], frozenset(one["themes"])))
        else:
            found.add((key, one["kind"], 1))
    return found


def edition(site: Site, key: str, number: int, draw: random.Random) -> dict[str, Any]:
    """Anything that a person may make of an entry: other answers, a count instead, or nothing at all."""
    today = timezone.localdate(timezone=site.tz)
    return factory.sent(
        site,
        key=key,
        edition=number,
        kind=draw.choice(("contact", *KINDS)),
        day=(today - dt.timedelta(days=draw.randrange(8))).isoformat(),
        themes=draw.choice((["train"], ["work"], ["train", "work"])),
        way=draw.choice(("WALK_IN", "PHONE")),
        headcount=draw.randrange(1, 51),
        **({"undone": True} if draw.random() < 0.25 else {}),
    )


def history(site: Site, sizes: Sequence[int], draw: random.Random) -> list[list[dict[str, Any]]]:
    """So many entries, each with so many editions."""
    keys = [str(uuid.UUID(int=draw.getrandbits(128), version=4)) for _size in sizes]
    return [
        [edition(site, key, number, draw) for number in range(1, size + 1)]
        for key, size in zip(keys, sizes, strict=True)
    ]


@contextmanager
def forgotten() -> Iterator[None]:
    """Nothing of one example stays for the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def play(client: Client, entries: Sequence[Sequence[dict[str, Any]]], devices: int, draw: random.Random) -> None:
    """Send every edition from one device or several, with answers that are lost, until nothing waits."""
    everything = [one for editions in entries for one in editions]
    held = [Device([]) for _device in range(devices)]
    for one in everything:
        for device in draw.sample(held, draw.randint(1, devices)):  # a copy may lie on more than one
            device.waiting.append(one)
    while any(device.waiting for device in held):
        device = draw.choice(held)
        device.send(client, most=draw.randint(1, 50), is_answered=draw.random() < 0.6, draw=draw)
    put(client, draw.sample(everything, min(50, len(everything))))  # and some of it once more, from a forgotten tab


@MANY
@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=12), devices=st.integers(1, 3), seed=st.integers(0))
@example(sizes=[4], devices=1, seed=2)  # two editions at once after one that took it back
def test_any_order_any_repetition_and_any_loss_of_answers_end_in_the_same_state(
    desk_client: Client, site: Site, themes: list[Theme], sizes: list[int], devices: int, seed: int
) -> None:
    draw = random.Random(seed)
    entries = history(site, sizes, draw)

    with forgotten():
        play(desk_client, entries, devices, draw)

        assert state() == wanted(entries)
        assert EntryAuthor.objects.count() == len(entries)


@MANY
@given(sizes=st.lists(st.integers(1, 3), min_size=2, max_size=8), seed=st.integers(0))
def test_entries_that_are_refused_harm_no_others_whatever_the_order(
    desk_client: Client, site: Site, themes: list[Theme], sizes: list[int], seed: int
) -> None:
    draw = random.Random(seed)
    entries = history(site, sizes, draw)
    bad = [factory.sent(site, themes=["gone"]), factory.sent(site, day="2020-01-01"), factory.sent(site, way="?")]
    everything = [one for editions in entries for one in editions] + bad
    draw.shuffle(everything)

    with forgotten():
        answers = [
            one for start in range(0, len(everything), 7) for one in put(desk_client, everything[start : start + 7])
        ]

        refused = [one["key"] for one in answers if not one["kept"]]
        assert sorted(refused) == sorted(one["key"] for one in bad)
        assert state() == wanted(entries)


@MANY
@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=6), seed=st.integers(0))
def test_entry_belongs_to_whoever_sends_it_first_and_nobody_else_changes_it(
    site: Site, advisor: User, colleague: User, themes: list[Theme], sizes: list[int], seed: int
) -> None:
    draw = random.Random(seed)
    entries = history(site, sizes, draw)
    seen: dict[str, tuple[User, int]] = {}
    doors = {person: Client(headers={"accept-language": "en"}) for person in (advisor, colleague)}
    for person, door in doors.items():
        door.force_login(person)

    with forgotten():
        for _turn in range(3 * sum(sizes)):
            one = draw.choice(draw.choice(entries))
            person = draw.choice((advisor, colleague))
            (answer,) = put(doors[person], [one])
            author, number = seen.get(one["key"], (person, 0))
            assert answer["kept"] == (author == person or one["edition"] <= number)
            if answer["kept"]:
                seen[one["key"]] = author, max(number, one["edition"])

        kept = [
            [one for one in editions if one["edition"] == seen[one["key"]][1]]
            for editions in entries
            if editions[0]["key"] in seen
        ]
        assert state() == wanted(kept)
        assert {str(row.pk): row.author for row in EntryAuthor.objects.order_by("pk")} == {
            key: author for key, (author, _number) in seen.items()
        }
