"""How long `Verify Audio Connection` takes, of local agents: ``python bench/connection.py``.

*first*: in a call that has just been set up; *again*: at once after that, in the same call.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from _subjects import Suite

from BaresipLibrary.types import AgentState

AGENTS = ("alice", "bob")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--repeat", type=int, default=20, help="calls (20)")
    options = parser.parse_args()
    first, again = [], []
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(Path(folder) / "agents")
        suite.warm_up()
        for _ in range(options.repeat):
            for name in AGENTS:
                suite.run("start_agent", name)
            suite.run("dial", *AGENTS)
            suite.run("accept", "bob")
            for name in AGENTS:
                suite.run("wait_until_state_is", name, AgentState.ESTABLISHED)
            first.append(suite.timed("verify_audio_connection", *AGENTS))
            again.append(suite.timed("verify_audio_connection", *AGENTS))
            suite.run("stop_all_agents")
        suite.close()
    for what, took in (("first", first), ("again", again)):
        median, late = np.percentile(took, [50, 95])
        print(f"{what}  p50 {median:4.0f}  p95 {late:4.0f}  max {max(took):4.0f} ms")


if __name__ == "__main__":
    main()
