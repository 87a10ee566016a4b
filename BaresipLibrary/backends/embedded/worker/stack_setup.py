"""What a new stack is told once, before its first call."""

import ctypes

from .faults import safely
from .native import library
from .stack_thread import StackThread

#: A handler of interfaces: the name, the address and its own argument; True ends the walk.
_INTERFACE = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p)


async def go_without_video(thread: StackThread) -> None:
    """Removes every video codec: the calls are audio only.

    A callee would else make a video stream for each call, drop it with the answer, and send a
    re-INVITE about it a moment later.
    """
    await thread.run(lambda: library.list_clear(library.baresip_vidcodecl()))


async def use_every_address(thread: StackThread) -> None:
    """Lets media use every address of the machine, if this build of the wheel can.

    The agent is bound to one of them for SIP, but an offer may want media where that does not
    reach, such as another address of this machine. The stack would have no address of its own to
    answer with, and refuse with 500.
    """
    if not library.has_all_for("OTHER_ADDRESSES"):
        return

    def add_all() -> None:
        network = library.baresip_network()

        def add(name: bytes, address: int, _argument: int) -> bool:
            if not library.sa_is_linklocal(address) and not library.net_is_laddr(network, address):
                library.net_add_address_ifname(network, address, name)
            return False

        library.net_if_apply(_INTERFACE(safely(True, add)), None)

    await thread.run(add_all)
