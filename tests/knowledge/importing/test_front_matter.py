"""What a document's own text says of it, by the heads and feet that offices write."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge.documents import read_document
from knowledge.importing.drafts import body_of_markdown, draft

TODAY = date(2026, 11, 24)
DOCUMENTS = Path(__file__).resolve().parents[3] / "knowledge" / "documents"
# What the text of each of our documents says; numbers and days were left blank in most of them.
OURS: dict[str, dict[str, Any]] = {
    "bao-cao-huong-nghiep-duong-kinh-2023": {
        "type": "Công văn", "number": "/GD&ĐT", "issued": "2023", "place": "Dương Kinh", "signer": "Nguyễn Chí Linh",
        "citation": "Công văn năm 2023 (Dương Kinh)",
    },
    "huong-dan-nq03-2024": {
        "type": "Công văn", "number": "/SGDDĐT-GDTEX&ĐH", "issued": "2024", "place": "Hải Phòng",
        "valid_from": "2024", "valid_to": "2030", "status": "in_force", "signer": "Đỗ Thị Hoà",
    },
    "ke-hoach-126-2019": {
        "type": "Kế hoạch", "number": None, "issued": None, "issuer": "Ủy ban nhân dân thành phố",
        "valid_from": "2018", "valid_to": "2025", "status": "ended", "signer": "Lê Khắc Nam",
    },
    "ke-hoach-tuyen-truyen-lang-son-2023": {
        "type": "Kế hoạch", "number": "/KH-SLĐTBXH", "issued": "2023-03", "place": "Lạng Sơn",
        "signer": "Phạm Đức Huân",
    },
    "tuyen-truyen-gdnn-2024": {
        "type": "Công văn", "number": "/SLĐTBXH-GDNN", "issued": "2024", "place": "Hải Phòng",
        "status": "unknown", "signer": "Phạm Thị Huyền",
    },
}  # fmt: skip
BODY = "Các trường trung học cơ sở tổ chức tư vấn học nghề cho học sinh lớp 9 trong năm học này.\n"


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("marks", [True, False])
def test_our_own_documents_say_what_we_know_of_them(tmp_path: Path, name: str, marks: bool) -> None:
    shipped = read_document(DOCUMENTS / f"{name}.md")
    body = body_of_markdown((DOCUMENTS / f"{name}.md").read_text(encoding="utf-8"))
    if not marks:
        lines = [line.lstrip("# ") for line in body.splitlines() if line != "---"]
        body = "\n".join(lines).replace("**", "")
    file = tmp_path / "van-ban.txt"
    file.write_text(body, encoding="utf-8")
    made = draft(file, TODAY).document
    assert made.title == shipped.title
    assert {field: getattr(made, field) for field in OURS[name]} == OURS[name]
    assert [s.slug for s in made.outline if s.blocks] == [s.slug for s in shipped.outline if s.blocks]


def proposed(tmp_path: Path, text: str) -> dict[str, Any]:
    file = tmp_path / "cong-van-den.txt"
    file.write_text(text, encoding="utf-8")
    return draft(file, TODAY).document.model_dump(exclude={"outline", "ocr_notes"}, exclude_none=True)


def test_plan_of_a_city(tmp_path: Path) -> None:
    text = f"""ỦY BAN NHÂN DÂN
THÀNH PHỐ HẢI PHÒNG

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: 126/KH-UBND

Hải Phòng, ngày 24 tháng 4 năm 2019

KẾ HOẠCH
Triển khai thực hiện Đề án phân luồng học sinh giai đoạn 2018 - 2025

{BODY}
TM. ỦY BAN NHÂN DÂN
KT. CHỦ TỊCH
PHÓ CHỦ TỊCH

Lê Khắc Nam
"""
    assert proposed(tmp_path, text) == {
        "id": "ke-hoach-126-2019",
        "type": "Kế hoạch",
        "number": "126/KH-UBND",
        "citation": "Kế hoạch 126/KH-UBND",
        "title": "Triển khai thực hiện Đề án phân luồng học sinh giai đoạn 2018 - 2025",
        "issuer": "Ủy ban nhân dân thành phố Hải Phòng",
        "place": "Hải Phòng",
        "issued": "2019-04-24",
        "valid_from": "2018",
        "valid_to": "2025",
        "status": "ended",
        "signer": "Lê Khắc Nam",
        "source": "Nhập từ tệp cong-van-den.txt.",
    }


def test_decree_of_the_whole_country(tmp_path: Path) -> None:
    text = f"""CHÍNH PHỦ

Số: 24/2022/NĐ-CP

Hà Nội, ngày 06 tháng 4 năm 2022

NGHỊ ĐỊNH
Quy định về chương trình đào tạo nghề

Điều 1. Phạm vi điều chỉnh

{BODY}
Điều 2. Hiệu lực thi hành

Nghị định này có hiệu lực thi hành từ ngày 01 tháng 6 năm 2022.

TM. CHÍNH PHỦ
THỦ TƯỚNG

Phạm Minh Chính
"""
    found = proposed(tmp_path, text)
    assert (found["id"], found["number"]) == ("nghi-dinh-24-2022", "24/2022/NĐ-CP")
    assert (found["issuer"], found["valid_from"], found["signer"]) == (
        "Chính phủ",
        "2022-06-01",
        "Phạm Minh Chính",
    )
    assert "place" not in found


def test_letter_with_its_subject_over_several_lines(tmp_path: Path) -> None:
    text = f"""UBND HUYỆN CÁT HẢI
PHÒNG GIÁO DỤC VÀ ĐÀO TẠO

Số: 45/PGDĐT

V/v tuyển sinh lớp nghề của
Trung tâm Giáo dục nghề nghiệp - Giáo dục
Thường xuyên huyện

Cát Hải, ngày 3 tháng 9 năm 2025

Kính gửi: Hiệu trưởng các trường trung học cơ sở

{BODY}
Nơi nhận:
- Như trên;
- Lưu: VT.

TRƯỞNG PHÒNG

ThS. Trần Thị Bình
"""
    found = proposed(tmp_path, text)
    assert found["title"] == (
        "Tuyển sinh lớp nghề của Trung tâm Giáo dục nghề nghiệp - Giáo dục Thường xuyên huyện"
    )
    assert (found["type"], found["number"], found["issued"]) == ("Công văn", "45/PGDĐT", "2025-09-03")
    assert found["issuer"] == "Phòng Giáo dục và Đào tạo huyện Cát Hải"
    assert found["signer"] == "Trần Thị Bình"


def test_text_that_says_nothing_of_itself_gets_the_name_of_its_file(tmp_path: Path) -> None:
    found = proposed(tmp_path, BODY)
    assert found["id"] == "cong-van-den"
    assert found["title"] == found["citation"] == "Cong-van-den"
    assert set(found) == {"id", "title", "citation", "status", "source"}


def test_day_that_no_calendar_has_is_left_out(tmp_path: Path) -> None:
    assert proposed(tmp_path, f"Số: 1/TB-X\n\nHuế, ngày 31 tháng 2 năm 2024\n\n{BODY}")["issued"] == "2024"
