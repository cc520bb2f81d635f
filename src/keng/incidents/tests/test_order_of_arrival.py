"""What belongs together does not depend on which tip came first."""

import random
import uuid

import pytest

from keng.incidents.wave_signs import RecentTip, _groups_alike
from keng.kit import times
from tests.perturbations import PERTURBATIONS

CAMPAIGN = (
    "Thông báo: hồ sơ trợ cấp của quý khách bị treo, soạn tin gửi đầu số lạ trước tối nay để "
    "giữ quyền lợi, quá hạn sẽ bị thu hồi vĩnh viễn"
)
OTHERS = (
    "Bãi xe sau chùa Hưng Lộc để xe tràn ra lối đi, chiều nào cũng tắc, bà con đi bộ rất khổ sở",
    "Cụ Nhàn xóm Gạo bỏ nhà đi từ trưa, mặc áo len nâu, chống gậy trúc, ai gặp dẫn cụ về giúp",
)


def recent_tips() -> list[RecentTip]:
    texts = [CAMPAIGN, *OTHERS]
    for name, disguise in PERTURBATIONS.items():
        texts.append(disguise(CAMPAIGN, random.Random(name)))
    return [
        RecentTip(uuid.UUID(int=at + 1), times.now(), "", None, text, str(at).encode())
        for at, text in enumerate(texts)
    ]


@pytest.mark.parametrize("seed", range(12))
def test_the_groups_of_copies_are_the_same_in_every_order(seed: int) -> None:
    tips = recent_tips()
    usual = _as_sets(_groups_alike(tips))
    random.Random(seed).shuffle(tips)
    assert _as_sets(_groups_alike(tips)) == usual


def test_copies_in_disguise_are_copies() -> None:
    (group,) = _groups_alike(recent_tips())
    assert len(group) == 1 + len(PERTURBATIONS)


def _as_sets(groups: list[list[RecentTip]]) -> set[frozenset[uuid.UUID]]:
    return {frozenset(tip.pk for tip in group) for group in groups}
