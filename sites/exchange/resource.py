"""A list that comes and goes as a file: what every list has in common.

It is a resource of django-import-export, which walks over the rows, with three things of its own. The file is
compared as a whole before the first row is written, so that the preview and the confirmation are one code and
nothing is ever half-done. Rows are looked up in bulk and checked in memory, so that a long file does not ask the
database row by row. And what is written is saved row by row, so that the audit log sees each.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from import_export import resources
from import_export.instance_loaders import BaseInstanceLoader
from import_export.results import RowResult

from citemetiers.kernel.sheets import MEGABYTE, Layout
from sites.exchange.cells import Column
from sites.exchange.checks import broken_checks
from sites.exchange.known import Known
from sites.exchange.result import (
    CellChange,
    CellError,
    Comparison,
    OvertakenError,
    RefusedByDatabaseError,
    RefusedFileError,
    RowChange,
)

MAX_ROWS = 20_000
MAX_BYTES = 12 * MEGABYTE
MAX_UNPACKED = 200 * MEGABYTE
LOOKED_UP_AT_ONCE = 500

Problem = tuple[str, Any]


class FoundRows(BaseInstanceLoader):  # type: ignore[misc]
    """Has the resource look up all rows of the file at once."""

    def __init__(self, resource: "ExchangeResource", dataset: Any) -> None:
        super().__init__(resource, dataset)
        resource.load(dataset.dict)


class ExchangeResource(resources.ModelResource):  # type: ignore[misc]
    """One list. A subclass names its columns, and finds, opens and writes its rows."""

    columns: ClassVar[tuple[Column, ...]] = ()
    foreign: ClassVar[Any]
    # What the person must be allowed to do at a place of each kind.
    permissions: ClassVar[dict[type[models.Model], str]]
    # The order of the rows in a file: the same facts give the same file, whatever the database has written last.
    order: ClassVar[tuple[str, ...]] = ("slug",)

    class Meta:
        fields = ()
        instance_loader_class = FoundRows
        skip_unchanged = True
        report_skipped = False
        chunk_size = 1000
        skip_diff = True  # it would copy every row; the cells before and after are compared here

    def __init__(self, *, today: dt.date, by: Any | None = None) -> None:
        """``by`` None is the portal itself."""
        super().__init__()
        self.fields = {column.column_name: column for column in self.columns}
        self.today, self.by = today, by
        self.is_locking = False
        self.comparison = Comparison(0)
        self.pending: list[tuple[int, bool, Any]] = []
        self._saved: set[int] = set()
        self._rights: dict[Any, bool] = {}

    @classmethod
    def layout(cls) -> Layout:
        """What a file of this list looks like: only its key must be there, so that one column can be corrected."""
        names = [column.column_name for column in cls.columns]
        required = tuple(name for name in names if name in cls._meta.import_id_fields)
        return Layout(
            required=required,
            optional=tuple(name for name in names if name not in required),
            foreign=cls.foreign,
            max_rows=MAX_ROWS,
            max_bytes=MAX_BYTES,
            max_unpacked=MAX_UNPACKED,
        )

    def filter_export(self, queryset: Any, **_kwargs: Any) -> Any:
        return queryset.order_by(*self.order)

    # --- What a subclass says --------------------------------------------------------------------

    def load(self, rows: list[dict[str, str]]) -> None:
        """Look up what the file speaks of, in as few questions as possible."""
        raise NotImplementedError

    def get_or_init_instance(self, instance_loader: Any, row: Any) -> tuple[Any, bool]:
        """The row that the file means, and whether it is new. Raises ValidationError where it is there twice."""
        raise NotImplementedError

    def open_parts(self, instance: Any, row: Any) -> None:
        """Make room for what the row brings and the portal does not have yet."""

    def parts(self, instance: Any) -> Iterator[tuple[str, Any]]:
        """The models that the row consists of, by their name in the columns."""
        yield "", instance

    def places(self, instance: Any) -> Iterable[Any]:
        """The places for which the person must be responsible to write this row as it stands."""
        raise NotImplementedError

    def may_see(self, instance: Any) -> bool:  # noqa: ARG002  a subclass looks at it
        """Whether the person may learn that the portal has this row: else it is refused even where nothing changes."""
        return True

    def may_write(self, instance: Any) -> bool:
        """Whether the person may write this row: it was theirs before, and it is theirs after."""
        return all(map(self.is_theirs, (*self.held, *self.places(instance))))

    def label(self, instance: Any) -> str:
        """What the row is about, in a few words."""
        return str(instance)

    def problems(self, instance: Any) -> Iterator[Problem]:  # noqa: ARG002  a subclass looks at it
        """What is wrong with the row beyond its cells: column and sentence."""
        yield from ()

    def problems_between(self) -> Iterator[tuple[int, str, str]]:
        """What is wrong between rows that are right alone: number, column and sentence."""
        yield from ()

    def write(self, instance: Any) -> None:
        """Save the row with all its parts."""
        self.save_once(instance)

    # --- The whole file --------------------------------------------------------------------------

    @cached_property
    def known(self) -> Known:
        """The slugs and codes that cells may name."""
        return Known(today=self.today)

    def import_data(
        self, dataset: Any, dry_run: bool = False, *, seen: str | None = None, **_kwargs: Any
    ) -> Comparison:
        """Compare the file with the portal and, if not ``dry_run``, write it: all of it, or nothing.

        ``seen`` is the fingerprint of the comparison that the person was shown: when the portal holds something
        else since, OvertakenError is raised. With any wrong row RefusedFileError is raised; ``comparison`` tells all.
        """
        self.is_locking = not dry_run
        self.comparison = Comparison(len(dataset))
        with transaction.atomic():
            self._compare(dataset)
            if not dry_run:
                self._check_may_write(seen)
                self._write_all()
        return self.comparison

    def _compare(self, dataset: Any) -> None:
        self.numbers, self.given = dataset.numbers, frozenset(dataset.headers)
        # A dry run without a transaction: the package walks over the rows, opens no savepoint and writes nothing.
        result = self.import_data_inner(dataset, True, False, False, False, known=self.known)
        for error in (*result.base_errors, *(error for row in result.error_rows for error in row.errors)):
            raise error.error  # a mistake in the code is no mistake in the file
        errors = self.comparison.errors
        for row in result.invalid_rows:
            number = self.numbers[row.number - 1]
            errors += [CellError(number, name, text) for name, texts in row.error_dict.items() for text in texts]
        errors += [CellError(*problem) for problem in self.problems_between()]
        errors.sort(key=lambda error: error.number)

    def _check_may_write(self, seen: str | None) -> None:
        if self.comparison.errors:
            raise RefusedFileError(_("Some rows cannot be imported, so nothing was. Correct the file."))
        if seen is not None and seen != self.comparison.seen:
            raise OvertakenError(_("Somebody changed these data since this preview. Look at the differences again."))

    def _write_all(self) -> None:
        for number, _is_new, instance in sorted(self.pending, key=lambda row: self.turn(row[2], row[1])):
            try:
                self.write(instance)
            except IntegrityError as error:
                raise RefusedByDatabaseError(self._sentence_of(number, error)) from None

    def turn(self, instance: Any, is_new: bool) -> Any:  # noqa: ARG002  a list of periods looks at the row
        """What is written first: what is there already makes room for what is new."""
        return is_new

    def save_once(self, part: Any) -> None:
        """Save a part that several rows may share."""
        if id(part) not in self._saved:
            self._saved.add(id(part))
            part.save()

    def _sentence_of(self, number: int, error: IntegrityError) -> str:
        constraints = [one for model in self.models_written() for one in model._meta.constraints]
        told = next((one for one in constraints if one.name in str(error)), None)
        reason = str(told.get_violation_error_message()) if told else _("The database refuses it.")
        return _("Row %(number)s: %(reason)s Nothing was imported.") % {"number": number, "reason": reason}

    def models_written(self) -> tuple[type[models.Model], ...]:
        """The models whose constraints may refuse a row."""
        return (self._meta.model,)

    # --- One row, in the order in which the package asks -----------------------------------------

    def before_import_row(self, row: Any, *, row_number: int, **_kwargs: Any) -> None:  # noqa: ARG002
        self.number = self.numbers[row_number - 1]

    def after_init_instance(self, instance: Any, new: bool, row: Any, **_kwargs: Any) -> None:
        self.is_new = new
        self.before = None if new else self.cells(instance)
        self.comparison.note_state(self.before)
        self.held = () if new else tuple(self.places(instance))
        if not new and not self.may_see(instance):
            raise ValidationError({self._key: self.refusal(instance)})
        self.open_parts(instance, row)

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        errors: dict[str, Any] = {}
        for column in self.columns:
            try:
                self.import_cell(column, instance, row, **kwargs)
            except ValidationError as error:
                errors[column.column_name] = error
        if errors:
            raise ValidationError(errors)

    def import_cell(self, column: Column, instance: Any, row: Any, **kwargs: Any) -> None:
        """Take one cell over. Raises ValidationError with a sentence."""
        part, _field = column.place
        is_required = column.is_required and (not part or getattr(instance, part) is not None)
        if column.column_name not in row:
            if is_required and self.is_new:
                raise ValidationError(_("A new row needs this column."))
            return
        if is_required and not row[column.column_name]:
            raise ValidationError(_("This cell is empty."))
        self.import_field(column, instance, row, **kwargs)

    def skip_row(self, instance: Any, _original: Any, _row: Any, import_validation_errors: Any = None) -> bool:
        return not self.is_new and not import_validation_errors and self.cells(instance) == self.before

    def validate_instance(
        self,
        instance: Any,
        import_validation_errors: Any = None,
        validate_unique: bool = True,  # noqa: ARG002
    ) -> None:
        errors: dict[str, Any] = dict(import_validation_errors or {})
        for check in (self._problems_of_fields, self._problems_of_checks, self._problems_of_rights, self.problems):
            found = [(column, problem) for column, problem in check(instance) if column not in errors]
            for column, problem in found:
                errors.setdefault(column, []).append(problem)
            if errors:
                raise ValidationError(errors)

    def save_instance(self, instance: Any, is_create: bool, row: Any, **_kwargs: Any) -> None:  # noqa: ARG002
        """Only once the whole file is compared is anything written."""
        self.pending.append((self.number, is_create, instance))

    def after_import_row(self, row: Any, row_result: Any, **_kwargs: Any) -> None:  # noqa: ARG002
        if row_result.import_type == RowResult.IMPORT_TYPE_SKIP:
            return
        number, is_new, instance = self.pending[-1]
        before, after = self.before or {}, self.cells(instance)
        pairs = ((name, before.get(name, ""), cell) for name, cell in after.items())
        changes = tuple(CellChange(*pair) for pair in pairs if pair[1] != pair[2])
        rows = self.comparison.new if is_new else self.comparison.changed
        rows.append(RowChange(number, self.label(instance), changes))

    # --- What is wrong with a row ----------------------------------------------------------------

    def cells(self, instance: Any) -> dict[str, str]:
        """What the portal says in the columns of this file."""
        return {
            column.column_name: column.cell(instance) for column in self.columns if column.column_name in self.given
        }

    def is_theirs(self, place: Any) -> bool:
        """Whether the person is responsible for a place; asked once a file."""
        if self.by is None:
            return True
        if place not in self._rights:
            self._rights[place] = bool(self.by.has_perm(self.permissions[type(place)], place))
        return self._rights[place]

    def refusal(self, _instance: Any) -> str:
        """What is said of a row that is not the person's to write."""
        return _("You may not change this row: its site or network is not yours.")

    def _problems_of_rights(self, instance: Any) -> Iterator[Problem]:
        if not self.may_write(instance):
            yield self._key, self.refusal(instance)

    def _problems_of_fields(self, instance: Any) -> Iterator[Problem]:
        before, after = self.before or {}, self.cells(instance)
        for name, part in self.parts(instance):
            columns = {column.place[1]: column.column_name for column in self.columns if column.place[0] == name}
            # A value that this file does not bring is not this file's to correct.
            asked = {field for field, column in columns.items() if before.get(column) != after.get(column)}
            left_out = {
                field.name for field in part._meta.concrete_fields if field.is_relation or field.name not in asked
            }
            try:
                part.clean_fields(exclude=left_out)
            except ValidationError as error:
                yield from ((columns[field], problems) for field, problems in error.error_dict.items())

    def _problems_of_checks(self, instance: Any) -> Iterator[Problem]:
        for name, part in self.parts(instance):
            columns = {column.place[1]: column.column_name for column in self.columns if column.place[0] == name}
            for field, sentence in broken_checks(part):
                yield columns.get(field, self._key), sentence

    @property
    def _key(self) -> str:
        return str(self._meta.import_id_fields[0])


def in_chunks(keys: Iterable[str]) -> Iterator[list[str]]:
    """The different keys, in lists short enough for one question to the database."""
    different = list(dict.fromkeys(keys))
    for start in range(0, len(different), LOOKED_UP_AT_ONCE):
        yield different[start : start + LOOKED_UP_AT_ONCE]


def twice(number: int) -> str:
    """That another row of the file is about the same."""
    return _("Row %(number)s is about the same.") % {"number": number}
