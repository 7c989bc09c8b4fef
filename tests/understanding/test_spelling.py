"""Mending compares few words letter by letter; it loses none that is near."""

from __future__ import annotations

import random
from string import ascii_lowercase

from rapidfuzz.distance import OSA

from bot.application import Application
from bot.understanding.learnt import phrases_of
from bot.understanding.normalise import tokens
from bot.understanding.spelling import SHORTEST, Speller, cost

SLIPS = 400


def slipped(word: str, chance: random.Random) -> str:
    """A word with a letter more, less, other, or two swapped."""
    place, letter = chance.randrange(len(word)), chance.choice(ascii_lowercase)
    return chance.choice(
        [
            word[:place] + letter + word[place:],
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place + 1 :],
            word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
        ]
    )


def test_the_word_that_a_slip_was_made_in_is_found(application: Application) -> None:
    """Of all words, the one that mending picks costs no more than the one that was meant, however it was slipped in."""
    known = sorted({word for _, text in phrases_of(application.catalogue)[::9] for word in tokens(text)})
    speller, chance = Speller(known), random.Random(5)
    letters = [word for word in known if len(word) > SHORTEST + 2 and word.isalpha()]
    lost, near = [], 0
    for meant in chance.sample(letters, SLIPS):
        typed = slipped(slipped(meant, chance), chance)
        if typed in known or len(typed) < SHORTEST or OSA.distance(typed, meant) > 2:
            continue
        rivals = sum(OSA.distance(typed, word, score_cutoff=2) <= 2 for word in known if len(word) >= SHORTEST)
        if rivals > 5 or cost(typed, meant) > 0.7:
            continue  # mending looks at five neighbours, and lets costly slips be
        near += 1
        mended = speller.mend(typed)
        if mended == typed or cost(typed, mended) > cost(typed, meant):
            lost.append((meant, typed, mended))

    assert lost == []
    assert near > SLIPS / 20
