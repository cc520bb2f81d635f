"""The lines that `keng analyse` prints."""

import json

import pytest

from keng.language.analyse import analyse_lines

LINE = json.dumps(
    {"id": "A1", "text": "Số 0912 345 678 gửi hxxps://nhan-qua[.]example/a"}, ensure_ascii=False
)


def test_each_line_gives_its_id_and_its_indicators() -> None:
    assert list(analyse_lines([LINE, "\n", '{"id": 2, "text": "không có gì"}'])) == [
        {
            "id": "A1",
            "indicators": [
                {"type": "phone", "value": "+84912345678", "start": 3, "end": 15},
                {"type": "url", "value": "nhan-qua.example/a", "start": 20, "end": 48},
            ],
        },
        {"id": 2, "indicators": []},
    ]


@pytest.mark.parametrize("bad", ["{", "[1]", '{"id": 1}', '{"text": "a"}', '{"id": 1, "text": 5}'])
def test_a_bad_line_is_named(bad: str) -> None:
    with pytest.raises(ValueError, match="line 2 is not"):
        list(analyse_lines([LINE, bad]))
