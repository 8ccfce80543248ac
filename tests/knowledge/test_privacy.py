"""Contacts of persons are masked however they are written; what looks like them is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.privacy import contact_in, mask_contacts, mask_personal

PHONE, MAILBOX, IDENTITY = "[số điện thoại đã ẩn]", "[hộp thư đã ẩn]", "[số giấy tờ đã ẩn]"


@pytest.mark.parametrize(
    "number",
    [
        "0912345678",
        "0912 345 678",
        "0912.345.678",
        "0912-345-678",
        "0912 - 345 - 678",
        "0912  345  678",
        "0912_345_678",
        "09 12 34 56 78",
        "0 9 1 2 3 4 5 6 7 8",
        "091 2345678",
        "0312345678",
        "0567 891 234",
        "+84912345678",
        "84912345678",
        "+84 912 345 678",
        "(+84) 912 345 678",
        "+84(0)912345678",
        "0912\u00a0345\u00a0678",
    ],
)
@pytest.mark.parametrize(
    ("before", "after"), [("", ""), ("SĐT:", "."), ("gọi ", " nhé"), ("-", "\n"), ("(", ")")]
)
def test_a_mobile_number_is_masked(number: str, before: str, after: str) -> None:
    assert mask_contacts(f"{before}{number}{after}") == f"{before}{PHONE}{after}"


@pytest.mark.parametrize("between", ["-", "/", " ", ", ", " - "])
@pytest.mark.parametrize(
    ("first", "second"), [("0912345678", "0987654321"), ("0912 345 678", "0987 654 321")]
)
def test_both_of_two_numbers_are_masked(first: str, second: str, between: str) -> None:
    assert mask_contacts(f"{first}{between}{second}") == f"{PHONE}{between}{PHONE}"


@given(
    st.lists(st.sampled_from(["", " ", ".", "-"]), min_size=9, max_size=9),
    st.from_regex(r"0[35789][1-9]{8}", fullmatch=True),
)
def test_no_digit_of_a_mobile_number_is_left(separators: list[str], digits: str) -> None:
    written = "".join(digit + separator for digit, separator in zip(digits, [*separators, ""], strict=True))
    masked = mask_contacts(f"Liên hệ cô Lan {written}.")
    assert not any(c.isdigit() for c in masked), written


@pytest.mark.parametrize("mailbox", ["a.b-c+d@mail.hp.edu.vn", "lan_nguyen@gmail.com", "X@Y.vn"])
def test_a_mailbox_is_masked(mailbox: str) -> None:
    assert mask_contacts(f"gửi về {mailbox}.") == f"gửi về {MAILBOX}."


@pytest.mark.parametrize("number", ["001203004567", "123456789", "123 456 789", "001 203 004 567"])
def test_an_identity_number_is_masked(number: str) -> None:
    assert mask_contacts(f"CCCD {number}.") == f"CCCD {IDENTITY}."


@pytest.mark.parametrize(
    "text",
    [
        "Kế hoạch số 126/KH-UBND ngày 24/4/2019",
        "Nghị quyết 03/2024/NQ-HĐND",
        "Nghị quyết 03 2024-2030",
        "Công văn số 2300/SGDDĐT-GDTrH ngày 25/8/2023",
        "giai đoạn 2018 - 2025, 2025-2030",
        "các năm 2018 2019 2020",
        "ít nhất 30%, 45% và 98,5 %",
        "15.840.000 đồng",
        "1.234.567.890 đồng",
        "900 000 000 đồng",
        "900000000đ",
        "100 000 000 000 đồng",
        "điện thoại cơ quan 0225 3842 607",
        "ngày 03-9-2024 8-10 giờ",
        "lúc 7 giờ 30 ngày 07.9.2024",
        "http://hpgdnn.edu.vn",
        "lớp 9, lớp 12",
    ],
)
def test_numbers_that_are_no_contacts_stay(text: str) -> None:
    assert mask_contacts(text) == text


@given(st.text(max_size=80))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask_contacts(mask_contacts(text)) == mask_contacts(text)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (
            "nhà em số nhà 12/4 ngõ 34 đường Lạch Tray, em muốn học hàn",
            "nhà em [địa chỉ đã ẩn], em muốn học hàn",
        ),
        ("em o so nha 12 ngo 5 duong lach tray", "em o [địa chỉ đã ẩn]"),
        ("số 7 phố Cát Dài", "[địa chỉ đã ẩn]"),
        ("NHÀ EM SỐ NHÀ 5 NGÕ 7", "NHÀ EM [địa chỉ đã ẩn]"),
        ("nhà em ở 45 Lê Lợi ạ", "nhà em ở [địa chỉ đã ẩn] ạ"),
        ("187 đường Tôn Đức Thắng, sđt 0912345678", f"[địa chỉ đã ẩn], sđt {PHONE}"),
    ],
)
def test_an_exact_address_of_a_user_is_masked(text: str, masked: str) -> None:
    assert mask_personal(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "lớp 9 đường nào học nghề",
        "sau lop 9 duong nao nhanh nhat",
        "Quyết định số 12 năm 2020",
        "mục 2 đường liên thông",
        "em ở phường Đông Hải, Hải Phòng",
        "kế hoạch 126 phổ biến thế nào",
    ],
)
def test_what_is_no_address_is_left_alone(text: str) -> None:
    assert mask_personal(text) == text


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("số của mẹ em: 0912 345 678 nhé", "0912 345 678"),
        ("mail an@example.vn", "an@example.vn"),
        ("em không muốn cho số", None),
    ],
)
def test_a_contact_that_was_asked_for_is_found(text: str, contact: str | None) -> None:
    assert contact_in(text) == contact
