"""A stand-in of the Zalo Bot Platform: a real HTTP server on the loopback, with people to talk to the bot through it.

with ZaloBotApi() as api:
    lan = api.user("Lan")
    lan.says("Xin chào")

It is written from what client packages and captured traffic show, not from the platform itself: where they disagree,
both ways can be switched.
"""

from tests.messengers.zalo_bot_api.people import Message, Person
from tests.messengers.zalo_bot_api.server import ZaloBotApi

__all__ = ["Message", "Person", "ZaloBotApi"]
