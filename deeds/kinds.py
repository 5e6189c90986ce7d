"""The closed lists of the field: statuses, kinds, fields of life, target groups, roles, acts, things to allow.

The codes are stable (they stand in databases, scripts and files); their Vietnamese names are in `texts/` under
`status.*`, `deed_kind.*`, `section.*`, `field.*`, `target_group.*`, `role.*` and `thing.*`.
"""

from enum import StrEnum


class Status(StrEnum):
    """Where a deed stands between being told and being praised."""

    RECEIVED = "received"
    IN_REVIEW = "in_review"
    NEEDS_INFO = "needs_info"
    APPROVED = "approved"
    PUBLISHED = "published"
    REJECTED = "rejected"
    REDIRECTED = "redirected"  # a complaint found later: its text is purged, it is only counted
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class Act(StrEnum):
    """What somebody does to a deed; each act is one row of its history."""

    RECEIVE = "receive"
    CLAIM = "claim"
    APPROVE = "approve"
    ASK = "ask"
    ANSWER = "answer"
    REJECT = "reject"
    REDIRECT = "redirect"
    MERGE = "merge"
    WITHDRAW = "withdraw"
    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    UNDO = "undo"
    CORRECT = "correct"
    RECORD_HONOREE = "record_honoree"
    ADD = "add"  # more words or photos of the same teller


class DeedKind(StrEnum):
    """Who did it."""

    INDIVIDUAL = "individual"
    HOUSEHOLD = "household"
    COLLECTIVE = "collective"
    MODEL = "model"


class Section(StrEnum):
    """The three record types of the monthly list, each with its own section (Công văn of the district, section 5)."""

    EXEMPLAR = "exemplar"
    GOOD_DEED = "good_deed"
    MODEL = "model"


class Field(StrEnum):
    """The field of life a deed belongs to (lĩnh vực)."""

    RESCUE = "rescue"
    DISASTER_RESPONSE = "disaster_response"
    CHARITY = "charity"
    HONESTY = "honesty"
    PUBLIC_ORDER = "public_order"
    INNOVATION = "innovation"
    LIVELIHOOD = "livelihood"
    ENVIRONMENT = "environment"
    NEW_COUNTRYSIDE = "new_countryside"
    EDUCATION = "education"
    HEALTH = "health"
    CULTURE = "culture"
    PUBLIC_SERVICE = "public_service"
    ENTERPRISE = "enterprise"
    OVERCOMING_HARDSHIP = "overcoming_hardship"
    DEFENCE_BORDER = "defence_border"


class TargetGroup(StrEnum):
    """The groups whose share the letters ask to watch."""

    FARMER = "farmer"
    WORKER = "worker"
    MANUAL_LABOURER = "manual_labourer"
    TEACHER = "teacher"
    HEALTH_WORKER = "health_worker"
    ARMED_FORCES = "armed_forces"
    WOMAN = "woman"
    VULNERABLE = "vulnerable"
    ETHNIC_MINORITY = "ethnic_minority"
    REMOTE_BORDER_ISLAND = "remote_border_island"
    ENTERPRISE = "enterprise"
    OVERSEAS_VIETNAMESE = "overseas_vietnamese"
    FOREIGNER = "foreigner"
    STUDENT = "student"
    SCIENTIST = "scientist"
    PUBLIC_SERVANT = "public_servant"


class Role(StrEnum):
    """What a person may do beyond telling; everybody is a citizen."""

    UNIT_OFFICER = "unit_officer"
    UNIT_HEAD = "unit_head"
    MODERATOR = "moderator"
    PUBLISHER = "publisher"
    CLERK = "clerk"  # of the issuer: issues its papers and keeps their numbers
    STANDING_OFFICE = "standing_office"
    INSPECTOR = "inspector"
    PRESS = "press"
    ADMIN = "admin"


class Thing(StrEnum):
    """What a person may allow or refuse, each by itself.

    `KEEP`, `WORDS` and `PICTURES` are asked of the teller; the rest of the person praised (or parents and child).
    """

    KEEP = "keep"
    WORDS = "words"
    PICTURES = "pictures"
    DEED = "deed"
    NAME = "name"
    PHOTO = "photo"
    LOUDSPEAKER = "loudspeaker"
    STANDING_OFFICE = "standing_office"  # the list of the month, state work; `PRESS` is publication
    PRESS = "press"


TELLER_THINGS = (Thing.KEEP, Thing.WORDS, Thing.PICTURES)
HONOREE_THINGS = (Thing.DEED, Thing.NAME, Thing.PHOTO, Thing.LOUDSPEAKER, Thing.STANDING_OFFICE, Thing.PRESS)
PUBLICATION = frozenset({Thing.PHOTO, Thing.LOUDSPEAKER, Thing.PRESS})  # nothing without the deed itself told
