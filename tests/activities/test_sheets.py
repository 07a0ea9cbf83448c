import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.models import Session
from activities.sheets import Draft, DraftError, SheetError, Words, clean_rows, open_draft, read_sheet
from activities.sheets.rows import read_moment
from sites.models import Site
from tests.activities.conftest import as_csv, as_xlsx, at_namur
from tests.factories.sites import UserFactory

ONE = [at_namur(title_fr="Où étudier ?")]


def read(rows, **kwargs):
    return read_sheet(as_csv(rows, **kwargs))


def clean(rows, open_day, *, editable=None, moves_date=False):
    words = Words.load(open_day=open_day, editable=editable, moves_date=moves_date)
    return clean_rows(read(rows), words=words)


def test_csv_of_a_belgian_windows_is_read():
    sheet = read(ONE, delimiter=";", encoding="cp1252")

    assert list(sheet.as_dicts()) == [(2, ONE[0])]


def test_xlsx_reads_like_csv(seed_rows):
    assert read_sheet(as_xlsx(seed_rows)) == read(seed_rows)


# A spreadsheet knows no time zone.
TEN, ELEVEN = (dt.datetime(2024, 2, 21, hour) for hour in (10, 11))  # noqa: DTZ001


def test_xlsx_cells_that_are_dates_and_numbers_are_read():
    row = at_namur(starts=TEN, ends=ELEVEN, seats=12.0)

    sheet = read_sheet(as_xlsx([row]))

    assert list(sheet.as_dicts()) == [(2, at_namur())]


def test_formula_stays_plain_text(open_day):
    rows, errors = clean([at_namur(title_fr="=1+1", room="@home")], open_day)

    assert not errors
    assert (rows[0].texts["title_fr"], rows[0].room) == ("=1+1", "@home")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"a" * (5 * 1024 * 1024 + 1), "The file is larger than 5 MB."),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "This file is not a programme"),
        (b"hello,world\r\n1,2", "This file is not a programme"),
        (as_csv(ONE * 5001), "The file has more than 5,000 rows."),
        (as_csv(ONE).replace(b"kind", b"kid", 1), "This column is missing: kind. This column is unknown: kid."),
        (as_csv(ONE).replace(b"title_nl", b"title_fr", 1), "This column is there twice: title_fr."),
    ],
)
def test_unusable_file_is_refused_with_a_sentence(data, sentence):
    with pytest.raises(SheetError) as refusal:
        read_sheet(data)

    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("changes", "column", "sentence"),
    [
        ({"site": "atlantis"}, "site", "There is no site “atlantis”."),
        ({"site": "bruxelles"}, "site", "does not take part in this open day."),
        ({"room": ""}, "room", "This cell is empty."),
        ({"room": "x" * 101}, "room", "at most 100 characters"),
        ({"starts": "10 o'clock"}, "starts", "is not a date and time such as 2024-02-21 09:00."),
        ({"starts": "2024-02-22 10:00"}, "starts", "The open day is on 21 February 2024, not on 22 February 2024."),
        ({"starts": "2024-02-21 08:30"}, "starts", "The open day lasts from"),
        ({"ends": "2024-02-21 18:31"}, "ends", "The open day lasts from"),
        ({"ends": "2024-02-21 10:00"}, "ends", "The end must be later than the start."),
        ({"kind": "party"}, "kind", "“party” is not known. Known: info_session"),
        ({"kind": "talk;visit"}, "kind", "Give one value only."),
        ({"title_fr": " "}, "title_fr", "This cell is empty."),
        ({"title_nl": "x" * 151}, "title_nl", "at most 150 characters"),
        ({"summary_fr": "x" * 401}, "summary_fr", "at most 400 characters"),
        ({"themes": "work;magic"}, "themes", "“magic” is not known."),
        ({"publics": ";"}, "publics", "This cell is empty."),
        ({"languages": "fr;xx"}, "languages", "“xx” is not known. Known: fr, nl, de, en."),
        ({"partners": "nobody"}, "partners", "“nobody” is not known."),
        ({"booking": "maybe"}, "booking", "“maybe” is not known."),
        ({"seats": "0"}, "seats", "greater than or equal to 1"),
        ({"seats": "many"}, "seats", "Enter a whole number."),
        ({"access": "lift"}, "access", "“lift” is not known."),
    ],
)
def test_wrong_cell_is_named_by_row_column_and_sentence(open_day, changes, column, sentence):
    first = at_namur(room="Salle 2")

    rows, errors = clean([first, at_namur(**changes)], open_day)

    assert len(rows) == 1
    assert [(error.number, error.column) for error in errors] == [(3, column)]
    assert sentence in errors[0].message


def test_site_of_others_is_refused(open_day):
    mine = Site.objects.filter(slug="huy")

    _rows, errors = clean([at_namur()], open_day, editable=mine)

    assert errors[0].message == "You may not change the programme of Cité des métiers de Namur."


def test_two_rows_in_one_room_are_refused(open_day):
    long = at_namur(starts="2024-02-21 09:00", ends="2024-02-21 12:00", title_fr="Longue")
    short = at_namur(starts="2024-02-21 09:30", ends="2024-02-21 10:00", title_fr="Courte", room="SALLE 1")

    _rows, errors = clean([long, short, at_namur()], open_day)

    assert [(error.number, error.column) for error in errors] == [(3, "room"), (4, "room")]
    assert errors[1].message == "“Salle 1” is already used by row 2 at this time."


def test_row_that_follows_at_once_shares_no_instant(open_day):
    next_one = at_namur(starts="2024-02-21 11:00", ends="2024-02-21 12:00")

    rows, errors = clean([at_namur(), next_one], open_day)

    assert (len(rows), errors) == (2, [])


def test_same_row_twice_is_named_as_such(open_day):
    _rows, errors = clean([at_namur(), at_namur()], open_day)

    assert [(error.number, error.message) for error in errors] == [(3, "This row is the same as row 2.")]


def test_proposal_keeps_times_and_changes_the_date(open_day):
    open_day.day = dt.date(2027, 7, 7)

    rows, errors = clean([at_namur()], open_day, moves_date=True)

    assert not errors
    assert rows[0].starts_at == dt.datetime(2027, 7, 7, 8, 0, tzinfo=dt.UTC)


def test_proposal_refuses_a_row_over_two_dates(open_day):
    _rows, errors = clean([at_namur(ends="2024-02-22 11:00")], open_day, moves_date=True)

    assert errors[0].message == "The end is on another date than the start."


def test_hour_that_the_clock_change_skips_is_refused(open_day):
    open_day.day, open_day.opens_at = dt.date(2027, 3, 28), dt.time(1, 0)

    _rows, errors = clean([at_namur(starts="2024-02-21 02:30")], open_day, moves_date=True)

    assert errors[0].message == "The clocks change at this hour. Choose another time."


def test_draft_comes_back_as_it_went(db):
    user, draft = UserFactory(), Draft(7, read(ONE), True, False, "seen")

    assert open_draft(draft.sealed(by=user), by=user) == draft


def test_draft_of_somebody_else_is_refused(db):
    text = Draft(7, read(ONE), True, False, "seen").sealed(by=UserFactory())

    with pytest.raises(DraftError, match="belongs to somebody else"):
        open_draft(text, by=UserFactory())


def test_draft_that_was_altered_is_refused(db):
    user = UserFactory()
    text = Draft(7, read(ONE), True, False, "seen").sealed(by=user)

    with pytest.raises(DraftError, match="cannot be read"):
        open_draft(text[:-1] + ("A" if text[-1] != "A" else "B"), by=user)


def test_draft_expires(db, monkeypatch):
    user = UserFactory()
    text = Draft(7, read(ONE), True, False, "seen").sealed(by=user)
    monkeypatch.setattr("citemetiers.kernel.sheets.sealing.MAX_AGE_SECONDS", -1)

    with pytest.raises(DraftError, match="older than four hours"):
        open_draft(text, by=user)


def test_draft_too_long_for_the_page_is_refused(db, monkeypatch):
    monkeypatch.setattr("citemetiers.kernel.sheets.sealing.MAX_LENGTH", 10)

    with pytest.raises(DraftError, match="too much text"):
        Draft(7, read(ONE), True, False, "seen").sealed(by=UserFactory())


WRONG = {
    "site": ["", "atlantis", "bruxelles"],
    "room": ["", "x" * 101],
    "starts": ["", "soon", "2024-02-30 09:00", "2024-02-20 09:00", "2024-02-21 08:59", "2024-02-21 18:30"],
    "ends": ["", "later", "2024-02-22 09:00", "2024-02-21 18:31", "2024-02-21 09:00"],
    "kind": ["", "party", "talk;visit"],
    "title_fr": ["", "x" * 151],
    "title_nl": ["x" * 151],
    "summary_fr": ["x" * 401],
    "themes": ["", "magic", "work;magic"],
    "publics": ["", "nobody"],
    "languages": ["", "xx"],
    "partners": ["nobody"],
    "booking": ["", "maybe"],
    "seats": ["0", "-1", "many", "10001", "1.5"],
    "access": ["lift"],
}


@settings(max_examples=15)
@given(data=st.data())
def test_any_single_wrong_cell_of_the_seed_is_named_by_its_row(open_day, seed_rows, data):
    index = data.draw(st.integers(0, len(seed_rows) - 1))
    column = data.draw(st.sampled_from(sorted(WRONG)))
    value = data.draw(st.sampled_from(WRONG[column]))
    rows = [dict(row) for row in seed_rows]
    rows[index][column] = value

    _rows, errors = clean(rows, open_day)

    assert {error.number for error in errors} == {index + 2}
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "text", ["2024-02-21 09:00", "2024-02-21 09:00:00", "21/02/2024 09:00", "21/02/2024 9:00:00", " 21/02/2024 09:00 "]
)
def test_moment_is_read_as_a_belgian_spreadsheet_writes_it(text):
    assert read_moment(text) == dt.datetime(2024, 2, 21, 9)  # noqa: DTZ001


@pytest.mark.parametrize("text", ["", "09:00", "02/21/2024 09:00", "2024-02-21", "21-02-2024 09:00", "soon"])
def test_moment_that_is_none_is_not_guessed(text):
    assert read_moment(text) is None
