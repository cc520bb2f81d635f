"""The style pages: every part in every state, to look at and to test. Only wired while DEBUG."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html

from keng.kit import icons
from keng.kit.forms import Form, HintedChoice, HintedChoices, ManyFiles
from keng.kit.times import now

SAMPLE_TOPICS = (
    ("scam", "Lừa đảo", "Cuộc gọi, tin nhắn, chuyển tiền"),
    ("theft", "Trộm, cướp", "Mất xe, đột nhập, giật đồ"),
    ("violence", "Bạo lực, đe dọa", "Đánh nhau, gây rối, bạo lực gia đình"),
    ("child", "Trẻ em, người mất tích", "Xâm hại, dụ dỗ, đi lạc"),
    ("drugs", "Ma túy, cờ bạc", "Bán, tụ tập dùng ma túy, đánh bạc, mại dâm"),
    ("loan", "Tín dụng đen", "Vay nặng lãi, đòi nợ đe dọa"),
    ("fire", "Cháy nổ, vũ khí", "Pháo, hung khí, đua xe, tai nạn"),
    ("other", "Việc khác", "Nhà trọ, hàng giả, xả thải độc"),
)
SAMPLE_ANSWERS = (
    {"label": "Rất yên tâm", "value": 49},
    {"label": "Khá yên tâm", "value": 107},
    {"label": "Không yên tâm lắm", "value": 169, "strong": True},
    {"label": "Rất không yên tâm", "value": 74, "strong": True},
    {"label": "Phúc Long", "hidden": "Ẩn, quá ít người trả lời"},
)
SAMPLE_PARTS = {
    "what": "Gọi điện, xưng công an phường, nói VNeID bị lỗi, bắt cài ứng dụng giả.",
    "signs": "Giục làm ngay. Ứng dụng ngoài CH Play, App Store. Hỏi mã OTP.",
    "act": "Cúp máy. Không bấm, không cài, không đọc mã OTP.\n\nLỡ cài: tắt mạng, gọi ngân hàng.",
    "call": "Trực ban Công an phường Nếnh: 0204 000 0113. Nguy hiểm: 113.",
}
SAMPLE_WORDS = (
    "Sang nay co ng goi tu xung cong an phuong Nenh, noi tai khoan vneid muc 2 cua e chua "
    "kich hoat, bam vao link vneid-kichhoat.example roi nhap so tai khoan. E bam roi nhung chua "
    "nhap gi."
)
STYLE_SCREENS = {"parts", "inbox", "tip", "warning", "office", "sign-in"}


class SampleForm(Form):
    """One field of every kind."""

    what = forms.CharField(
        label="Kể ngắn như kể cho người quen",
        help_text="Ai, làm gì, lúc nào, số điện thoại hoặc biển số nếu có.",
        widget=forms.Textarea,
        error_messages={"required": "Viết ít nhất một câu về chuyện đã xảy ra"},
    )
    now = HintedChoice(
        label="Bạn có muốn cho biết tên không?",
        choices=[("no", "Không, tôi ẩn danh"), ("sealed", "Có, nhưng giữ kín")],
        hints={"no": "Bạn vẫn đọc trả lời bằng mã biên nhận.", "sealed": "Tên được niêm phong."},
        error_messages={"required": "Chọn một câu trả lời để tin đi đúng nơi"},
    )
    kinds = HintedChoices(
        label="Chỉ mở phần cần",
        choices=[("phone", "Số điện thoại"), ("zalo", "Tài khoản Zalo")],
        required=False,
    )
    photos = ManyFiles(
        label="Ảnh, video, ghi âm", help_text="Tối đa 5 tệp, mỗi tệp 20 MB.", required=False
    )
    agree = forms.BooleanField(label="Tôi đã đọc cách giữ tin", required=False)
    reply = forms.CharField(label="Trả lời của bạn", widget=forms.Textarea)
    code = forms.CharField(label="Mã 6 số trên điện thoại", help_text="Đổi sau mỗi 30 giây")
    secret = forms.CharField(label="Mật khẩu", widget=forms.PasswordInput)
    level = forms.ChoiceField(label="Mức", choices=[("today", "Cần biết hôm nay"), ("now", "Khẩn")])


def _tips(at: datetime) -> list[dict[str, Any]]:
    rows = [
        ("P2", "Bãi cát bờ sông múc từ 11 giờ đêm tới 3 giờ sáng", "", "Nếnh · Web · Môi trường"),
        ("P1", SAMPLE_WORDS, "2 tin giống", "Nếnh · Zalo · Giả danh công an?"),
        ("P3", "Cho thuê phòng không có bình chữa cháy", "", "Nếnh · Tổ tự quản · Nhà trọ"),
    ]
    due = [timedelta(minutes=-72), timedelta(minutes=38), timedelta(hours=30)]
    return [
        {"p": p, "t": t, "flag": flag, "m": m, "due": at + left, "clock": "Xem", "new": bool(flag)}
        for (p, t, flag, m), left in zip(rows, due, strict=True)
    ]


def _context() -> dict[str, Any]:
    at = now()
    return {
        "site_name": "Phường Nếnh",
        "operator_name": "Công an phường Nếnh",
        "site_address": "keng.example",
        "unit_name": "Công an phường Nếnh",
        "officer": "Cán bộ trực",
        "sent_badly": SampleForm({"reply": "x"}, prefix="bad"),
        "blank": SampleForm(),
        "topics": SAMPLE_TOPICS,
        "answers": SAMPLE_ANSWERS,
        "parts": SAMPLE_PARTS,
        "words": SAMPLE_WORDS,
        "icon_names": icons.drawing_names("icons"),
        "tips": _tips(at),
        "sent": at,
        "late": at - timedelta(minutes=72),
        "soon": at + timedelta(minutes=38),
        "linked_toast": format_html(
            '{} <a href="#main">{}</a>', "Tin 0411 đã gộp với tin 0377.", "Mở vụ việc"
        ),
        "later": at + timedelta(hours=5),
        "far": at + timedelta(days=3),
    }


def style_public(request: HttpRequest) -> HttpResponse:
    """Parts of the public pages."""
    context = _context()
    context["public_nav"] = [{"label": "Báo tin", "url": "#main"}]
    context["public_more"] = [
        {"label": "Tra cứu", "url": "#main", "current": True},
        {"label": "Bài học", "url": "#main"},
    ]
    return render(request, "style/public.html", context)


def style_desk(request: HttpRequest, screen: str = "parts") -> HttpResponse:
    """Parts of the desk, or one whole sample screen; ?theme=night, ?tips=0|1|3, ?alarm=1."""
    if screen not in STYLE_SCREENS:
        return HttpResponse(status=404)
    context = _context()
    context["theme"] = request.GET.get("theme", "light")
    context["tips"] = context["tips"][: int(request.GET.get("tips", "3"))]
    context["alarm"] = request.GET.get("alarm")
    context["desk_nav"] = [
        {"label": "Hộp tin", "url": "#main", "count": 3, "current": True, "key": "g i"},
        {"label": "Cảnh báo", "url": "#main", "count": 1, "key": "g w"},
        {"label": "Mạng lưới", "url": "#main", "key": "g n"},
    ]
    context["tones"] = ["first", "second", "third", "warn", "danger", "neutral", "ok"]
    context["screens"] = sorted(STYLE_SCREENS)
    context["undo_url"] = request.path
    context["undo_fields"] = {"screen": screen}
    return render(request, f"style/desk_{screen.replace('-', '_')}.html", context)
