"""All checks, in one list of faults."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.checks import age, graph, learning, limits, own_words, places, prose, reading, schools, shipped, twins
from bot.content.catalogue import Catalogue
from bot.content.faults import Fault
from bot.content.load import ROOT, load
from bot.dialogs.flow import Flows


def check(flows: Flows, today: date, root: Path = ROOT) -> tuple[Catalogue | None, tuple[Fault, ...]]:
    """Load the content below `root` and find all its faults.

    The measures of whole answers need every text in place, so they run only when nothing more basic is wrong.
    """
    catalogue, shape = load(root)
    faults = [*shape, *schools.check(root)]
    if catalogue is None:
        return None, tuple(faults)
    fit = (*own_words.check(catalogue), *graph.check(catalogue, flows))
    faults += [
        *twins.check(catalogue),
        *prose.check(catalogue),
        *fit,
        *learning.check(catalogue),
        *age.check(catalogue, today),
        *places.check(catalogue, today),
        *shipped.check(catalogue, flows, root),
    ]
    if not fit:
        faults += [*limits.check(catalogue, flows), *reading.check(catalogue, flows)]
    return catalogue, tuple(sorted(set(faults)))
