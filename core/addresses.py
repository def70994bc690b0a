"""The addresses of our pages and of the bot, as they stand in messages."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


def is_https(text: str) -> bool:
    """Whether a text is a whole address beginning with https://."""
    try:
        return text.startswith("https://") and bool(urlsplit(text).hostname) and not any(map(str.isspace, text))
    except ValueError:  # brackets that are none of an address
        return False


@dataclass(frozen=True)
class PublicUrls:
    """Builds absolute links.

    `public` is the pages' address, `chat` the bot's (`https://t.me/<name>`), "" without a bot;
    `opens_in_telegram` says whether Telegram opens our pages inside itself.
    """

    public: str
    chat: str = ""
    opens_in_telegram: bool = False

    @property
    def host(self) -> str:
        """The pages' own name, by which what we make is told from what others make."""
        return urlsplit(self.public).hostname or "localhost"

    def my_calendar(self, token: str) -> str:
        """Where a calendar finds the events of one person."""
        return f"{self.public}/my-calendar/{token}.ics"

    def answer(self, token: str) -> str:
        return f"{self.public}/q/{token}"

    def rsvp(self, token: str) -> str:
        return f"{self.public}/events/{token}"

    def door(self, code: str) -> str:
        """What stands in the code that somebody shows at an event's door."""
        return f"{self.public}/door/{code}"

    def certificate(self, token: str) -> str:
        """Where anybody sees whether a certificate of attendance is true."""
        return f"{self.public}/certificates/{token}"

    def tables(self, token: str) -> str:
        """Where somebody says at which thematic table of an event they would like to sit."""
        return f"{self.public}/tables/{token}"

    def room(self, code: str) -> str:
        """Where anybody in the room asks questions."""
        return f"{self.public}/room/{code}"

    def dates(self, token: str) -> str:
        return f"{self.public}/dates/{token}"

    def vote(self, token: str) -> str:
        """Where one person votes."""
        return f"{self.public}/p/{token}"

    def open_vote(self, code: str) -> str:
        """Where anybody in the room votes; short enough to be typed."""
        return f"{self.public}/v/{code}"

    def poll_result(self, code: str) -> str:
        """Where everybody reads the result, once it is published."""
        return f"{self.open_vote(code)}/result"

    def vote_in_chat(self, code: str) -> str:
        """The same in the chat, "" without a bot."""
        return f"{self.chat}?start=poll-{code}" if self.chat else ""

    def appointment(self, token: str) -> str:
        return f"{self.public}/appointments/{token}"

    def share(self, code: str) -> str:
        """Short enough for a poster."""
        return f"{self.public}/s/{code}"

    def open_round(self, office: str, round_: str) -> str:
        """Where anybody may answer a round that is open to all."""
        return f"{self.public}/r/{office}/{round_}"

    def app(self, token: str) -> str:
        """A page that Telegram opens inside itself."""
        return f"{self.public}/app/{token}"

    def join_chat(self, token: str) -> str:
        return f"{self.chat}?start={token}" if self.chat else ""

    def preferences(self, token: str) -> str:
        return f"{self.public}/preferences/{token}"

    def unsubscribe(self, token: str) -> str:
        return f"{self.public}/unsubscribe/{token}"

    def confirm_join(self, token: str) -> str:
        return f"{self.public}/joining/confirm/{token}"

    def undo_join(self, token: str) -> str:
        return f"{self.public}/joining/undo/{token}"
