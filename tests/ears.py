"""Ears that know few phrases and three dangers, whatever the content says today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.application import Application
from bot.content.catalogue import Phrase
from bot.content.schema import PatternModel, PatternsModel
from bot.model import LANGUAGES, NONE, Language, TopicId
from bot.understanding.hear import Listener
from bot.understanding.learnt import learn

PHRASES: Mapping[Language, Mapping[TopicId, tuple[str, ...]]] = {
    "nb": {
        "worry.bullying": ("sønnen min blir mobbet på skolen hver dag", "de andre mobber barnet mitt"),
        "worry.absence": ("barnet mitt vil ikke gå på skolen om morgenen", "hun nekter og blir hjemme"),
        "contact.teacher": ("hvordan får jeg tak i kontaktlæreren", "jeg vil snakke med læreren"),
        "crisis.medical": ("han ligger på badet og lager rare lyder", "hun ble helt hvit og svimmel nå nettopp"),
        NONE: ("hva koster en billett til kampen", "kan du anbefale en god film"),
    },
    "en": {
        "worry.bullying": ("my son is being bullied at school every day", "the others bully my child"),
        "worry.absence": ("my child will not go to school in the morning", "she refuses and stays at home"),
        "contact.teacher": ("how do I reach the contact teacher", "I want to talk to the teacher"),
        "crisis.medical": ("he is lying in the bathroom making odd sounds", "she went all white and dizzy just now"),
        NONE: ("what does a ticket to the match cost", "can you recommend a good film"),
    },
}
"""What is learnt. No pattern fits any of them."""
EITHER: Mapping[Language, str] = {
    "nb": "det er noe merkelig med timene etter lunsj",
    "en": "there is something strange about lessons after lunch",
}
"""Learnt for two topics, so that the bot must ask which is meant."""
DANGER: Mapping[Language, str] = {"nb": "hun vil ta livet sitt", "en": "she wants to take her own life"}
"""What is certainly a danger: crisis.suicide."""
ALONE: Mapping[Language, str] = {"nb": "selvmord", "en": "suicide"}
"""The same in one word."""
DOUBT: Mapping[Language, str] = {"nb": "gutten min er forsvunnet", "en": "my boy has disappeared"}
"""What may be a danger: crisis.missing."""

_SAY: Mapping[Language, tuple[str, str]] = {
    "nb": ("ta livet sitt", "er forsvunnet"),
    "en": ("take her own life", "has disappeared"),
}


def small_ears(application: Application) -> Listener:
    """Ears that learnt from the phrases above alone; the other words they need are the content's."""
    books = {}
    for language in LANGUAGES:
        learnt = {topic: list(texts) for topic, texts in PHRASES[language].items()}
        for topic in ("worry.absence", "contact.teacher"):
            learnt[topic].append(EITHER[language])
        certain, perhaps = _SAY[language]
        books[language] = replace(
            application.catalogue.books[language],
            phrases={topic: tuple(Phrase(text, "plain", 1) for text in texts) for topic, texts in learnt.items()},
            patterns=PatternsModel(
                patterns={
                    "crisis.suicide": [certain, ALONE[language]],
                    "crisis.missing": [PatternModel(say=perhaps, doubt=True)],
                }
            ),
        )
    catalogue = replace(application.catalogue, books=MappingProxyType(books), concepts={})
    return Listener(catalogue, learn(catalogue))
