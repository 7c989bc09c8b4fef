"""The buttons of a screen: its choices, and those that every screen has."""

from __future__ import annotations

from collections.abc import Iterable

from bot.content.catalogue import Book
from bot.dialogs.flow import Card, Choice, End, Flows, Ladder, Node
from bot.dialogs.respond import ERASED, answers
from bot.model import FORGET, LANGUAGES, LEVELS, UNKNOWN, DoorId, Language, Level, Press, Screen, Verb
from bot.render.message import Button
from bot.render.places import asks_district, districts
from bot.render.scene import Scene

_DISTRICT_COLUMNS = 3
Rows = list[list[Button]]


def rows(scene: Scene, node: Node, screen: Screen) -> Rows:
    """The rows of buttons for one side of a screen, top to bottom."""
    keys = _Keyboard(scene, node)
    match screen.view:
        case "level":
            found = keys.levels()
        case "options":
            found = keys.options()
        case "offer":
            found = keys.offer(screen)
        case "school":
            found = keys.schools(screen)
        case "district":
            found = keys.districts()
        case "node":
            found = [*keys.choices(), *keys.footer()]
    return [*found, *keys.languages(screen)]


def label_of(scene: Scene, node: Node, choice_id: str) -> str:
    """The label of a choice; empty when there is none at this level."""
    choice = node.choice(choice_id, scene.level)
    return scene.plain(choice_label(scene.book, scene.flows, node, choice, scene.level) or "") if choice else ""


def choice_label(book: Book, flows: Flows, node: Node, choice: Choice, level: Level | None) -> str | None:
    """The label of `choice` on `node`, references not yet filled in: its own, the common one for its id, or that of the
    screen it leads to. None when the content gives none.
    """
    own = book.nodes[node.words].choices.get(choice.id) if node.words in book.nodes else None
    if own is not None and own.at(level) is not None:
        return own.at(level)
    if choice.id in book.ui.choices:
        return book.ui.choices[choice.id]
    target = flows.find(flows.target(choice, level or choice.levels[0]))
    text = book.nodes.get(target.words) if target is not None else None
    return text.label.at(level) if text is not None else None


def doors_of(node: Node, level: Level | None) -> tuple[DoorId, ...]:
    """The persons and services that a screen shows."""
    at = level or node.levels[0]
    match node:
        case End():
            return (*node.first.at(at), *node.outside.at(at))
        case Ladder():
            return node.doors.at(at)
        case Card(door=str(door)):
            return (door,)
    return ()


class _Keyboard:
    """The buttons of one screen."""

    def __init__(self, scene: Scene, node: Node) -> None:
        self.scene = scene
        self.node = node

    def choices(self) -> Rows:
        """The ways on from the screen; on the language screen the languages."""
        node, scene = self.node, self.scene
        buttons = [
            Button(label_of(scene, node, choice.id), self._press("choose", node.id, choice.id))
            for choice in node.visible(scene.level)
        ]
        if node.id == "meta.language":
            buttons = [self._language(language, node) for language in LANGUAGES]
        found = _side_by_side(buttons, node.columns)
        if asks_district(scene, doors_of(node, scene.level)):
            found.append([self._named("find_district", "district", node.id)])
        return found

    def levels(self) -> Rows:
        """The two kinds of school."""
        return [*([self._level(level)] for level in LEVELS), *self.footer()]

    def options(self) -> Rows:
        """Language, kind of school, school, district and the answers given, each to be changed."""
        scene, node = self.scene, self.node
        found = [[self._language(language, node)] for language in LANGUAGES if language != scene.language]
        found += [[self._level(level)] for level in LEVELS if level != scene.level]
        found.append([self._named("change_school" if scene.school else "find_school", "school", node.id)])
        if scene.state.district is not None:
            found.append([self._named("change_district", "district", node.id)])
        for answer in answers(scene.flows, scene.state):
            label = label_of(scene, scene.flows.nodes[answer.node], answer.choice)
            found.append([Button(label, self._press("goto", answer.node))])
        found.append([self._named("privacy", "goto", "meta.privacy")])
        return [*found, self._back_from_side()]

    def offer(self, screen: Screen) -> Rows:
        """The topics that a message may have meant, and danger."""
        scene = self.scene
        found = [
            [Button(scene.words(scene.flows.nodes[topic]) or topic, self._press("goto", topic))]
            for topic in screen.topics
        ]
        danger = Button(scene.words(scene.flows.nodes["danger"]), self._press("goto", "danger"))
        found += [[self._named("none_of_these", "goto", "worries")], [danger]]
        found.append([self._named("back", "goto", self.node.id), self._start_over()])
        return [*found, [self._named("options", "options", self.node.id)]]

    def schools(self, screen: Screen) -> Rows:
        """The schools that a name may mean; each button says its kind of school, so that it need not be asked."""
        scene = self.scene
        found = []
        for code in screen.schools:
            school = scene.schools.get(code)
            if school is not None:
                level = scene.level if school.level == "combined" else school.level
                press = Press("school", self.node.id, code, level, scene.language, scene.code)
                found.append([Button(school.name, press)])
        if scene.school is not None:
            found.append([self._named("forget_school", "school", self.node.id, FORGET)])
        return [*found, self._back_from_side()]

    def districts(self) -> Rows:
        """The districts there are today."""
        named = [Button(name, self._press("district", self.node.id, one)) for one, name in districts(self.scene)]
        unknown = self._named("district_unknown", "district", self.node.id, UNKNOWN)
        return [*_side_by_side(named, _DISTRICT_COLUMNS), [unknown], self._back_from_side()]

    def languages(self, screen: Screen) -> Rows:
        """After an answer in another language than before: stay in it, or go back."""
        if "written_in" not in screen.notes:
            return []
        ordered = sorted(LANGUAGES, key=lambda language: language != self.scene.language)
        books = self.scene.catalogue.books
        return [
            [
                Button(books[language].ui.buttons["stay"], self._press("language", self.node.id, language))
                for language in ordered
            ]
        ]

    def footer(self) -> Rows:
        """Back, start and options, and the place that was interrupted."""
        scene, node, root = self.scene, self.node, self.scene.flows.root
        if node.id in (root, ERASED):
            start = scene.flows.nodes[root]
            others = [self._language(language, start) for language in LANGUAGES if language != scene.language]
            return [[*others, self._named("options", "options", root)]]
        resume = [[self._named("resume", "resume", node.id)]] if scene.state.paused else []
        back = self._named("back", "back", node.id)
        return [*resume, [back, self._start_over()], [self._named("options", "options", node.id)]]

    def _back_from_side(self) -> list[Button]:
        back = self._named("back", "goto", self.node.id)
        return [back] if self.node.id == self.scene.flows.root else [back, self._start_over()]

    def _start_over(self) -> Button:
        return self._named("start_over", "goto", self.scene.flows.root)

    def _level(self, level: Level) -> Button:
        return self._named(f"level_{level}", "level", self.node.id, level)

    def _language(self, language: Language, node: Node) -> Button:
        label = self.scene.catalogue.books[language].ui.buttons[f"language_{language}"]
        return Button(label, self._press("language", node.id, language))

    def _named(self, name: str, verb: Verb, node: str, choice: str = "") -> Button:
        return Button(self.scene.ui.buttons[name], self._press(verb, node, choice))

    def _press(self, verb: Verb, node: str, choice: str = "") -> Press:
        return Press(verb, node, choice, self.scene.level, self.scene.language, self.scene.code)


def _side_by_side(buttons: Iterable[Button], columns: int) -> Rows:
    listed = list(buttons)
    return [listed[i : i + columns] for i in range(0, len(listed), columns)]
