"""The end of a run."""

import psutil
import pytest

from BaresipLibrary import BaresipLibrary
from BaresipLibrary.agents.registry import Registry
from BaresipLibrary.backends.embedded.process import is_installed


@pytest.mark.skipif(not is_installed(), reason="needs the wheel baresip-python")
def test_a_run_whose_end_is_interrupted_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(psutil.Process().children(recursive=True))
    library = BaresipLibrary()
    folder = library.run_keyword("start_agent", ["alice"], {}).backend.folder

    def interrupted(_: Registry) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as during, pytest.raises(KeyboardInterrupt):
        during.setattr(Registry, "stop_all", interrupted)
        library.close()
    assert not set(psutil.Process().children(recursive=True)) - before
    library.close()
    assert not folder.exists()
