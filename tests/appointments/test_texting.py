import datetime as dt
import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import translation
from phonenumber_field.phonenumber import PhoneNumber

from appointments.enums import MessageKind
from appointments.services.messages.letters import town_of
from appointments.texting import (
    NumberRefused,
    TextError,
    TextFacts,
    TextRefused,
    build_text,
    is_one_part,
    provider_from,
    takes_texts,
    to_gsm,
)
from appointments.texting.providers import WebTexts
from citemetiers.kernel.dates import date_words
from sites.models import Site

LANGUAGES = ("fr", "nl", "de", "en")
# As long as real ones: a portal of its own, the secret of 24 bytes.
LINK = "https://rdv.citedesmetiers.be/fr/b/abcdefghijklmnopqrstuvwxyz012345/"
FACTS = TextFacts(
    moment=dt.datetime(2026, 9, 23, 14, 30, tzinfo=ZoneInfo("Europe/Brussels")),
    place="Charleroi",
    link=LINK,
    code="ABC234",
    until=dt.datetime(2026, 9, 22, 11, 15, tzinfo=ZoneInfo("Europe/Brussels")),
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MessageKind)
def test_text_fits_into_one_short_message(kind, language):
    with translation.override(language):
        text = build_text(kind, FACTS)

    assert is_one_part(text), f"{len(text)}: {text}"
    assert "14:30" in text
    assert "Charleroi" in text
    assert text.endswith(LINK)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MessageKind)
def test_text_fits_for_every_place_that_comes_with_the_portal_on_every_day(kind, language):
    seed = json.loads((Path(settings.BASE_DIR) / "sites/seed/sites.json").read_text(encoding="utf-8"))
    days = [FACTS.moment + dt.timedelta(days=number) for number in range(366)]

    with translation.override(language):
        towns = {town_of(Site(city=row["city"])) for row in seed["sites"]}
        longest = max((date_words(day, "D j N H:i") for day in days), key=len)
        day = next(day for day in days if date_words(day, "D j N H:i") == longest)
        texts = [build_text(kind, replace(FACTS, moment=day, until=day, place=town)) for town in towns]

    assert [text for text in texts if not is_one_part(text)] == []


@pytest.mark.parametrize("kind", [MessageKind.CONFIRMATION, MessageKind.REMINDER, MessageKind.MOVED])
def test_text_tells_the_code_at_the_desk(kind):
    assert "ABC234" in build_text(kind, FACTS)


def test_text_of_an_offer_says_until_when_it_stands():
    assert "Tue 11:15" in build_text(MessageKind.FREED, FACTS)


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "lun. 23 nov. 14:30"), ("nl", "ma 23 nov 14:30"), ("de", "Mo 23. Nov. 14:30"), ("en", "Mon 23 Nov. 14:30")],
)
def test_text_writes_the_day_as_the_language_does(language, words):
    with translation.override(language):
        text = build_text(
            MessageKind.CANCELLED, replace(FACTS, moment=dt.datetime(2026, 11, 23, 14, 30, tzinfo=dt.UTC))
        )

    assert words in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cité des métiers à Liège", "Cité des métiers à Liège"),
        ("L’Étape · garçon forêt cœur", "L'Étape - garcon foret coeur"),
        ("Größe Überblick", "Größe Überblick"),
        ("één coördinatie, ruïne", "één coördinatie, ruine"),
        ("10 €", "10 €"),
        ("Київ", "Київ"),
    ],
)
def test_letters_outside_the_alphabet_become_their_nearest(text, expected):
    assert to_gsm(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a" * 160, True), ("a" * 161, False), ("€" * 80, True), ("€" * 81, False), ("ê", False)],
)
def test_one_part_holds_160_letters_of_the_alphabet(text, expected):
    assert is_one_part(text) is expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+32470123456", True),
        ("+3281123456", False),
        ("+352621123456", True),
        ("+33612345678", True),
        ("+4915112345678", True),
        ("+12025550123", False),
        ("+447400123456", False),
        ("+216 20 123 456", False),
        ("+3290012345", False),
    ],
)
def test_only_what_may_be_a_mobile_number_near_by_takes_texts(number, expected):
    assert takes_texts(PhoneNumber.from_string(number)) is expected


@pytest.fixture
def carrier():
    """A carrier on this machine; what it was asked, and what it answers."""
    told = SimpleNamespace(asked=[], status=201, body=b'{"key": "their-42"}', headers={})

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.asked.append((self.path, self.headers["Authorization"], body))
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, *_words):
            """Silent."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}/messages"
    yield told
    server.shutdown()
    server.server_close()


def send(url):
    return WebTexts(url, token="hush").send(number="+32470123456", text="Reminder", key="7-abc")


def test_carrier_gets_number_text_key_and_token(carrier):
    theirs = send(carrier.url)

    assert theirs == "their-42"
    assert carrier.asked == [
        ("/messages", "Bearer hush", {"to": "+32470123456", "text": "Reminder", "key": "7-abc"}),
    ]


@pytest.mark.parametrize("body", [b"", b"done", b"[1]", b'{"key": null}', b'{"key": {"a": 1}}'])
def test_carrier_without_a_key_of_its_own_reports_by_ours(carrier, body):
    carrier.body = body

    assert send(carrier.url) == "7-abc"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, TextRefused),
        (422, NumberRefused),
        (410, NumberRefused),
        (401, TextError),
        (403, TextError),
        (404, TextError),
        (429, TextError),
        (500, TextError),
        (503, TextError),
        (304, TextError),
    ],
)
def test_refusal_is_for_good_only_when_it_is_about_the_message(carrier, status, expected):
    carrier.status, carrier.body = status, b""

    with pytest.raises(TextError) as refusal:
        send(carrier.url)

    assert type(refusal.value) is expected
    assert not {"hush", "+32470123456"} & set(str(refusal.value).split())


def test_carrier_that_sends_elsewhere_is_not_followed(carrier):
    carrier.status, carrier.headers = 307, {"Location": carrier.url + "/elsewhere"}

    with pytest.raises(TextError):
        send(carrier.url)

    assert [path for path, _token, _body in carrier.asked] == ["/messages"]


def test_carrier_that_is_away_is_tried_again_later():
    with pytest.raises(TextError) as failure:
        send("http://127.0.0.1:9/messages")

    assert not isinstance(failure.value, TextRefused)
    assert "127.0.0.1" not in str(failure.value)


def test_token_is_not_replaced_by_a_netrc_file(carrier, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    send(carrier.url)

    assert carrier.asked[0][1] == "Bearer hush"


def test_demo_writes_each_message_to_its_own_file(tmp_path):
    provider = provider_from(f"filetext://{tmp_path / 'texts'}", token="")

    for text in ("first", "first again"):
        provider.send(number="+32470123456", text=text, key="7-abc")

    (written,) = (tmp_path / "texts").iterdir()
    assert written.read_text() == "To: +32470123456\n\nfirst again\n"


def test_without_a_carrier_nothing_is_sent_and_nothing_written(capsys):
    with pytest.raises(TextError) as caught:
        provider_from("", token="").send(number="+32470123456", text="Reminder", key="7-abc")

    assert not isinstance(caught.value, TextRefused)
    assert "470" not in str(caught.value)
    assert capsys.readouterr() == ("", "")


def test_terminal_is_written_to_where_it_is_asked_for(capsys):
    key = provider_from("consoletext://", token="").send(number="+32470123456", text="Reminder", key="7-abc")

    assert key == "7-abc"
    assert capsys.readouterr().out == "To: +32470123456\nReminder\n\n"


def test_web_address_stands_for_a_carrier():
    assert isinstance(provider_from("https://carrier.example/messages", token="hush"), WebTexts)
