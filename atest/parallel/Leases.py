"""Accounts that suites under pabot lease from each other."""

import configparser
import tempfile
from itertools import pairwise
from pathlib import Path

from robot.api import ExecutionResult


class Leases:
    """Writes an account for pabot, and looks who had it when."""

    def write_value_set(self, user: str, domain: str) -> str:
        """Writes a value set tagged ``phone`` for pabot's --resourcefile; returns the path."""
        sets = configparser.ConfigParser(interpolation=None)
        sets[user] = {"tags": "phone", "user": user, "domain": domain}
        with tempfile.NamedTemporaryFile("w", suffix=".dat", delete=False) as file:
            sets.write(file)
        return file.name

    def leases_should_not_overlap(self, run: object) -> None:
        """Two tests said which account they had and from when to when: one after the other."""
        output = Path(str(run)) / "output" / "output.xml"
        said = [test.message.split() for test in ExecutionResult(str(output)).suite.all_tests]
        assert len(said) == 2 and len({account for account, _, _ in said}) == 1, said
        spans = sorted((float(began), float(ended)) for _, began, ended in said)
        assert all(first[1] <= second[0] for first, second in pairwise(spans)), spans
