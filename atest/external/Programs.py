"""Programs that some tests need, whichever the run is on."""

import os
import shutil

from robot.api import SkipExecution
from robot.api.deco import keyword

from BaresipLibrary.backends.external.installation import find_program


@keyword
def find_baresip_before_2() -> str:
    """The path of the first baresip on PATH that is older than 2.0. Skips the test without one."""
    for folder in os.get_exec_path():
        path = shutil.which("baresip", path=folder)
        if path and find_program(path, None).version < (2, 0):
            return path
    raise SkipExecution("No baresip before 2.0 is on PATH.")
