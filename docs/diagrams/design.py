"""What a class diagram says: floors of classes, and how the classes relate."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """How one class relates to another."""

    INHERITS = "inherits"
    HOLDS = "holds"
    USES = "uses"


@dataclass(frozen=True)
class Class:
    """A box of the diagram."""

    name: str
    stereotype: str = ""
    attributes: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Floor:
    """A frame around the classes that stand on one floor."""

    name: str
    classes: list[Class]


@dataclass(frozen=True)
class Relation:
    """An arrow between two boxes."""

    source: str
    target: str
    kind: Kind


@dataclass(frozen=True)
class Design:
    """One class diagram, uppermost floor first."""

    title: str
    subtitle: str
    floors: list[Floor]
    relations: list[Relation]

    @classmethod
    def load(cls, path: Path) -> Design:
        """Read a design that :meth:`save` wrote, or that was written by hand."""
        data = json.loads(path.read_text("utf-8"))
        return cls(
            title=data["title"],
            subtitle=data["subtitle"],
            floors=[
                Floor(floor["name"], [Class(**box) for box in floor["classes"]])
                for floor in data["floors"]
            ],
            relations=[
                Relation(**{**arrow, "kind": Kind(arrow["kind"])}) for arrow in data["relations"]
            ],
        )

    def save(self, path: Path) -> None:
        """Freeze the design, so that it can be drawn when its code is gone."""
        path.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n", "utf-8")
