"""Taking, giving back and finishing work items, inside one transaction."""

from collections.abc import Mapping

from sqlalchemy import select

from engine.model.case import CaseState, WorkItemState
from engine.model.office import Waiver
from engine.model.procedure import FieldType
from engine.model.wording import say
from engine.store import schema

from . import objects
from .atwork import item_at_work
from .batch.banks import find_bank
from .batch.entry import with_tables
from .casework import Casework
from .deadlines import following
from .errors import AlreadyTaken, FormInvalid, NotAllowed, Stale
from .filing import Upload, keep
from .forms import parse_form
from .judging import Judge
from .places import Place, place

#: Key of the form that names the officers who do a step together with the one who submits it.
COSIGNER = "cosigner"


class Desk:
    """What one officer does to one work item."""

    def __init__(self, work: Casework, judge: Judge, work_item_id: str, by: str) -> None:
        self.work = work
        self.judge = judge
        self.office_id = work.office_id
        self.officer = judge.officer(by)
        #: Who writes it down: the officer, or who records what the officer signed on paper.
        self.scribe = self.officer
        #: What is to be feared for the rest of the case after a claim; empty for nothing.
        self.warning = ""
        self.item, self.case = item_at_work(work.wire, self.office_id, work_item_id)
        work.hold(self.case)
        self._deeds = work.deeds_of(self.case)
        judge.remember(self.case["root_id"], self._deeds)
        if not self.case["has_objects"]:
            judge.remember_alone(self.case["root_id"])

    def claim(self) -> None:
        """Take the item."""
        self._is_alive()
        if self.item["state"] == WorkItemState.CLAIMED:
            if self.item["officer"] == self.officer.id:
                return
            raise self._taken("already-claimed")
        assignment = self.judge.assign(self.officer, self.item, self.case)
        self.warning = assignment.forecast.warning
        self._set(state=WorkItemState.CLAIMED.value, officer=self.officer.id)
        self._note("claimed", note=assignment.note)

    def release(self) -> None:
        """Give the item back to everybody who may take it."""
        self._is_alive()
        self._is_mine()
        self._set(state=WorkItemState.READY.value, officer=None)
        self._note("released")

    def complete(
        self, values: Mapping[str, str], files: Mapping[str, Upload], version: int | None
    ) -> None:
        """Finish the item with its form, and move the case on."""
        self._is_alive()
        self._is_mine()
        self._is_current(version)
        asked = self._asked()
        waivers = dict.fromkeys(self._judged())
        raw = dict(values)
        cosigners: tuple[str, ...] = ()
        if asked.persons > 1:
            cosigners = self._cosigners(asked, raw.pop(COSIGNER, ""), waivers)
        notes = [_waived(tuple(waivers))]
        if cosigners:
            notes.append(say("run.note.cosigned", officers="、".join(cosigners)))
        self._finish(asked, raw, files, cosigners, note="；".join(filter(None, notes)))

    def _asked(self) -> Place:
        """What the item's step asks for."""
        return place(self.work.program(self.case), self.work.controls, self.item["step"])

    def _judged(self) -> tuple[Waiver, ...]:
        """Judge the officer anew for what the officer holds; the waivers that were needed."""
        return self.judge.judge(self.officer, self.item, self.case)

    def _is_current(self, version: int | None) -> None:
        if version is not None and version != self.case["version"]:
            raise Stale(say("run.stale", case=self.case["id"]))

    def _finish(
        self,
        asked: Place,
        values: Mapping[str, str],
        files: Mapping[str, Upload],
        cosigners: tuple[str, ...] = (),
        *,
        action: str = "completed",
        note: str = "",
    ) -> None:
        """Store the form, journal it, and move the case on."""
        parsed, sealed = self._form(asked, values, files)
        self.work.done.add(self.item["id"])
        self._set(
            state=WorkItemState.DONE.value,
            cosigners=",".join(self._helpers(cosigners)),
            done_at=self.work.now,
        )
        self._note(action, form_digest=sealed, note=note)
        machine = self.work.load(self.case)
        machine.data.update(parsed)
        objects.remember(self.work.wire, self.case, machine.program, machine.data, parsed)
        following.step_done(self.work, self.case, self.item, machine)
        machine.complete(self.item["id"], parsed)
        self.work.settle(self.case, machine)

    def _form(
        self, asked: Place, values: Mapping[str, str], files: Mapping[str, Upload]
    ) -> tuple[dict[str, object], str]:
        """Store the form and its files; typed values and the digest of all."""
        parsed = self._parsed(asked, values, files)
        self._attach(asked, files)
        sealed = self.work.enter(
            self.case["id"],
            self.scribe.id,
            asked.fields,
            parsed,
            work_item_id=self.item["id"],
            files={name: upload.sha256 for name, upload in files.items()},
            known=self.work.form_of(self.case),
        )
        return parsed, sealed

    def _parsed(
        self, asked: Place, values: Mapping[str, str], files: Mapping[str, Upload]
    ) -> dict[str, object]:
        """Typed values of the form; a file that was handed in before is left out."""
        connection = self.work.connection
        names = _file_fields(asked)
        parsed = parse_form(
            asked.fields,
            with_tables(
                asked.fields,
                values,
                files,
                lambda: self.work.form_of(self.case),
                lambda bank_id: find_bank(connection, self.office_id, bank_id),
            ),
            {name: upload.filename for name, upload in files.items() if name in names},
            held=self._held(names),
        )
        return {name: value for name, value in parsed.items() if value or name not in names}

    def _attach(self, asked: Place, files: Mapping[str, Upload]) -> None:
        """Keep the files with the case."""
        names = _file_fields(asked)
        for name, upload in files.items():
            keep(
                self.work.connection,
                self.office_id,
                self.case["id"],
                upload,
                by=self.scribe.id,
                at=self.work.now,
                work_item_id=self.item["id"],
                step=self.item["step"],
                field=name if name in names else "",
            )

    def _held(self, names: set[str]) -> set[str]:
        """File fields this step has a file for from an earlier round."""
        if not names:
            return set()
        table = schema.attachment
        return set(
            self.work.connection.scalars(
                select(table.c.field).where(
                    table.c.office_id == self.office_id,
                    table.c.case_id == self.case["id"],
                    table.c.step == self.item["step"],
                    table.c.field.in_(names),
                )
            )
        )

    def _helpers(self, cosigners: tuple[str, ...]) -> tuple[str, ...]:
        """Who had a hand in the item besides the officer: earlier holders and co-signers."""
        before = filter(None, str(self.item["cosigners"] or "").split(","))
        return tuple(dict.fromkeys((*before, *cosigners)))

    def _cosigners(self, asked: Place, named: str, waivers: dict[Waiver, None]) -> tuple[str, ...]:
        """The other officers of a step that takes several; each is judged like the first."""
        others = tuple(dict.fromkeys(named.replace("、", ",").replace(",", " ").split()))
        if self.officer.id in others:
            raise FormInvalid({COSIGNER: say("run.cosigner-self")})
        missing = asked.persons - 1 - len(others)
        if missing > 0:
            problem = say(
                "run.needs-cosigner",
                step=asked.name,
                persons=asked.persons,
                others=asked.persons - 1,
            )
            raise FormInvalid({COSIGNER: problem})
        officers = [self.judge.officer(other) for other in others]
        for assignment in self.judge.assign_together(officers, self.item, self.case):
            waivers.update(dict.fromkeys(assignment.waivers))
        return others

    def _is_alive(self) -> None:
        if self.item["state"] == WorkItemState.DONE:
            raise self._taken("already-done")
        if self.item["state"] == WorkItemState.CANCELLED:
            raise self._taken("withdrawn")
        if self.case["state"] == CaseState.FINISHED:
            raise NotAllowed(say("run.case-closed", case=self.case["id"]))
        if self.case["state"] == CaseState.SUSPENDED:
            raise NotAllowed(say("suspending.suspended", case=self.case["id"]))

    def _is_mine(self) -> None:
        if self.item["state"] != WorkItemState.CLAIMED:
            raise NotAllowed(say("run.not-claimed", step=self.item["step_name"]))
        if self.item["officer"] != self.officer.id:
            raise self._taken("already-claimed")

    def _taken(self, key: str) -> AlreadyTaken:
        holder = self.item["officer"]
        name = self.judge.name(holder)
        done = self.item["done_at"]
        at = f"{done:%Y-%m-%d %H:%M:%S}" if done else ""
        text = say(f"run.{key}", step=self.item["step_name"], officer=name, at=at)
        return AlreadyTaken(holder, text)

    def _set(self, **values: object) -> None:
        """Change the item, in the store and here, and what its officers are known to have done."""
        changed = {name: value for name, value in values.items() if self.item[name] != value}
        key = {"office_id": self.office_id, "id": self.item["id"]}
        self.work.wire.update(schema.work_item, changed, key)
        if changed.keys() & {"officer", "cosigners"}:
            self._deeds.remove(self.item)
            self.item |= changed
            self._deeds.add(self.item)
        else:
            self.item |= changed

    def _note(self, action: str, **facts: str) -> None:
        self.work.note(
            self.case["id"],
            self.scribe.id,
            action,
            step=self.item["step"],
            step_name=self.item["step_name"],
            **facts,
        )


def _file_fields(asked: Place) -> set[str]:
    return {field.name for field in asked.fields if field.type is FieldType.FILE}


def _waived(waivers: tuple[Waiver, ...]) -> str:
    if not waivers:
        return ""
    return say("run.note.waived", waivers="、".join(waiver.id for waiver in waivers))
