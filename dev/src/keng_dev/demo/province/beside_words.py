"""What the demo's partners wrote, what residents asked, where people meet. All of it invented."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the answer if there is one."""

    text: str
    wish: str
    days_ago: int
    answer: str = ""
    took_days: int = 1


@dataclass(frozen=True, slots=True)
class Post:
    """An article; without a day it still waits for a second person."""

    purpose: str
    title: str
    text: str
    days_ago: int | None


@dataclass(frozen=True, slots=True)
class Body:
    """A partner with its members and what it published."""

    name: str
    kind: str
    about: str
    purposes: tuple[str, ...]
    members: tuple[tuple[str, str], ...]
    posts: tuple[Post, ...]
    is_local: bool = True


CHANNELS = (("zalo", "Công an phường Nếnh (bản dùng thử)"), ("email", "truc-ban@nenh.example"))
PROVINCE_SITE = "keng.bacninh.example"
MEETINGS = (
    (5, 19, "Nhà văn hóa Ninh Khánh", "Nhận ra cuộc gọi giả công an; phát tờ in cho các dãy trọ"),
    (12, 8, "Trụ sở Công an phường Nếnh", "Hỏi đáp với chủ trọ về khai báo tạm trú"),
)
QUESTIONS = (
    Asked(
        "Công an có gọi điện báo cập nhật VNeID không?",
        "public",
        5,
        "Không. Công an không làm định danh qua điện thoại. Bạn tới trụ sở hoặc tự làm trong "
        "ứng dụng.",
    ),
    Asked("Mùng 2 Tết phường có trực làm giấy tờ không?", "public", 1),
    Asked(
        "Tôi báo tin lừa đảo thì có bị mời lên làm việc không?",
        "private",
        9,
        "Tin báo ẩn danh thì không ai mời được. Chỉ khi bạn tự muốn làm chứng, cán bộ mới hẹn.",
        took_days=2,
    ),
    Asked(
        "Chủ trọ giữ căn cước của tôi có đúng không?",
        "public",
        8,
        "Không. Chủ trọ chỉ được xem để khai báo tạm trú, không được giữ.",
        took_days=2,
    ),
    Asked(
        "Nhận tin nhắn phạt nguội kèm đường dẫn thì làm gì?",
        "public",
        20,
        "Đừng bấm. Thông báo phạt nguội gửi bằng giấy. Bạn tự tra ở trang của Cục Cảnh sát giao "
        "thông, không qua đường dẫn trong tin nhắn.",
        took_days=0,
    ),
    Asked(
        "Đăng ký tạm trú cho người thuê mới mất bao lâu?",
        "public",
        31,
        "Trong ngày nếu đủ giấy tờ. Khai trên cổng dịch vụ công hoặc tại trụ sở.",
    ),
)
ASKS = (
    "Bà Nghiêm Thị Hiền (tên hư cấu)",
    "Cô giáo nghỉ hưu, dạy cấp một ở Ninh Khánh ba mươi năm; phụ huynh hay nhờ hỏi giúp.",
)
PARTNERS = (
    Body(
        "Đoàn Thanh niên phường Nếnh (mẫu)",
        "youth_union",
        "Chi đoàn khu công nghiệp và các trường trong phường.",
        ("fraud", "children", "road"),
        (("Khổng Minh Châu", "doan.chau"), ("Mạc Anh Thư", "doan.thu")),
        (
            Post(
                "fraud",
                "Ba câu hỏi trước khi chuyển tiền",
                "Ai đang giục bạn? Vì sao phải chuyển ngay? Nếu dừng mười phút thì mất gì?\n\n"
                "Chi đoàn in ba câu này thành thẻ bỏ ví, phát ở cổng khu công nghiệp chiều thứ "
                "Sáu. Ai muốn phát cùng thì hỏi bí thư chi đoàn nơi mình làm.",
                4,
            ),
            Post(
                "road",
                "Đường về nhà trọ buổi tối: bốn đoạn nên tránh đi một mình",
                "Sau khảo sát ở các dãy trọ, Đoàn phường ghi lại bốn đoạn thiếu đèn. Hãy đi cùng "
                "nhau sau 22 giờ, bật đèn xe, và báo tin nếu thấy người lạ chặn đường.",
                17,
            ),
        ),
    ),
    Body(
        "Cụ Giáp Văn Mẫn (tên hư cấu)",
        "person",
        "Người cao tuổi ở Ninh Khánh, bà con hay hỏi ý kiến.",
        ("fraud", "fire", "services"),
        (("Giáp Văn Mẫn", "cu.man"),),
        (
            Post(
                "fraud",
                "Tôi suýt đọc mã cho kẻ gọi điện",
                "Tôi kể lại để các cụ khác biết. Người gọi xưng cán bộ, nói lương hưu bị treo. "
                "Tôi bảo để tôi ra phường hỏi, thế là họ dập máy. Mã trong điện thoại là chìa "
                "khóa nhà mình, không đọc cho ai.",
                11,
            ),
            Post(
                "fire",
                "Hóa vàng cuối năm: làm ở sân, để sẵn xô nước",
                "Năm ngoái xóm tôi cháy một mái hiên vì hóa vàng gần rơm. Làm xa nhà, có người "
                "trông, dội nước cho tắt hẳn rồi hãy vào.",
                None,
            ),
        ),
    ),
    Body(
        "Ủy ban Mặt trận phường Nếnh (mẫu)",
        "front",
        "Các ban công tác Mặt trận ở tổ dân phố.",
        ("fraud", "renting", "violence", "services"),
        (("Doãn Thị Hạnh", "mttq.hanh"), ("Tống Đức Lợi", "mttq.loi")),
        (
            Post(
                "renting",
                "Chủ trọ và người thuê: năm điều nên viết ra giấy",
                "Giá điện nước, ngày trả tiền, ai giữ chìa khóa, báo trước bao lâu khi chuyển đi, "
                "và số gọi khi có cháy. Mẫu giấy có ở nhà văn hóa các tổ dân phố.",
                24,
            ),
        ),
    ),
    Body(
        "Bản tin Làng Kẻng (báo hư cấu)",
        "newspaper",
        "Tờ tin của tỉnh trong bản dùng thử; không có thật.",
        ("fraud", "children", "fire", "services"),
        (("Bành Quốc Trụ", "bantin.tru"), ("Lục Thùy Vân", "bantin.van")),
        (
            Post(
                "children",
                "Trẻ nhận lời mời “làm nhiệm vụ nhận quà”: cha mẹ hỏi gì",
                "Hỏi con ai mời, trong nhóm nào, đã gửi ảnh gì. Đừng mắng trước khi con kể xong. "
                "Giữ lại tin nhắn rồi báo cho công an, không cần nêu tên con.",
                2,
            ),
            Post(
                "fire",
                "Mùa hanh khô: kiểm bình cứu hỏa ở dãy trọ trong năm phút",
                "Nhìn kim đồng hồ ở vạch xanh, chốt còn nguyên, vòi không nứt, hạn kiểm định còn. "
                "Chỉ cho mọi người trong dãy biết bình ở đâu.",
                33,
            ),
        ),
        is_local=False,
    ),
)
