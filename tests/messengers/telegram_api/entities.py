"""Text as Telegram stores it: HTML read into entities, cleaned, trimmed, its length counted in UTF-16 units."""

import re
from typing import Any

from tests.messengers.telegram_api.errors import bad

RAW_MAX_BYTES = 1 << 15
TEXT_MAX_UNITS = 4096
CAPTION_MAX_UNITS = 1024

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(r"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(lt|gt|amp|quot)(?![A-Za-z]));?")
START_TAG_NAME = re.compile(r"<([^\s>]*)")
ATTRIBUTE = re.compile(r"""\s*([^\s=>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.-]+)))?""")
COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?(?=\s|$)")


def units(text: str) -> int:
    """Return the length in UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _decode(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        if match[3]:
            return NAMED[match[3]]
        code = int(match[1]) if match[1] else int(match[2], 16)
        usable = 0 < code < 0x10FFFF and not 0xD800 <= code <= 0xDFFF
        return chr(code) if usable else match[0]

    return REFERENCE.sub(one, text)


def _unparsable(why: str) -> Exception:
    return bad(f"can't parse entities: {why}")


def _bytes_before(text: str, position: int) -> int:
    return len(text[:position].encode())


def _attributes(text: str, position: int, tag: str, begin: int) -> tuple[dict[str, str], int]:
    found: dict[str, str] = {}
    offset = _bytes_before(text, begin)
    while True:
        while position < len(text) and text[position].isspace():
            position += 1
        if position >= len(text):
            raise _unparsable(f"Unclosed start tag at byte offset {offset}")
        if text[position] == ">":
            return found, position + 1
        match = ATTRIBUTE.match(text, position)
        if match is None or not match[1]:
            raise _unparsable(f'Empty attribute name in the tag "{tag}" at byte offset {offset}')
        value = next((group for group in match.groups()[1:] if group is not None), None)
        if value is None and text[match.end() :].lstrip().startswith("="):
            raise _unparsable(f"Unclosed start tag at byte offset {offset}")
        found[match[1].lower()] = _decode(value or "")
        position = match.end()


def parse_html(html: str) -> tuple[str, list[dict[str, Any]]]:
    """Return plain text and entities. Raises the server's 400 for a tag it does not know or that is not closed."""
    text, entities = "", []
    open_tags: list[tuple[str, int, dict[str, str]]] = []
    position = 0
    while position < len(html):
        if html[position] != "<":
            end = html.find("<", position)
            end = len(html) if end < 0 else end
            text += _decode(html[position:end])
            position = end
            continue
        begin, offset = position, _bytes_before(html, position)
        if html.startswith("</", position):
            end = html.find(">", position)
            if not open_tags:
                raise _unparsable(f"Unexpected end tag at byte offset {offset}")
            tag, start, attributes = open_tags.pop()
            if end < 0:
                raise _unparsable(f"Unclosed end tag at byte offset {offset}")
            name = html[position + 2 : end].strip().lower()
            if name not in ("", tag):
                raise _unparsable(f'Unmatched end tag at byte offset {offset}, expected "</{tag}>", found "</{name}>"')
            entity = _entity(tag, attributes, units(text[:start]), units(text[start:]), text[start:])
            if entity:
                entities.append(entity)
            position = end + 1
            continue
        match = START_TAG_NAME.match(html, position)
        tag = match[1].lower() if match else ""
        if match is None or match.end() >= len(html):
            raise _unparsable(f"Unclosed start tag at byte offset {offset}")
        if tag not in TAGS:
            raise _unparsable(f'Unsupported start tag "{tag}" at byte offset {offset}')
        attributes, position = _attributes(html, match.end(), tag, begin)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise _unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
        open_tags.append((tag, len(text), attributes))
    if open_tags:
        tag = open_tags[-1][0]
        raise _unparsable(f'Can\'t find end tag corresponding to start tag "{tag}"')
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return text, entities


def _entity(tag: str, attributes: dict[str, str], offset: int, length: int, covered: str) -> dict[str, Any] | None:
    if length == 0:
        return None
    entity: dict[str, Any] = {"type": TAGS[tag], "offset": offset, "length": length}
    if tag == "a":
        url = attributes.get("href") or covered
        if "." not in url or ("://" not in url and not url.startswith(("mailto:", "tel:"))):
            return None
        entity["url"] = url
    if tag == "blockquote" and "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    return entity


def clean(text: str) -> str:
    """Return the text as the server keeps it: no control characters, no line or direction marks, no stacking lines."""
    kept = []
    for character in text:
        code = ord(character)
        if character == "\r" or 0x2028 <= code <= 0x202E or code in (0x333, 0x33F, 0x30A):
            continue
        kept.append(" " if code < 32 and character != "\n" else character)
    return "".join(kept)


def formatted(
    raw: str, parse_mode: str, entities: list[dict[str, Any]] | None, *, max_units: int, what: str
) -> tuple[str, list[dict[str, Any]]]:
    """Return text and entities ready to be stored. Raises the server's 400 where it would refuse them."""
    if len(raw.encode("utf-8", "surrogatepass")) > RAW_MAX_BYTES:
        raise bad("text is too long")
    mode = parse_mode.lower()
    if mode not in ("", "none", "html"):
        # Nothing here needs Markdown, and refusing it keeps it from creeping in.
        raise bad("unsupported parse_mode")
    text, found = parse_html(raw) if raw and mode == "html" else (raw, list(entities or []))
    text, found = _trimmed(clean(text), found)
    if units(text) > max_units:
        raise bad(f"{what} is too long")
    return text, found + commands_in(text, taken=found)


def _trimmed(text: str, entities: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    first = entities[0]["offset"] if entities else len(text)
    lead = 0
    while lead < min(len(text), first) and text[lead] in " \n":
        lead += 1
    text = text[lead:].rstrip()
    total = units(text)
    kept = []
    for entity in entities:
        offset = entity["offset"] - lead
        length = min(entity["length"], total - offset)
        if length > 0:
            kept.append({**entity, "offset": offset, "length": length})
    return text, kept


def commands_in(text: str, taken: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Return the entities of the bot commands in a text."""
    found = []
    for match in COMMAND.finditer(text):
        offset = units(text[: match.start()])
        covered = any(entity["offset"] <= offset < entity["offset"] + entity["length"] for entity in taken or [])
        if not covered:
            found.append({"type": "bot_command", "offset": offset, "length": units(match[0])})
    return found
