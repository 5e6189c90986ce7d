"""The chat page in a real browser, 360 points wide: with scripts, without them, with a network that fails."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Request, Route, expect, sync_playwright

from deeds.said import Option
from tests.storage.pictures import saved, scene
from tests.web.town import Town

pytestmark = pytest.mark.browser

STORY = "Chiều qua ông Hai ở thôn Bến Gỗ vớt được hai cháu nhỏ trượt chân xuống suối."
CHECK = "Xin xem lại:\n- Việc: cứu hai cháu nhỏ\n- Nơi: thôn Bến Gỗ"
CHOICES = [
    Option("send", "Đồng ý, gửi đi"),
    Option("change", 'Sửa (hoặc gõ thẳng: "hôm 07/11")'),
    Option("later", "Để đó, gửi sau"),
]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
FIRST_LOAD_MAX_BYTES = 60_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium with a microphone that hums."""
    microphone = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*ARGUMENTS, *microphone])
        yield browser
        browser.close()


@pytest.fixture
def address(town: Town) -> Iterator[str]:
    """Where the town is open."""
    with town.open() as address:
        yield address


def _phone(browser: Browser, address: str, *, scripts: bool = True, dark: bool = False) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": 360, "height": 740},
        java_script_enabled=scripts,
        has_touch=True,
        base_url=address,
        color_scheme="dark" if dark else "light",
        permissions=["microphone"],
    )
    context.set_default_timeout(10_000)
    return context


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A telephone at the chat; at the end, nothing may have gone wrong unseen."""
    context = _phone(browser, address)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
    page.on("request", lambda asked: None if asked.url.startswith(address) else wrong.append(asked.url))
    page.goto("/chat")
    yield page
    context.close()
    assert wrong == []


def _photo(n: int) -> FilePayload:
    return {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": saved(scene(n))}


def _fits(page: Page) -> None:
    """Nothing sticks out to the side, and whatever can be pressed is big enough for a thumb."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, a, label.button, input:not([type=hidden]), textarea")]
            .filter(element => element.checkVisibility() && !element.matches(".skip, .scripted #photo"))
            .map(element => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
            .filter(([, box]) => box.width < 44 || box.height < 44).map(([html]) => html)"""
    )
    assert small == []


def test_telling_a_deed_with_photos(town: Town, page: Page) -> None:
    """Story and two photos, the check with its buttons, the answer pressed: all of it without a reload."""
    town.bot.script = [(CHECK, CHOICES), ("Đã nhận, xin cảm ơn. Số tiếp nhận: 47.", [])]
    page.locator("#photo").set_input_files([_photo(n) for n in range(2)])
    expect(page.locator("#picked li")).to_have_count(2)
    page.locator("#text").fill(STORY)
    _fits(page)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.locator("#log .me")).to_contain_text(STORY)
    expect(page.locator("#log .bot").last).to_contain_text("cứu hai cháu nhỏ")
    expect(page.locator("#text")).to_have_value("")
    assert len(town.bot.heard[0].said.photos) == 2
    assert town.clean_photos() == 2
    expect(page.locator("#log .me img:visible")).to_have_count(2, timeout=15_000)
    _fits(page)
    page.get_by_role("button", name="Đồng ý, gửi đi").click()
    expect(page.locator("#log .bot").last).to_contain_text("Số tiếp nhận: 47")
    expect(page.locator("#log form.options")).to_have_count(0)
    assert town.bot.heard[1].said.choice == "send"
    page.reload()
    expect(page.locator("#log > .line")).to_have_count(4)
    expect(page.locator("#log .me").nth(1)).to_contain_text("Đồng ý, gửi đi")


def test_addresses_that_are_to_be_pressed_can_be_and_no_others(town: Town, page: Page) -> None:
    """As they come and after a reload; an address somebody told is only a text, also one of this very house."""
    ours = [f"{town.public_url}/privacy", "https://t.me/viectot_bot?start=l_0123456789ABCDEFGHJKMNPQRS"]
    told = ["https://t.me/evilbot?start=x", f"{town.public_url}/desk/sign-in/XYZ", f"{town.public_url}/privacy/x"]
    others = [
        *told,
        "https://evil.example.vn/t.me/x",
        "https://t.me.evil.example.vn/",
        f"{town.public_url}.evil.example.vn/",
    ]
    markup = "<a href=x>x</a>"
    said = f"Xem ở {ours[0]}. Hoặc bấm: {ours[1]}, không phải {', '.join(others)} {markup}"
    town.bot.script, town.bot.links = [(said, [])], tuple(ours)
    page.locator("#text").fill(said)
    page.get_by_role("button", name="Gửi", exact=True).click()
    for _ in range(2):
        expect(page.locator("#log .bot").last).to_contain_text(said)
        links = page.locator("#log .bot").last.locator("a")
        assert [link.get_attribute("href") for link in links.all()] == ours
        assert {link.get_attribute("rel") for link in links.all()} == {"noopener"}
        expect(page.locator("#log .me a")).to_have_count(0)
        _fits(page)
        page.reload()


def test_a_lost_network_loses_nothing(town: Town, page: Page) -> None:
    """The message waits on the page, goes by itself under the same id, and arrives once though it was sent twice."""

    def lose_the_answer(route: Route) -> None:
        route.fetch()  # it arrived; only the answer was lost
        route.abort()

    page.route("**/chat/messages", lose_the_answer, times=1)
    page.locator("#text").fill(STORY)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.locator("#log .me")).to_have_count(1)
    expect(page.locator(".pending")).to_have_count(0)
    page.wait_for_timeout(2_500)  # the time of the second try
    assert len(town.bot.heard) == 1
    expect(page.locator("#log .me")).to_have_count(1)


def test_a_tab_closed_while_sending_sends_when_it_is_opened_again(
    town: Town, page: Page, browser: Browser, address: str
) -> None:
    """What was waiting and what was half typed are both there again."""
    page.route("**/chat/messages", lambda route: route.abort())
    page.locator("#text").fill(STORY)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.locator(".pending .note")).to_contain_text("sẽ tự gửi lại")
    page.locator("#text").fill("còn đang gõ")
    assert town.bot.heard == []
    page.unroute_all(behavior="ignoreErrors")
    again = page.context.new_page()
    again.goto("/chat")
    expect(again.locator("#text")).to_have_value("còn đang gõ")
    expect(again.locator("#log .me")).to_contain_text(STORY)
    expect(again.locator(".pending")).to_have_count(0)
    assert [event.said.text for event in town.bot.heard] == [STORY]


def test_what_is_refused_comes_back_to_be_changed(town: Town, page: Page) -> None:
    """The sentence says why, the words are in the field again."""
    page.locator("#text").fill(STORY)
    paper: FilePayload = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.7 no picture"}
    page.locator("#photo").set_input_files(paper)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.locator("#state")).to_contain_text("Loại tệp này chưa mở được")
    expect(page.locator("#text")).to_have_value(STORY)
    assert town.bot.heard == []


def test_a_spoken_story_is_sent(town: Town, page: Page) -> None:
    """Press, speak, press: what arrives is a recording."""
    page.get_by_role("button", name="Nói").click()
    page.wait_for_timeout(800)
    page.get_by_role("button", name="Xong, gửi").click()
    expect(page.locator("#log .me")).to_contain_text("Đã gửi lời nói.")
    expect(page.locator(".pending")).to_have_count(0)
    voice = town.bot.heard[0].said.voice
    assert voice is not None
    assert voice.size


def test_without_scripts_the_same_page_works(town: Town, browser: Browser, address: str) -> None:
    """Typing, a photo and a pressed choice, each a form; the page that comes back shows the reply."""
    town.bot.script = [(CHECK, CHOICES), ("Đã nhận, xin cảm ơn. Số tiếp nhận: 47.", [])]
    context = _phone(browser, address, scripts=False)
    page = context.new_page()
    page.goto("/chat")
    page.locator("#text").fill(STORY)
    page.locator("#photo").set_input_files(_photo(1))
    page.locator("button.send").click()
    expect(page.locator("#log .bot")).to_contain_text("cứu hai cháu nhỏ")
    expect(page.locator("#log .me")).to_contain_text(STORY)
    expect(page.locator("#log .me")).to_contain_text("Đã gửi 1 ảnh.")
    page.locator("button", has_text="Đồng ý, gửi đi").click()
    expect(page.locator("#log .bot").last).to_contain_text("Số tiếp nhận: 47")
    assert [event.said.choice for event in town.bot.heard] == [None, "send"]
    assert len(town.bot.heard[0].said.photos) == 1
    context.close()


def test_a_story_with_markup_is_shown_as_words(town: Town, page: Page) -> None:
    """Neither what comes live nor what is there on a reload becomes part of the page."""
    evil = "<img src=x onerror=\"document.title='bad'\"><script>document.title='bad'</script>"
    town.bot.script = [(evil, [Option("x", evil)])]
    page.locator("#text").fill(evil)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.locator("#log .bot button")).to_have_text(evil)
    page.reload()
    expect(page.locator("#log .bot button")).to_have_text(evil)
    assert page.title() != "bad"
    expect(page.locator("#log img")).to_have_count(0)


def test_the_first_load_is_small(browser: Browser, address: str) -> None:
    """Everything the chat needs before the first word, as it travels."""
    context = _phone(browser, address)
    page = context.new_page()
    sizes: list[int] = []

    def weigh(asked: Request) -> None:
        told = asked.sizes()
        sizes.append(told["responseBodySize"] + told["responseHeadersSize"])

    page.on("requestfinished", weigh)
    page.goto("/chat")
    page.wait_for_timeout(500)
    assert 5_000 < sum(sizes) < FIRST_LOAD_MAX_BYTES
    context.close()


@pytest.mark.parametrize("dark", [False, True])
def test_words_stand_out_from_their_ground(
    town: Town, browser: Browser, address: str, dark: bool, tmp_path: Path
) -> None:
    """Every text has a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3), in light and dark, on every public page."""
    town.bot.script = [(CHECK, CHOICES)]
    code = town.tell()
    context = _phone(browser, address, dark=dark)
    page = context.new_page()
    page.goto("/chat")
    page.locator("#text").fill(STORY)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.locator("#log form.options")).to_have_count(1)
    for path in (None, "/", f"/deeds/{code}", "/privacy", "/look-up"):
        if path is not None:
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.evaluate(_FAINT) == [], path
    context.close()


_FAINT = """() => {
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(ground(element))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) faint.push(element.outerHTML.slice(0, 100));
  }
  return faint;
}"""
