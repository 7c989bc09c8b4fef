"""About the bot and the conversation: what it is, what it keeps, language, a person to talk to."""

from __future__ import annotations

from bot.dialogs.flow import Card, Choice, Node, Question, To
from bot.dialogs.start import START

WORRIED = Choice("worried", To("worries"))
CONTACT = Choice("contact", To("contact.who"))
DANGER = Choice("danger", To("danger"))
PRIVACY = Choice("privacy", To("meta.privacy"))

NODES: tuple[Node, ...] = (
    Card("meta.greeting", (WORRIED, CONTACT, DANGER)),
    Card("meta.thanks", (WORRIED,)),
    Card("meta.bot", (PRIVACY, Choice("human", To("meta.human")), Choice("language", To("meta.language")))),
    Card("meta.privacy", (Choice("delete", To("meta.delete")),)),
    Question("meta.delete", (Choice("yes", To("meta.deleted")), Choice("no", To("meta.privacy")))),
    # Nothing is remembered any more, so what is typed next is read as on the first screen: it has the same choices.
    Card("meta.deleted", START.choices),
    Question("meta.language", ()),
    Card("meta.human", (WORRIED, DANGER)),
)
