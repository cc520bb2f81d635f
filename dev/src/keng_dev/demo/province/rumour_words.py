"""Rumours of the demo and what was found out: all of it invented, offices and links included."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Source:
    """Who said what, how many days before the check, and the words that were pasted."""

    source: str
    finding: str
    excerpt: str
    days_before: int = 0
    link: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One text of a check, as it stood from a day on."""

    days_ago: int
    verdict: str
    answer: str
    unknown: str
    sources: tuple[Source, ...]
    advice: str = ""
    note: str = ""
    english: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rumour:
    """What went round, the question it comes to, and what was said about it, oldest first."""

    topic: str
    quote: str
    seen: str
    question: str
    said: tuple[Said, ...]
    english_question: str = ""


_SCHOOL = Source(
    "Trường Tiểu học số 9 (bản thử)",
    "Sĩ số đủ cả tuần, không cháu nào vắng không phép.",
    "Thông báo gửi phụ huynh: sĩ số các lớp từ thứ Hai đến thứ Sáu đủ, không em nào vắng"
    " không phép.",
    1,
    "https://tieuhoc9.example/thong-bao/117",
)
_LOG = Source(
    "Sổ trực ban Công an phường",
    "Không có tin báo trẻ mất tích trong tháng.",
    "Sổ trực ban, từ ngày đầu tháng: không tiếp nhận tin báo trẻ em mất tích.",
)
CHECKED: tuple[Rumour, ...] = (
    Rumour(
        "papers",
        "Cán bộ xuống tận dãy trọ thu 250 nghìn đổi giấy tờ theo tên phường mới, ai không"
        " đóng sẽ bị phạt!",
        "trong các nhóm khu trọ, từ đầu tháng",
        "Tên phường đổi, có phải đóng tiền đổi giấy tờ cho người đến thu không?",
        (
            Said(
                16,
                "false",
                "Không. Giấy tờ cũ vẫn dùng được. Không cán bộ nào đi đến phòng thu tiền.",
                "Có ai đã đóng tiền chưa. Nếu bạn đã đóng, hãy gửi tin báo.",
                (
                    Source(
                        "Công an tỉnh",
                        "Giấy tờ mang tên cũ còn giá trị đến hết hạn ghi trên đó.",
                        "Giấy tờ đã cấp theo địa danh trước sắp xếp tiếp tục được sử dụng đến hết"
                        " thời hạn ghi trên giấy tờ.",
                        3,
                        "https://congan.example/giay-to",
                    ),
                    Source(
                        "Công an phường",
                        "Trong tháng không có đợt thu tiền nào ở khu trọ.",
                        "Đơn vị không tổ chức thu bất kỳ khoản tiền nào tại nơi ở của người dân.",
                    ),
                ),
                "Ai đến thu thì đừng đưa tiền, hỏi tên và đơn vị, rồi gọi trực ban của phường.",
                english={
                    "answer": "No. Papers with the old name stay valid. No officer collects money"
                    " at boarding houses.",
                    "unknown": "Whether anybody has paid. If you did, send a tip.",
                    "advice": "If somebody comes to collect, give no money, ask for name and unit,"
                    " and call the duty desk of your ward.",
                },
            ),
        ),
        "The ward has a new name. Do tenants have to pay for new papers?",
    ),
    Rumour(
        "scam",
        "Nhà nước phát quà Tết qua ứng dụng, chỉ cần nhắn lại dãy sáu số gửi về máy là có tiền",
        "qua tin nhắn, hai tuần nay",
        "Có quà Tết nào phải đọc mã sáu số mới nhận được không?",
        (
            Said(
                9,
                "false",
                "Không. Dãy sáu số là mã xác nhận của ngân hàng. Ai có mã thì rút được tiền.",
                "Ai gửi các tin nhắn này.",
                (
                    Source(
                        "Sở Lao động (bản thử)",
                        "Không có chương trình phát quà qua ứng dụng nào.",
                        "Hiện không có chương trình tặng quà Tết nào yêu cầu cung cấp mã.",
                        2,
                        "https://so-laodong.example/tin/58",
                    ),
                ),
                "Đã lỡ đọc mã: gọi ngân hàng khóa tài khoản ngay, rồi gọi 113.",
                english={
                    "answer": "No. The six digits are your bank's confirmation code. Whoever has"
                    " it can take your money.",
                    "unknown": "Who sends these messages.",
                    "advice": "If you read a code out: have your bank lock the account now, then"
                    " call 113.",
                },
            ),
        ),
        "Is there a New Year gift that needs a six-digit code?",
    ),
    Rumour(
        "fire",
        "Đập hồ trên núi nứt rồi, đêm nay xả hết, mọi người dắt nhau chạy lên đồi!",
        "trong các nhóm xã miền núi, sau trận mưa lớn",
        "Đập hồ trên núi có nứt và sắp xả hết nước không?",
        (
            Said(
                23,
                "false",
                "Không. Đoàn kiểm tra đã tới đập sáng cùng ngày, đập không nứt, nước dưới ngưỡng.",
                "Tấm ảnh đập nứt đi kèm chụp ở đâu.",
                (
                    Source(
                        "Đơn vị quản lý hồ (bản thử)",
                        "Mực nước thấp hơn ngưỡng tràn 2,4 mét.",
                        "Biên bản kiểm tra 9 giờ 20: thân đập bình thường, mực nước thấp hơn ngưỡng"
                        " tràn 2,4 m, không có kế hoạch xả.",
                        0,
                        "https://hochua.example/bien-ban",
                    ),
                ),
                "Lệnh sơ tán thật được đọc trên loa của thôn và có cán bộ đến từng nhà.",
            ),
        ),
    ),
    Rumour(
        "children",
        "Có xe đen bắt hai cháu ở cổng trường, chia sẻ gấp cho các nhà có con nhỏ!",
        "trong các nhóm phụ huynh",
        "Có hai cháu bị bắt cóc ở cổng trường tiểu học không?",
        (
            Said(
                6,
                "unverified",
                "Chưa có tin báo nào về trẻ bị bắt. Công an đang hỏi nhà trường và xem camera.",
                "Có chuyện gì đã xảy ra ở cổng trường.",
                (_LOG,),
                "Hỏi thẳng cô giáo chủ nhiệm. Thấy trẻ gặp nguy hiểm: gọi 113 hoặc 111.",
            ),
            Said(
                3,
                "false",
                "Không cháu nào bị bắt cóc. Chuyện thật chỉ là: một người lạ hỏi giờ đón trẻ, đã"
                " làm rõ là người nhà đến sớm.",
                "Tin bắt đầu từ đâu.",
                (_LOG, _SCHOOL),
                "Hỏi thẳng cô giáo chủ nhiệm. Thấy trẻ gặp nguy hiểm: gọi 113 hoặc 111.",
                "Thêm kết quả xem camera và thông báo của trường. Đổi “chưa xác minh” thành “sai”.",
                {
                    "answer": "No child was abducted. What is true: a stranger asked when children"
                    " are picked up, and turned out to be a relative who came early.",
                    "unknown": "Where it began.",
                    "advice": "Ask the class teacher. If a child is in danger, call 113 or 111.",
                    "note": "Added what the camera showed and the notice of the school. From “not"
                    " verified” to “false”.",
                },
            ),
        ),
        "Were two children abducted at the gate of the primary school?",
    ),
    Rumour(
        "traffic",
        "Từ tuần tới cấm xe qua cầu ban đêm, anh em đi ca đêm tính đường khác",
        "trong các nhóm công nhân",
        "Ban đêm có cấm xe qua cầu không?",
        (
            Said(
                12,
                "true",
                "Đúng. Cầu đóng từ 22 giờ đến 4 giờ để sửa, trong mười đêm. Có đường tránh.",
                "Mưa có làm kéo dài thêm không.",
                (
                    Source(
                        "Đơn vị quản lý đường bộ (bản thử)",
                        "Lịch đóng cầu mười đêm, có sơ đồ.",
                        "Cấm các phương tiện qua cầu từ 22 giờ đến 4 giờ sáng hôm sau, trong mười"
                        " đêm; phân luồng theo đường gom.",
                        4,
                        "https://duongbo.example/cau",
                    ),
                ),
                english={
                    "answer": "Yes. The bridge is closed from 22:00 to 4:00 for repairs, for ten"
                    " nights. There is a detour.",
                    "unknown": "Whether rain will make it longer.",
                    "advice": "",
                },
            ),
        ),
        "Is the bridge closed at night?",
    ),
    Rumour(
        "health",
        "Nước máy khu mình có hóa chất độc, uống vào ngộ độc cả xóm rồi",
        "trong nhóm tổ dân phố",
        "Nước máy có làm cả xóm ngộ độc không?",
        (
            Said(
                31,
                "false",
                "Không. Trạm y tế không tiếp nhận ca ngộ độc nào; mẫu nước lấy tại ba vòi đều đạt.",
                "Mùi lạ hôm đó do đâu. Đơn vị cấp nước đang tìm.",
                (
                    Source(
                        "Trạm y tế phường (bản thử)",
                        "Không có ca ngộ độc trong tuần.",
                        "Trong tuần trạm không tiếp nhận trường hợp nào nghi ngộ độc.",
                        1,
                    ),
                    Source(
                        "Đơn vị cấp nước (bản thử)",
                        "Ba mẫu nước đạt quy chuẩn.",
                        "Kết quả ba mẫu lấy tại vòi: các chỉ tiêu trong giới hạn cho phép.",
                        0,
                        "https://capnuoc.example/ket-qua",
                    ),
                ),
                "Thấy nước có mùi: đừng uống, gọi đơn vị cấp nước để lấy mẫu.",
            ),
        ),
    ),
    Rumour(
        "crime",
        "Cướp tiệm vàng có súng ngay giữa chợ, clip đây, đừng ra chợ nữa!",
        "qua một đoạn phim ngắn",
        "Đoạn phim cướp tiệm vàng ở chợ có thật không?",
        (
            Said(
                44,
                "false",
                "Không. Đó là buổi diễn tập của công an và ban quản lý chợ, có báo trước.",
                "Ai đã cắt bỏ phần mở đầu của đoạn phim.",
                (
                    Source(
                        "Công an tỉnh",
                        "Kế hoạch diễn tập đã thông báo trước năm ngày.",
                        "Thông báo diễn tập phương án chống cướp tại chợ trung tâm, từ 8 giờ đến 9"
                        " giờ.",
                        5,
                        "https://congan.example/dien-tap",
                    ),
                ),
                english={
                    "answer": "No. It was an exercise of the police and the market, announced"
                    " beforehand.",
                    "unknown": "Who cut the introduction off the film.",
                    "advice": "",
                },
            ),
        ),
        "Does the film show a real robbery of a gold shop?",
    ),
    Rumour(
        "children",
        "Mai rét quá, cả huyện cũ cho các cháu nghỉ hai ngày nhé các mẹ",
        "trong các nhóm lớp mầm non",
        "Trời rét, trẻ mầm non có được nghỉ học hai ngày không?",
        (
            Said(
                2,
                "partly",
                "Chỉ các trường ở ba xã vùng cao nghỉ, và nghỉ một ngày. Nơi khác vẫn học.",
                "Ngày kia có nghỉ tiếp không, còn chờ dự báo.",
                (
                    Source(
                        "Phòng giáo dục của bản thử",
                        "Ba xã vùng cao cho trẻ nghỉ một ngày.",
                        "Trẻ mầm non tại ba xã vùng cao nghỉ học một ngày; các trường khác dạy học"
                        " bình thường và giữ ấm cho trẻ.",
                        0,
                        "https://giaoduc.example/nghi-ret",
                    ),
                ),
                "Hỏi cô giáo của lớp trước khi cho cháu ở nhà.",
            ),
        ),
    ),
)
WAITING = Rumour(
    "papers",
    "Đổi biển số xe máy phải nộp hai triệu cho người quen mới nhanh",
    "ở các bãi gửi xe",
    "Đổi biển số xe máy có phải nộp hai triệu đồng không?",
    (
        Said(
            0,
            "false",
            "Không. Mức thu niêm yết tại nơi nộp hồ sơ và có biên lai.",
            "Ai đang nhận tiền.",
            (
                Source(
                    "Công an tỉnh",
                    "Bảng lệ phí niêm yết tại bộ phận một cửa.",
                    "Lệ phí thu theo bảng niêm yết, nộp tại quầy, có biên lai.",
                    2,
                ),
            ),
            "Đừng đưa tiền cho người hứa làm nhanh.",
        ),
    ),
)
OPEN = (
    "Nghe nói tuần sau cả khu trọ bị cắt điện ba ngày để sửa trạm, có đúng không?",
    "Có người bảo ai chưa khai lại nhân khẩu trong tháng này thì mất lượt khám bệnh, thật không?",
)
