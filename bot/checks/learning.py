"""What the bot learns from: training phrases and danger patterns."""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.catalogue import Catalogue
from bot.content.faults import Fault
from bot.dialogs.topics import TOPICS
from bot.model import CRISES, LANGUAGES, Language
from bot.understanding.crisis import Compiler, PatternError
from bot.understanding.normalise import tokens


def check(catalogue: Catalogue) -> Iterator[Fault]:
    """Topics without phrases, the same phrase twice, and patterns that cannot be read."""
    seen: dict[str, tuple[str, str, int]] = {}
    for language in LANGUAGES:
        book = catalogue.books[language]
        for topic in TOPICS:
            if not book.phrases.get(topic):
                file = f"content/{language}/phrases/{topic}.yaml"
                yield Fault(file, 1, f"The topic `{topic}` has no training phrases.", "Write some under `plain:`.")
        for topic, phrases in book.phrases.items():
            file = f"content/{language}/phrases/{topic}.yaml"
            if topic not in TOPICS:
                yield Fault(file, 1, f"`{topic}` is no topic.", "Name the file after one in bot/dialogs/topics.py.")
            for phrase in phrases:
                spelt = " ".join(tokens(phrase.text))
                if not spelt:
                    yield Fault(file, phrase.line, f"«{phrase.text}» has no letter that is read.", "Delete it.")
                elif spelt in seen:
                    other, where, line = seen[spelt]
                    same = "twice" if other == topic else f"under `{other}` too"
                    what = f"«{phrase.text}» stands {same} ({where}:{line})."
                    yield Fault(file, phrase.line, what, "Keep the one that fits better.")
                else:
                    seen[spelt] = (topic, file, phrase.line)
        yield from _patterns(catalogue, language)


def _patterns(catalogue: Catalogue, language: Language) -> Iterator[Fault]:
    file = f"content/{language}/patterns.yaml"
    source = catalogue.sources[file]
    written = catalogue.books[language].patterns
    compiler = Compiler(written)
    try:
        compiler.doubts()
    except PatternError as error:
        line = source.line(("doubts",))
        yield Fault(file, line, f"A pattern under `doubts` cannot be read: {error}.", "See docs/editors.md.")
    for topic, items in written.patterns.items():
        if topic not in CRISES:
            line = source.line(("patterns", topic))
            yield Fault(file, line, f"`{topic}` is no danger.", f"Use one of: {', '.join(CRISES)}.")
        for index, item in enumerate(items):
            try:
                compiler.pattern(topic, item)
            except PatternError as error:
                line = source.line(("patterns", topic, index))
                yield Fault(file, line, f"The pattern cannot be read: {error}.", "See docs/editors.md.")
