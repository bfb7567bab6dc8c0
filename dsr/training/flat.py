"""Settings under the flat names that users type, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, ClassVar, Self

from dsr.errors import InputError
from dsr.text import suggestion


class Flat:
    """Base of a frozen dataclass of settings that can be set by flat names.

    Attributes
    ----------
    renamed : dict
        Flat names of the fields that go by another one.
    owner : str
        What the settings belong to, for messages.
    """

    renamed: ClassVar[dict[str, str]] = {}
    owner: ClassVar[str] = "the training"

    @classmethod
    def flat_names(cls) -> dict[str, str]:
        """Flat name of every setting, and the field it sets."""
        return {cls.renamed.get(f.name, f.name): f.name for f in fields(cls)}  # type: ignore[arg-type]

    @classmethod
    def from_flat(cls, settings: Mapping[str, Any]) -> Self:
        """Make settings from flat names; a misspelt one gets the nearest name offered."""
        names = cls.flat_names()
        for name in settings:
            if name not in names:
                raise InputError(
                    f"unknown option {name!r} of {cls.owner}; {suggestion(name, names)}"
                )
        return cls(**{names[name]: value for name, value in settings.items()})

    def to_flat(self) -> dict[str, Any]:
        """Settings as plain values under their flat names."""
        return {flat: getattr(self, field) for flat, field in self.flat_names().items()}
