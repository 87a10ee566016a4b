"""Arguments for the wheel that say more than its own types can."""

from typing import Any

from baresip import Config


class Pairs(dict[str, str]):
    """Headers for the wheel, which reads the items of a mapping: a name may occur twice."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    def items(self) -> Any:
        return self._pairs


class Configuration(Config):
    """The wheel's configuration after the suite's lines: the first line of a name wins."""

    def __init__(self, first_lines: str, **fields: Any) -> None:
        super().__init__(**fields)
        self._first_lines = first_lines

    def render(self) -> str:
        return self._first_lines + super().render()
