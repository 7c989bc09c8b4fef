"""The child's school and the family's district on a screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.content.catalogue import DoorText
from bot.content.schema import ServiceModel
from bot.model import UNKNOWN, DoorId
from bot.render.facts import fact
from bot.render.message import Block, Span
from bot.render.scene import Scene, exists

DISTRICTS = "oslo.districts"
"""The city's page about its districts, an entry of content/services.yaml."""
_CONTACTS = ("phone", "sms", "chat", "web", "address")


def greeting(scene: Scene) -> list[Block]:
    """A line to the parents of the child's school; nothing when no school is known."""
    school = scene.school
    if school is None:
        return []
    words = scene.ui.screens["school_greeting" if school.status == "open" else "school_closed"]
    return [Block("paragraph", (Span(words.replace("{school}", school.name)),))]


def districts(scene: Scene) -> list[tuple[str, str]]:
    """The districts there are today, as ids and names."""
    return [(one, model.name) for one, model in scene.catalogue.districts.items() if exists(model, scene.moment)]


def is_local(scene: Scene, doors: Iterable[DoorId]) -> bool:
    """Whether one of these doors is another in each district."""
    return any(scene.book.doors[door].local.at(scene.level) for door in doors)


def asks_district(scene: Scene, doors: Iterable[DoorId]) -> bool:
    """Whether the family's district is worth asking for here: it was not asked yet, and a door depends on it."""
    known = scene.district is not None or scene.state.district == UNKNOWN
    return not known and is_local(scene, doors) and bool(districts(scene))


def local(scene: Scene, door_id: DoorId, door: DoorText) -> Iterator[Block]:
    """How to find a service in the family's district: its contact there, else the district's page, else the city's."""
    how = door.local.at(scene.level)
    if how is None:
        return
    yield scene.heading("local")
    yield from scene.blocks(how)
    contacts = scene.district.contacts.get(door_id) if scene.district else None
    if contacts is not None:
        yield from _contacts(scene, contacts, door_id)
    else:
        yield district_line(scene)


def where(scene: Scene, doors: Iterable[DoorId]) -> Iterator[Block]:
    """The family's district under a list of doors, if it is known and one of them depends on it."""
    if scene.district is not None and is_local(scene, doors):
        yield district_line(scene)


def district_line(scene: Scene) -> Block:
    """The family's district and its page, the city's when it has none of its own; or how to find the district."""
    district = scene.district
    if district is None:
        return Block("paragraph", scene.spans(scene.ui.screens["district_how"]))
    before, _, after = scene.ui.screens["district_known"].replace("{district}", district.name).partition("{page}")
    own = ServiceModel(web=district.page) if district.page else scene.facts.services[DISTRICTS]
    # Shown as all pages are: the host's name, which leads to the page.
    page = fact(replace(scene.facts, services={DISTRICTS: own}), scene.language, "web", DISTRICTS) or Span("")
    return Block("paragraph", (Span(before), page, Span(after)))


def in_district(scene: Scene, door_id: DoorId) -> tuple[Span, ...]:
    """A service's contacts in the family's district, for the end of a line: « Alna: 466 17 010 (hverdager).»"""
    contacts = scene.district.contacts.get(door_id) if scene.district else None
    if scene.district is None or contacts is None:
        return ()
    found: list[Span] = []
    for block in _contacts(scene, contacts, door_id):
        found += [Span(", " if found else f" {scene.district.name}: "), *block.spans]
    return (*found, Span(".")) if found else ()


def _contacts(scene: Scene, contacts: ServiceModel, door_id: DoorId) -> Iterator[Block]:
    facts = replace(scene.facts, services={door_id: contacts})
    for kind in _CONTACTS:
        shown = fact(facts, scene.language, kind, door_id)
        if shown is None:
            continue
        hours = fact(facts, scene.language, "hours", door_id) if kind == "phone" else None
        yield Block("item", (shown, *((Span(f" ({hours.text})"),) if hours else ())))


def search(scene: Scene, *, found: bool) -> Iterator[Block]:
    """The search for the child's school: what is known, and what to type."""
    screens = scene.ui.screens
    yield Block("title", (Span(screens["school_title"]),))
    if scene.school is not None:
        yield Block("paragraph", (Span(screens["school_known"].replace("{school}", scene.school.name)),))
    yield from scene.blocks(screens["school_found" if found else "school_text"])
