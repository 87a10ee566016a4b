"""The agents of the library that the suite has imported."""

from robot.libraries.BuiltIn import BuiltIn

from BaresipLibrary.agents.agent import Agent


def agent_named(name: str) -> Agent:
    """The agent of that name."""
    agent: Agent = BuiltIn().get_library_instance("BaresipLibrary").agents.get(name)
    return agent
