"""The page of a fake: what came, a form to write to us, faults to order, and its clock."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

from keng.channels.fake.clock import FakeClock
from keng.kit.times import VIETNAM

if TYPE_CHECKING:
    from keng.channels.fake.provider import CallRecord, DeliveredText

PageFaults = Mapping[str, tuple[str, Mapping[str, Any]]]
HTTP_FAULTS: PageFaults = {
    "429": ("Quá nhiều yêu cầu (429)", {"status": 429, "body": {}}),
    "500": ("Lỗi máy chủ (500)", {"status": 500, "body": {}}),
    "503": ("Đang bận (503)", {"status": 503, "body": {}}),
    "slow": ("Trả lời chậm 10 giây", {"delay": 10.0}),
    "before_read": ("Ngắt kết nối, chưa nhận gì", {"drop": "before_read"}),
    "after_accept": ("Đã nhận rồi ngắt, không trả lời", {"drop": "after_accept"}),
    "truncate": ("Câu trả lời bị cắt còn 5 byte", {"truncate": 5}),
}
"""What may be chosen on the page: by code its words, and the fault."""

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1rem}"
    "input,select,textarea,button{font:inherit;max-width:100%;box-sizing:border-box}"
    "ol,td{overflow-wrap:anywhere}td{padding:0 .75rem .25rem 0;vertical-align:top}"
)
_WRITING_FORM = (
    '<h2>Nhắn cho Kẻng</h2><form method="post" action="/_fake/write"><p><label>Ai nhắn<br>'
    '<input name="person" value="111" required></label></p><p><label>Nhắn gì<br>'
    '<textarea name="text" rows="4" cols="40" required></textarea></label></p>'
    "<p><button>Gửi</button></p></form>"
)


def fake_page(title: str, *parts: str) -> str:
    """The whole page."""
    return (
        f'<!doctype html><html lang="vi"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style><body>'
        f"<h1>{escape(title)}</h1>{''.join(parts)}</body></html>"
    )


def status_line(words: str) -> str:
    """What became of the form that was just sent; nothing before one was."""
    return f"<p role=status>{escape(words)}</p>" if words else ""


def messages_part(items: str) -> str:
    return f"<ol>{items}</ol>" if items else "<ol></ol><p>Chưa có gì.</p>"


def writing_part() -> str:
    return _WRITING_FORM


def faults_part(faults: PageFaults, waiting: int) -> str:
    """The form that orders a fault, and how many wait for their call."""
    options = "".join(
        f'<option value="{escape(code)}">{escape(words)}</option>'
        for code, (words, _fault) in faults.items()
    )
    waits = f"<p>Đang chờ xảy ra: {waiting}.</p>" if waiting else ""
    return (
        '<h2>Gây lỗi</h2><form method="post" action="/_fake/fault"><p><label>Lỗi gì<br>'
        f'<select name="fault">{options}</select></label></p>'
        '<p><label>Mấy lần<br><input name="count" type="number" min="1" max="1000" value="1" '
        "required></label></p><p><label>Chỉ với địa chỉ có chữ này "
        "(để trống: địa chỉ nào cũng lỗi)<br>"
        '<input name="address" maxlength="200"></label></p>'
        '<p><button name="do" value="order">Gây lỗi</button> '
        f'<button name="do" value="clear">Bỏ hết lỗi</button></p></form>{waits}'
    )


def clock_part(clock: FakeClock) -> str:
    """What time it is here, and the form that moves it."""
    now = datetime.fromtimestamp(clock.now(), UTC).astimezone(VIETNAM)
    return (
        f"<h2>Đồng hồ</h2><p>Ở đây đang là {now:%H:%M:%S, %d/%m/%Y}.</p>"
        '<form method="post" action="/_fake/move-clock"><p><label>Cho đồng hồ chạy tới bao nhiêu '
        'phút (số âm: lùi lại)<br><input name="minutes" type="number" value="60" required>'
        "</label></p><p><button>Chỉnh</button></p></form>"
    )


def calls_part(journal: Sequence["CallRecord"]) -> str:
    """The last calls, newest first."""
    rows = "".join(
        f"<tr><td>{_clock_time(entry.at)}<td>{escape(entry.method)} {escape(entry.path)}"
        f"<td>{entry.status or ''}<td>{escape(entry.fault)}"
        for entry in reversed(journal[-30:])
    )
    return f"<h2>Các lần gọi gần đây</h2><table>{rows}</table>" if rows else ""


def message_items(messages: Iterable["DeliveredText"]) -> str:
    return "".join(map(_message_item, messages))


def _message_item(sent: "DeliveredText") -> str:
    text = escape(sent.text).replace("\n", "<br>")
    recipient = escape(sent.recipient)
    return (
        f'<li data-recipient="{recipient}" data-id="{escape(sent.id)}"><b>{recipient}</b> '
        f"<time>{_clock_time(sent.at)}</time><p>{text}</p></li>"
    )


def _clock_time(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC).astimezone(VIETNAM):%H:%M:%S}"
