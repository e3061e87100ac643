"""A file in a table's place: its rows become the raw text of the form."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from engine.model.procedure import FieldType, FormField
from engine.model.wording import say

from ..errors import FormInvalid
from ..forms import MAX_ROWS
from .bank import Bank, Meaning
from .columns import table_rows
from .payment import BatchFaulty, column_names, payments_of
from .returns import Returned, read_returns
from .sheet import BadSheet, read_sheet

#: Behind a table's name: the key that says by which bank's shape its file is read.
BANK = ".bank"


class File(Protocol):
    """A file handed in."""

    @property
    def filename(self) -> str: ...
    @property
    def content(self) -> bytes: ...


def with_tables(
    fields: Sequence[FormField],
    values: Mapping[str, str],
    files: Mapping[str, File],
    data: Callable[[], Mapping[str, object]],
    bank: Callable[[str], Bank],
    *,
    batch: str,
) -> dict[str, str]:
    """The form's raw text with the files of tables read into it.

    A file whose bank is named in ``table.bank`` is the bank's return file for the
    payments of the table's ``rows``; any other is a table with headings.

    Parameters
    ----------
    data : what the case knows, asked for only when a return file comes in.
    bank : the bank of an id.
    batch : number of the case.

    Raises
    ------
    FormInvalid
        With a message for every row that cannot be read or does not fit.
    """
    raw = dict(values)
    for field in fields:
        if field.type is not FieldType.TABLE:
            continue
        bank_id = raw.pop(field.name + BANK, "")
        file = files.get(field.name)
        if file is None:
            continue
        for key in [key for key in raw if key.partition(".")[0] == field.name]:
            del raw[key]
        try:
            if bank_id:
                rows = _reported(field, file, data(), bank(bank_id), batch)
            else:
                rows = _listed(field, file)
        except BadSheet as error:
            raise FormInvalid({field.name: str(error)}) from error
        except BatchFaulty as error:
            raise FormInvalid(
                {f"{field.name}:{at}": text for at, text in enumerate(error.problems)}
            ) from error
        raw |= {
            f"{field.name}.{number}.{name}": text
            for number, row in rows.items()
            for name, text in row.items()
        }
    return raw


def _listed(field: FormField, file: File) -> Mapping[int, Mapping[str, str]]:
    """Rows of a table by index: the file's row less one, as messages count from one."""
    imported = table_rows(field, read_sheet(file.filename, file.content), file.filename)
    if imported.problems:
        raise BatchFaulty(
            [
                say("batch.sheet.problem-row", row=row, problem=problem)
                for row, problem in imported.problems.items()
            ]
        )
    if max(imported.rows, default=0) > MAX_ROWS:
        raise BadSheet(say("batch.sheet.too-long", file=file.filename, rows=MAX_ROWS))
    return {number - 1: row for number, row in imported.rows.items()}


def _reported(
    field: FormField,
    file: File,
    data: Mapping[str, object],
    bank: Bank,
    batch: str,
) -> Mapping[int, Mapping[str, str]]:
    """Rows of a table that records what the bank reported about the list it names."""
    sent = data.get(field.rows)
    payments = payments_of(field, sent if isinstance(sent, list) else [])
    returns = read_returns(bank, file.filename, file.content, payments, batch=batch)
    return {at: reported_row(field, row) for at, row in enumerate(returns.rows)}


def reported_row(field: FormField, row: Returned) -> Mapping[str, str]:
    """What the bank reported about one payment, in the columns of a table or form."""
    names = column_names(field)
    paid, failed = result_words(field)
    payment = row.payment
    texts = {
        Meaning.NAME: payment.name,
        Meaning.ID_CARD: payment.id_card,
        Meaning.BANK_CARD: payment.bank_card,
        Meaning.AMOUNT: f"{payment.amount:.2f}",
        Meaning.RESULT: paid if row.is_paid else failed,
        Meaning.REASON: row.reason,
    }
    return {name: texts[meaning] for meaning, name in names.items()}


def result_words(field: FormField) -> tuple[str, str]:
    """The options for a payment that arrived and one that failed: the first and the last.

    Raises
    ------
    BatchFaulty
        The table has no choice to record the result in.
    """
    options = next((c.options for c in field.columns if c.type is FieldType.CHOICE), ())
    if len(options) < 2:
        raise BatchFaulty([say("batch.no-result-column", table=field.label)])
    return options[0], options[-1]
