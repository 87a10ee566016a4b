"""Dataclasses that are made quickly: `frozen` values, and `changeable` ones for what has a state.

`dataclass(frozen=True)` writes and compiles six methods for each class, which takes 0.4 ms, and the
library needs a hundred such classes in every run, most of which make no object in it. Here,
`__init__` alone is compiled, when a class makes its first object; all classes share the others.
"""

from collections.abc import Callable, Iterator
from dataclasses import Field, FrozenInstanceError, dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[_Class]) -> type[_Class]:
    """Makes a class a dataclass whose fields are set once, by `__init__` or `__post_init__`.

    A class that derives from it must have this decorator, too. As with `dataclass`, a method that
    the class itself has stays.
    """
    for name in ("__setattr__", "__delattr__", "__eq__", "__hash__"):
        if vars(cls).get(name) is None:  # with `__eq__` alone, Python makes `__hash__` None
            setattr(cls, name, vars(_Value)[name])
    return _made(cls)


@dataclass_transform(eq_default=False, field_specifiers=(field,))
def changeable(cls: type[_Class]) -> type[_Class]:
    """Makes a class a dataclass whose fields can change, and which is equal to itself only."""
    return _made(cls)


def _made(cls: type[_Class]) -> type[_Class]:
    shared = {"__init__": _first_init(cls), "__repr__": _shown}
    for name in shared.keys() - vars(cls).keys():
        setattr(cls, name, shared[name])
    return dataclass(init=False, eq=False, repr=False)(cls)


def _first_init(cls: type) -> Callable[..., None]:
    """An `__init__` that gives the class its own, and calls that; before, its signature is open."""

    def init(self: object, *values: Any, **named: Any) -> None:
        """Sets the fields."""
        # Of a class without fields of its own, `dataclass` writes it for those that it inherits.
        alike = type(cls)(cls.__name__, (cls,), {**_named_as(cls), "__doc__": cls.__doc__})
        compiled = vars(dataclass(eq=False, repr=False)(alike))["__init__"]
        cls.__init__ = compiled  # type: ignore[misc]
        compiled(self, *values, **named)

    return init


def _named_as(cls: type) -> dict[str, Any]:
    return {"__module__": cls.__module__, "__qualname__": cls.__qualname__}


class _Value:
    """What all frozen dataclasses share."""

    __dataclass_fields__: dict[str, Field[Any]]

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__ or name not in self.__dataclass_fields__:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return tuple(_compared(self)) == tuple(_compared(other))

    def __hash__(self) -> int:
        return hash(tuple(_compared(self)))


def _compared(value: Any) -> Iterator[Any]:
    return (getattr(value, member.name) for member in fields(value) if member.compare)


def _shown(self: Any) -> str:
    """The text of an object: its class, and its fields."""
    shown = (member.name for member in fields(self) if member.repr)
    told = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
    return f"{type(self).__qualname__}({told})"
