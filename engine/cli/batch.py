"""``qingdan batch``: payment files to the bank, its return files back."""

from pathlib import Path

import click

from engine.model.errors import UnreadablePath, reason_of
from engine.model.wording import say
from engine.runtime.batch.bank import Bank
from engine.runtime.batch.banks import add_bank, known_banks
from engine.runtime.batch.settlement import Settlement
from engine.runtime.filing import Upload

from .case import BY, office_at, show_result, with_office
from .operation import REASON
from .reconciling import reconcile


@click.group(help=say("batch.command.batch"))
def batch() -> None:
    pass


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UnreadablePath(say("read.unreadable", reason=reason_of(error)), path=path) from error


def _as_dict(bank: Bank) -> dict[str, str]:
    return {
        "id": bank.id,
        "name": bank.name,
        "payment": bank.payment.format,
        "returns": bank.returns.format,
    }


@batch.command("banks", help=say("batch.command.banks"))
@click.option("--add", metavar=say("batch.metavar.file"), help=say("batch.help.add"))
@with_office
def banks(add: str | None, db: str, office_id: str | None, form: str) -> None:
    office = office_at(db, office_id)
    if add is not None:
        text = _bytes(add).decode("utf-8-sig", "replace")
        with office.store.write() as connection:
            add_bank(connection, office.id, text, at=office.clock())
    with office.store.read() as connection:
        known = [_as_dict(bank) for bank in known_banks(connection, office.id)]
    show_result(form, known, "\n".join(say("batch.cli.bank", **bank) for bank in known))


_BANK = click.option("--bank", "bank_id", required=True, help=say("batch.help.bank"))
_CASE = click.argument("case_id", metavar=say("batch.metavar.case"))


@batch.command("pay", help=say("batch.command.pay"))
@_CASE
@_BANK
@click.option("--again", is_flag=True, help=say("batch.help.again"))
@click.option("--out", default=".", show_default=True, help=say("batch.help.out"))
@BY
@with_office
def pay(
    case_id: str,
    bank_id: str,
    again: bool,
    out: str,
    officer: str,
    db: str,
    office_id: str | None,
    form: str,
) -> None:
    settlement = Settlement(office_at(db, office_id), case_id)
    folder = Path(out)
    if not folder.is_dir():
        raise UnreadablePath(say("batch.cli.no-folder"), path=out)
    file = settlement.payment_file(bank_id, by=officer, again=again)
    path = folder / file.filename
    try:
        path.write_bytes(file.content)
    except OSError as error:
        raise UnreadablePath(
            say("batch.cli.unwritten", reason=reason_of(error)), path=path
        ) from error
    facts = {"path": str(path), "count": file.count, "total": f"{file.total:.2f}"}
    show_result(form, facts, say("batch.cli.paid", **facts))


@batch.command("void", help=say("batch.command.void"))
@_CASE
@click.argument("number", type=int, metavar=say("batch.metavar.number"))
@REASON
@BY
@with_office
def void(
    case_id: str,
    number: int,
    reason: str,
    officer: str,
    db: str,
    office_id: str | None,
    form: str,
) -> None:
    Settlement(office_at(db, office_id), case_id).void_file(number, by=officer, reason=reason)
    show_result(form, {"voided": number}, say("batch.cli.voided", number=number))


@batch.command("repaid", help=say("batch.command.repaid"))
@_CASE
@click.argument("path", metavar=say("batch.metavar.file"))
@_BANK
@click.option("--file", "number", type=int, help=say("batch.help.number"))
@BY
@with_office
def repaid(
    case_id: str,
    path: str,
    bank_id: str,
    number: int | None,
    officer: str,
    db: str,
    office_id: str | None,
    form: str,
) -> None:
    settlement = Settlement(office_at(db, office_id), case_id)
    upload = Upload(
        filename=Path(path).name, media_type="application/octet-stream", content=_bytes(path)
    )
    done = settlement.take_repayments(bank_id, upload, by=officer, number=number)
    lines = [say("batch.cli.repaid", paid=done.paid, failed=done.failed)]
    lines += [say("batch.cli.refused", case=c, reason=r) for c, r in done.refused.items()]
    facts = {"paid": done.paid, "failed": done.failed, "refused": dict(done.refused)}
    show_result(form, facts, "\n".join(lines))
    if done.refused:
        raise SystemExit(1)


batch.add_command(reconcile)
