"""A small register in a folder of its own, and lists to bring into it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from bot.schools.register import Register, load
from bot.schools.school import COLUMNS

ASK, BERG, FOSS, VANG = "974589648", "974589656", "974591006", "974590395"
"""The organisation numbers of the small register, in its order; each is a real one, for its check digit."""
NEW, OTHER = "974590433", "974590670"
"""Organisation numbers that are not in the small register."""

_FACTS = tuple(
    tuple(cell.strip() for cell in line.split("|"))
    for line in (
        f"ask      | Ask skole               | primary | {ASK} | alna   | https://ask.osloskolen.no | list",
        f"berg     | Berg skole              | primary | {BERG} |        |                           | list",
        f"foss-vgs | Foss videregående skole | upper   | {FOSS} | sagene | https://foss.vgs.no       | list",
        f"vang     | Vang skole              | primary | {VANG} | alna   |                           | list",
    )
)
_STATUS = (("open", ""), ("open", ""), ("open", ""), ("closed", "ask"))
ROWS = tuple((*facts, "2026-01-02", *status) for facts, status in zip(_FACTS, _STATUS, strict=True))
"""The small register: three open schools, and one that is closed."""
HEADING = ",".join(COLUMNS)


def csv(*rows: tuple[str, ...], heading: str = HEADING) -> str:
    """A table of rows that need no quotation marks."""
    return "\n".join((heading, *(",".join(row) for row in rows))) + "\n"


def row(number: int, **cells: str) -> tuple[str, ...]:
    """A row of the small register, from 0, with some cells changed."""
    return tuple({**dict(zip(COLUMNS, ROWS[number], strict=True)), **cells}.values())


def lay_out(folder: Path) -> Register:
    """The small register, in a file of its own."""
    path = folder / "schools.csv"
    path.write_text(csv(*ROWS), "utf-8")
    return load(path)


def unit(org: str, name: str, **fields: object) -> dict[str, object]:
    """A school as the national register's list has it, v4."""
    return {
        "Organisasjonsnummer": org,
        "Navn": name,
        "Kommunenummer": "0301",
        "ErAktiv": True,
        "ErSkole": True,
        "ErGrunnskole": True,
        "ErVideregaaendeSkole": False,
        "ErPrivatskole": False,
        "ErOffentligSkole": True,
        "Skolekategorier": [{"Id": "1", "Navn": "Grunnskole"}, {"Id": "5", "Navn": "Kommunal"}],
        **fields,
    }


def answer(*units: Mapping[str, object]) -> str:
    """The national register's answer with these units."""
    page = {"Sidenummer": 1, "AntallPerSide": 1000, "AntallSider": 1, "TotaltAntallEnheter": len(units)}
    return json.dumps({**page, "EnhetListe": units}, ensure_ascii=False)


def same() -> tuple[dict[str, object], ...]:
    """Units that say of the small register what it says itself."""
    upper = unit(FOSS, "Foss videregående skole", ErGrunnskole=False, ErVideregaaendeSkole=True)
    return unit(ASK, "Ask skole"), unit(BERG, "Berg skole"), upper, unit(VANG, "Vang skole", ErAktiv=False)
