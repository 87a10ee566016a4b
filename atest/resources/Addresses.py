"""The addresses of the machine that the suites run on."""

import socket

import psutil
from robot.api import SkipExecution


def other_address_of_this_machine() -> str:
    """An IPv4 address beside the loopback ones; packets to it stay on the machine all the same."""
    for addresses in psutil.net_if_addrs().values():
        for one in addresses:
            if one.family == socket.AF_INET and not one.address.startswith("127."):
                return one.address
    raise SkipExecution("This machine has loopback addresses only.")
