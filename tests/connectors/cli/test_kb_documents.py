"""`laban kb add` and `laban kb remove` as an administrator runs them: what they say, change and leave alone."""

import io
import json
from pathlib import Path

import docx
import pytest

from connectors.settings import ROOT
from knowledge import index
from knowledge.encoder import Encoder
from knowledge.store import KnowledgeStore
from tests.connectors.cli.conftest import Laban
from tests.connectors.conftest import DOCUMENT

LETTER = """ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG
SỞ GIÁO DỤC VÀ ĐÀO TẠO

Số: 215/KH-SGDĐT

Hải Phòng, ngày 05 tháng 3 năm 2024

KẾ HOẠCH

Dạy nghề gốm cho học sinh lớp 9

I. HỌC PHÍ

Học viên nghề gốm đóng học phí 123.000 đồng mỗi tháng; liên hệ 0912 345 678.

II. THỜI GIAN

Khóa học nghề gốm kéo dài 7 tháng.
"""
ID = "ke-hoach-215-2024"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, laban: Laban) -> Path:
    """A folder of one document, which the settings name, with an index folder of its own."""
    made = tmp_path / "documents"
    made.mkdir()
    (made / "quy-che-thu.md").write_text(DOCUMENT, encoding="utf-8")
    monkeypatch.setenv("LABAN_DOCUMENTS_DIR", str(made))
    monkeypatch.setenv("LABAN_INDEX_DIR", str(tmp_path / "index"))
    monkeypatch.setenv("LABAN_TODAY", "2026-11-24")
    return made


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """The letter as a text file."""
    file = tmp_path / "ke-hoach.txt"
    file.write_text(LETTER, encoding="utf-8")
    return file


def answer(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))


def contents(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}


def test_document_is_added_and_a_running_app_finds_it(
    laban: Laban, folder: Path, letter: Path, tmp_path: Path, encoder: Encoder
) -> None:
    assert laban("kb", "build")[0] == 0
    store = KnowledgeStore(tmp_path / "index", encoder)
    store.retriever()
    code, out, err = laban("kb", "add", letter, "--yes")
    assert (code, err) == (0, "")
    assert f"{letter}: added as {ID}; its front matter can be corrected in {folder / f'{ID}.md'}" in out
    assert "passages of 2 documents" in out
    for shown in ("215/KH-SGDĐT", "Dạy nghề gốm cho học sinh lớp 9", "Khóa học nghề gốm kéo dài 7 tháng."):
        assert shown in out
    assert "0912" not in out
    assert "0912 345 678" in (folder / f"{ID}.md").read_text(encoding="utf-8")
    found = store.retriever().search("Khóa học nghề gốm kéo dài bao lâu?", 5)
    assert f"{ID}#ii" in [hit.passage.id for hit in found]
    assert laban("kb", "remove", ID, "--yes")[0] == 0
    left = store.retriever().search("Khóa học nghề gốm kéo dài bao lâu?", 5)
    assert {hit.passage.source.id for hit in left} == {"quy-che-thu"}


@pytest.mark.parametrize(("typed", "added"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_administrator_is_asked(
    laban: Laban, folder: Path, letter: Path, monkeypatch: pytest.MonkeyPatch, typed: str, added: bool
) -> None:
    answer(monkeypatch, typed)
    code, out, _ = laban("kb", "add", letter, "--no-index")
    assert code == 0
    assert f"Add this document as {ID}? [y/N]" in out
    assert (folder / f"{ID}.md").exists() is added
    assert added or f"{letter}: not added." in out


def test_nobody_there_to_answer_changes_nothing(
    laban: Laban, folder: Path, letter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, "")
    assert laban("kb", "add", letter)[0] == 1
    assert set(contents(folder)) == {"quy-che-thu.md"}


def test_same_text_in_another_format_is_known(
    laban: Laban, folder: Path, letter: Path, tmp_path: Path
) -> None:
    document = docx.Document()
    for line in LETTER.splitlines():
        document.add_paragraph(line)
    document.save(str(tmp_path / "b.docx"))
    assert laban("kb", "add", letter, "--yes")[0] == 0
    before, version = contents(folder), index.current_version(tmp_path / "index")
    code, out, _ = laban("kb", "add", tmp_path / "b.docx", letter, "--yes")
    assert code == 0
    assert out.count(f"the same text is known already as {ID}; nothing was changed.") == 2
    assert (contents(folder), index.current_version(tmp_path / "index")) == (before, version)


def test_same_text_twice_in_one_call_is_added_once(
    laban: Laban, folder: Path, letter: Path, tmp_path: Path
) -> None:
    (tmp_path / "b.md").write_text(LETTER, encoding="utf-8")
    code, out, _ = laban("kb", "add", letter, tmp_path / "b.md", "--yes", "--no-index", "--json")
    assert code == 0
    assert [row["outcome"] for row in json.loads(out)] == ["added", "unchanged"]
    assert set(contents(folder)) == {"quy-che-thu.md", f"{ID}.md"}


def test_changed_version_replaces_only_when_told_to(laban: Laban, folder: Path, letter: Path) -> None:
    assert laban("kb", "add", letter, "--yes", "--no-index")[0] == 0
    letter.write_text(LETTER.replace("7 tháng", "9 tháng"), encoding="utf-8")
    code, _, err = laban("kb", "add", letter, "--yes", "--no-index")
    assert code == 1
    assert f"the id {ID!r} belongs to another text" in err
    assert "--replace" in err
    assert "7 tháng" in contents(folder)[f"{ID}.md"]
    code, out, _ = laban("kb", "add", letter, "--yes", "--no-index", "--replace")
    assert (code, out.splitlines()[-1]) == (0, f"{letter}: replaced {ID}, {folder / f'{ID}.md'}.")
    assert "9 tháng" in contents(folder)[f"{ID}.md"]


def test_changed_version_is_known_by_its_number_too(laban: Laban, folder: Path, letter: Path) -> None:
    assert laban("kb", "add", letter, "--yes", "--no-index", "--id", "day-nghe-gom")[0] == 0
    letter.write_text(LETTER.replace("7 tháng", "9 tháng"), encoding="utf-8")
    code, _, err = laban("kb", "add", letter, "--yes", "--no-index")
    assert code == 1
    assert "'day-nghe-gom' has the number 215/KH-SGDĐT too; give --id day-nghe-gom --replace" in err
    assert laban("kb", "add", letter, "--yes", "--no-index", "--id", "day-nghe-gom", "--replace")[0] == 0
    assert set(contents(folder)) == {"quy-che-thu.md", "day-nghe-gom.md"}


def test_good_files_are_added_and_each_bad_one_is_told(
    laban: Laban, folder: Path, letter: Path, tmp_path: Path
) -> None:
    for name, content in [
        ("rong.txt", ""),
        ("a.doc", "x"),
        ("en.txt", "All in English."),
        ("hong.pdf", "%PDF-1.4"),
    ]:
        (tmp_path / name).write_text(content, encoding="utf-8")
    bad = [tmp_path / name for name in ("rong.txt", "a.doc", "en.txt", "hong.pdf", "thieu.docx")]
    code, out, err = laban("kb", "add", *bad[:2], letter, *bad[2:], "--yes", "--json")
    assert code == 1
    assert [row["outcome"] for row in json.loads(out)] == ["refused"] * 2 + ["added"] + ["refused"] * 3
    assert len(err.splitlines()) == len(bad)
    for file, said in zip(bad, ["empty", ".docx", "not Vietnamese", "damaged", "no such file"], strict=True):
        assert any(str(file) in line and said in line for line in err.splitlines())
    assert set(contents(folder)) == {"quy-che-thu.md", f"{ID}.md"}


def test_json_says_what_was_proposed(laban: Laban, folder: Path, letter: Path) -> None:
    (row,) = json.loads(laban("kb", "add", letter, "--yes", "--json", "--no-index")[1])
    assert (row["id"], row["passages"], row["document"]) == (ID, 3, str(folder / f"{ID}.md"))
    assert row["fields"]["issuer"] == "Sở Giáo dục và Đào tạo thành phố Hải Phòng"
    assert row["fields"]["issued"] == "2024-03-05"


@pytest.mark.parametrize("wrong", ["../x", "/etc/x", "Kế hoạch", "a" * 81, "a--b", ""])
def test_id_that_is_no_name_of_a_file_is_refused(
    laban: Laban, folder: Path, letter: Path, wrong: str
) -> None:
    code, _, err = laban("kb", "add", letter, "--yes", "--id", wrong)
    assert code == 1
    assert "cannot be an id" in err
    assert set(contents(folder)) == {"quy-che-thu.md"}
    assert not (folder.parent / "x.md").exists()


def test_options_that_do_not_go_together_are_told(laban: Laban, folder: Path, letter: Path) -> None:
    assert "--id names one document" in laban("kb", "add", letter, letter, "--id", "a")[2]
    assert "needs --yes" in laban("kb", "add", letter, "--json")[2]
    assert "needs --yes" in laban("kb", "remove", "quy-che-thu", "--json")[2]


def test_index_that_cannot_be_built_leaves_the_folder_as_it_was(
    laban: Laban, folder: Path, letter: Path
) -> None:
    (folder / "hong.md").write_text("---\nid: [\n---\nHỏng", encoding="utf-8")
    before = contents(folder)
    code, _, err = laban("kb", "add", letter, "--yes")
    assert (code, contents(folder)) == (1, before)
    assert "nothing was changed" in err
    assert "hong.md:2" in err
    assert laban("kb", "remove", "quy-che-thu", "--yes")[0] == 1
    assert contents(folder) == before


def test_folder_that_is_a_file_is_told(laban: Laban, letter: Path, tmp_path: Path) -> None:
    (tmp_path / "tep").touch()
    code, _, err = laban("kb", "add", letter, "--yes", "--no-index", "--documents", tmp_path / "tep")
    assert code == 1
    assert f"nothing was changed: {tmp_path / 'tep'}: File exists" in err


def test_link_is_replaced_and_what_it_points_to_is_not(
    laban: Laban, folder: Path, letter: Path, tmp_path: Path
) -> None:
    aside = tmp_path / "ngoai.md"
    aside.write_text(DOCUMENT.replace("quy-che-thu", ID), encoding="utf-8")
    (folder / f"{ID}.md").symlink_to(aside)
    assert laban("kb", "add", letter, "--yes", "--no-index", "--replace")[0] == 0
    assert "Quy chế 7" in aside.read_text(encoding="utf-8")
    assert not (folder / f"{ID}.md").is_symlink()


def test_removed_document_takes_its_questions_with_it(
    laban: Laban, folder: Path, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = tmp_path / "questions"
    questions.mkdir()
    (questions / f"{ID}.yml").write_text("- evidence: kéo dài 7\n  questions: [Bao lâu]\n", encoding="utf-8")
    monkeypatch.setenv("LABAN_QUESTIONS_DIR", str(questions))
    assert laban("kb", "add", letter, "--yes")[0] == 0
    answer(monkeypatch, "n\n")
    code, out, _ = laban("kb", "remove", ID)
    assert code == 0
    assert f"Remove {ID}? [y/N]" in out
    assert "Nothing was removed." in out
    code, out, _ = laban("kb", "remove", ID, "--yes", "--json")
    assert code == 0
    assert json.loads(out)["removed"] == [str(folder / f"{ID}.md"), str(questions / f"{ID}.yml")]
    assert not list(questions.iterdir())
    assert set(contents(folder)) == {"quy-che-thu.md"}


@pytest.mark.parametrize("unknown", ["khong-co", "../quy-che-thu", ""])
def test_unknown_id_is_told(laban: Laban, folder: Path, unknown: str) -> None:
    code, _, err = laban("kb", "remove", unknown, "--yes")
    assert code == 1
    assert f"holds no document {unknown!r}; `laban kb list` shows the ids" in err


def test_only_document_stays(laban: Laban, folder: Path) -> None:
    code, _, err = laban("kb", "remove", "quy-che-thu", "--yes")
    assert code == 1
    assert "add another one before removing it" in err
    assert (folder / "quy-che-thu.md").exists()


def test_document_that_we_ship_is_removed_from_a_copy(laban: Laban, folder: Path) -> None:
    shipped = ROOT / "knowledge" / "documents" / "ke-hoach-126-2019.md"
    code, out, _ = laban("kb", "add", shipped, "--yes", "--no-index", "--json")
    assert code == 0
    assert json.loads(out)[0]["id"] == "ke-hoach-126-2019"
    assert laban("kb", "remove", "ke-hoach-126-2019", "--yes", "--no-index")[0] == 0
    assert set(contents(folder)) == {"quy-che-thu.md"}
    assert shipped.exists()
