"""The words around facts, as the content has them, for tests that make facts of their own."""

from __future__ import annotations

from collections.abc import Mapping

from bot.content.load import load
from bot.content.schema import FactWordsModel
from bot.model import Language


def fact_words() -> Mapping[Language, FactWordsModel]:
    """The section `facts` of each language's `ui.yaml`."""
    catalogue, _ = load()
    assert catalogue is not None
    return catalogue.facts.words
