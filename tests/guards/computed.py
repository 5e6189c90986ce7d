"""What may fill the keys that are put together at run time: one line a pattern."""

from collections.abc import Iterable
from datetime import UTC, datetime

from bot.demo.sample import read_sample
from bot.doors import ABILITIES
from deeds.kinds import Act, DeedKind, Field, Role, Section, Status, TargetGroup, Thing
from digests.documents.annexes import COLUMNS
from digests.documents.wording import Opinion
from handlers.belongs import OPTIONS
from handlers.engine import DROP, STOP
from handlers.introduce_deed import INTRODUCE_DEED
from handlers.reading.topics import ACTED_ON, Topic
from messengers.telegram.menus import COMMANDS, GROUP_COMMANDS, MODERATORS_COMMANDS
from moderation.acts import ACTS, decisions, rule
from moderation.acts.reject import CANNED_REASONS
from moderation.confirming import CONFIRMERS
from moderation.facts import HOW_ASKED
from storage.office import OFFICE_SETTINGS
from storage.photos.clean import Reason
from tests.guards.checkout import product_files
from tests.guards.said import keys_in_code, keys_in_template
from web.desk.facts_form import GENDERS
from web.desk.queue import FILTERS

TEMPLATES = (".html", ".xml", ".j2", ".txt.jinja")
FIELDS = [field.name for field in INTRODUCE_DEED.fields]
ALL_COMMANDS = (*COMMANDS, *MODERATORS_COMMANDS, *GROUP_COMMANDS)
FEW = ("some", "many", "none")
FILES = ("docx", "pdf", "xlsx")
ON_CARD, AT_DESK = decisions(rule.Where.CARD), [act for act in decisions(rule.Where.DESK) if act is not Act.UNDO]
CHOSEN = {act for act in Act if isinstance(ACTS[act].wants, rule.Choice)}
FINAL = {act for act in Act if ACTS[act].is_final}
WORDED = {act for act in CHOSEN if isinstance(ACTS[act].wants, rule.Reason)}
CHOICES = [row.wants for row in ACTS.values() if isinstance(row.wants, rule.Choice)]
LABELS = {f"{wants.labels}.*": wants.choices for wants in CHOICES}
LOOKED = {"name", "section", "story"}  # cells of the list that have a word of their own in an adjustment

FILLED: dict[str, Iterable[str]] = {
    **LABELS,
    "act.*": Act,
    "asked.*": set(Topic) - set(ACTED_ON),
    "belongs.option.*": OPTIONS,
    "check.edge.*": ("top", "bottom", "left", "right"),
    "check.look.*": ("bold", "italic"),
    "check.look.not_*": ("bold", "italic"),
    "check.severity.*": ("E", "W"),
    "confirmed.*": CONFIRMERS,
    "consent.publish.done.*": ("both", "words", "none"),
    "deed_kind.*": DeedKind,
    "demo.try.*": {worker.roles[0] for worker in read_sample(datetime(2026, 5, 5, tzinfo=UTC)).staff},
    "desk.decide.*": AT_DESK,
    "desk.decide.*.explained": FINAL.intersection(AT_DESK),
    "desk.decide.*.go": (WORDED | FINAL).intersection(AT_DESK),
    "desk.decide.*.legend": CHOSEN.intersection(AT_DESK),
    "desk.decide.*.own": WORDED.intersection(AT_DESK),
    "desk.filter.*": FILTERS,
    "desk.gender.*": GENDERS,
    "desk.how.*": HOW_ASKED,
    "desk.keys.*": ("next", "previous", "open", "approve", "reject", "undo", "search", "help"),
    "desk.papers.draft.*": FILES,
    "desk.papers.file.*": FILES,
    "desk.papers.state.*": ("to_build", "draft", "issued"),
    "desk.problems.done.*": ("event", "message"),
    "desk.problems.state.*": ("dead", "uncertain"),
    "desk.refused.*": Reason,
    "desk.told.*": ("story", *FIELDS),
    "digest.adjusted.cell.*": LOOKED,
    "digest.adjusted.gone.*": ("story", "picture"),
    "document.*": ("by_field", "by_kind", "by_target_group"),
    "document.*.none": ("by_field", "by_kind", "by_target_group"),
    "document.annex.*.title": ("list", "stories"),
    "document.awarded.*": ("some", "many"),
    "document.awards.*": ("none", "some", "none_proposed", "some_proposed"),
    "document.column.*": COLUMNS,
    "document.consents.*": (Opinion.NOT_ASKED, Opinion.NOT_PUBLIC),
    "document.nameless.*": DeedKind,
    "document.not_asked.*": DeedKind,
    "document.opinion.*": Opinion,
    "document.propose.award.*": FEW,
    "document.propose.press.*": FEW,
    "document.public.*": ("deed", "name", "photo", "loudspeaker", "press"),
    "document.received.*": ("citizens", "units", "citizensunits", "plain"),
    "field.*": Field,
    "introduce_deed.*": (
        *(f"check.{name}" for name in FIELDS),
        *(f"check.who.{kind}" for kind in DeedKind if kind is not DeedKind.INDIVIDUAL),
        "who.ask_offered",
    ),
    "introduce_deed.*.ask": FIELDS,
    "introduce_deed.check.option.*": ("agree", "edit", "later", "refuse"),
    "introduce_deed.drop.option.*": DROP,
    "introduce_deed.edit.option.*": ("story", *FIELDS, "photos"),
    "introduce_deed.missing.*": FIELDS,
    "link.option.*": ("join", "stranger"),
    "messenger.*": (*ABILITIES, "desk", "cli"),
    "mod.*.ask": FINAL.intersection(ON_CARD),
    "mod.*.choose": CHOSEN.intersection(ON_CARD),
    "mod.*.sure": FINAL.intersection(ON_CARD),
    "mod.*.write": WORDED.intersection(ON_CARD),
    "mod.button.*": ON_CARD,
    "mod.done.*": ON_CARD,
    "office.label.*": OFFICE_SETTINGS,
    "outcome.rejected.*": CANNED_REASONS,
    "role.*": Role,
    "section.*": Section,
    "status.citizen.*": Status,
    "status.desk.*": Status,
    "stop.option.*": STOP,
    "target_group.*": TargetGroup,
    "telegram.command.*": ALL_COMMANDS,
    "thing.*": Thing,
    "weekday.*": map(str, range(7)),
}
WHERE_THERE_IS_ONE = (
    "desk.decide.*.help", "desk.fact.*", "desk.figure.*", "digest.adjusted.*", "document.figures.*", "office.default.*",
)  # fmt: skip
"""Asked for with `has`, or of figures and facts that a paper names: what may fill them is whatever stands there."""
STATUS_PAGES = ("page.error.*",)  # of HTTP; any other has one sentence for all
READ_ELSEWHERE = ("check.*",)  # their keys stand whole where they are handed over
STAND_INS = ("messenger.letterbox", "messenger.plain")  # of the tests, which show them on real pages
NO_SENTENCES = ("check.who.*", "deed.*", "look.*", "look.not_*", "transcript.*")  # ids and counters of the same shape


def patterns() -> set[str]:
    """Return every pattern of a key in the product."""
    found = set(LABELS)
    for _, source in product_files(".py"):
        found |= keys_in_code(source)[1]
    for name, source in product_files(*TEMPLATES):
        found |= keys_in_template(name, source)[1]
    return found


def expanded() -> dict[str, str]:
    """Return every key that is put together, with its pattern."""
    return {pattern.replace("*", str(one)): pattern for pattern, those in FILLED.items() for one in those}


EXPANDED = expanded()
