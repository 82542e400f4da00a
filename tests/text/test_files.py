"""Bytes to text: what is accepted, and what is said of the rest."""

from __future__ import annotations

import io
import sys

import pytest

from backcalc.text.errors import ReadError
from backcalc.text.files import decode, read, salvage

DECODED = [
    ("plain", b"y = 2*x\n", "y = 2*x\n"),
    ("nothing", b"", ""),
    ("byte order mark", b"\xef\xbb\xbfy = 1", "y = 1"),
    ("byte order marks of files strung together", "\ufeffa = 1\n\ufeffb = 2".encode(), "a = 1\nb = 2"),
    ("Windows newlines", b"a = 1\r\nb = 2\r\n", "a = 1\nb = 2\n"),
    ("old Mac newlines", b"a = 1\rb = 2\r", "a = 1\nb = 2\n"),
    ("mixed newlines", b"a\r\n\rb\n", "a\n\nb\n"),
    ("Greek", "η = σ(x)".encode(), "η = σ(x)"),
    ("an accent as a character of its own", "e\u0301 = 1".encode(), "\u00e9 = 1"),
]


@pytest.mark.parametrize(("case", "data", "text"), DECODED, ids=[row[0] for row in DECODED])
def test_decode(case, data, text):
    source = decode("f.bg", data)
    assert (source.name, source.text) == ("f.bg", text), case


REFUSED = [
    (b"y = \xe9", "f.bg:1:5: error: the byte 0xe9 is not UTF-8", "in Latin-1 this byte is `é`"),
    (b"a = 1\n# \xff\n", "f.bg:2:3: error: the byte 0xff is not UTF-8", "`ÿ`"),
    (b"\xef\xbb\xbfab\x80", "f.bg:1:3: error: the byte 0x80 is not UTF-8", "save the file as UTF-8"),
    ("é = \u2202".encode()[:-1], "f.bg:1:5: error: the byte 0xe2 is not UTF-8", "save the file as UTF-8"),
    ("y = 1\n".encode("utf-16"), "f.bg: error: the file is UTF-16, not UTF-8", "save it as UTF-8"),
    ("y = 1\n".encode("utf-16-be"), "f.bg: error: the file is not text", "save it as plain text, in UTF-8"),
    (b"\xfe\xff\x00y", "f.bg: error: the file is UTF-16, not UTF-8", "save it as UTF-8"),
    (b"y = 1\0", "f.bg: error: the file is not text", "save it as plain text, in UTF-8"),
    (bytes(range(256)), "f.bg: error: the file is not text", "save it as plain text, in UTF-8"),
]


@pytest.mark.parametrize(("data", "place", "hint"), REFUSED)
def test_what_is_not_utf_8_is_refused_at_its_first_byte(data, place, hint):
    with pytest.raises(ReadError) as caught:
        decode("f.bg", data)
    first, *_, last = str(caught.value).split("\n")
    assert first == place
    assert hint in last


@pytest.mark.parametrize(
    ("data", "text", "places"),
    [
        (b"y = 1", "y = 1", []),
        (b"\xef\xbb\xbfa\r\nb\rc", "a\nb\nc", []),
        (b"a\r\n# \xe9\r\nb \xff\xfe\n", "a\n# �\nb ��\n", [(2, 3), (3, 3)]),
        ("e\u0301 ".encode() + b"\xe9", "é �", [(1, 3)]),
        ("�".encode(), "�", []),
        ("y\n".encode("utf-16"), "y\n", [None]),
    ],
)
def test_salvage(data, text, places):
    source, errors = salvage("f", data)
    spans = (error.span for error in errors)
    assert source.text == text
    assert [
        span and (source.line_number(span.start), 1 + span.start - source.line_start(span.start)) for span in spans
    ] == places


@pytest.mark.parametrize("data", [b"y = 1\0", "y".encode("utf-16-be"), b"PK\3\4\0\0"])
def test_nothing_is_salvaged_of_what_is_no_text(data):
    with pytest.raises(ReadError, match="not text"):
        salvage("f", data)


def test_the_text_of_a_refused_file_shows_what_can_be_shown():
    with pytest.raises(ReadError, match=r"2 \| y = 2\*�t�"):
        decode("f.bg", b"# old\ny = 2*\xe9t\xe9\n")


def test_read_a_file(tmp_path):
    path = tmp_path / "y.bg"
    path.write_bytes(b"y = 1\r\n")
    source = read(str(path))
    assert (source.name, source.text) == (str(path), "y = 1\n")


def test_read_stdin(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"y = 1\r\n")))
    source = read("-")
    assert (source.name, source.text) == ("<stdin>", "y = 1\n")


def refusal(path):
    with pytest.raises(ReadError) as caught:
        read(path)
    return str(caught.value)


# What is asked for, what is there, and the hint.
MISSING = [
    ("nowhere.bg", ["lattice.bg"], ""),
    ("lattice", ["lattice.bg"], "lattice.bg"),
    ("latice.bg", ["lattice.bg", "neuron.bg"], "lattice.bg"),
    ("lattcie.bg", ["lattice.bg"], "lattice.bg"),
    ("x.bg", [], ""),
]


@pytest.mark.parametrize(("asked", "there", "near"), MISSING)
def test_a_missing_file_has_a_near_name(asked, there, near, tmp_path, monkeypatch):
    for name in there:
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    hint = f"\n  hint: did you mean `{near}`?" if near else ""
    assert refusal(asked) == f"{asked}: error: cannot read the file: no such file or directory{hint}"
    folder_hint = hint.replace("`", f"`{tmp_path}/", 1)
    assert refusal(str(tmp_path / asked)).partition("\n")[2] == folder_hint.strip("\n")


def test_a_file_in_a_missing_folder(tmp_path):
    assert refusal(str(tmp_path / "no" / "y.bg")).endswith("no such file or directory")


def test_a_folder_and_what_is_no_name(tmp_path):
    assert refusal(str(tmp_path)) == f"{tmp_path}: error: cannot read the file: is a directory"
    assert refusal("a\0b") == "a�b: error: this is no file name"


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = tmp_path / "y.bg"
    path.touch()

    def refuse(*_arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    assert refusal(str(path)) == f"{path}: error: cannot read the file: permission denied"
