"""A screen into a message: which words, which doors, which buttons, in one language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.content.catalogue import Book, Catalogue, DoorText, NodeText, Words
from bot.dialogs.flow import Card, Choice, End, Flows, Ladder, Menu, Node, Question
from bot.dialogs.respond import ERASED, answers
from bot.model import LANGUAGES, LEVELS, Answer, DoorId, Language, Level, Press, Screen, State, Verb
from bot.render.facts import long_date
from bot.render.message import Block, Button, Message, Span
from bot.render.prose import blocks, plain, spans

END_PARTS = ("first", "school", "say", "next_door", "not_wait")
"""What every end of a worry says; the outside services, which follow `school`, come from the flow."""


class Renderer:
    """Puts screens into words. Pure: the same screen and state give the same message."""

    def __init__(self, catalogue: Catalogue, flows: Flows) -> None:
        """Take the words and the flows they are for."""
        self.catalogue = catalogue
        self.flows = flows

    def message(self, screen: Screen, state: State, expires: date | None = None) -> Message:
        """The message for `screen`. `expires` is the day on which what is stored is erased, for the privacy screen."""
        language = state.language or "nb"
        page = _Page(self.catalogue, self.flows, language, state)
        return page.message(screen, expires)

    def emergency(self) -> Message:
        """The danger card in both languages: what is sent when everything else fails."""
        both = [self.message(Screen("danger"), State(language=language)) for language in LANGUAGES]
        return Message("nb", tuple(block for message in both for block in message.blocks), both[0].rows)


class _Page:
    """One message in the making."""

    def __init__(self, catalogue: Catalogue, flows: Flows, language: Language, state: State) -> None:
        self.catalogue = catalogue
        self.book: Book = catalogue.books[language]
        self.facts = catalogue.facts
        self.ui = self.book.ui
        self.flows = flows
        self.language: Language = language
        self.state = state
        self.level: Level | None = state.level

    def message(self, screen: Screen, expires: date | None) -> Message:
        node = self.flows.nodes[screen.node]
        notes = [Block("paragraph", (Span(self.ui.notes[note]),)) for note in screen.notes]
        match screen.view:
            case "level":
                body, rows = [*self._subject(node), *self._named("level")], self._level_rows(node)
            case "options":
                body, rows = self._named("options"), self._option_rows(node)
            case "offer":
                body, rows = self._named("offer"), self._offer_rows(screen, node)
            case "node":
                body = list(self._node(node))
                if node.id == "meta.privacy":
                    body += self._stored(expires)
                rows = [*self._choice_rows(node), *self._footer(node)]
        rows += self._language_rows(node, screen)
        return Message(self.language, (*notes, *body), tuple(tuple(row) for row in rows))

    # --- words ---

    def _named(self, name: str) -> list[Block]:
        """A screen of the bot's own: title and text."""
        title, text = self.ui.screens[f"{name}_title"], self.ui.screens[f"{name}_text"]
        return [Block("title", (Span(title),)), *self._blocks(text)]

    def _subject(self, node: Node) -> list[Block]:
        """What the question is about, so that a parent who typed sees that it was understood."""
        label = self.book.nodes[node.words].label.at(self.level)
        if not label or not node.asks_level or isinstance(node, Menu):
            return []
        return [Block("title", spans(label, self.facts, self.language))]

    def _node(self, node: Node) -> Iterator[Block]:
        text = self.book.nodes[node.words]
        if isinstance(node, Question):
            yield from self._subject(node)
        title = text.title.at(self.level)
        if title:
            yield Block("title", spans(title, self.facts, self.language))
        match node:
            case End():
                yield from self._end(node, text)
            case Ladder():
                yield from self._parts(text)
                yield from self._doors(self._ladder_of(node))
            case Card(door=str(door)):
                yield from self._door_card(self.book.doors[door])
                yield from self._parts(text)
            case _:
                yield from self._parts(text)

    def _end(self, node: End, text: NodeText) -> Iterator[Block]:
        level = self.level or node.levels[0]
        yield self._heading("first")
        yield from self._blocks(self._at(text.parts["first"]))
        for door in (self.book.doors[door_id] for door_id in node.first.at(level)):
            line = f"{self._at(door.name)}: {self._at(door.how)}"
            yield Block("item", spans(line, self.facts, self.language))
        if node.because:
            yield from self._blocks(self._at(self.book.nodes[node.because].parts["because"]))
        for name, words in text.parts.items():
            if name != "first":
                yield from self._part(name, words)
            if name == "say":
                yield from self._blocks(self.ui.screens["interpreter"])
            if name == "school":
                yield self._heading("outside")
                yield from self._doors(node.outside.at(level))

    def _ladder_of(self, ladder: Ladder) -> tuple[DoorId, ...]:
        end = self.flows.nodes[ladder.of]
        return end.tried.at(self.level or end.levels[0]) if isinstance(end, End) else ()

    def _doors(self, doors: tuple[DoorId, ...]) -> Iterator[Block]:
        """Persons and services as a list: name, what it is, how to reach it."""
        for door_id in doors:
            door = self.book.doors[door_id]
            line = f"{self._at(door.name)}: {self._at(door.what)} {self._at(door.how)}"
            yield Block("item", spans(line, self.facts, self.language))

    def _door_card(self, door: DoorText) -> Iterator[Block]:
        yield from self._blocks(self._at(door.what))
        yield self._heading("how")
        yield from self._blocks(self._at(door.how))

    def _parts(self, text: NodeText) -> Iterator[Block]:
        for name, words in text.parts.items():
            yield from self._part(name, words)

    def _part(self, name: str, words: Words) -> Iterator[Block]:
        part = words.at(self.level)
        if part is None:
            return
        if name in self.ui.headings:
            yield self._heading(name)
        yield from self._blocks(part)

    def _stored(self, expires: date | None) -> list[Block]:
        """Exactly what is stored about this conversation, in words."""
        stored = self.ui.stored
        state = self.state
        lines = []
        if state.language:
            lines.append(stored["language"].format(language=self.ui.buttons[f"language_{state.language}"]))
        if state.level:
            lines.append(stored["level"].format(level=self.ui.buttons[f"level_{state.level}"]))
        for name, trail in (("here", state.trail), ("paused", state.paused)):
            labels = [label for a in trail if (label := self._given(a))]
            if labels:
                lines.append(stored[name].format(answers=" – ".join(labels)))
        found = [self._heading("stored"), *(Block("item", (Span(line),)) for line in lines)]
        if expires is not None:
            text = stored["expires"].format(date=long_date(expires, self.language))
            found.append(Block("paragraph", (Span(text),)))
        return found

    def _given(self, answer: Answer) -> str:
        """An answer in words, or where it led when it has no button; nothing when its screen is gone."""
        node = self.flows.find(answer.node)
        choice = node.choice(answer.choice, self.level) if node is not None else None
        if node is None or choice is None:
            return ""
        target = self.flows.find(self.flows.target(choice, self.level or choice.levels[0]))
        title = self.book.nodes[target.words].title.at(self.level) if target is not None else None
        return self._label(node, answer.choice) or plain(title or "", self.facts, self.language)

    def _heading(self, name: str) -> Block:
        return Block("heading", (Span(self.ui.headings[name]),))

    def _blocks(self, text: str) -> list[Block]:
        return list(blocks(text, self.facts, self.language))

    def _at(self, words: Words) -> str:
        return words.at(self.level) or words.at(None) or ""

    # --- buttons ---

    def _press(self, verb: Verb, node: str, choice: str = "") -> Press:
        return Press(verb, node, choice, self.level, self.language)

    def _button(self, name: str, verb: Verb, node: str, choice: str = "") -> Button:
        return Button(self.ui.buttons[name], self._press(verb, node, choice))

    def _label(self, node: Node, choice_id: str) -> str:
        """The label of a choice: its own, the common one for its id, or that of the screen it leads to."""
        choice = node.choice(choice_id, self.level)
        if choice is None:
            return ""
        return plain(choice_label(self.book, self.flows, node, choice, self.level) or "", self.facts, self.language)

    def _choice_rows(self, node: Node) -> list[list[Button]]:
        buttons = [
            Button(self._label(node, choice.id), self._press("choose", node.id, choice.id))
            for choice in node.visible(self.level)
        ]
        if node.id == "meta.language":
            buttons = [self._language_button(language, node) for language in LANGUAGES]
        return [buttons[i : i + node.columns] for i in range(0, len(buttons), node.columns)]

    def _language_button(self, language: Language, node: Node) -> Button:
        label = self.catalogue.books[language].ui.buttons[f"language_{language}"]
        return Button(label, self._press("language", node.id, language))

    def _language_rows(self, node: Node, screen: Screen) -> list[list[Button]]:
        """After an answer in another language than before: stay in it, or go back."""
        if "written_in" not in screen.notes:
            return []
        ordered = sorted(LANGUAGES, key=lambda language: language != self.language)
        return [
            [
                Button(self.catalogue.books[language].ui.buttons["stay"], self._press("language", node.id, language))
                for language in ordered
            ]
        ]

    def _footer(self, node: Node) -> list[list[Button]]:
        root = self.flows.nodes[self.flows.root]
        if node.id in (root.id, ERASED):
            others = [self._language_button(language, root) for language in LANGUAGES if language != self.language]
            return [[*others, self._button("options", "options", root.id)]]
        rows = [[self._button("resume", "resume", node.id)]] if self.state.paused else []
        back = self._button("back", "back", node.id)
        return [*rows, [back, self._start_over()], [self._button("options", "options", node.id)]]

    def _start_over(self) -> Button:
        return self._button("start_over", "goto", self.flows.root)

    def _level_rows(self, node: Node) -> list[list[Button]]:
        levels = [self._button(f"level_{level}", "level", node.id, level) for level in LEVELS]
        return [*([button] for button in levels), *self._footer(node)]

    def _option_rows(self, node: Node) -> list[list[Button]]:
        rows = [[self._language_button(language, node)] for language in LANGUAGES if language != self.language]
        rows += [[self._button(f"level_{level}", "level", node.id, level)] for level in LEVELS if level != self.level]
        for answer in answers(self.flows, self.state):
            label = self._label(self.flows.nodes[answer.node], answer.choice)
            rows.append([Button(label, self._press("goto", answer.node))])
        rows.append([self._button("privacy", "goto", "meta.privacy")])
        if node.id == self.flows.root:
            return [*rows, [self._button("back", "goto", node.id)]]
        return [*rows, [self._button("back", "goto", node.id), self._start_over()]]

    def _offer_rows(self, screen: Screen, node: Node) -> list[list[Button]]:
        rows = []
        for topic in screen.topics:
            label = self.book.nodes[self.flows.nodes[topic].words].label.at(self.level) or topic
            rows.append([Button(plain(label, self.facts, self.language), self._press("goto", topic))])
        rows += [[self._button("none_of_these", "goto", "worries")], [self._danger()]]
        rows.append([self._button("back", "goto", node.id), self._start_over()])
        return [*rows, [self._button("options", "options", node.id)]]

    def _danger(self) -> Button:
        label = self.book.nodes["danger"].label.at(self.level) or ""
        return Button(plain(label, self.facts, self.language), self._press("goto", "danger"))


def choice_label(book: Book, flows: Flows, node: Node, choice: Choice, level: Level | None) -> str | None:
    """The label of `choice` on `node`, references not yet filled in; None when the content gives none."""
    own = book.nodes[node.words].choices.get(choice.id) if node.words in book.nodes else None
    if own is not None and own.at(level) is not None:
        return own.at(level)
    if choice.id in book.ui.choices:
        return book.ui.choices[choice.id]
    target = flows.find(flows.target(choice, level or choice.levels[0]))
    text = book.nodes.get(target.words) if target is not None else None
    return text.label.at(level) if text is not None else None
