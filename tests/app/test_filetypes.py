"""Uploaded files are what they say: by their bytes, whatever their name and media type claim."""

import contextlib
import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.filetypes import MOST_ENTRIES, MOST_UNPACKED, TYPES, checked
from app.text import BadText

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(17) + b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + bytes(20) + b"\xff\xd9"


def archive(*names: str, first: tuple[str, bytes] | None = None, unpacked: int = 0) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        if first:
            made.writestr(first[0], first[1], compress_type=zipfile.ZIP_STORED)
        for name in names:
            made.writestr(name, b"<xml/>")
        for entry in made.filelist if unpacked else ():
            entry.file_size = unpacked  # as the list at the end of the archive says
    return out.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")
BOMB = archive("[Content_Types].xml", "word/document.xml", unpacked=MOST_UNPACKED)
ODT = archive("content.xml", first=("mimetype", b"application/vnd.oasis.opendocument.text"))


@pytest.mark.parametrize(
    ("name", "content", "ending"),
    [
        ("Wniosek.pdf", PDF, "pdf"),
        ("map.PNG", PNG, "png"),
        ("hall.jpeg", JPEG, "jpeg"),
        ("notes.txt", "Zażółć gęślą jaźń\r\n".encode(), "txt"),
        ("plan.docx", DOCX, "docx"),
        ("budget.xlsx", archive("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        ("suunnitelma.odt", ODT, "odt"),
    ],
)
def test_honest_files_are_taken(name: str, content: bytes, ending: str) -> None:
    assert (checked(name, content)[0], checked(name, content)[1].ending) == (name, ending)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.pdf", b"<html><script>alert(1)</script></html>"),
        ("late.pdf", b"<script>" + PDF),
        ("cut.pdf", PDF[:20]),
        ("picture.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("picture.png", JPEG),
        ("picture.jpg", b"GIF89a=1/*" + bytes(9)),
        ("picture.svg", b"<svg/>"),
        ("program.exe", b"MZ" + bytes(99)),
        ("plan.pdf.exe", PDF),
        ("page.html", b"<html>"),
        ("notes.txt", b"text\x00with a hole"),
        ("notes.txt", b"\xff\xfe\x00broken"),
        ("plan.docx", archive("[Content_Types].xml", "xl/workbook.xml")),
        ("plan.docx", archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
        ("plan.docx", b"MZ" + DOCX),
        ("plan.docx", DOCX[:-30]),
        ("plan.docx", archive("[Content_Types].xml", "word/document.xml", *map(str, range(MOST_ENTRIES)))),
        ("plan.docx", BOMB),
        ("plan.odt", DOCX),
        ("plan.odt", archive("content.xml", first=("mimetype", b"application/vnd.oasis.opendocument.text-template"))),
        ("empty.pdf", b""),
        ("pdf", PDF),
        (".pdf", PDF),
        ("a\x00b.pdf", PDF),
        ("invoice\u202efdp.pdf", PDF),
        ("a" * 200 + ".pdf", PDF),
        ("=?utf-8?q?hi=0ABcc:_e@x.org?=.pdf", PDF),
    ],
)
def test_files_that_are_not_what_they_say_are_refused(name: str, content: bytes) -> None:
    with pytest.raises(BadText):
        checked(name, content)


@pytest.mark.parametrize("name", ["../../etc/plan.pdf", "C:\\Users\\anna\\plan.pdf", "/plan.pdf"])
def test_only_the_last_part_of_a_path_is_kept(name: str) -> None:
    assert checked(name, PDF)[0] == "plan.pdf"


@given(st.sampled_from(sorted(TYPES)), st.binary(max_size=300))
def test_bytes_of_any_kind_give_an_answer(ending: str, content: bytes) -> None:
    for start in (b"", b"PK\x03\x04", PDF[:9], DOCX[:60], ODT[:90]):
        with contextlib.suppress(BadText):
            assert checked(f"file.{ending}", start + content)[1].ending == ending


def test_list_of_a_hundred_thousand_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take seconds, and whoever sends it could send another."""
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(BadText, match="not what its name says"):
        checked("plan.docx", b"PK\x03\x04" + b"PK\x01\x02" * 100_000)
