"""The month of an invented commune, Suối Lành, as facts: five deeds told, two waiting, two without enough grounds."""

from dataclasses import replace
from datetime import date
from io import BytesIO

from PIL import Image

from digests.snapshot import Consented, DeedFacts, Figures, MonthSnapshot, OfficeFacts, PhotoFacts

LANDSCAPE = "a" * 64
PORTRAIT = "b" * 64

OFFICE = OfficeFacts(
    issuer_lines=("ỦY BAN NHÂN DÂN", "XÃ SUỐI LÀNH"),
    symbol="UBND-VHXH",
    place_name="Suối Lành",
    issuer_name="Ủy ban nhân dân xã Suối Lành",
    issuer_short="xã",
    addressees=("Sở Nội vụ tỉnh Lam Khê\n(Cơ quan thường trực Hội đồng Thi đua - Khen thưởng tỉnh)",),
    basis=(
        "Công văn số 118/SNV-TĐKT ngày 12 tháng 01 năm 2026 của Sở Nội vụ về việc định kỳ giới thiệu gương điển hình "
        "tiên tiến, gương người tốt, việc tốt, mô hình mới"
    ),
    authority_lines=("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH"),
    signer_title="PHÓ CHỦ TỊCH",
    signer_name="Phạm Đức Ninh",
    recipients=(
        "Thường trực Đảng ủy xã (b/c)",
        "Thường trực HĐND xã",
        "Chủ tịch, các PCT UBND xã",
        "Ủy ban MTTQ Việt Nam xã",
    ),
    archive_line="Lưu: VT, VHXH",
    standing_office="Sở Nội vụ",
    commune_name="xã Suối Lành",
)

LU = DeedFacts(
    code="VT-2026-000011",
    section="exemplar",
    kind="individual",
    honoree="Ông Vàng A Lử",
    field="new_countryside",
    birth_year=1979,
    occupation="Nông dân, trưởng bản",
    residence="bản Pa Hốc",
    movement="Chung sức xây dựng nông thôn mới",
    summary="Vận động 27 hộ hiến 1.800 m² đất, góp 410 ngày công, mở 1,2 km đường bản.",
    story=(
        "Từ tháng 3 năm 2026, ông Vàng A Lử đến từng nhà bàn việc mở con đường từ bản ra trục xã. Mưa xuống là lối cũ "
        "lầy, trẻ đi học phải lội, nông sản bán rẻ vì xe không vào được.",
        "Ông hiến trước 220 m² nương của nhà mình, rồi 27 hộ trong bản cùng hiến 1.800 m² đất, góp 410 ngày công. Cuối "
        "tháng 10, 1,2 km đường rộng 3,5 m hoàn thành, xe tải nhỏ vào tới cuối bản.",
    ),
    when_text="3-10/2026",
    place_text="bản Pa Hốc",
    confirmations=("Ban công tác Mặt trận bản, 02/11",),
    awards_proposed=("Đăng báo",),
    consented=Consented(deed=True, name=True, photo=True, loudspeaker=True, press=True),
    photos=(PhotoFacts(LANDSCAPE, "2026/a.jpg", "Ông Lử cùng bà con làm đường, bản Pa Hốc, tháng 9 năm 2026"),),
    target_groups=("farmer", "ethnic_minority"),
)
NGOAN = DeedFacts(
    code="VT-2026-000012",
    section="good_deed",
    kind="individual",
    honoree="Bà Lường Thị Ngoan",
    field="honesty",
    birth_year=1968,
    occupation="Nông dân",
    residence="bản Nà Phiêng",
    summary="Nhặt được ví có 12.400.000 đồng, nộp Công an xã; đã trao trả.",
    story=(
        "Khoảng 06 giờ 30 phút ngày 08 tháng 11 năm 2026, trên đường đi chợ phiên, bà Lường Thị Ngoan nhặt được một "
        "chiếc ví bên đường liên bản, trong có 12.400.000 đồng và giấy tờ của người khác. Không thấy ai quay lại tìm, "
        "bà mang ví đến nộp Công an xã lúc 07 giờ 15 phút và nhờ tìm người mất.",
        "Công an xã lập biên bản tiếp nhận, xác minh chủ sở hữu là người dân xã bên, đi bán nông sản đánh rơi. Sáng 10 "
        "tháng 11 năm 2026, Công an xã trao trả đủ tiền và giấy tờ trước sự chứng kiến của bà Ngoan và trưởng bản.",
    ),
    when_text="08/11/2026",
    place_text="bản Nà Phiêng",
    confirmations=("Công an xã, 10/11", "trưởng bản, 11/11"),
    awards_already=("Giấy khen của Chủ tịch UBND xã",),
    consented=Consented(deed=True, name=True, loudspeaker=True),
    photos=(PhotoFacts(PORTRAIT, "2026/b.jpg", "Chiếc ví"),),
    target_groups=("farmer",),
)
KHUYEN = DeedFacts(
    code="VT-2026-000013",
    section="good_deed",
    kind="individual",
    honoree="Ông Hà Văn Khuyên",
    field="rescue",
    birth_year=1994,
    occupation="Thợ sơn",
    residence="thôn Bến Gỗ",
    summary="Nhảy xuống suối lũ cứu 02 cháu nhỏ; cả hai an toàn.",
    story=(
        "Chiều 06 tháng 11 năm 2026, hai cháu nhỏ trượt chân xuống suối khi nước đang lên. Ông Hà Văn Khuyên đang sơn "
        "nhà gần đó nghe tiếng kêu, chạy ra, buộc dây vào gốc cây rồi nhảy xuống đưa lần lượt từng cháu vào bờ.",
    ),
    when_text="06/11/2026",
    place_text="thôn Bến Gỗ",
    confirmations=("Công an xã, Trạm Y tế, 07/11",),
    awards_proposed=("Bằng khen đột xuất của Chủ tịch UBND tỉnh",),
    consented=Consented(deed=True, name=True, photo=True, press=True),
    photos=(PhotoFacts(PORTRAIT, "2026/c.jpg", "Nơi ông Khuyên cứu hai cháu, thôn Bến Gỗ"),),
    late=True,
    target_groups=("manual_labourer",),
)
XUYEN = DeedFacts(
    code="VT-2026-000014",
    section="good_deed",
    kind="individual",
    honoree="Em Xuyến",
    field="honesty",
    birth_year=2014,
    occupation="Học sinh",
    residence="xã Suối Lành",
    summary="Nhặt được điện thoại, nhờ thầy cô tìm và trả người mất.",
    story=("Giờ tan học ngày 21 tháng 10 năm 2026, em Xuyến nhặt được một chiếc điện thoại và đưa ngay cho thầy cô.",),
    when_text="21/10/2026",
    place_text="xã Suối Lành",
    confirmations=("Nhà trường, 23/10",),
    consented=Consented(deed=True, name=True),
    target_groups=("student",),
)
DOI_CHE = DeedFacts(
    code="VT-2026-000015",
    section="model",
    kind="collective",
    honoree="Chi hội Phụ nữ thôn Đồi Chè",
    field="environment",
    occupation="46 hội viên",
    residence="thôn Đồi Chè",
    summary="Mô hình “Đổi rác lấy cây giống”: 46 hộ phân loại rác, đổi 920 cây.",
    story=("Từ tháng 5 năm 2026, mỗi cân rác tái chế đổi được một cây giống; 46 hộ đã đổi 920 cây.",),
    when_text="Từ 5/2026",
    place_text="thôn Đồi Chè",
    confirmations=("Hội LHPN xã, 05/11",),
    awards_proposed=("Nhân rộng",),
    consented=Consented(deed=True, name=True, photo=True, press=True),
)

FIGURES = Figures(
    received_submissions=14,
    received_deeds=9,
    from_citizens=11,
    from_units=3,
    verified=5,
    in_review=2,
    not_enough_grounds=2,
    by_section=(("exemplar", 1), ("good_deed", 3), ("model", 1)),
    by_field=(("honesty", 2), ("rescue", 1), ("new_countryside", 1), ("environment", 1)),
    by_kind=(("individual", 4), ("collective", 1)),
    by_target_group=(("farmer", 2), ("manual_labourer", 1), ("student", 1)),
    women=2,
    published=3,
    broadcast=2,
    hard_areas=2,
)

FULL = MonthSnapshot(
    period="2026-11",
    window_start=date(2026, 10, 15),
    window_end=date(2026, 11, 14),
    office=OFFICE,
    deeds=(LU, NGOAN, KHUYEN, XUYEN, DOI_CHE),
    figures=FIGURES,
)
EMPTY = MonthSnapshot(
    period="2026-11",
    window_start=date(2026, 10, 15),
    window_end=date(2026, 11, 14),
    office=OFFICE,
    figures=Figures(in_review=2),
)
ONE = replace(
    FULL,
    deeds=(NGOAN,),
    figures=Figures(
        received_submissions=1,
        received_deeds=1,
        from_citizens=1,
        verified=1,
        by_section=(("good_deed", 1),),
        by_field=(("honesty", 1),),
        by_kind=(("individual", 1),),
        by_target_group=(("farmer", 1),),
    ),
)
SIXTY = replace(
    FULL,
    deeds=tuple(
        replace(deed, code=f"VT-2026-{number:06d}", photos=())
        for number, deed in enumerate([LU, NGOAN, KHUYEN, XUYEN, DOI_CHE] * 12, start=1)
    ),
)
LONG = replace(
    ONE,
    office=replace(
        OFFICE,
        superior_lines=("Ủy ban nhân dân thành phố Trực thuộc Tên Rất Dài Để Thử Xuống Dòng",),
        issuer_lines=("Hội đồng Thi đua - Khen thưởng xã Nguyễn Thị Minh Khai Anh hùng Lực lượng vũ trang Nhân dân",),
        signer_name="Công Tằng Tôn Nữ Hoàng Thị Phương Khuê Nguyễn Phúc Diễm My",
        addressees=("Sở Nội vụ tỉnh Lam Khê", "Hội đồng Thi đua - Khen thưởng tỉnh Lam Khê " * 4),
    ),
    deeds=(replace(NGOAN, honoree="Bà " + "Nguyễn Phúc Hoàng " * 12, summary="việc tốt " * 40 + "dài" * 70),),
)
DRAFT = replace(FULL, draft=True)
TALL = replace(ONE, deeds=(replace(NGOAN, summary="kể " * 900 + "hết"),))
HOSTILE_WORDS = '</w:t> =1+1 #import "x.typ" $x$ *b* _i_ `c` @r <l> & "q" \\ [y] http://x.vn {0} %s + -1 @SUM(A1)'
HOSTILE = replace(
    ONE,
    office=replace(OFFICE, issuer_name=f"{HOSTILE_WORDS}", signer_name="=2+3"),
    deeds=(
        replace(
            NGOAN,
            honoree=f"=1+1 {HOSTILE_WORDS}",
            occupation="#import <b>",
            residence="ba\u0309n Nà Phie\u0302ng\u200b\u202e",
            summary=f"{HOSTILE_WORDS}\x00\x0b\ud800\U0001f600",
            story=("=HYPERLINK(1)", HOSTILE_WORDS, '#sys.inputs #read("/etc/passwd")'),
        ),
    ),
)


def jpeg(width: int, height: int) -> bytes:
    """Return a plain picture."""
    packed = BytesIO()
    Image.new("RGB", (width, height), (90, 140, 90)).save(packed, "JPEG")
    return packed.getvalue()


def broken_png() -> bytes:
    """Return a picture whose head is sound and whose pixels are not."""
    packed = BytesIO()
    Image.effect_noise((60, 40), 50).save(packed, "PNG")
    whole = bytearray(packed.getvalue())
    whole[120:1000] = bytes(880)
    return bytes(whole)


PHOTOS = {LANDSCAPE: jpeg(800, 500), PORTRAIT: jpeg(300, 600)}


def photo_bytes(sha256: str) -> bytes:
    """Return a picture of the sample; raises `KeyError` for another."""
    return PHOTOS[sha256]
