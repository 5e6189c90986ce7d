"""The whole path by hand, in Chromium: told on a telephone, approved at the desk, the month's paper opened.

`VIECTOT_PICTURES=1` writes the pictures of the README on the way.
"""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from digests.documents.checker import check_docx
from tests.stories.test_demo import demo

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
READS_MS = 2_100  # a press sooner after its screen came is taken for one meant for the screen before
PICTURE = ROOT / "bot/demo/pictures/stream_rescue.jpg"
STORY = "Chiều qua ông Vi Văn Tọa ở thôn Bến Gỗ lội suối lũ cứu hai cháu nhỏ bị nước cuốn"


def picture(page: Page, name: str, folder: Path) -> None:
    """Take a picture of what the person sees."""
    wanted = os.environ.get("VIECTOT_PICTURES") == "1"
    page.screenshot(path=(ROOT / "docs/pictures" if wanted else folder) / f"{name}.png")


def test_from_a_telephone_to_the_paper(tmp_path: Path) -> None:
    """Told with a picture, agreed to, approved in one press, taken back and approved again; the paper is in order."""
    with demo(tmp_path / "town") as run, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
        )
        phone = chromium.new_page(viewport={"width": 360, "height": 740}, device_scale_factor=2)
        _tells(phone, run.url("/chat"), tmp_path)
        desk = chromium.new_page(viewport={"width": 1200, "height": 860})
        _decides(desk, run.url(r"/desk/sign-in/\S+"), tmp_path)
        _opens_the_paper(desk, tmp_path)
        chromium.close()


def _tells(phone: Page, chat: str, folder: Path) -> None:
    phone.goto(chat)
    phone.fill("textarea", STORY)
    phone.click("#composer button[type=submit]")
    expect(phone.get_by_text("Xin xem lại:")).to_be_visible()
    phone.set_input_files("#photo", PICTURE)
    phone.click("#composer button[type=submit]")
    check = phone.get_by_text("- Ảnh: 1")
    expect(check).to_be_visible(timeout=15_000)
    expect(check).to_contain_text("thôn Bến Gỗ, xã Suối Lành")
    picture(phone, "chat", folder)
    phone.wait_for_timeout(READS_MS)
    phone.get_by_role("button", name="Đồng ý, gửi đi").click()
    expect(phone.get_by_text("Số tiếp nhận:")).to_be_visible()
    phone.wait_for_timeout(READS_MS)
    phone.get_by_role("button", name="Được dùng cả lời kể và ảnh").click()
    expect(phone.get_by_text("Xã được dùng lời kể và ảnh")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def _decides(desk: Page, link: str, folder: Path) -> None:
    desk.goto(link)
    desk.click("main button[type=submit]")
    desk.wait_for_url("**/desk")
    expect(desk.get_by_text("Vi Văn Tọa").first).to_be_visible()
    picture(desk, "desk", folder)
    desk.get_by_role("link", name=re.compile("Vi Văn Tọa")).click()
    expect(desk.get_by_text("Chiều qua ông Vi Văn Tọa").first).to_be_visible()
    deed = desk.url
    desk.click("button[data-act=approve][value=village_head]")
    expect(desk.get_by_text(re.compile("Hoàn tác")).first).to_be_visible()
    desk.goto(deed)
    desk.click("button[data-act=undo]")
    desk.goto(deed)
    desk.click("button[data-act=approve][value=village_head]")
    desk.goto(deed)
    expect(desk.get_by_text("Đã duyệt, chờ đăng").first).to_be_visible()


def _opens_the_paper(desk: Page, folder: Path) -> None:
    desk.get_by_role("link", name="Văn bản tháng").click()
    with desk.expect_download() as coming:
        desk.locator("a[href$='/docx']").first.click()
    paper = folder / "van-ban.docx"
    coming.value.save_as(paper)
    assert check_docx(paper) == []
