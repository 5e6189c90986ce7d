"""Pictures for tests, made on the spot: scenes that look like photos, and files that carry what must not be shown."""

import random
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageCms, ImageDraw, ImageFilter

# Each is hidden in another corner of a file; none may be in a published copy.
CANARIES = (
    b"canary-description",
    b"canary-maker",
    b"canary-gps-area",
    b"canary-xmp",
    b"canary-comment",
    b"canary-text",
    b"canary-profile",
)
PREVIEW_GREY = (13, 17, 19)


def scene(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Return a picture with the large shapes, the light and the grain of a photo; another one for each seed."""
    dice = random.Random(seed)
    small = Image.new("RGB", (8, 6))
    small.putdata([tuple(dice.randrange(256) for _ in "RGB") for _ in range(48)])
    picture = small.resize((320, 240), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for _ in range(9):
        x, y, w, h = dice.randrange(300), dice.randrange(220), dice.randrange(20, 110), dice.randrange(20, 90)
        shape = draw.ellipse if dice.random() < 0.5 else draw.rectangle
        shape((x, y, x + w, y + h), fill=tuple(dice.randrange(256) for _ in "RGB"))
    grain = Image.frombytes("L", (320, 240), dice.randbytes(320 * 240)).convert("RGB")
    picture = Image.blend(picture.filter(ImageFilter.GaussianBlur(1)), grain, 0.05)
    return picture.resize(size, Image.Resampling.BICUBIC)


def saved(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """Return the bytes of the picture in that format."""
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int = 1, preview: bool = True) -> bytes:
    """Return an EXIF block with names, a place on earth, a day, and a preview picture behind them."""
    block = Image.Exif()
    block[0x0112] = orientation
    block[0x010E] = CANARIES[0].decode()
    block[0x010F] = CANARIES[1].decode()
    block.get_ifd(0x8769)[0x9003] = "2026:05:12 07:30:00"
    block.get_ifd(0x8825).update({1: "N", 2: (10.0, 46.0, 30.0), 3: "E", 4: (106.0, 42.0, 0.0), 28: CANARIES[2]})
    data = block.tobytes()
    return _with_preview(data) if preview else data


def _with_preview(data: bytes) -> bytes:
    head, tiff = data[:6], bytearray(data[6:])
    order = "<" if tiff[:2] == b"II" else ">"
    first = struct.unpack_from(order + "I", tiff, 4)[0]
    entries = struct.unpack_from(order + "H", tiff, first)[0]
    if len(tiff) % 2:
        tiff.append(0)
    struct.pack_into(order + "I", tiff, first + 2 + 12 * entries, len(tiff))
    picture = saved(Image.new("RGB", (160, 120), PREVIEW_GREY), comment=CANARIES[4])
    at = len(tiff) + 2 + 12 * 2 + 4
    tiff += struct.pack(order + "HHHIIHHIII", 2, 0x0201, 4, 1, at, 0x0202, 4, 1, len(picture), 0) + picture
    return head + bytes(tiff)


def profile(swapped: bool = False) -> bytes:
    """Return an sRGB profile with a canary in it; `swapped`, one that says red is green and green is red."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    if swapped:
        tags = {bytes(data[at : at + 4]): at for at in range(132, 132 + 12 * int.from_bytes(data[128:132]), 12)}
        red, green = tags[b"rXYZ"], tags[b"gXYZ"]
        data[red : red + 4], data[green : green + 4] = b"gXYZ", b"rXYZ"
    data += CANARIES[6]
    data[0:4] = len(data).to_bytes(4)
    return bytes(data)


def tagged(picture: Image.Image, kind: str = "JPEG", orientation: int = 1, **options: object) -> bytes:
    """Return the picture with everything a phone or a careless program may put into such a file."""
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + CANARIES[3] + b"</x:xmpmeta>"
    more: dict[str, object] = {"exif": exif(orientation), "icc_profile": profile(), "xmp": xmp}
    if kind == "JPEG":
        more["comment"] = CANARIES[4]
    if kind == "PNG":
        del more["xmp"]  # as text, where programs put it
        data = saved(picture, kind, **more, **options)
        return with_chunk(data, b"tEXt", b"Comment\0" + CANARIES[5] + CANARIES[3])
    return saved(picture, kind, **more, **options)


def with_chunk(png: bytes, name: bytes, body: bytes) -> bytes:
    """Return a PNG with one more chunk right behind its header."""
    return png[:33] + chunk(name, body) + png[33:]


def chunk(name: bytes, body: bytes) -> bytes:
    """Return one PNG chunk."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def deflated_zeros(size: int) -> bytes:
    """Return the zlib stream of so many zero bytes, without ever holding them."""
    press, block = zlib.compressobj(9), bytes(1 << 20)
    out = [press.compress(block) for _ in range(size >> 20)]
    out.append(press.compress(bytes(size & 0xFFFFF)))
    return b"".join(out) + press.flush()


def jpeg_parts(jpeg: bytes) -> list[tuple[int, bytes]]:
    """Return marker and body of each segment, the last being (0xD9, whatever comes after the end of the picture)."""
    parts, at = [], 2
    while jpeg[at + 1] != 0xD9:
        assert jpeg[at] == 0xFF, f"no marker at {at}"
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4])
        parts.append((marker, jpeg[at + 4 : at + 2 + length]))
        at += 2 + length
        if marker == 0xDA:
            while jpeg[at] != 0xFF or jpeg[at + 1] == 0 or 0xD0 <= jpeg[at + 1] <= 0xD7:
                at += 1
    return [*parts, (0xD9, jpeg[at + 2 :])]


def resized_header(jpeg: bytes, width: int, height: int) -> bytes:
    """Return a JPEG whose frame header tells another size than the picture has."""
    for at in range(len(jpeg)):
        if jpeg[at] == 0xFF and jpeg[at + 1] in (0xC0, 0xC2):
            return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]
    raise AssertionError("no frame header")


def mutated(seeds: list[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Yield so many spoilt copies of the files: bytes changed, cut out, doubled, or the end lost."""
    dice = random.Random(seed)
    for _ in range(count):
        data = bytearray(dice.choice(seeds))
        for _ in range(dice.choice((1, 1, 2, 5, 20))):
            at = dice.randrange(len(data) if dice.random() < 0.5 else min(len(data), 700))
            match dice.randrange(5):
                case 0 | 1:
                    data[at] = dice.randrange(256)
                case 2:
                    data[at : at + 4] = dice.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"))
                case 3:
                    data[at:at] = data[at : at + dice.randrange(64)]
                case _:
                    del data[at : at + dice.randrange(1, 64 if dice.random() < 0.9 else 5000)]
            data = data or bytearray(b"\xff")
        yield bytes(data)
