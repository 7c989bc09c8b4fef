"""What is stored about a conversation, in words: exactly that, for the privacy screen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.model import Answer
from bot.render.facts import long_date
from bot.render.keyboard import label_of
from bot.render.message import Block, Span
from bot.render.scene import Scene


def stored(scene: Scene, expires: date | None) -> Iterator[Block]:
    """Every field that is kept, one a line, and the day on which it is erased."""
    yield scene.heading("stored")
    for line in _lines(scene):
        yield Block("item", (Span(line),))
    if expires is not None:
        text = scene.ui.stored["expires"].format(date=long_date(expires, scene.language))
        yield Block("paragraph", (Span(text),))


def _lines(scene: Scene) -> Iterator[str]:
    words, buttons, state = scene.ui.stored, scene.ui.buttons, scene.state
    if state.language:
        yield words["language"].format(language=buttons[f"language_{state.language}"])
    if state.level:
        yield words["level"].format(level=buttons[f"level_{state.level}"])
    if state.school:
        yield words["school"].format(school=scene.school.name if scene.school else state.school)
    if state.district:
        # Told as it is stored, also when there is no such district any more.
        district = scene.catalogue.districts.get(state.district)
        yield words["district"].format(district=district.name if district else buttons["district_unknown"])
    for name, trail in (("here", state.trail), ("paused", state.paused)):
        labels = [label for answer in trail if (label := _given(scene, answer))]
        if labels:
            yield words[name].format(answers=" – ".join(labels))


def _given(scene: Scene, answer: Answer) -> str:
    """An answer in words, or where it led when it has no button; nothing when its screen is gone."""
    node = scene.flows.find(answer.node)
    choice = node.choice(answer.choice, scene.level) if node is not None else None
    if node is None or choice is None:
        return ""
    target = scene.flows.find(scene.flows.target(choice, scene.level or choice.levels[0]))
    title = scene.book.nodes[target.words].title.at(scene.level) if target is not None else None
    return label_of(scene, node, answer.choice) or scene.plain(title or "")
