"""What a typed message means: danger first, then a typed button, then language and topic."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.application import Application
from bot.model import LANGUAGES, NONE, Heard, Language, Press, Ranked
from bot.understanding.decide import OFFERED
from bot.understanding.hear import KEPT, Listener
from tests.ears import ALONE, DANGER, DOUBT, EITHER, PHRASES, small_ears

YES = Press("choose", "crisis.missing.doubt", "yes")
NO = Press("choose", "crisis.missing.doubt", "no")
OTHER: dict[Language, Language] = {"nb": "en", "en": "nb"}
both_languages = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def ears(application: Application) -> Listener:
    """Ears that know few phrases and few dangers."""
    return small_ears(application)


# --- what comes first ---------------------------------------------------------------------------------------------


@both_languages
@pytest.mark.parametrize("certain", [True, False])
def test_danger_before_a_typed_button(ears: Listener, language: Language, certain: bool) -> None:
    """Danger is danger even when the words stand on a button."""
    text = (DANGER if certain else DOUBT)[language]

    heard = ears.hear(text, [(text, YES), ("1", NO)], language)

    assert heard.decision == ("crisis" if certain else "doubt")
    assert heard.crisis == ("crisis.suicide" if certain else "crisis.missing")
    assert heard.press is None


@both_languages
@pytest.mark.parametrize("topic", ["worry.bullying", "contact.teacher", "crisis.medical", NONE])
def test_a_typed_button_before_topics(ears: Listener, language: Language, topic: str) -> None:
    """What stands on a button is that button, whatever else it may mean."""
    text = PHRASES[language][topic][0]

    heard = ears.hear(text, [("Ja", NO), (text, YES)], language)

    assert heard == Heard("answer", press=YES)


@both_languages
def test_a_number_before_topics(ears: Listener, language: Language) -> None:
    """A number is the button at that place."""
    assert ears.hear("2", [("Ja", YES), ("Nei", NO)], language) == Heard("answer", press=NO)


@both_languages
@pytest.mark.parametrize("topic", ["worry.bullying", "worry.absence", "contact.teacher"])
def test_topics(ears: Listener, language: Language, topic: str) -> None:
    """What is neither danger nor button is a topic, in the language it is written in."""
    heard = ears.hear(PHRASES[language][topic][0], [("Ja", YES)], OTHER[language])

    assert (heard.decision, heard.topics[0].topic) == ("answer", topic)
    assert heard.language == language
    assert (heard.crisis, heard.press) == (None, None)


@both_languages
def test_a_danger_among_the_topics(ears: Listener, language: Language) -> None:
    """A message that fits no pattern but is most like a danger is asked about."""
    heard = ears.hear(PHRASES[language]["crisis.medical"][0], (), OTHER[language])

    assert (heard.decision, heard.crisis, heard.language) == ("doubt", "crisis.medical", language)


@both_languages
def test_two_meanings(ears: Listener, language: Language) -> None:
    """A message with two likely meanings is asked about, with both among the offers."""
    heard = ears.hear(EITHER[language], (), language)

    assert heard.decision == "ask"
    assert {"worry.absence", "contact.teacher"} <= {one.topic for one in heard.topics}
    assert len(heard.topics) <= OFFERED


@both_languages
def test_no_meaning(ears: Listener, language: Language) -> None:
    """What is about nothing the bot knows is not understood, and its language is."""
    heard = ears.hear(PHRASES[language][NONE][0], (), OTHER[language])

    assert (heard.decision, heard.language) == ("unknown", language)


@pytest.mark.parametrize("text", ["", "  ", "?!", "😭", "\u200b"])
def test_no_words(ears: Listener, text: str) -> None:
    """A message without words means nothing, and says nothing of its language."""
    assert ears.hear(text, [("Ja", YES)], "en") == Heard("unknown")


@pytest.mark.parametrize("text", ["ابني لا يريد الذهاب إلى المدرسة", "Мой сын", "我的儿子"])
@both_languages
def test_another_script(ears: Listener, text: str, language: Language) -> None:
    """Who writes in letters that the bot cannot read is told which languages it can, in the one spoken before."""
    heard = ears.hear(text, (), language)

    assert (heard.decision, heard.topics[0].topic, heard.language) == ("answer", "meta.language", None)


# --- danger -------------------------------------------------------------------------------------------------------


@both_languages
@pytest.mark.parametrize("before", ["", "Hei! ", "😭\n\n", "MOBBING. "])
def test_danger_alone(ears: Listener, language: Language, before: str) -> None:
    """Danger is heard without any state, wherever in the message it stands, in both languages at once."""
    heard = ears.danger(f"{before}{DANGER[language].upper()}!!")

    assert heard == Heard("crisis", (Ranked("crisis.suicide", 1.0),), crisis="crisis.suicide", language=language)


@both_languages
def test_no_danger(ears: Listener, language: Language) -> None:
    """Other messages are no danger."""
    texts = [text for texts in PHRASES[language].values() for text in texts]

    assert [ears.danger(text) for text in [*texts, "", "1", "😭"]] == [None] * (len(texts) + 3)


@both_languages
def test_one_word_of_danger_says_no_language(ears: Listener, language: Language) -> None:
    """One word of danger is heard, and leaves the language as it was."""
    heard = ears.danger(ALONE[language])

    assert heard is not None
    assert (heard.crisis, heard.language) == ("crisis.suicide", None)


@both_languages
def test_hear_is_danger_or_meaning(ears: Listener, language: Language) -> None:
    """Asking for danger first and for the meaning then is the same as asking for both."""
    buttons = [("Ja", YES), ("Nei", NO)]

    for text in ["ja", "2", DANGER[language], DOUBT[language], EITHER[language], *PHRASES[language]["worry.bullying"]]:
        expected = ears.danger(text) or ears.meaning(text, buttons, language)
        assert expected == ears.hear(text, buttons, language)


# --- what is passed on --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["zebrafink mobbet", "zebrafink", "lærer zebrafink film", "zebrafink selvmord"])
def test_no_words_are_passed_on(ears: Listener, text: str) -> None:
    """What was heard holds ids and numbers, and no word of the message."""
    assert "zebrafink" not in repr(ears.hear(text, [("Ja", YES)], "nb")).lower()


@both_languages
def test_few_topics_are_passed_on(ears: Listener, language: Language) -> None:
    """Five topics are passed on at most."""
    texts = [text for texts in PHRASES[language].values() for text in texts]

    assert max(len(ears.hear(text, (), language).topics) for text in texts) <= KEPT


@pytest.mark.parametrize("text", ["BUP", "mobbing", "læreren", "the teacher"])
@both_languages
def test_the_language_is_kept_when_it_is_not_clear(ears: Listener, text: str, language: Language) -> None:
    """A word or two change no language."""
    assert ears.hear(text, (), language).language is None


@both_languages
def test_explain(ears: Listener, language: Language) -> None:
    """The explanation for editors tells what a parent would meet, with the reasons."""
    text = PHRASES[language]["worry.bullying"][0]

    found = ears.explain(text, language)

    assert found.heard == ears.hear(text, (), language)
    assert found.ranked[0] == found.heard.topics[0]
    assert (found.danger, found.mended) == (None, ())
    assert (found.guess.language, found.guess.clear) == (language, True)
    assert ears.deciding(text, "worry.bullying")[0][1] > 0


@both_languages
def test_explain_danger(ears: Listener, language: Language) -> None:
    """The explanation names the pattern that found a danger."""
    found = ears.explain(DANGER[language])

    assert found.danger is not None
    assert found.danger.pattern in DANGER[language]
    assert found.heard.decision == "crisis"


def test_explain_a_slip(ears: Listener) -> None:
    """The explanation shows which word was taken for which."""
    found = ears.explain("hvordan får jeg tak i kontaktlærreen")

    assert found.mended == (("kontaktlerreen", "kontaktlereren"),)
    assert found.heard.topics[0].topic == "contact.teacher"


@given(text=st.text(), spoken=st.sampled_from(LANGUAGES))
@settings(max_examples=150, deadline=None)
def test_any_text(ears: Listener, text: str, spoken: Language) -> None:
    """Any text is heard, the same way each time."""
    heard = ears.hear(text, [("Ja", YES), ("Nei", NO)], spoken)

    assert heard == ears.hear(text, [("Ja", YES), ("Nei", NO)], spoken)
    assert (heard.crisis is not None) == (heard.decision in ("crisis", "doubt"))
    assert heard.press in (None, YES, NO)
