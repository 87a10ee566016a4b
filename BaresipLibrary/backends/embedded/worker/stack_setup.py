"""What a stack is told once, before it has a user agent."""

import ctypes

from .native import StackThread, library

#: A handler of interfaces: the name, the address and its own argument; True ends the walk.
_INTERFACE = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p)


async def go_without_video(thread: StackThread) -> None:
    """Removes every video codec: the calls are audio only.

    A callee would else make a video stream for each call, drop it with the answer, and send a
    re-INVITE about it a moment later.
    """
    await thread.run(lambda: library.list_clear(library.baresip_vidcodecl()))


async def use_every_address(thread: StackThread) -> None:
    """Lets media use every address of the machine, whichever the agent is bound to for SIP.

    An offer may want media where the bound address does not reach, such as another address of this
    machine. The stack would have no address of its own to answer with, and refuse with 500.

    Raises:
        FunctionMissing: this build of the wheel cannot.
    """

    def add_all() -> None:
        network = library.baresip_network()

        def add(name: bytes, address: int, _argument: int) -> bool:
            if not library.sa_is_linklocal(address) and not library.net_is_laddr(network, address):
                library.net_add_address_ifname(network, address, name)
            return False

        library.net_if_apply(_INTERFACE(add), None)

    await thread.run(add_all)
