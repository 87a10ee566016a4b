"""A first INVITE without SDP is asked of backends that can send one."""

import pytest

from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.errors import UsageError
from BaresipLibrary.signalling.calls import dial_without_offer

from ..scripted import Phone


def test_no_baresip_can(phone: Phone) -> None:
    phone.backend.capabilities = frozenset(Capability) - {Capability.INVITE_WITHOUT_OFFER}
    with pytest.raises(
        UsageError,
        match=r"^alice cannot send a first INVITE without SDP \(offer=False\): the scripted backend"
        r" cannot\. No baresip up to 4\.10 can\.$",
    ):
        dial_without_offer(phone.agent, "sip:bob@127.0.0.1")
    assert phone.backend.commands == []


def test_a_backend_of_a_plugin_may(phone: Phone) -> None:
    dialled: list[tuple[object, ...]] = []

    def dial(*arguments: object) -> str:
        dialled.append(arguments)
        return "out-1"

    phone.backend.dial_without_offer = dial  # type: ignore[method-assign]
    assert dial_without_offer(phone.agent, "sip:bob@127.0.0.1", [("X-A", "b")]) == "out-1"
    assert dialled == [("sip:bob@127.0.0.1", [("X-A", "b")])]
