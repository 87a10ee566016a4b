"""What Robot is doing."""

from robot.running.context import EXECUTION_CONTEXTS


def is_dry_run() -> bool:
    """Whether Robot only checks the suites."""
    context = EXECUTION_CONTEXTS.current
    return bool(context and context.dry_run)


def is_suite_running() -> bool:
    """Whether Robot runs a suite: it does not when it only checks it, nor for libdoc."""
    return bool(EXECUTION_CONTEXTS.current) and not is_dry_run()
