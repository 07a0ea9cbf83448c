import csv
import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from citemetiers.kernel.sheets import Layout, SheetError, Workbook, read_sheet, tidy, write_csv, write_xlsx

LAYOUT = Layout(required=("slug", "name"), optional=("note",), foreign="This file is no list of places.", max_rows=50)
COLUMNS = ("slug", "name", "note")
ONE = {"slug": "namur", "name": "Cité de l’Été", "note": "à 5 €; tôt"}
NOW = dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)


def as_csv(rows, *, delimiter=",", encoding="utf-8"):
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(*lines):
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(data):
    return list(read_sheet(data, layout=LAYOUT).as_dicts())


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_is_read_whatever_its_separator_and_encoding(delimiter, encoding):
    assert read(as_csv([ONE], delimiter=delimiter, encoding=encoding)) == [(2, ONE)]


def test_unicode_text_of_either_byte_order_is_read():
    text = as_csv([ONE], delimiter="\t").decode()

    assert read(b"\xff\xfe" + text.encode("utf-16-le")) == [(2, ONE)]
    assert read(b"\xfe\xff" + text.encode("utf-16-be")) == [(2, ONE)]


def test_xlsx_reads_like_csv():
    assert read(as_xlsx(COLUMNS, list(ONE.values()))) == read(as_csv([ONE]))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (dt.datetime(2024, 2, 21, 8, 59, 59, 999_999), "2024-02-21 09:00"),  # noqa: DTZ001  a spreadsheet knows no zone
        (dt.time(9, 30), "09:30:00"),
        (12.0, "12"),
        (50.46, "50.46"),
        (None, ""),
        ("  Salle 1 \r\n", "Salle 1"),
    ],
)
def test_xlsx_cells_that_are_no_text_are_read(value, text):
    assert read(as_xlsx(COLUMNS, ["namur", "Namur", value])) == [(2, {"slug": "namur", "name": "Namur", "note": text})]


def test_blank_rows_keep_the_numbers_of_the_file():
    data = as_csv([ONE] * 2).split(b"\r\n")
    data.insert(2, b"")
    data.insert(3, b",,,")

    sheet = read_sheet(b"\r\n".join(data), layout=LAYOUT)

    assert [number for number, _cells in sheet.rows] == [2, 5]


def test_optional_column_may_be_left_out_in_any_order():
    assert read(b"Name;SLUG\r\nNamur;namur\r\n") == [(2, {"name": "Namur", "slug": "namur"})]


def bomb():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (61 * 1024 * 1024))
    return stream.getvalue()


def crowded_xlsx(part, cell):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(part, b"<sheetData><row>" + cell * 5001 + b"</row></sheetData>")
    return stream.getvalue()


def foreign_zip():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("content.xml", b"<x/>")
    return stream.getvalue()


def tall_xlsx():
    book = openpyxl.Workbook()
    book.active.append(COLUMNS)
    book.active.cell(row=1_000_000, column=1, value="namur")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \r\n ", "The file is empty."),
        (b"a" * (5 * 1024 * 1024 + 1), "The file is larger than 5 MB."),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "This file is no list of places."),
        (b"\xff\xfe\x81\x8d", "This file is no list of places."),
        (b"hello,world\r\n1,2", "This file is no list of places."),
        (as_csv([ONE], encoding="utf-16-le"), "This file is no list of places."),
        (as_csv([ONE], encoding="utf-16") + b"x", "This file is no list of places."),
        (as_csv([ONE]) + b"\r\nb,B\x00,\r\n", "Row 4 holds an invisible control character."),
        ("slug\tname\r\nb\tB\x1b".encode("utf-16"), "Row 2 holds an invisible control character."),
        (b"PK\x03\x04broken", "This file is no list of places."),
        (foreign_zip(), "This file is no list of places."),
        (bomb(), "This file unpacks to more than 60 MB."),
        (crowded_xlsx("xl/worksheets/sheet1.xml", b"<c/>"), "The file has far more cells than such a list needs."),
        (crowded_xlsx("xl/worksheets/sheet1.xml", b'<x:c r="A1"/>'), "The file has far more cells"),
        (crowded_xlsx("xl/sharedStrings.xml", b"<si></si>"), "The file has far more cells"),
        (tall_xlsx(), "The file has more than 50 rows. Split it."),
        (b"\xd0\xcf\x11\xe0old", "This is a file of an old Excel."),
        (as_csv([ONE]).split(b"\r\n")[0], "The file has headings but no rows."),
        (as_csv([ONE] * 51), "The file has more than 50 rows. Split it."),
        (as_csv([ONE]) + b",".join([b"x"] * 20), "Row 3 has more cells than there are headings."),
        (b'slug,name\r\n"' + b"x" * 200_000, "Row 2 cannot be read."),
        (b"slug,nam\r\na,b", "This column is missing: name. This column is unknown: nam."),
        (b"slug,x,y\r\na,b,c", "This column is missing: name. These columns are unknown: x, y."),
        (b"slug,name,name\r\na,b,c", "This column is there twice: name."),
    ],
)
def test_unusable_file_is_refused_with_a_sentence(data, sentence):
    with pytest.raises(SheetError) as refusal:
        read(data)

    assert sentence in str(refusal.value)


def test_limits_are_those_of_the_layout():
    small = Layout(required=("slug",), foreign="No.", max_bytes=1024 * 1024, max_rows=20_000)

    with pytest.raises(SheetError, match="larger than 1 MB"):
        read_sheet(b"a" * (1024 * 1024 + 1), layout=small)
    with pytest.raises(SheetError, match="more than 20,000 rows"):
        read_sheet(b"slug\r\n" + b"a\r\n" * 20_001, layout=small)


# --- Formulas ------------------------------------------------------------------------------------

FORMULAS = ["=1+1", "+32 81 00 00 00", "-5", "@home", "\t=1", "\r=1", "\n=1", " =1", "＝1+1", "＋1", "－1", "＠x"]


def raw_cells(data):
    return [
        cell for line in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";") for cell in line
    ]


@pytest.mark.parametrize("text", [*FORMULAS, *(f"'{text}" for text in FORMULAS)])
def test_formula_is_written_with_one_apostrophe_more_and_read_without(text):
    rows = [("a", text, "")]
    csv_data, xlsx_data = write_csv(COLUMNS, rows), write_xlsx(COLUMNS, rows, title="Places", now=NOW)

    one_line_end = text.replace("\r", "\n")
    assert raw_cells(csv_data)[4] == f"'{one_line_end}"
    assert openpyxl.load_workbook(io.BytesIO(xlsx_data)).active["B2"].value.startswith("'")
    assert read(csv_data)[0][1]["name"] == read(xlsx_data)[0][1]["name"] == one_line_end


@pytest.mark.parametrize("text", ["'s Gravenbrakel", "a=b", "''", "5-6", "l'été"])
def test_text_that_is_no_formula_is_written_as_it_is(text):
    assert raw_cells(write_csv(COLUMNS, [("a", text, "")]))[4] == text


def test_formula_that_a_person_typed_stays_the_text_that_it_is():
    assert read(b"slug;name\r\n=1+1;-5")[0][1] == {"slug": "=1+1", "name": "-5"}


@pytest.mark.parametrize(
    ("number", "cell"), [(-5, "-5"), (-4.25, "-4.25"), (0, "0"), (50.466_999_999_9, "50.4669999999")]
)
def test_number_keeps_its_sign_without_apostrophe(number, cell):
    data = write_csv(COLUMNS, [("a", "b", number)])

    assert raw_cells(data)[5] == cell
    assert read(data)[0][1]["note"] == cell


TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)


@given(name=TEXTS, note=TEXTS)
@example(name="<r>bold</r>", note="a;b\"c'd\ne\tf")
@example(name="Été – “œuvre”", note="🎉 \u200d ĳsberg ẞ €")
@example(name="'", note="''=1")
def test_round_trip_loses_nothing(name, note):
    rows = [("a", name, note)]
    # A file for people holds no control characters, and one kind of line end.
    expected = [(2, {"slug": "a", "name": as_kept(name), "note": as_kept(note)})]

    assert read(write_csv(COLUMNS, rows)) == expected
    assert read(write_xlsx(COLUMNS, rows, title="Places", now=NOW)) == expected


def as_kept(text):
    return tidy(f"|{text}")[1:]


@given(text=TEXTS)
def test_no_written_cell_begins_like_a_formula(text):
    cell = raw_cells(write_csv(COLUMNS, [("a", text, "")]))[4]

    assert cell[:1] not in set("=+-@＝＋－＠\t\r\n ")


# --- Workbooks -----------------------------------------------------------------------------------


def test_every_cell_of_a_list_is_text_also_what_is_typed_later():
    data = write_xlsx(COLUMNS, [("0800", "2024-02-21", -5)], title="Places: [all]", now=NOW)

    sheet = openpyxl.load_workbook(io.BytesIO(data)).active

    assert sheet.title == "Places   all"
    assert [cell.value for cell in sheet[2]] == ["0800", "2024-02-21", "-5"]
    assert {cell.data_type for cell in sheet[2]} == {"s"}
    assert {cell.number_format for cell in sheet[2]} == {"@"}
    assert sheet.freeze_panes == "A2"


def test_text_longer_than_a_cell_is_refused_rather_than_cut():
    with pytest.raises(SheetError, match="too long for a cell"):
        write_xlsx(COLUMNS, [("a", "x" * 32_768, "")], title="Places", now=NOW)


def test_workbook_holds_numbers_as_numbers_and_texts_as_texts():
    book = Workbook(title="Figures", now=NOW)
    book.add_table("Totals", ["What", "How many"], [("=1+1", 1500), ("https://example.org", "")])

    sheet = openpyxl.load_workbook(io.BytesIO(book.content()))["Totals"]

    assert [[cell.value for cell in row] for row in sheet] == [
        ["What", "How many"],
        ["=1+1", 1500],
        ["https://example.org", None],
    ]
    assert {cell.data_type for row in sheet for cell in row} == {"s", "n"}
