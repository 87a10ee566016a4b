"""`frozen` makes what `dataclass(frozen=True)` makes."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest

from BaresipLibrary.frozen import frozen


@frozen
class Point:
    x: int
    y: int = 0
    label: str = field(default="", compare=False)
    secret: str = field(default="", repr=False)


@frozen
class Point3D(Point):
    z: int = 0


@frozen
class Doubled:
    value: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", self.value * 2)

    def __repr__(self) -> str:
        return "twice"


@frozen
class Modulo:
    value: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Modulo) and (self.value - other.value) % 10 == 0


@dataclass(frozen=True)
class Original:
    x: int
    y: int = 0
    label: str = field(default="", compare=False)
    secret: str = field(default="", repr=False)


Original.__qualname__ = "Point"


@pytest.mark.parametrize("values", [(1,), (1, 2), (1, 2, "a"), (1, 2, "a", "b")])
def test_values_are_shown_and_hashed_as_those_of_a_dataclass(values: tuple[Any, ...]) -> None:
    assert repr(Point(*values)) == repr(Original(*values))
    assert hash(Point(*values)) == hash(Original(*values))
    assert Point.__match_args__ == Original.__match_args__


def test_values_are_equal_when_what_is_compared_is() -> None:
    assert Point(1, 2) == Point(1, 2, label="other")
    assert Point(1, 2) != Point(1, 3)
    assert Point(1, 2) != Point3D(1, 2)
    assert Point(1, 2) != (1, 2)
    assert len({Point(1), Point(1), Point(2), Point3D(1)}) == 3


@pytest.mark.parametrize("name", ["x", "y", "unknown"])
def test_nothing_can_be_set_or_deleted(name: str) -> None:
    point = Point(1)
    with pytest.raises(FrozenInstanceError, match=name):
        setattr(point, name, 5)
    with pytest.raises(FrozenInstanceError, match="x"):
        del point.x
    assert point == Point(1)


def test_they_are_copied_replaced_and_pickled() -> None:
    point = Point3D(1, 2, z=3)
    assert replace(point, y=5) == Point3D(1, 5, z=3)
    assert copy.deepcopy(point) == point
    assert pickle.loads(pickle.dumps(point)) == point
    assert [member.name for member in fields(point)] == ["x", "y", "label", "secret", "z"]


def test_wrong_arguments_are_refused_by_name() -> None:
    with pytest.raises(TypeError, match="'x'"):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="'w'"):
        Point(1, w=2)  # type: ignore[call-arg]


def test_what_the_class_itself_has_stays() -> None:
    assert repr(Doubled(2)) == "twice"
    assert Doubled(2).value == 4
    assert Modulo(1) == Modulo(11)


def test_an_equality_of_its_own_leaves_a_class_hashable() -> None:
    assert hash(Modulo(1)) == hash((1,))
