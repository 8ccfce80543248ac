"""Figures of an answer are marked, and what does not fit a phone is left out."""

import pytest

from knowledge.answers.answer import embolden


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Đạt mức 40% học sinh", "Đạt mức **40%** học sinh"),
        ("ít nhất 98,5 %.", "ít nhất **98,5 %**."),
        ("hỗ trợ 15.840.000 đồng/tháng", "hỗ trợ **15.840.000 đồng/tháng**"),
        ("hỗ trợ 15.840.000 đồng.", "hỗ trợ **15.840.000 đồng**."),
        ("trước ngày 15/5/2024.", "trước **ngày 15/5/2024**."),
        ("ngày 12 tháng 7 năm 2019 của", "**ngày 12 tháng 7 năm 2019** của"),
        ("Kế hoạch số 126/KH-UBND", "Kế hoạch số 126/KH-UBND"),
        ("Nghị quyết 03/2024/NQ-HĐND", "Nghị quyết 03/2024/NQ-HĐND"),
        ("giai đoạn 2018-2025", "giai đoạn 2018-2025"),
    ],
)
def test_figures_are_bold_and_numbers_of_documents_are_not(text: str, marked: str) -> None:
    assert embolden(text) == marked
    assert embolden(marked) == marked
