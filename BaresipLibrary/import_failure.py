"""An import of the library that fails, as Robot can tell it."""

from robot.errors import DataError
from robot.utils import get_error_details


class ImportFailure(DataError, ImportError):
    """The library cannot be imported: in Python an `ImportError`, for Robot an error of its own.

    Robot imports the package, and then takes the class out of it, where it expects errors of its
    own only: any other ends it at once, without a log.
    """


def import_failure() -> ImportFailure:
    """The failure that tells of the exception which is being handled, in the words Robot uses."""
    message, traceback = get_error_details(full_traceback=False)
    return ImportFailure(f"{message}\n{traceback}")
