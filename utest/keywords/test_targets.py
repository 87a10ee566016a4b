"""What keywords make of their arguments about targets and refusals."""

import pytest

from BaresipLibrary.keywords.targets import missing_target


@pytest.mark.parametrize(
    ("code", "headers", "warns"),
    [
        (302, [], True),
        (300, [("Diversion", "<sip:bob@h>")], True),
        (302, [("contact", "<sip:bob@h>")], False),
        (302, [("m", "<sip:bob@h>")], False),
        (486, [], False),
    ],
)
def test_a_redirection_without_a_target_is_told(
    code: int, headers: list[tuple[str, str]], warns: bool
) -> None:
    told = f"A {code} without a Contact names nobody to call instead; use Deflect to name a target."
    assert missing_target(code, headers) == (told if warns else None)
