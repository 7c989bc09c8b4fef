"""A typed message into what it means: danger first, then a typed button, then language and topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.content.catalogue import Catalogue
from bot.model import Heard, Language, Press, Ranked, TopicId
from bot.understanding.concepts import Concepts
from bot.understanding.crisis import Alarm, Compiler, Danger, long_words
from bot.understanding.decide import decide, doubtful
from bot.understanding.features import Reader
from bot.understanding.labels import typed_choice
from bot.understanding.language import Guess, LanguageGuesser
from bot.understanding.learnt import Learnt
from bot.understanding.matcher import Matcher
from bot.understanding.normalise import tokens
from bot.understanding.spelling import Speller

UNREAD: TopicId = "meta.language"
KEPT = 5
"""Topics that are passed on at most."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a message was understood as it was, for editors: never shown to parents, never logged."""

    heard: Heard
    ranked: tuple[Ranked, ...]
    mended: tuple[tuple[str, str], ...]
    danger: Danger | None
    guess: Guess


class Listener:
    """Understands messages. Built once from the content; pure after that."""

    def __init__(self, catalogue: Catalogue, learnt: Learnt) -> None:
        """Take the patterns and concepts of the content, and what was learnt from its phrases."""
        compilers = [Compiler(book.patterns) for book in catalogue.books.values()]
        patterns = [pattern for compiler in compilers for pattern in compiler.patterns()]
        doubts = [sign for compiler in compilers for sign in compiler.doubts()]
        self._alarm = Alarm(patterns, long_words(patterns), doubts)
        self._guesser = LanguageGuesser(learnt.odds)
        concepts = Concepts(catalogue.concepts)
        self._known = learnt.words
        self._speller = Speller([*learnt.words, *concepts.words()], concepts.begins)
        self._matcher = Matcher(learnt.model, Reader(concepts, self._speller))

    def prepare(self) -> None:
        """Do beforehand what the first messages would wait for; safe in a thread of its own."""
        self._alarm.prepare()

    def danger(self, text: str) -> Heard | None:
        """What the message means if it speaks of danger. Needs no state, so that it works when all else is broken."""
        danger = self._alarm.find(text, self._known)
        return self._endangered(text, danger) if danger is not None else None

    def hear(self, text: str, buttons: Sequence[tuple[str, Press]] = (), language: Language = "nb") -> Heard:
        """What the message means, where `buttons` (label and press, in order) are on the screen.

        `language` is the conversation's, kept unless the message is clearly in the other one.
        """
        return self.danger(text) or self.meaning(text, buttons, language)

    def meaning(self, text: str, buttons: Sequence[tuple[str, Press]], language: Language) -> Heard:
        """What a message means in which `danger` has found none."""
        press = typed_choice(text, buttons)
        if press is not None:
            return Heard("answer", press=press)
        guess = self._guesser.guess(text, language)
        ranked = self._rank(text)
        clear = guess.language if guess.clear else None
        danger = doubtful(ranked)
        if danger is not None:
            return Heard("doubt", ranked[:KEPT], crisis=danger, language=clear)
        decision, topics = decide(ranked)
        return Heard(decision, topics[:KEPT], language=clear)

    def explain(self, text: str, language: Language = "nb") -> Explanation:
        """The same, with the reasons: each message judged alone."""
        danger = self._alarm.find(text, self._known)
        guess = self._guesser.guess(text, language)
        mended = tuple((word, better) for word in tokens(text) if (better := self._speller.mend(word)) != word)
        return Explanation(self.hear(text, (), language), self._rank(text)[:KEPT], mended, danger, guess)

    def deciding(self, text: str, topic: TopicId) -> tuple[tuple[str, float], ...]:
        """The words that speak most for `topic`, each with how much the score falls without it."""
        return self._matcher.deciding(text, topic)

    def _rank(self, text: str) -> tuple[Ranked, ...]:
        """The topics of a message. Letters of another script: which languages the bot can read is what helps."""
        if not tokens(text) and any(letter.isalpha() for letter in text):
            return (Ranked(UNREAD, 1.0),)
        return self._matcher.rank(text)

    def _endangered(self, text: str, danger: Danger) -> Heard:
        guess = self._guesser.guess(text, "nb")
        known = len(tokens(text)) > 1 or guess.clear
        return Heard(
            "doubt" if danger.doubt else "crisis",
            (Ranked(danger.topic, 1.0),),
            crisis=danger.topic,
            language=guess.language if known else None,
        )
