"""What an uploaded file is, by its bytes and not by its name; whatever is not what it says is refused."""

import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO

from app.text import BadText, clean_line

NAME_LIMIT = 150
MOST_ENTRIES = 5_000  # files within a document; real ones have dozens
MOST_UNPACKED = 500 << 20  # bytes, as the document says; whoever opened more would wish they had not
_OPENXML = "application/vnd.openxmlformats-officedocument."
_OASIS = "application/vnd.oasis.opendocument."
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_ENTRY = b"PK\x01\x02"  # of the list in a ZIP archive
_PDF = re.compile(rb"%PDF-[12]\.[0-9]")


@dataclass(frozen=True, slots=True)
class FileType:
    """`media_type` is what we serve it as."""

    ending: str
    media_type: str
    fits: Callable[[bytes], bool]


def checked(name: str, content: bytes) -> tuple[str, FileType]:
    """The file's clean name and its type. Raises BadText, with a sentence for whoever sent it."""
    name = clean_line(re.split(r"[/\\]", name)[-1], limit=NAME_LIMIT)  # some browsers send the whole path
    stem, _dot, ending = name.rpartition(".")
    found = TYPES.get(ending.lower())
    if found is None or not stem.strip(". "):
        raise BadText("Files of this kind are not taken. Send PDF, PNG, JPEG, text, Word, Excel or OpenDocument files.")
    if not content:
        raise BadText("This file is empty.")
    if not found.fits(content):
        raise BadText("This file is not what its name says. Save it again in the program it comes from, and send that.")
    return name, found


def _pdf(content: bytes) -> bool:
    return bool(_PDF.match(content)) and b"%%EOF" in content[-1024:]


def _png(content: bytes) -> bool:
    return content.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") and content.endswith(b"IEND\xaeB`\x82")


def _jpeg(content: bytes) -> bool:
    return content.startswith(b"\xff\xd8\xff") and content.endswith(b"\xff\xd9")


def _text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not _CONTROLS.search(text)


def _office(part: str) -> Callable[[bytes], bool]:
    """Office Open XML (ECMA-376): a package with its content types and its main part; macros are programs."""

    def fits(content: bytes) -> bool:
        names = _entries(content)
        return {"[Content_Types].xml", part} <= names and not any("vbaproject" in name.lower() for name in names)

    return fits


def _open_document(kind: str) -> Callable[[bytes], bool]:
    """OpenDocument 1.3, part 2, 3.3: the first entry, stored as it is, names the kind at a known place."""
    mark = f"{_OASIS}{kind}".encode()

    def fits(content: bytes) -> bool:
        named = content[30:].startswith(b"mimetype" + mark + b"PK")
        names = _entries(content) if named else set()
        return "content.xml" in names and not any(name.startswith("Basic/") for name in names)

    return fits


def _entries(content: bytes) -> set[str]:
    """The names in a ZIP archive that begins at the first byte; nothing is unpacked. Empty for anything else."""
    if not content.startswith(b"PK\x03\x04") or content.count(_ENTRY) > MOST_ENTRIES:
        return set()  # counted first, for reading the list of a hundred thousand takes seconds
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, NotImplementedError, OverflowError):
        return set()
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        return set()
    return {entry.filename for entry in entries}


TYPES: Mapping[str, FileType] = {
    one.ending: one
    for one in (
        FileType("pdf", "application/pdf", _pdf),
        FileType("png", "image/png", _png),
        FileType("jpg", "image/jpeg", _jpeg),
        FileType("jpeg", "image/jpeg", _jpeg),
        FileType("txt", "text/plain; charset=utf-8", _text),
        FileType("docx", f"{_OPENXML}wordprocessingml.document", _office("word/document.xml")),
        FileType("xlsx", f"{_OPENXML}spreadsheetml.sheet", _office("xl/workbook.xml")),
        FileType("pptx", f"{_OPENXML}presentationml.presentation", _office("ppt/presentation.xml")),
        FileType("odt", f"{_OASIS}text", _open_document("text")),
        FileType("ods", f"{_OASIS}spreadsheet", _open_document("spreadsheet")),
        FileType("odp", f"{_OASIS}presentation", _open_document("presentation")),
    )
}
