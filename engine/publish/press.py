"""Charts as files: which items, on which papers, in which formats, under which names."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

from engine.bpmn.library import Library
from engine.bpmn.reader import read_file
from engine.model.controls import Controls
from engine.model.errors import QingdanError, UnknownItem, reason_of
from engine.model.procedure import Procedure
from engine.model.wording import say

from . import render
from .chart import compose
from .edition import Edition
from .fonts import missing
from .paper import paper_named

#: What a chart can be written as.
FORMATS = ("svg", "pdf", "png")
_ADDRESS = re.compile(r"https?://[^\s/?#]+[^\s?#]*")
#: What no file system we know allows in a name.
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\s\x00-\x1f]+')


class Unprintable(QingdanError):
    """Something we were asked to print and cannot."""


class Unwritable(QingdanError):
    """A place the system will not let us write to."""


def formats_named(names: Iterable[str]) -> tuple[str, ...]:
    """The formats, each once.

    Raises
    ------
    Unprintable
        We do not know one of them.
    """
    chosen = tuple(dict.fromkeys(name.strip().lower() for name in names))
    for name in chosen:
        if name not in FORMATS:
            known = "、".join(FORMATS)
            raise Unprintable(say("publish.unknown-format", name=name, known=known))
    return chosen


def write(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all.

    Raises
    ------
    Unwritable
        The system refuses: no such place, no permission, no room.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:
            temporary = Path(file.name)
            try:
                file.write(content)
                file.close()
                temporary.chmod(0o644)
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)
    except OSError as error:
        reason = reason_of(error)
        raise Unwritable(say("publish.unwritable", reason=reason), path=path.parent) from error
    return path


def _found(library: Library, name: str) -> tuple[Library, Procedure]:
    """An item of the library, or of the BPMN file of that name."""
    if Path(name).suffix.lower() == ".bpmn":
        document = read_file(name)
        if not document.procedures:
            rule = document.faults[0].rule
            raise Unprintable(say("publish.broken-file", rule=rule), path=name)
        library = Library.of([document])
        named = library.items() or tuple(library.procedures.values())
        return library, named[0]
    return library, library.find(name)


def editions(
    library: Library,
    controls: Controls,
    names: Sequence[str] = (),
    *,
    office: str = "",
    address: str = "",
) -> Iterator[Edition]:
    """What is to be printed: the items named, or all of them.

    Raises
    ------
    UnknownItem, Unprintable
        A name nobody has, a sub-procedure, a character the font lacks, a bad address.
    """
    if address and not _ADDRESS.fullmatch(address):
        raise Unprintable(say("publish.bad-address", address=address))
    chosen = (
        [_found(library, name) for name in names]
        if names
        else [(library, p) for p in library.items()]
    )
    for source, procedure in chosen:
        if procedure.item is None:
            known = "、".join(p.title for p in library.items())
            raise UnknownItem(say("publish.not-an-item", name=procedure.title, known=known))
        yield Edition(
            procedure=procedure,
            item=procedure.item,
            controls=controls,
            digest=source.document_of(procedure).digest,
            office=office or procedure.item.body,
            address=address,
        )


def chart_files(
    editions: Iterable[Edition], out: Path, papers: Sequence[str], formats: Sequence[str]
) -> Iterator[Path]:
    """Write one chart per item, paper and format; yields each path once it is written."""
    sheets = [paper_named(name) for name in dict.fromkeys(papers)]
    wanted = formats_named(formats)
    for edition in editions:
        for paper in sheets:
            sheet = compose(edition, paper)
            name = f"{edition.item.code}-{edition.title}-{paper.name}"
            yield from write_sheet(sheet, out, name, wanted)


def write_sheet(
    sheet: render.Sheet, out: Path, name: str, formats: Iterable[str]
) -> Iterator[Path]:
    """Write a sheet in every format; yields each path once it is written.

    Raises
    ------
    Unprintable
        The font lacks a character of it.
    """
    _refuse_strange(sheet)
    for form in formats:
        yield write(out / f"{_FORBIDDEN.sub('_', name)}.{form}", _content(sheet, form))


def write_picture(sheet: render.Sheet, path: Path) -> Path:
    """Write a sheet as the file named, in the format its ending names.

    Raises
    ------
    Unprintable
        The font lacks a character of it, or we do not know the format.
    """
    (form,) = formats_named([path.suffix.removeprefix(".")])
    _refuse_strange(sheet)
    return write(path, _content(sheet, form))


def _refuse_strange(sheet: render.Sheet) -> None:
    strange = missing(re.sub(r"<[^>]*>|\n", "", sheet.svg))
    if strange:
        text = "".join(strange)
        raise Unprintable(say("publish.unprintable", where=sheet.title, characters=text))


def _content(sheet: render.Sheet, form: str) -> bytes:
    match form:
        case "pdf":
            return render.pdf(sheet)
        case "png":
            return render.png(sheet)
        case _:
            return sheet.svg.encode()
