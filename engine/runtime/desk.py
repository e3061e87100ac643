"""Taking, giving back and finishing work items, inside one transaction."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from engine.model.case import CaseState, WorkItemState
from engine.model.office import Waiver
from engine.model.wording import clauses, say
from engine.store import schema

from . import objects
from .atwork import Admitted, AtHand
from .batch.banks import find_bank
from .batch.entry import with_tables
from .casework import Casework
from .deadlines import following
from .errors import AlreadyTaken, FormInvalid, NotAllowed, Stale
from .family import Deeds
from .filing import Upload, keep
from .forms import parse_form
from .judging import Judge, waived
from .places import Place, place

#: Key of the form that names the officers who do a step together with the one who submits it.
COSIGNER = "cosigner"


class Desk:
    """What one officer does to one work item."""

    def __init__(self, work: Casework, judge: Judge, found: AtHand, by: str) -> None:
        self.work = work
        self.judge = judge
        self.office_id = work.office_id
        self.officer = judge.officer(by)
        #: Who writes it down: the officer, or who records what the officer signed on paper.
        self.scribe = self.officer
        #: What is to be feared for the rest of the case after a claim; empty for nothing.
        self.warning = ""
        self.item, self.case = dict(found.item), dict(found.case)
        self._admitted = found.admitted
        work.hold(self.case)
        root_id = self.case["root_id"]
        if not self.case["has_objects"]:
            judge.remember_alone(root_id)
        if self._admitted is None:
            judge.remember(root_id, self._deeds)
        else:
            work.same_deeds.add(root_id)

    @property
    def _deeds(self) -> Deeds:
        """What officers did and hold in the family of the case."""
        return self.work.deeds_of(self.case)

    def claim(self) -> None:
        """Take the item."""
        self._must_be_alive()
        if self.item["state"] == WorkItemState.CLAIMED:
            if self.item["officer"] == self.officer.id:
                return
            raise self._taken("already-claimed")
        assignment = self.judge.assign(self.officer, self.item, self.case)
        self.warning = assignment.forecast.warning
        self._set(state=WorkItemState.CLAIMED.value, officer=self.officer.id)
        self._note("claimed", note=assignment.note)
        # Business objects tie it to families that may change without this one.
        admitted = None
        if not self.case["has_objects"]:
            admitted = Admitted(
                officer=self.officer.id, day=self.judge.today, waivers=assignment.waivers
            )
        self.work.claimed.append(AtHand(item=self.item, case=self.case, admitted=admitted))

    def release(self) -> None:
        """Give the item back to everybody who may take it."""
        self._must_be_alive()
        self._must_be_mine()
        self._set(state=WorkItemState.READY.value, officer=None)
        self._note("released")

    def complete(
        self, values: Mapping[str, str], files: Mapping[str, Upload], version: int | None
    ) -> None:
        """Finish the item with its form, and move the case on."""
        self._must_be_alive()
        self._must_be_mine()
        self._must_be_current(version)
        asked = self._asked()
        raw, cosigners, note = self._together(asked, values)
        self._finish(asked, raw, files, cosigners, note=note)

    def _asked(self) -> Place:
        """What the item's step asks for."""
        return place(self.work.program(self.case), self.work.controls, self.item["step"])

    def _together(
        self, asked: Place, values: Mapping[str, str]
    ) -> tuple[dict[str, str], tuple[str, ...], str]:
        """Judge the officer, and whoever does the step together with the officer.

        Returns
        -------
        The form without their names, their ids, and what the journal has to say of them.
        """
        waivers = dict.fromkeys(self._judged())
        raw = dict(values)
        cosigners: tuple[str, ...] = ()
        if asked.persons > 1:
            cosigners = self._cosigners(asked, raw.pop(COSIGNER, ""), waivers)
        cosigned = say("run.note.cosigned", officers="、".join(cosigners)) if cosigners else ""
        return raw, cosigners, clauses(waived(waivers), cosigned)

    def _judged(self) -> tuple[Waiver, ...]:
        """Judge the officer anew for what the officer holds; the waivers that were needed."""
        known = self._admitted
        if known and (known.officer, known.day) == (self.officer.id, self.judge.today):
            # Nothing has changed since the claim.
            return known.waivers
        return self.judge.judge(self.officer, self.item, self.case)

    def _must_be_current(self, version: int | None) -> None:
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
        self._attach(files)
        sealed = self.work.enter(
            self.case["id"],
            self.scribe.id,
            asked.fields,
            parsed,
            work_item_id=self.item["id"],
            files={name: upload.sha256 for name, upload in files.items()},
        )
        return parsed, sealed

    def _parsed(
        self, asked: Place, values: Mapping[str, str], files: Mapping[str, Upload]
    ) -> dict[str, object]:
        """Typed values of the form; a file that was handed in before is left out."""
        connection, names = self.work.connection, asked.files
        parsed = parse_form(
            asked.fields,
            with_tables(
                asked.fields,
                values,
                files,
                lambda: self.work.form_of(self.case),
                lambda bank_id: find_bank(connection, self.office_id, bank_id),
                batch=self.case["id"],
            ),
            {name: upload.filename for name, upload in files.items() if name in names},
            held=self._held(names),
        )
        for name in names:
            if not parsed[name]:
                del parsed[name]
        return parsed

    def _attach(self, files: Mapping[str, Upload]) -> None:
        """Keep the files with the case, by the names they were handed in by."""
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
                field=name,
            )

    def _held(self, names: Collection[str]) -> set[str]:
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

    def _must_be_alive(self) -> None:
        if self.item["state"] == WorkItemState.DONE:
            raise self._taken("already-done")
        if self.item["state"] == WorkItemState.CANCELLED:
            raise self._taken("withdrawn")
        if self.case["state"] == CaseState.FINISHED:
            raise NotAllowed(say("run.case-closed", case=self.case["id"]))
        if self.case["state"] == CaseState.SUSPENDED:
            raise NotAllowed(say("suspending.suspended", case=self.case["id"]))

    def _must_be_mine(self) -> None:
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
        # Asked for before the change, which they might be read after.
        deeds = self._deeds if changed.keys() & {"officer", "cosigners"} else None
        self.work.wire.update(schema.work_item, changed, key)
        if deeds is not None:
            deeds.remove(self.item)
        self.item |= changed
        if deeds is not None:
            deeds.add(self.item)

    def _note(self, action: str, **facts: str) -> None:
        self.work.note(
            self.case["id"],
            self.scribe.id,
            action,
            step=self.item["step"],
            step_name=self.item["step_name"],
            **facts,
        )
