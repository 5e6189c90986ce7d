"""Events of an Official Account as what somebody said, in the shapes seen in the wild."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deeds.said import FileSource, Happening, Said
from messengers.port import CannotRead
from messengers.zalo_oa.incoming import own_phone, read

OA, USER, CHAT = "3000", "4000", "3000:4000"
URL = "https://f6.photo.talk.zdn.vn/x.jpg"


def event(name: str, message: dict[str, Any] | None = None, **more: Any) -> bytes:
    """Return the bytes of an event."""
    body: dict[str, Any] = {
        "app_id": "1000",
        "user_id_by_app": "2000",
        "event_name": name,
        "timestamp": "1790000000123",
        "sender": {"id": USER},
        "recipient": {"id": OA},
    }
    if message is not None:
        body["message"] = {"msg_id": "ff66", **message}
    return json.dumps({**body, **more}, ensure_ascii=False).encode()


def attached(kind: str, **payload: Any) -> dict[str, Any]:
    """Return a message with one attachment."""
    return {"attachments": [{"type": kind, "payload": payload}]}


def said(raw: bytes) -> Said:
    """Return what an event says."""
    inbound = read(raw)
    assert inbound is not None
    return inbound.said


def test_words_come_with_who_and_where() -> None:
    """Somebody has another id at every account, so an address names both; the bytes are kept as they came."""
    raw = event("user_send_text", {"text": "Xin cha\u0300o", "quote_msg_id": "ee55"})
    inbound = read(raw)
    assert inbound is not None
    assert (inbound.chat, inbound.sender, inbound.messenger) == (CHAT, CHAT, "zalo_oa")
    assert inbound.event_key == "zalo_oa:user_send_text:ff66"
    assert (inbound.raw, inbound.is_group, inbound.press) == (raw, False, None)
    assert inbound.said == Said(text="Xin chào", message="ff66", reply_to="ee55")


@pytest.mark.parametrize("option", ["yes:7", "", " a  b ", "#vt:#vt:", "deed.43:approve:Đồng ý"])
def test_a_tap_is_the_option_exactly_as_it_went_out(option: str) -> None:
    """It comes as words; whatever stands behind our mark is the option's id."""
    assert said(event("user_send_text", {"text": f"#vt:{option}"})) == Said(choice=option, message="ff66")


@pytest.mark.parametrize("text", ["#VT:yes", " #vt:yes", "#nt:yes", "vt:yes"])
def test_other_words_are_words(text: str) -> None:
    """Only our own mark at the very beginning."""
    assert said(event("user_send_text", {"text": text})).choice is None


@pytest.mark.parametrize("kind", ["image", "photo"])
def test_pictures_come_as_addresses(kind: str) -> None:
    """All of one message, with the caption; the smaller copy is left alone."""
    shown = [{"type": kind, "payload": {"url": f"{URL}?{n}", "thumbnail": URL}} for n in range(3)]
    got = said(event("user_send_image", {"text": "ba ảnh", "attachments": shown}))
    assert got.photos == tuple(FileSource(remote=f"{URL}?{n}") for n in range(3))
    assert (got.text, got.unreadable) == ("ba ảnh", False)


@pytest.mark.parametrize("payload", [{}, {"url": ""}, {"url": None}, {"url": 5}, {"url": "file:///etc/passwd"}])
def test_a_picture_without_an_address_is_told_as_unreadable(payload: dict[str, Any]) -> None:
    """The person hears that it did not arrive."""
    assert said(event("user_send_image", attached("image", **payload))).unreadable


@pytest.mark.parametrize(("latitude", "longitude"), [("21.0300", "105.8500"), (21.03, 105.85)])
def test_a_place_comes_as_text_or_numbers(latitude: Any, longitude: Any) -> None:
    """With its name where it has one."""
    point = {"coordinates": {"latitude": latitude, "longitude": longitude}}
    got = said(event("user_send_location", {"text": "UBND phường", **attached("location", **point)}))
    assert (got.location, got.text) == ((21.03, 105.85), "UBND phường")


@pytest.mark.parametrize(
    ("name", "kind", "photo"),
    [("anh.JPG", "", True), ("anh", "png", True), ("bao-cao.pdf", "pdf", False), ("a.jpg.exe", "exe", False)],
)
def test_a_file_is_taken_where_it_is_a_picture(name: str, kind: str, photo: bool) -> None:
    """Others are told to be unreadable; what it really is, its first bytes say afterwards."""
    got = said(event("user_send_file", attached("file", url=URL, name=name, size="12345", type=kind)))
    assert got.unreadable is not photo
    assert got.photos == ((FileSource(remote=URL, name=name, size=12345),) if photo else ())


def test_a_recording_comes_as_an_address() -> None:
    """One."""
    got = said(event("user_send_audio", attached("audio", url=URL)))
    assert (got.voice, got.unreadable) == (FileSource(remote=URL), False)


@pytest.mark.parametrize("kind", ["link", "video", "sticker", "gif", "business_card"])
def test_what_cannot_be_taken_is_said_to_be(kind: str) -> None:
    """Stickers, films, links and cards; words beside them are kept."""
    got = said(event(f"user_send_{kind}", {"text": "xem", **attached(kind, url=URL)}))
    assert (got.unreadable, got.text, got.photos, got.voice) == (True, "xem", (), None)


@pytest.mark.parametrize(("name", "happening"), [("follow", Happening.CAME_BACK), ("unfollow", Happening.BLOCKED)])
def test_following_comes_without_a_sender(name: str, happening: Happening) -> None:
    """Each time anew: following twice is two events, the same one brought twice is one."""
    body = {"app_id": "1000", "oa_id": OA, "event_name": name, "follower": {"id": USER}, "timestamp": "1"}
    inbound = read(json.dumps(body).encode())
    later = read(json.dumps({**body, "timestamp": "2"}).encode())
    assert inbound is not None
    assert later is not None
    assert (inbound.chat, inbound.said) == (CHAT, Said(happening=happening))
    assert (inbound.event_key, later.event_key) == (f"zalo_oa:{name}:{CHAT}:1", f"zalo_oa:{name}:{CHAT}:2")


@pytest.mark.parametrize(
    ("told", "phone"),
    [
        ("84901234567", "0901234567"),
        (84901234567, "0901234567"),
        ("+84 901 234 567", "0901234567"),
        ("0901234567", "0901234567"),
        ("0842345678", "0842345678"),
        ("84", None),
        ("", None),
        (None, None),
    ],
)
def test_a_shared_number_is_written_as_people_write_it(told: Any, phone: str | None) -> None:
    """Without the country; nothing that is no number."""
    assert own_phone(told) == phone
    inbound = read(event("user_submit_info", info={"name": "Nguyễn An", "phone": told}))
    assert (inbound.said.own_phone if inbound else None) == phone


@pytest.mark.parametrize(
    "name",
    [
        *("oa_send_text", "oa_send_image", "oa_send_gif", "oa_send_list", "oa_send_file", "oa_send_sticker"),
        *("oa_send_request_user_info", "user_seen_message", "user_received_message", "user_reacted_message"),
        *("add_user_to_tag", "anonymous_send_text", "anonymous_send_image", "something_new", ""),
    ],
)
def test_what_is_nothing_for_us_is_dropped(name: str) -> None:
    """Echoes of our own, receipts, people without an id, and whatever comes to be."""
    assert read(event(name, {"text": "a"})) is None


def test_our_own_account_does_not_talk_to_itself() -> None:
    """Whatever the event is called."""
    assert read(event("user_send_text", {"text": "a"}, sender={"id": OA})) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"event_name":"user_send_text"}',
        event("user_send_text"),
        event("user_send_text", {"text": "a", "msg_id": ""}),
        event("user_send_text", {"text": "a", "msg_id": ["x"]}),
        event("user_send_text", {"text": "a"}, recipient={}),
        event("user_send_text", {"text": "a"}, sender="4000"),
        event("user_send_image", {"attachments": {"0": 1}}),
        event("user_send_location", {"attachments": []}),
        event("user_send_location", attached("location", coordinates={"latitude": "nan", "longitude": "1"})),
        event("user_send_location", attached("location", coordinates={"latitude": "91", "longitude": "1"})),
        event("user_submit_info"),
        event("follow", follower={}),
    ],
)
def test_what_does_not_parse_is_kept_under_a_key(raw: bytes) -> None:
    """The same bytes have the same key; the error quotes nothing of them."""
    with pytest.raises(CannotRead) as raised:
        read(raw)
    with pytest.raises(CannotRead) as again:
        read(raw)
    assert raised.value.event_key == again.value.event_key
    assert raised.value.event_key.startswith("zalo_oa:unreadable:")
    assert raised.value.raw == raw
    assert "4000" not in str(raised.value)


def test_what_no_database_takes_is_left_out() -> None:
    """Zero bytes and halves of characters, in words and in a tap."""
    raw = event("user_send_text", {"text": "a"}).replace(b'"a"', b'"a\\u0000\\ud83d"')
    assert said(raw).text == "a\ufffd"
    tap = event("user_send_text", {"text": "a"}).replace(b'"a"', b'"#vt:a\\u0000b"')
    assert said(tap).choice == "ab"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(
    ["user_send_text", "user_send_image", "user_send_location", "user_send_file", "user_send_audio", "follow"]
)


@given(name=NAMES, message=JSON, sender=JSON, recipient=JSON)
def test_whatever_comes_it_is_read_dropped_or_kept(name: str, message: Any, sender: Any, recipient: Any) -> None:
    """No shape of an authentic event may raise anything else: the ones behind it must go on."""
    raw = json.dumps({"event_name": name, "message": message, "sender": sender, "recipient": recipient}).encode()
    with suppress(CannotRead):
        read(raw)


def test_the_photo_hosts_of_the_settings_take_these_addresses() -> None:
    """The host in the examples is one the settings allow by default."""
    from bot.settings import Settings

    assert "*.zdn.vn" in Settings(DATA_DIR=Path(".")).PHOTO_HOSTS
