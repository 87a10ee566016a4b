"""What two agents hear of each other, and from when on."""

from pathlib import Path

import numpy as np
import pytest

from BaresipLibrary.media import connections

from .recorded import ListeningAgent, silence, tone


def test_what_arrives_while_the_detector_of_tones_is_loaded_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = ListeningAgent(tmp_path, "alice"), ListeningAgent(tmp_path, "bob")

    def tones_arrive() -> None:
        for listener, frequency in ((alice, 620.0), (bob, 440.0)):
            listener.write(np.concatenate([silence(0.06), tone(0.1, frequency), silence(0.5)]))

    monkeypatch.setattr(connections, "load_hearing", tones_arrive)
    (connection,) = connections.check_connections([(alice.agent, bob.agent)], within=0)
    assert connection.trouble is None
    assert [heard.agent.name for heard in connection.heard] == ["bob", "alice"]
