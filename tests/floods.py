"""Texts made to be slow to read: each yields as many characters as asked, and none may cost more than its length."""

from collections.abc import Callable, Mapping
from typing import Final


def _again(piece: str) -> Callable[[int], str]:
    return lambda count: (piece * (count // len(piece) + 1))[:count]


def _around(before: str, piece: str, after: str) -> Callable[[int], str]:
    """Return what begins and ends with words and has nothing but the piece between them."""
    return lambda count: before + _again(piece)(count - len(before) - len(after)) + after


def _numbered(piece: str) -> Callable[[int], str]:
    """Return pieces of which no two are alike."""
    return lambda count: "".join(piece.format(chr(0x1EA1 + number % 80) * 2, number) for number in range(count))[:count]


TELLING = (
    "Chiều hôm qua, anh Lò Văn Nam ở bản Nà Phiêng, xã Mường So đã nhảy xuống suối cứu hai cháu nhỏ bị nước cuốn. "
    "Bà con ai cũng khen anh dũng cảm. "
)

FLOODS: Final[Mapping[str, Callable[[int], str]]] = {
    "a story": _again(TELLING),
    "communes with nothing after": _again("xã "),
    "communes, one again and again": _again("Xã Phong Thổ "),
    "communes without capitals": _again("xã mường la "),
    "communes in a list": _again("xã Mường So, Phong Thổ, Lai Châu, "),
    "bare communes in a list": _again("Phong Thổ, "),
    "our own commune": _again("xã a mình "),
    "communes, each another": _numbered("xã A{0} "),
    "wards by one letter": _again("p. Tân "),
    "provinces": _again("tỉnh Lai Châu "),
    "districts": _again("huyện "),
    "hamlets with nothing after": _again("thôn "),
    "hamlets called hamlet": _again("thôn Thôn "),
    "hamlets in hamlets": _again("tổ 3 bản "),
    "heads of hamlets": _again("trưởng bản Lò "),
    "words that are no hamlet": _again("bản làng "),
    "days with no number": _again("ngày "),
    "mornings": _again("sáng "),
    "when": _again("vào khoảng hồi "),
    "from day to day": _again("từ ngày 3 đến ngày 5 "),
    "years": _again("từ năm "),
    "weekdays": _again("thứ "),
    "fractions": _again("1/2 "),
    "numbers with points": _again("1."),
    "digits": _again("0912345678"),
    "digits apart": _again("1 "),
    "ages": _again("20 tuổi "),
    "pupils": _again("học sinh "),
    "pupils with long words": _again("học " + "a" * 90 + " "),
    "titles": _again("bà "),
    "titles that are none": _again("chị em "),
    "bare fathers": _again("Ba Nam "),
    "people": _again("anh Nguyễn Văn An "),
    "people, each another": _numbered("anh Nguyễn A{0} "),
    "names without titles": _again("Trần Thị Lan Anh "),
    "streets named after people": _again("đường Nguyễn Văn Nam "),
    "family names": _again("Nguyễn "),
    "capitals": _again("AN "),
    "names with apostrophes": _again("H'"),
    "helped families": _again("giúp gia đình "),
    "helped groups": _again("giúp nhóm "),
    "accusing words": _again("bắt trộm cắp "),
    "praise after a report": _again("phản ánh gương "),
    "yes": _again("dạ "),
    "no": _again("không "),
    "yes that is none": _around("a", " ạ,", "b"),
    "commas": _again(","),
    "commas and spaces": _again(", "),
    "brackets": _again("(   "),
    "an open bracket": _around("(", " ", "x"),
    "ends of sentences": _around("a", ".", "b"),
    "ends of quotations": _again('."'),
    "new lines": _around("xã", "\n", "x"),
    "spaces after a day": _around("ngày", " ", "x"),
    "words far apart": _again("ngày" + " " * 50),
    "one letter": _again("a"),
    "one capital": _again("Ă"),
    "marks on one letter": _around("a", "\u0301", "b"),
    "marks to be sorted": _around("a", "\u0301\u0327", "b"),
    "unseen signs": _again("\u200b"),
    "unseen signs in words": _again("xã\u200b "),
    "dashes": _again("xã - "),
}
