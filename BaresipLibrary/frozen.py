"""Frozen dataclasses that are made quickly.

`dataclass(frozen=True)` writes and compiles six methods for each class, which takes 0.4 ms, and the
library needs a hundred such classes in every run: that was a third of the time of its import. Here,
`__init__` alone is compiled, and all classes share the others.
"""

from collections.abc import Iterator
from dataclasses import Field, FrozenInstanceError, dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[_Class]) -> type[_Class]:
    """Makes a class a dataclass whose fields are set once, by `__init__` or `__post_init__`.

    A class that derives from it must have this decorator, too. As with `dataclass`, a method that
    the class itself has stays.
    """
    for name in ("__setattr__", "__delattr__", "__eq__", "__hash__", "__repr__"):
        if vars(cls).get(name) is None:  # with `__eq__` alone, Python makes `__hash__` None
            setattr(cls, name, vars(_Methods)[name])
    return dataclass(eq=False, repr=False)(cls)


class _Methods:
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

    def __repr__(self) -> str:
        shown = (member.name for member in fields(self) if member.repr)  # type: ignore[arg-type]
        told = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__qualname__}({told})"


def _compared(value: Any) -> Iterator[Any]:
    return (getattr(value, member.name) for member in fields(value) if member.compare)
