"""The sample commune lives through its last weeks in one transaction, by the functions every commune lives by."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.demo.photographs import Picture
from bot.demo.sample import Checked, Sample, Step, Story
from deeds.said import FileSource
from digests import months
from digests.months import STARTED_AT
from handlers.fields import say_date
from moderation import receive
from moderation.decide import Order, decide
from moderation.facts import correct, record_honoree
from storage import attachments, deeds, drafts, history, invitations, org_units, people
from storage.database import Tx
from storage.office import office
from storage.people import Known
from storage.settings import set_setting

MADE_AT = "demo_made_at"
MESSENGER = "webchat"  # the only one every instance serves: nobody elsewhere can be written to by mistake
VIA = "desk"


def found(tx: Tx, sample: Sample, pictures: Mapping[str, Picture], receipt_key: bytes, now: datetime) -> None:
    """Make everything there is, in the order in which it happened, and mark the commune as made."""
    begun = sample.last_month.starts
    set_setting(tx, STARTED_AT, begun.isoformat(), begun)
    for name, value in sample.office.items():
        set_setting(tx, name, value, begun)
    for unit in sample.units:
        org_units.keep(tx, unit, begun)
    for number, worker in enumerate(sample.staff, start=1):
        known, chat = people.hire(tx, worker.name, worker.roles, begun), f"demo-desk-{number}"
        people.identify(tx, MESSENGER, chat, worker.name, begun)
        invitations.redeem(tx, invitations.invite(tx, known.id, begun), MESSENGER, chat, begun)
    for at, live in sorted(_days(tx, sample, pictures, receipt_key), key=lambda moment: moment[0]):
        live(at)
    set_setting(tx, MADE_AT, now.isoformat(), now)


Moment = tuple[datetime, Callable[[datetime], object]]


def _days(tx: Tx, sample: Sample, pictures: Mapping[str, Picture], receipt_key: bytes) -> Iterator[Moment]:
    """Yield all that happens, story by story."""
    yield sample.last_month.ends, lambda at: months.close_due(tx, at)
    for number, story in enumerate(sample.stories, start=1):
        life = _Life(tx, story, f"demo-{number}", pictures, receipt_key)
        yield story.told_at, life.tell
        if story.checked is not None:
            yield story.checked.at, life.check
        for step in story.steps:
            yield step.at, life.step(step)


@dataclass
class _Life:
    """What becomes of one story."""

    tx: Tx
    story: Story
    chat: str
    pictures: Mapping[str, Picture]
    receipt_key: bytes
    deed_id: int = 0

    def tell(self, at: datetime) -> None:
        """The teller hands it in, with pictures, and answers what may be used."""
        tx, story = self.tx, self.story
        teller = people.identify(tx, MESSENGER, self.chat, story.teller, at)
        draft = drafts.open_draft(tx, teller.id, at)
        for position, name in enumerate(story.pictures):
            attachments.attach(
                tx, "photo", FileSource(sha256=self.pictures[name].sha256), person_id=teller.id, draft_id=draft,
                submission_id=None, messenger=MESSENGER, chat=self.chat, message=f"{self.chat}-photo",
                position=position, album=None, now=at,
            )  # fmt: skip
        receipt = receive.hand_in(
            tx, self._telling(), person_id=teller.id, messenger=MESSENGER, chat=self.chat, draft_id=draft,
            office=office(tx), receipt_key=self.receipt_key, consent_words="introduce_deed.check.consent", now=at,
        )  # fmt: skip
        drafts.close_draft(tx, draft)
        self.deed_id = receipt.deed_id
        for thing, allowed in story.allows.items():
            history.allow(
                tx, thing, allowed, how=MESSENGER, words="consent.publish", now=at, submission_id=receipt.submission_id
            )
        self._mark_cleaned()

    def _telling(self) -> receive.Telling:
        story, day = self.story, say_date(self.story.happened_on)
        told: dict[str, Any] = {
            "story": story.words,
            "who": {"kind": story.kind.value, "title": story.title, "name": story.name, "words": story.honoree_words},
            "where": {"commune": None, "hamlet": story.place, "text": story.place},
            "when": {"iso": story.happened_on.isoformat(), "text": day, "approximate": False},
            "child": story.about_child,
        }
        return receive.Telling(
            story=story.words,
            kind=story.kind,
            honoree_title=story.title,
            honoree_name=story.name,
            honoree_words=story.honoree_words,
            commune_code=None,
            place_text=story.place,
            happened_on=story.happened_on,
            when_text=day,
            about_child=story.about_child,
            told=told,
        )

    def _mark_cleaned(self) -> None:
        by_name = {self.pictures[name].sha256: self.pictures[name].cleaned for name in self.story.pictures}
        for piece in attachments.of_deed(self.tx, self.deed_id):
            made = by_name[piece.sha256 or ""]
            attachments.mark(
                self.tx, piece.id, state="ready", published=made.published_sha256, thumbnail=made.thumb_sha256,
                dhash=made.dhash, width=made.width, height=made.height,
            )  # fmt: skip

    def check(self, at: datetime) -> None:
        """A moderator writes down what was found out, and what the person praised answered."""
        checked: Checked | None = self.story.checked
        assert checked is not None
        actor, deed = self._actor(checked.by), deeds.deed(self.tx, self.deed_id)
        assert deed is not None
        correct(self.tx, actor, deed.id, deed.version, checked.facts, at, VIA)
        if checked.praised is not None:
            record_honoree(self.tx, actor, deed.id, checked.praised, at, VIA)

    def step(self, step: Step) -> Callable[[datetime], object]:
        """Return one decision as something to do when its instant comes."""

        def take(at: datetime) -> None:
            order = Order(step.act, step.reason_key, confirmed_by=step.confirmed_by)
            decide(self.tx, self._actor(step.by), self.deed_id, order, at, VIA)

        return take

    def _actor(self, name: str) -> Known:
        actor = people.named(self.tx, name)
        assert actor is not None, f"nobody in the sample is called {name}"
        return actor
