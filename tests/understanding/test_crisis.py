"""The language in which editors write danger patterns: what finds, what cancels, and what cannot be read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.content.schema import PatternModel, PatternsModel
from bot.model import TopicId
from bot.understanding.crisis import Alarm, Compiler, Danger, PatternError, long_words

SUICIDE, ABUSE, MISSING = "crisis.suicide", "crisis.abuse", "crisis.missing"
Written = str | PatternModel


def alarm(
    patterns: Mapping[TopicId, Sequence[Written]],
    classes: Mapping[str, Sequence[str]] | None = None,
    harmless: Mapping[str, Sequence[str]] | None = None,
    doubts: Sequence[str] = (),
) -> Alarm:
    """An alarm that knows these patterns alone."""
    written = PatternsModel.model_validate(
        {
            "classes": classes or {},
            "harmless": harmless or {},
            "doubts": list(doubts),
            "patterns": {topic: list(items) for topic, items in patterns.items()},
        }
    )
    compiler = Compiler(written)
    compiled = compiler.patterns()
    return Alarm(compiled, long_words(compiled), compiler.doubts())


def finds(say: str, text: str, *, classes: Mapping[str, Sequence[str]] | None = None) -> bool:
    """Whether one pattern finds a danger in a text."""
    return alarm({SUICIDE: [say]}, classes).find(text) is not None


# --- what a pattern finds -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("say", "text", "found"),
    [
        # words, in order, side by side
        ("livet", "livet", True),
        ("ta livet", "ta livet", True),
        ("ta livet", "hun vil ta livet sitt", True),
        ("ta livet", "livet ta", False),
        ("ta livet", "ta hele livet", False),
        ("ta livet", "ta", False),
        ("ta livet", "ta live", False),
        ("ta ta", "ta", False),
        ("ta ta", "ta ta", True),
        # whole words
        ("dø", "døgn", False),
        ("dø", "rødøye", False),
        ("dø", "døde", False),
        # gaps
        ("ta ..2 livet", "ta livet", True),
        ("ta ..2 livet", "ta sitt livet", True),
        ("ta ..2 livet", "ta sitt eget livet", True),
        ("ta ..2 livet", "ta sitt helt eget livet", False),
        ("ta ..2 livet", "livet ta", False),
        ("ta ..0 livet", "ta livet", True),
        ("ta ..0 livet", "ta nå livet", False),
        ("ta ..9 livet", "ta en to tre fire fem seks sju åtte ni livet", True),
        ("ta ..9 livet", "ta en to tre fire fem seks sju åtte ni ti livet", False),
        ("ta ..2 livet", "ta ta ta ta livet", True),
        ("ta ..1 ..1 livet", "ta en to livet", True),
        # endings
        ("slå*", "slå", True),
        ("slå*", "slår", True),
        ("slå*", "slåss", True),
        ("slå*", "forslå", False),
        ("slå*", "sl", False),
        ("slå* meg", "slåss meg", True),
        # alternatives
        ("slår|sparker meg", "slår meg", True),
        ("slår|sparker meg", "sparker meg", True),
        ("slår|sparker meg", "biter meg", False),
        ("slår|sparker meg", "slår sparker meg", True),
        ("spark*|slår meg", "sparka meg", True),
        # optional words
        ("slår ham? hardt", "slår hardt", True),
        ("slår ham? hardt", "slår ham hardt", True),
        ("slår ham? hardt", "slår henne hardt", False),
        ("slår ham|henne? hardt", "slår henne hardt", True),
        ("slår ham|henne? hardt", "slår hardt", True),
        ("slår hardt? nå?", "slår", True),
        ("så? slår", "slår", True),
        ("slår så*? hardt", "slår sånn hardt", True),
        ("slår nå? ..1 hardt", "slår nå veldig hardt", True),
        # however it is typed
        ("SLÅR Meg", "slår meg", True),
        ("slår meg", "SLÅR MEG!!!", True),
        ("slår meg", "slaar meg", True),
        ("slår meg", "slar meg", True),
        ("slar meg", "slår meg", True),
        ("dør", "doer", True),
        ("dør", "dor", True),
        ("være", "vaere", True),
        ("slår meg", "slår, meg", True),
        ("slår meg", "slår\n\nmeg", True),
        ("slår meg", "slår 😭 meg", True),
        ("slår meg", "«slår» (meg)", True),
        ("slår meg", "sl\u200bår m\u00adeg", True),
        ("don't want", "don’t want", True),
        ("don't want", "dont want", True),
        ("don’t want", "don't want", True),
        ("don't want", "don´t want", True),
        ("can't", "can`t", True),
        ("self harm", "self-harm", True),
        ("er 7 år", "er 7 år", True),
    ],
)
def test_pattern(say: str, text: str, found: bool) -> None:
    """Words in their order, gaps, endings, alternatives and words that may be missing find what they say, no more."""
    assert finds(say, text) == found


@pytest.mark.parametrize(
    ("say", "text", "found"),
    [
        ("@child slår", "barnet slår", True),
        ("@child slår", "gutten slår", True),
        ("@child slår", "gutt slår", False),
        ("@child slår", "jentungen slår", True),
        ("@child slår", "mannen slår", False),
        ("@child|mannen slår", "mannen slår", True),
        ("mannen|@child slår", "datter slår", True),
        ("@child? slår", "slår", True),
        ("@child ..2 @hits", "gutten min blir slått", True),
        ("@child @child", "gutten datter", True),
        ("@child slår", "GUTTEN slaar", True),
    ],
)
def test_class(say: str, text: str, found: bool) -> None:
    """A class stands for any of its words, endings included, alone or among alternatives."""
    classes = {"child": ["barnet", "gutten", "datter", "jent*"], "hits": ["slår", "slått"]}

    assert finds(say, text, classes=classes) == found


WORDS = ("bil", "bilen", "hus", "huset", "ko")
PARTS = st.one_of(
    st.sampled_from(WORDS).map(lambda word: ("word", word)),
    st.sampled_from(WORDS).map(lambda word: ("optional", word)),
    st.sampled_from(("bil", "hus", "h")).map(lambda word: ("star", word)),
    st.integers(0, 3).map(lambda number: ("gap", str(number))),
)
SPELT = {"word": "{}", "optional": "{}?", "star": "{}*", "gap": "..{}"}


def matches(parts: Sequence[tuple[str, str]], words: Sequence[str]) -> bool:
    """What a pattern means, said in the plainest way: whether `words` begin with it."""
    if not parts:
        return True
    (kind, what), rest = parts[0], parts[1:]
    if kind == "gap":
        return any(matches(rest, words[skip:]) for skip in range(min(int(what), len(words)) + 1))
    if kind == "optional" and matches(rest, words):
        return True
    here = bool(words) and (words[0].startswith(what) if kind == "star" else words[0] == what)
    return here and matches(rest, words[1:])


@given(st.lists(PARTS, min_size=1, max_size=5), st.lists(st.sampled_from(WORDS), max_size=8))
@example([("word", "bil"), ("gap", "1"), ("word", "hus")], ["bil", "bil", "hus"])
@example([("gap", "2"), ("word", "bil")], ["bil"])
@example([("word", "ko"), ("optional", "ko"), ("word", "ko")], ["ko", "ko"])
@settings(max_examples=500, deadline=None)
def test_what_patterns_mean(parts: list[tuple[str, str]], words: list[str]) -> None:
    """Whatever is put together, a pattern finds exactly what a word-by-word reading of it finds."""
    parts = [*parts, ("word", "ko")]
    say = " ".join(SPELT[kind].format(what) for kind, what in parts)

    expected = any(matches(parts, words[start:]) for start in range(len(words)))

    assert expected == finds(say, " ".join(words))


# --- what cancels it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("han slår meg", True),
        ("han slår meg i sjakk", False),
        ("i sjakk er det alltid han som slår meg", False),
        ("han slår meg i sjakken", True),
        ("han slår meg på alle brett", False),
        ("vi så en film der noen slår meg", False),
        ("filmen der noen slår meg", False),
        ("det var ikke han som slår meg", False),
        ("det var ikke slik at han slår meg", True),
        ("I SJAKK slaar han meg, slår meg", False),
    ],
)
def test_unless(text: str, found: bool) -> None:
    """What stands under `unless` cancels a pattern anywhere in the message; it may have gaps, endings and classes."""
    model = PatternModel(say="slår meg", unless=["i sjakk", "på ..1 brett", "@story|film*", "ikke han"])

    danger = alarm({ABUSE: [model]}, {"story": ["bok", "film"]}).find(text)

    assert (danger is not None) == found


def test_unless_cancels_its_own_pattern_alone() -> None:
    """A pattern that is cancelled does not stop the others."""
    found = alarm({ABUSE: [PatternModel(say="slår meg", unless=["sjakk"]), "slår meg hver dag"]})

    assert found.find("slår meg i sjakk") is None
    assert found.find("slår meg hver dag i sjakk") == Danger(ABUSE, False, "slår meg hver dag")


@pytest.mark.parametrize(
    ("text", "found"),
    [("han slår meg", True), ("han slår meg i ludo", False), ("jeg leste at han slår meg", False)],
)
def test_a_family_of_harmless_uses(text: str, found: bool) -> None:
    """A family of harmless uses cancels under its name whatever it lists, in each pattern that names it."""
    model = PatternModel(say="slår meg", unless=["@games", "jeg leste"])

    danger = alarm({ABUSE: [model]}, {"game": ["sjakk", "ludo"]}, {"games": ["i @game", "vinner"]}).find(text)

    assert (danger is not None) == found


# --- certain, and perhaps -----------------------------------------------------------------------------------------


def test_what_was_found() -> None:
    """A danger names its topic and the pattern as it is written."""
    found = alarm({SUICIDE: ["vil  Dø"], ABUSE: [PatternModel(say="slår @me", doubt=True)]}, {"me": ["meg"]})

    assert found.find("hun vil dø") == Danger(SUICIDE, False, "vil  Dø")
    assert found.find("han slår meg") == Danger(ABUSE, True, "slår @me")


def test_certain_before_perhaps() -> None:
    """What is certain counts before what is doubtful, wherever it stands and whichever is written first."""
    found = alarm({MISSING: [PatternModel(say="borte", doubt=True)], ABUSE: ["slår"]})

    for text in ("hun er borte og han slår", "han slår og hun er borte"):
        danger = found.find(text)
        assert danger is not None
        assert (danger.topic, danger.doubt) == (ABUSE, False)


@pytest.mark.parametrize("doubt", [False, True])
def test_the_first_written_counts(doubt: bool) -> None:
    """Among equals the pattern that is written first counts."""
    first, second = (PatternModel(say=say, doubt=doubt) for say in ("slår", "borte"))

    one = alarm({ABUSE: [first], MISSING: [second]}).find("borte, slår")
    other = alarm({MISSING: [second], ABUSE: [first]}).find("borte, slår")

    assert one is not None
    assert other is not None
    assert (one.topic, other.topic) == (ABUSE, MISSING)


def test_a_cancelled_certainty_leaves_the_doubt() -> None:
    """When what is certain is cancelled, what is doubtful is still found."""
    found = alarm(
        {ABUSE: [PatternModel(say="slår", unless=["gress*"])], MISSING: [PatternModel(say="borte", doubt=True)]}
    )

    assert found.find("slår gresset, og hun er borte") == Danger(MISSING, True, "borte")


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("han slår meg", False),
        ("haha han slår meg", True),
        ("han slår meg, hahaha", True),
        ("han slår meg, det var i fjor", True),
        ("for tre år siden slår han meg", None),
        ("for tre år siden: han slår meg", True),
        ("haha", None),
    ],
)
def test_a_sign_of_doubt(text: str, doubt: bool | None) -> None:
    """A sign that puts any danger in doubt makes a certain one one to ask about, and is no danger itself."""
    found = alarm({ABUSE: ["slår meg"]}, {"then": ["fjor"]}, {"past": ["i @then", "år siden"]}, ["haha*", "@past"])

    danger = found.find(text)

    assert (danger.doubt if danger is not None else None) == doubt


# --- misspelt words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["selvmord", "selvmrod", "selvmordd", "sellvmord", "selvmort", "selvmård", "selmord"])
def test_a_misspelt_word(text: str) -> None:
    """A long word with one slip is still that word."""
    danger = alarm({SUICIDE: ["selvmord"]}).find(f"hun snakker om {text} hele tida")

    assert danger == Danger(SUICIDE, False, "selvmord")


@pytest.mark.parametrize("text", ["zelvmord", "slvmerd", "selvmaten", "selv", "mord", "selvmordere"])
def test_another_word(text: str) -> None:
    """A word with more slips than one, or with another beginning, is another word."""
    assert not finds("selvmord", text)


@pytest.mark.parametrize(("say", "text"), [("drap", "drop"), ("dør", "dår"), ("slår", "står"), ("drept", "dreit")])
def test_short_words_are_not_mended(say: str, text: str) -> None:
    """A short word has too many neighbours to guess at."""
    assert not finds(say, text)


def test_a_known_word_is_not_mended() -> None:
    """A word that parents use means itself, however near it is to one of danger."""
    found = alarm({ABUSE: ["sparket"]})

    assert found.find("han spakret meg") is not None
    assert found.find("han spakret meg", frozenset({"spakret"})) is None


@pytest.mark.parametrize("text", ["hun pusterikke", "hun puster ikke", "hun pusterikkje", "ikkepuster"])
def test_a_word_written_together_with_not(text: str) -> None:
    """«Ikke» is found also where it is written together with a word that is known."""
    found = alarm({"crisis.medical": ["puster ikke|ikkje", "ikke puster"]})

    assert found.find(text, frozenset({"puster", "hun"})) is not None
    assert found.find("hun puster") is None


def test_a_pattern_may_have_several_slips() -> None:
    """Each word of a pattern may have a slip of its own."""
    assert finds("prøvde ..2 selvmord", "hun prøvdee å begå selvmrod")


def test_what_is_spelt_right_can_cancel_what_is_misspelt() -> None:
    """An exclusion counts also when the danger was misspelt."""
    model = PatternModel(say="selvmord", unless=["film"])

    assert alarm({SUICIDE: [model]}).find("en film om selvmrod") is None


@pytest.mark.parametrize("say", ["forsvunnet", "forsvunn*", "@gone", "borte|forsvunnet", "er? forsvunnet"])
def test_every_place_of_a_word_is_mended(say: str) -> None:
    """A long word is mended wherever a pattern has it: alone, with any ending, in a class or among alternatives."""
    found = finds(say, "han er forsvunet" if "*" not in say else "han er forsvunn", classes={"gone": ["forsvunnet"]})

    assert found


# --- what cannot be read ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("ta .. livet", ".."),
        ("ta ... livet", "..."),
        ("ta ..x livet", "..x"),
        ("ta ..12 livet", "..12"),
        ("ta ..-1 livet", "..-1"),
        ("ta ..2? livet", "..2?"),
        ("@nobody slår", "@nobody"),
        ("@ slår", "@"),
        ("barn|@nobody slår", "@nobody"),
        ("@child* slår", "@child*"),
        ("a|", ""),
        ("a||b", ""),
        ("|", ""),
        ("?", ""),
        ("*", "*"),
        ("a ** b", "**"),
        ("a*b", "a*b"),
        ("self-harm", "self-harm"),
        ("(dø)", "(dø)"),
        ("dø, nå", "dø,"),
        ("[a-z]+", "[a-z]+"),
        ("ملك", "ملك"),
        ("😭", "😭"),
    ],
)
@pytest.mark.parametrize("under", ["say", "unless", "doubts"])
def test_unreadable(written: str, named: str, under: str) -> None:
    """A pattern that cannot be read is refused, and the part that is wrong is named."""
    with pytest.raises(PatternError, match=re.escape(f"«{named}»")):
        written_under(under, written)


def written_under(under: str, text: str) -> Alarm:
    """An alarm with a pattern in one of the places where patterns are written."""
    model = PatternModel(say=text if under == "say" else "slår", unless=[text] if under == "unless" else [])
    return alarm({ABUSE: [model]}, {"child": ["barn"], "empty": []}, doubts=[text] if under == "doubts" else [])


@pytest.mark.parametrize("word", ["min sønn", "", "a|b", "..2", "@child", "a*b"])
def test_an_unreadable_class(word: str) -> None:
    """A word of a class that is no word is refused where the class is used."""
    written = PatternsModel.model_construct(
        classes={"child": ["barn", word]}, harmless={}, patterns={ABUSE: ["@child slår"]}
    )

    with pytest.raises(PatternError):
        Compiler(written).patterns()


@pytest.mark.parametrize("text", ["nå?", "nå? her?", "..3", "..3 nå?", "@empty", "@empty|@empty ..2"])
@pytest.mark.parametrize("under", ["say", "unless", "doubts"])
def test_a_pattern_that_would_find_anything(text: str, under: str) -> None:
    """A pattern in which no word must stand is refused: it would find danger in every message, or cancel all of it."""
    with pytest.raises(PatternError):
        written_under(under, text)


def test_an_empty_class() -> None:
    """A class without words is refused: it can stand for nothing."""
    with pytest.raises(PatternError, match="empty"):
        alarm({ABUSE: ["@empty slår"]}, {"empty": []})


# --- whatever is written ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " ", "!?", "😭", "ابني", "\x00", "a " * 2048, "å" * 4096, "selvmordd" * 400])
def test_nothing_to_find(text: str) -> None:
    """A message without any of the words holds no danger, however odd or long it is."""
    found = alarm({SUICIDE: ["ta ..9 livet", "@many ..9 @many ..9 @many"]}, {"many": ["livet*", "døde*", "ta"]})

    assert found.find(text) is None


def test_no_patterns() -> None:
    """Without patterns nothing is found."""
    assert alarm({}).find("hun vil ta livet sitt") is None


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_any_text(text: str) -> None:
    """Any text has a danger or none, and the same one each time."""
    found = alarm({SUICIDE: ["a*|e*|i* ..3 a|e|i?"]})

    assert found.find(text) == found.find(text)


def test_what_is_prepared_finds_the_same() -> None:
    """Compiling everything beforehand changes no answer: found, cancelled, doubted and passed over as before."""
    written = PatternsModel(
        patterns={ABUSE: [PatternModel(say="pappa slår", unless=["slår gresset"]), "mamma slår"]}, doubts=["kanskje"]
    )
    compiler = Compiler(written)
    compiled = compiler.patterns()
    texts = ("pappa slår meg", "pappa slår gresset", "kanskje mamma slår", "pappa ler")
    fresh, ready = (Alarm(compiled, long_words(compiled), compiler.doubts()) for _ in range(2))

    ready.prepare()

    assert [fresh.find(text) for text in texts] == [ready.find(text) for text in texts]
    assert [ready.find(text) is None for text in texts] == [False, True, False, True]
