"""`frozen` makes what `dataclass(frozen=True)` makes, and `changeable` what `dataclass` makes."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest

from BaresipLibrary.frozen import changeable, frozen


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


@changeable
class Counter:
    name: str
    count: int = 0
    notes: list[str] = field(default_factory=list)


@changeable
class Total(Counter):
    sum: int = field(init=False)

    def __post_init__(self) -> None:
        self.sum = 2 * self.count


def test_what_changes_is_equal_to_itself_only() -> None:
    first, second = Counter("a"), Counter("a")
    first.count += 1
    first.notes.append("one")
    assert (first.count, first.notes, second.notes) == (1, ["one"], [])
    second.count, second.notes = 1, ["one"]
    assert first != second
    assert len({first, second, first}) == 2
    assert repr(first) == "Counter(name='a', count=1, notes=['one'])"


def test_what_changes_is_replaced_and_pickled_with_what_it_inherits() -> None:
    total = replace(Total("a", count=2), count=3)
    assert vars(pickle.loads(pickle.dumps(total))) == vars(total)
    assert vars(total) == {"name": "a", "count": 3, "notes": [], "sum": 6}


@pytest.mark.parametrize("decorate", [frozen, changeable])
def test_init_is_compiled_for_the_first_object_of_a_class(decorate: Any) -> None:
    @decorate
    class Base:
        x: int

    @decorate
    class Derived(Base):
        y: int

    shared = init_of(Base)
    assert init_of(Derived).__code__ is shared.__code__
    assert [(value.x, value.y) for value in (Derived(1, 2), Derived(x=3, y=4))] == [(1, 2), (3, 4)]
    compiled = init_of(Derived)
    assert compiled.__code__ is not shared.__code__
    Derived(5, 6)
    assert init_of(Derived) is compiled
    assert init_of(Base) is shared
    assert Base(5).x == 5


def init_of(cls: Any) -> Any:
    return vars(cls)["__init__"]


def test_a_wrong_first_object_is_refused_by_the_name_of_its_class() -> None:
    @frozen
    class Fresh:
        x: int

    with pytest.raises(TypeError, match=r"Fresh\.__init__\(\) missing 1 required .* 'x'"):
        Fresh()  # type: ignore[call-arg]
    assert Fresh(1).x == 1


def test_threads_that_make_the_first_objects_all_get_theirs() -> None:
    @frozen
    class Fresh:
        x: int

    with ThreadPoolExecutor(8) as pool:
        assert [one.x for one in pool.map(Fresh, range(100))] == [*range(100)]
