"""A list of somebody else's in the look-up of the demo: fictional sites of a fictional source."""

import datetime as dt

from keng.kit import times
from keng.lookup.block_lists.importing import import_block_list
from keng.lookup.block_lists.reading import ListEntry

SOURCE = "Danh sách mẫu của bản demo"
_LICENCE = "Hư cấu, chỉ dùng trong bản demo"
_HOLDS = dt.timedelta(days=180)
# The first one a desk has listed as well.
_HOSTS = (
    "dinhdanh-nhanh.example",
    "nhan-qua-tri-an.test",
    "sim-khong-dong.test",
    "vay-khong-can-gap.test",
    "viec-nhe-luong-cao.test",
    "phat-nguoi-24h.test",
    "hoan-tien-dien.test",
    "san-vang-online.test",
    "ve-may-bay-0-dong.test",
    "tra-cuu-phat-nong.test",
    "nang-cap-sim-5g.test",
    "hoc-bong-du-hoc.test",
)


def bring(now: dt.datetime) -> None:
    """As the operator's command does it."""
    import_block_list(
        (ListEntry("url", host) for host in _HOSTS),
        source=SOURCE,
        licence=_LICENCE,
        origin="",
        expires_on=times.local_date(now) + _HOLDS,
    )
