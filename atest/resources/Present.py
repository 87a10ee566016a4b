"""Says which agents there are, as a suite sees it and as the operating system does."""

import os
import re

import psutil
from robot.libraries.BuiltIn import BuiltIn


def tell_which_agents_are_present() -> None:
    """Sets the test's message to the agents' names; one process lives for each, and no other."""
    library = BuiltIn().get_library_instance("BaresipLibrary")
    _, error = BuiltIn().run_keyword_and_ignore_error("Get State", "-")
    names = re.findall(r"Agents: (.*)\.", error)
    agents = names[0].split(", ") if names else []
    pids = {library.keywords["get_info"](name)["pid"] for name in agents}
    children = {child.pid for child in psutil.Process(os.getpid()).children(recursive=True)}
    if not pids <= children or len(children) != len(pids) + 1:
        raise AssertionError(f"Agents {pids} and what starts them, but there are {children}.")
    BuiltIn().set_test_message(", ".join(agents) or "nobody")
