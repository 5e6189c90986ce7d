"""What the Zalo Bot Platform sends becomes what somebody said: recorded payloads in, events out."""

import json
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deeds.said import FileSource, Inbound, Said
from messengers.port import CannotRead
from messengers.zalo_bot.incoming import read, updates_of
from tests.messengers.zalo_bot_api import ZaloBotApi

Json = dict[str, Any]
LAN = "0123456789abcdef0123"
PHOTO = "https://photo.example/abc.jpg"


def update(event: str = "text", **fields: Any) -> Json:
    """Return an update with a message of Lan; a field of None is left out."""
    message: Json = {
        "date": 1790000000123,
        "message_id": "aa11bb22cc33dd44ee55",
        "chat": {"id": LAN, "chat_type": "PRIVATE"},
        "from": {"id": LAN, "display_name": "Tr\u00e2\u0300n Lan", "is_bot": False},
    }
    if "sender" in fields:
        fields["from"] = fields.pop("sender")
    told = {name: value for name, value in (message | fields).items() if value is not None}
    return {"event_name": f"message.{event}.received", "message": told}


def raw(body: object) -> bytes:
    """Return a body as it comes over the wire."""
    return json.dumps(body).encode()


SAID = [
    ("a text", update(text="Em muốn kể một việc tốt"), Said("Em muốn kể một việc tốt")),
    ("decomposed letters are put together", update(text="Ca\u0302\u0300u"), Said("Cầu")),
    ("zero bytes and half characters", update(text="a\0b\ud83dc"), Said("ab\ufffdc")),
    ("an emoji in two halves", update(text="\ud83d\ude4f"), Said("🙏")),
    ("blanks as typed", update(text=" 1.\n"), Said(" 1.\n")),
    (
        "a picture as it really comes",
        update("image", message_type="CHAT_PHOTO", caption="", photo_url=PHOTO),
        Said(photos=(FileSource(remote=PHOTO),)),
    ),
    (
        "a picture as the pages say, with words",
        update("image", caption="C\u00e2\u0300u", photo=PHOTO),
        Said("Cầu", photos=(FileSource(remote=PHOTO),)),
    ),
    ("a picture as an object", update("image", photo={"url": PHOTO}), Said(photos=(FileSource(remote=PHOTO),))),
    (
        "both names, the first one empty",
        update("image", photo_url="", photo=PHOTO),
        Said(photos=(FileSource(remote=PHOTO),)),
    ),
    ("a picture without an address", update("image", caption="Cầu"), Said("Cầu", unreadable=True)),
    ("a picture with an address nobody can keep", update("image", photo_url="https://x/\0"), Said(unreadable=True)),
    ("a sticker", update("sticker", sticker="dd44", url="https://zalo/x"), Said(unreadable=True)),
    ("a voice", update("voice", voice_url="https://v/x.aac"), Said(voice=FileSource(remote="https://v/x.aac"))),
    ("a voice without an address", update("voice"), Said(unreadable=True)),
    ("words with a link", update("link", text="xem https://a.vn"), Said("xem https://a.vn")),
    ("a link alone", update("link", url="https://a.vn"), Said("https://a.vn")),
    ("a link of no known shape", update("link", preview={"title": "x"}), Said(unreadable=True)),
    ("something held back", update("unsupported"), Said(unreadable=True)),
    ("a date in seconds", update(text="a", date=1790000000), Said("a")),
    ("no date", update(text="a", date=None), Said("a")),
    ("nobody named as the sender", update(text="a", sender=None), Said("a")),
    ("no kind of chat", update(text="a", chat={"id": LAN}), Said("a")),
    ("fields nobody knows", update(text="a", reply_markup={"x": 1}), Said("a")),
]


@pytest.mark.parametrize(("body", "said"), [row[1:] for row in SAID], ids=[row[0] for row in SAID])
@pytest.mark.parametrize("wrapped", [False, True])
def test_updates_are_read(body: Json, said: Said, wrapped: bool) -> None:
    """Bare or wrapped, with milliseconds or seconds, whichever name the picture has: the same event."""
    event = read(raw({"ok": True, "result": body} if wrapped else body))
    assert event is not None
    number = "aa11bb22cc33dd44ee55"
    name = "" if "from" not in body["message"] else "Trần Lan"
    assert event == Inbound(
        event_key=f"zalo_bot:{body['event_name']}:{number}",
        messenger="zalo_bot",
        chat=LAN,
        sender=LAN,
        said=Said(**(vars(said) | {"message": number})),
        raw=event.raw,
        sender_name=name,
    )


NOBODY_ANSWERS = [
    ("another bot", update(text="a", sender={"id": LAN, "is_bot": True})),
    ("a group", update(text="a", chat={"id": "feed", "chat_type": "GROUP"})),
    ("somebody in a chat of others", update(text="a", chat={"id": "feed"})),
    ("a reaction", update("reaction", reaction="heart")),
    ("an event nobody knows yet", update("dance")),
    ("an event nobody knows, without a message", {"event_name": "bot.moved"}),
    ("something held back, even from whom", {"event_name": "message.unsupported.received"}),
    ("something held back, without a chat", {"event_name": "message.unsupported.received", "message": {"date": 1}}),
    ("something held back in a group", update("unsupported", chat={"id": "feed", "chat_type": "GROUP"})),
    ("an empty body", {}),
    ("an empty result", {"ok": True, "result": {}}),
    ("no result", {"ok": True, "result": None}),
    ("an empty list", {"ok": True, "result": []}),
    ("an error", {"ok": False, "error_code": 408, "description": "timeout"}),
]


@pytest.mark.parametrize("body", [row[1] for row in NOBODY_ANSWERS], ids=[row[0] for row in NOBODY_ANSWERS])
def test_some_updates_are_nothing_for_us(body: Json) -> None:
    """They are acknowledged and forgotten."""
    assert read(raw(body)) is None


UNREADABLE = [
    b"",
    b"{",
    b"\xff\xfe",
    b"null",
    b"7",
    b'"ok"',
    b"[]",
    b"[" * 100_000,
    raw({"hello": 1}),
    raw({"ok": True, "result": 7}),
    raw({"event_name": 7}),
    raw({"event_name": "message.text.received"}),
    raw(update()),
    raw(update(text=7)),
    raw(update(text="a", message_id=None)),
    raw(update(text="a", message_id={"x": 1})),
    raw(update(text="a", message_id=True)),
    raw(update(text="a", chat=None)),
    raw(update(text="a", chat=[LAN])),
    raw(update(text="a", chat={"id": ""})),
    raw(update(text="a", chat={"id": "a\nb"})),
    raw(update(text="a", chat={"id": "a" * 201})),
    raw(update(text="a", sender="Lan")),
]


@pytest.mark.parametrize("body", UNREADABLE, ids=range(len(UNREADABLE)))
def test_a_body_of_no_known_shape_is_told_apart(body: bytes) -> None:
    """It has a key that is the same for every repeat and another for every other body; it quotes nobody."""
    with pytest.raises(CannotRead) as first:
        read(body)
    with pytest.raises(CannotRead) as again:
        read(body)
    assert first.value.event_key == again.value.event_key
    assert first.value.raw == body
    assert first.value.__context__ is None
    with pytest.raises(CannotRead) as other:
        read(body + b"\0")
    assert other.value.event_key != first.value.event_key


def test_what_is_held_back_without_an_id_still_has_a_key() -> None:
    """The person is answered once for each, however often it is delivered."""
    bodies = [raw(update("unsupported", message_id=None, date=date)) for date in (1, 1, 2)]
    events = [read(body) for body in bodies]
    keys = [event.event_key for event in events if event is not None]
    assert keys[0] == keys[1] != keys[2]


def test_a_private_chat_may_have_an_id_of_its_own() -> None:
    """Mostly it is the person's: but what is called private is, and answers go to the chat."""
    event = read(raw(update(text="a", chat={"id": "feed", "chat_type": "PRIVATE"})))
    assert event is not None
    assert (event.chat, event.sender) == ("feed", LAN)


def test_a_list_is_taken_apart() -> None:
    """Nothing is lost should several updates come at once; one body stays the bytes it was."""
    one = raw({"ok": True, "result": update(text="một")})
    assert updates_of(one) == [one]
    several = updates_of(raw({"ok": True, "result": [update(text="một"), update(text="h\ud83d", message_id="b2")]}))
    assert [event.said.text for each in several if (event := read(each)) is not None] == ["một", "h\ufffd"]
    assert updates_of(b"{") == [b"{"]
    assert updates_of(b"[]") == [b"[]"]


def test_everything_a_person_can_do_is_read() -> None:
    """What the stand-in's people send is what these payloads say."""
    with ZaloBotApi() as api:
        lan = api.user("Lan")
        lan.says("Xin chào")
        lan.sends_photo(b"jpg", "Cầu")
        lan.sends_sticker()
        lan.sends_voice(b"aac")
        lan.sends_unsupported()
        lan.sends_unsupported(with_message=False)
        lan.says_in_group("@bot")
        events = [read(raw(each)) for each in api.pending]
    assert [event is None for event in events] == [False] * 5 + [True] * 2
    said = [event.said for event in events if event is not None]
    assert (said[0].text, said[1].text, len(said[1].photos)) == ("Xin chào", "Cầu", 1)
    assert [one.unreadable for one in said] == [False, False, True, False, True]
    assert said[3].voice is not None


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("text", "photo_url", "photo", "caption", "chat", "from", "message_id", "date", "voice_url", "url", "link")


@given(
    event=st.sampled_from(["text", "image", "sticker", "voice", "link", "unsupported", "reaction"]),
    field=st.sampled_from(FIELDS),
    value=JSONS,
    wrapped=st.booleans(),
)
def test_any_value_anywhere_is_read_or_parked(event: str, field: str, value: object, wrapped: bool) -> None:
    """Whatever a field holds, the answer is an event, nothing, or something to park; never another error."""
    body = update(event, text="a") if field != "text" else update(event)
    body["message"][field] = value
    try:
        got = read(raw({"ok": True, "result": body} if wrapped else body))
    except CannotRead:
        return
    if got is not None:
        got.said.text.encode()
        assert "\0" not in got.said.text + got.chat + got.event_key


def test_damaged_bytes_are_read_or_parked() -> None:
    """A thousand bodies with bits flipped, bytes cut out or doubled."""
    chance = Random(4)
    whole = raw(update("image", photo_url=PHOTO, caption="Cầu"))
    for _ in range(1_000):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 5)):
            at = chance.randrange(len(damaged))
            how = chance.randrange(3)
            if how == 0:
                damaged[at] ^= 1 << chance.randrange(8)
            elif how == 1:
                del damaged[at : at + chance.randint(1, 20)]
            else:
                damaged[at:at] = damaged[at : at + 5]
        with suppress(CannotRead):
            read(bytes(damaged))
