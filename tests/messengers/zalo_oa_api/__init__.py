"""A stand-in of Zalo's Official Account API: a real HTTP server on the loopback, with people to talk to it through.

with ZaloOaApi() as api:
    lan = api.user("Lan")
    api.deliver_to(f"{our_address}/webhooks/zalo-oa")
    lan.says("Xin chào")
"""

from tests.messengers.zalo_oa_api.people import Message, Person
from tests.messengers.zalo_oa_api.server import ZaloOaApi

__all__ = ["Message", "Person", "ZaloOaApi"]
