"""Every error that this project raises on purpose.

BotError                   somebody must be told, in one sentence, without a traceback
├── ContentError           the content has faults; carries them all
├── SettingsError          a setting is missing or wrong; names it
├── StoreError             the database cannot be used as it stands
├── PosterError            a school's sheet cannot be made: no such school, or a code that does not read back
└── ChannelError           a channel cannot start: no token, a wrong one, no network
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.content.faults import Fault


class BotError(Exception):
    """An error with a sentence for whoever runs the bot. `exit_code` is what the command line ends with."""

    exit_code = 1


class ContentError(BotError):
    """The content has faults."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Take all the faults that were found."""
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class SettingsError(BotError):
    """A setting is missing or wrong."""

    exit_code = 2


class StoreError(BotError):
    """The database cannot be used as it stands."""


class NewerDatabaseError(StoreError):
    """A newer version of the bot wrote the database."""


class PosterError(BotError):
    """A school's sheet cannot be made."""


class ChannelError(BotError):
    """A channel cannot start."""
