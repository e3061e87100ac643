"""``qingdan batch``: payment files to the bank, its return files back."""

from pathlib import Path

import click

from engine.model.errors import UnreadablePath
from engine.model.wording import say
from engine.runtime import Office
from engine.runtime.batch.bank import BadBank, Bank
from engine.runtime.batch.banks import add_bank, known_banks
from engine.runtime.batch.settlement import Settlement
from engine.runtime.batch.sheet import decoded

from .files import content_of, save
from .form import show_result
from .options import BY, CASE, KEY, REASON, uploads, with_office
from .reconciling import reconcile


@click.group(help=say("batch.command.batch"))
def batch() -> None:
    pass


def _as_dict(bank: Bank) -> dict[str, str]:
    return {
        "id": bank.id,
        "name": bank.name,
        "payment": bank.payment.format,
        "returns": bank.returns.format,
    }


@batch.command("banks", help=say("batch.command.banks"))
@click.option("--add", metavar=say("batch.metavar.file"), help=say("batch.help.add"))
@KEY
@with_office
def banks(add: str | None, key: str, office: Office, form: str) -> None:
    if add is not None:
        text = decoded(content_of(Path(add)))
        if text is None:
            raise BadBank(say("batch.bank.not-text"), path=add)
        with office.store.write() as connection:
            add_bank(connection, office.id, text, at=office.clock(), key=key)
    with office.store.read() as connection:
        known = [_as_dict(bank) for bank in known_banks(connection, office.id)]
    show_result(form, known, "\n".join(say("batch.cli.bank", **bank) for bank in known))


_BANK = click.option("--bank", "bank_id", required=True, help=say("batch.help.bank"))


@batch.command("pay", help=say("batch.command.pay"))
@CASE
@_BANK
@click.option("--again", is_flag=True, help=say("batch.help.again"))
@click.option("--out", default=".", show_default=True, help=say("batch.help.out"))
@KEY
@BY
@with_office
def pay(
    case_id: str,
    bank_id: str,
    again: bool,
    out: str,
    key: str,
    officer: str,
    office: Office,
    form: str,
) -> None:
    settlement = Settlement(office, case_id)
    folder = Path(out)
    if not folder.is_dir():
        raise UnreadablePath(say("batch.cli.no-folder"), path=out)
    file = settlement.payment_file(bank_id, by=officer, again=again, key=key)
    path = folder / file.filename
    save(path, file.content, "batch.cli.unwritten")
    facts = {"path": str(path), "count": file.count, "total": f"{file.total:.2f}"}
    show_result(form, facts, say("batch.cli.paid", **facts))


@batch.command("void", help=say("batch.command.void"))
@CASE
@click.argument("number", type=int, metavar=say("batch.metavar.number"))
@REASON
@KEY
@BY
@with_office
def void(
    case_id: str,
    number: int,
    reason: str,
    key: str,
    officer: str,
    office: Office,
    form: str,
) -> None:
    Settlement(office, case_id).void_file(number, by=officer, reason=reason, key=key)
    show_result(form, {"voided": number}, say("batch.cli.voided", number=number))


@batch.command("repaid", help=say("batch.command.repaid"))
@CASE
@click.argument("path", metavar=say("batch.metavar.file"))
@_BANK
@click.option("--file", "number", type=int, help=say("batch.help.number"))
@KEY
@BY
@with_office
def repaid(
    case_id: str,
    path: str,
    bank_id: str,
    number: int | None,
    key: str,
    officer: str,
    office: Office,
    form: str,
) -> None:
    settlement = Settlement(office, case_id)
    upload = uploads({"return": path})["return"]
    done = settlement.take_repayments(bank_id, upload, by=officer, number=number, key=key)
    lines = [say("batch.cli.repaid", paid=done.paid, failed=done.failed)]
    lines += [say("batch.cli.refused", case=c, reason=r) for c, r in done.refused.items()]
    facts = {"paid": done.paid, "failed": done.failed, "refused": dict(done.refused)}
    show_result(form, facts, "\n".join(lines))
    if done.refused:
        raise SystemExit(1)


batch.add_command(reconcile)
