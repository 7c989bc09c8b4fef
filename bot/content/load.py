"""Content files -> one catalogue, and every fault of their shape at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bot.content.catalogue import (
    NO_WORDS,
    Book,
    Catalogue,
    DoorText,
    Facts,
    Glossary,
    NodeText,
    Phrase,
    Place,
    Words,
)
from bot.content.faults import Fault
from bot.content.schema import (
    BreakModel,
    ByLevelText,
    ConceptModel,
    DistrictModel,
    DoorModel,
    GlossaryModel,
    IdsModel,
    NodeModel,
    PatternsModel,
    PhrasesModel,
    PosterModel,
    ServiceModel,
    UiModel,
    ValueModel,
)
from bot.content.source import Source, read
from bot.model import LANGUAGES, Language

ROOT = Path(__file__).resolve().parents[2]
"""The project's folder; the content lies in `content/` below it."""

Model = TypeVar("Model", bound=BaseModel)

_MENDS = {
    "extra_forbidden": "Delete the key, or look for a spelling mistake.",
    "missing": "Add the key.",
    "string_too_short": "Write a text, or delete the key.",
    "date_from_datetime_parsing": "Write a date as 2026-11-23.",
    "date_parsing": "Write a date as 2026-11-23.",
    "string_pattern_mismatch": "Write it as the other entries in this file do.",
}


def load(root: Path = ROOT) -> tuple[Catalogue | None, tuple[Fault, ...]]:
    """Read `content/` below `root`. The catalogue is None when a file that all else needs is missing or wrong."""
    faults: list[Fault] = []
    folder = root / "content"
    sources: dict[str, Source] = {}

    def source(path: Path) -> Source:
        if path.is_file():
            found = read(path, root, faults)
        else:
            found = Source(path.relative_to(root).as_posix(), {}, {})
            what, mend = "The file is missing.", "Put it back, or copy it from the other language."
            faults.append(Fault(found.file, 1, what, mend))
        sources[found.file] = found
        return found

    services = dict(_each(source(folder / "services.yaml"), ServiceModel, faults))
    values = dict(_each(source(folder / "values.yaml"), ValueModel, faults))
    districts = dict(_each(source(folder / "districts.yaml"), DistrictModel, faults))
    breaks = dict(_each(source(folder / "calendar.yaml"), BreakModel, faults))
    ids = _whole(source(folder / "ids.yaml"), IdsModel, faults)
    concepts = {
        name: (*model.nb, *model.en) for name, model in _each(source(folder / "concepts.yaml"), ConceptModel, faults)
    }
    books: dict[Language, Book] = {}
    for language in LANGUAGES:
        book = _book(folder / language, source, faults)
        if book is not None:
            books[language] = book
    if len(books) < len(LANGUAGES):
        return None, tuple(sorted(faults))
    return (
        Catalogue(
            books=MappingProxyType(books),
            facts=Facts(
                MappingProxyType(services),
                MappingProxyType(values),
                MappingProxyType({language: book.ui.facts for language, book in books.items()}),
            ),
            districts=MappingProxyType(districts),
            breaks=MappingProxyType(breaks),
            renamed=MappingProxyType(dict(ids.renamed) if ids else {}),
            moved=MappingProxyType(dict(ids.moved) if ids else {}),
            concepts=MappingProxyType(concepts),
            sources=MappingProxyType(sources),
        ),
        tuple(sorted(faults)),
    )


def _book(folder: Path, source: Callable[[Path], Source], faults: list[Fault]) -> Book | None:
    """All the words of one language; None when a file that stands once in each language cannot be used."""
    ui = _whole(source(folder / "ui.yaml"), UiModel, faults)
    poster = _whole(source(folder / "poster.yaml"), PosterModel, faults)
    glossary = _whole(source(folder / "glossary.yaml"), GlossaryModel, faults)
    doors_source = source(folder / "doors.yaml")
    patterns = _whole(source(folder / "patterns.yaml"), PatternsModel, faults)
    special = {folder / name for name in ("ui.yaml", "poster.yaml", "glossary.yaml", "doors.yaml", "patterns.yaml")}
    nodes: dict[str, NodeText] = {}
    phrases: dict[str, tuple[Phrase, ...]] = {}
    for path in sorted(folder.rglob("*.yaml")):
        if path in special:
            continue
        file = source(path)
        if path.parent.name == "phrases":
            phrases[path.stem] = _phrases(file, faults)
            continue
        for node_id, model in _each(file, NodeModel, faults):
            place = Place(file, (node_id,))
            if node_id in nodes:
                first = nodes[node_id].place
                what = f"`{node_id}` stands in {first.file} too."
                faults.append(Fault(file.file, place.line(), what, "Keep one of them and delete the other."))
            nodes[node_id] = NodeText(
                place,
                _words(model.label),
                _words(model.title),
                MappingProxyType({name: _words(text) for name, text in model.parts.items()}),
                MappingProxyType({name: _words(text) for name, text in model.choices.items()}),
            )
    doors = {
        door_id: DoorText(
            Place(doors_source, (door_id,)), _words(m.name), _words(m.what), _words(m.how), _words(m.local)
        )
        for door_id, m in _each(doors_source, DoorModel, faults)
    }
    if ui is None or poster is None or glossary is None:
        return None
    return Book(
        nodes=MappingProxyType(nodes),
        doors=MappingProxyType(doors),
        ui=ui,
        poster=poster,
        glossary=Glossary(
            frozenset(term.lower() for term in glossary.terms),
            MappingProxyType(dict(glossary.abbreviations)),
        ),
        phrases=MappingProxyType(phrases),
        patterns=patterns or PatternsModel(),
    )


def _words(text: str | ByLevelText | None) -> Words:
    """A text as written, for each level."""
    match text:
        case None:
            return NO_WORDS
        case ByLevelText():
            return Words(text.primary, text.upper)
        case _:
            return Words(text, text)


def _phrases(source: Source, faults: list[Fault]) -> tuple[Phrase, ...]:
    """The training phrases of one file, with the style and line of each."""
    model = _whole(source, PhrasesModel, faults)
    if model is None:
        return ()
    return tuple(
        Phrase(text, style, source.line((style, index)))
        for style in PhrasesModel.model_fields
        for index, text in enumerate(getattr(model, style))
    )


def _whole(source: Source, model: type[Model], faults: list[Fault]) -> Model | None:
    """The whole file as one model, or None with its faults noted."""
    try:
        return model.model_validate(dict(source.data))
    except ValidationError as error:
        _report(error, source, (), faults)
        return None


def _each(source: Source, model: type[Model], faults: list[Fault]) -> Iterator[tuple[str, Model]]:
    """Every entry of the file as a model; those that are wrong are left out, with their faults noted."""
    for key, value in source.data.items():
        try:
            yield str(key), model.model_validate(value)
        except ValidationError as error:
            _report(error, source, (str(key),), faults)


def _report(error: ValidationError, source: Source, path: tuple[str | int, ...], faults: list[Fault]) -> None:
    """Pydantic's errors as faults, each with its line."""
    for detail in error.errors(include_url=False):
        # pydantic names the branch of a union in the path; the file has no such key.
        where = (*path, *(key for key in detail["loc"] if _is_key(key, source, path)))
        name = ".".join(str(part) for part in (*path, *detail["loc"]))
        what = f"`{name}`: {detail['msg']}."
        mend = _MENDS.get(detail["type"], "Compare with the other entries in this file.")
        fault = Fault(source.file, source.line(where), what, mend)
        if fault not in faults:
            faults.append(fault)


def _is_key(key: str | int, source: Source, path: tuple[str | int, ...]) -> bool:
    """Whether `key` is a key of the file, and not the name of a branch that pydantic tried."""
    return any(
        len(known) > len(path) and known[: len(path)] == path and key in known[len(path) :] for known in source.lines
    )
