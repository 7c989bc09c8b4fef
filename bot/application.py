"""The rooms put together: content checked, flows, words and ears."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from bot.checks.everything import check
from bot.content.catalogue import Catalogue
from bot.content.load import ROOT
from bot.conversation import Conversation
from bot.database.connection import MEMORY
from bot.dialogs.flow import Flows
from bot.dialogs.flows import FLOWS, NODES
from bot.errors import ContentError
from bot.render.screens import Renderer
from bot.schools.register import Register
from bot.schools.register import load as load_schools
from bot.settings import Settings
from bot.store import Store, read_secret
from bot.understanding.hear import Listener
from bot.understanding.learnt import Learnt, StaleModelError, learn

log = logging.getLogger(__name__)

MODEL = ROOT / "data" / "model.npz"
"""Where what was learnt from the phrases is kept, so that a start need not learn it again."""


@dataclass(frozen=True, slots=True)
class Application:
    """What every channel needs, ready to use."""

    catalogue: Catalogue
    flows: Flows
    renderer: Renderer
    listener: Listener
    register: Register

    def conversation(self, settings: Settings | None, now: datetime | None = None) -> Conversation:
        """The conversation over the database of `settings`; None keeps it for this process only.

        With `now` its clock stands still at that moment.
        """
        clock = (lambda: now) if now is not None else _now
        if settings is None:
            store = Store(MEMORY, b"this process only", 30)
        else:
            given = settings.secret_key.get_secret_value() if settings.secret_key else None
            secret = read_secret(given, settings.database_path)
            store = Store(settings.database_path, secret, settings.retention_days)
        return Conversation(self.flows, self.renderer, self.listener, self.register, store, clock)


def _now() -> datetime:
    return datetime.now(UTC)


def load_content(root: Path = ROOT, today: date | None = None) -> Catalogue:
    """The content, or ContentError with all its faults.

    Facts that are too old are told of but stop nothing: a parent at night needs the number we have, and `check` fails
    on them long before a release.
    """
    catalogue, faults = check(FLOWS, today or datetime.now(UTC).date(), root)
    wrong = [fault for fault in faults if not fault.warning and not fault.stale]
    if catalogue is None or wrong:
        raise ContentError(wrong)
    stale = sum(fault.stale for fault in faults)
    if stale:
        log.warning("%d facts were last checked more than a year ago; `python -m bot check` lists them.", stale)
    return catalogue


def build(root: Path = ROOT) -> Application:
    """Put the rooms together. Raises ContentError when the content has faults."""
    catalogue = load_content(root)
    flows = Flows(NODES, "start", catalogue.renamed, catalogue.moved)
    register = load_schools(root / "content" / "schools.csv")
    renderer = Renderer(catalogue, flows, register.by_code)
    return Application(catalogue, flows, renderer, Listener(catalogue, learnt(catalogue)), register)


def learnt(catalogue: Catalogue, file: Path = MODEL, *, anew: bool = False) -> Learnt:
    """What was learnt from these phrases: as it is kept, unless that is stale or `anew`; else learnt now, and kept.

    A folder that cannot be written to means that it is learnt at every start, which takes half a minute more.
    """
    if not anew:
        with suppress(OSError, StaleModelError), file.open("rb") as kept:
            return Learnt.load(kept, catalogue)
    log.warning("Learning from the phrases anew; this takes half a minute.")
    found = learn(catalogue)
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(f"{file.name}.{os.getpid()}")
        unfinished.write_bytes(found.dump(catalogue))
        unfinished.replace(file)
    return found
