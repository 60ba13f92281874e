"""What a handler answers: one of a few kinds, which the responder brings to the person."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.language.command import Reading
from bot.ui.elements import Message
from bot.ui.limits import Block


@dataclass(frozen=True, slots=True)
class ShowMessage:
    """A message for the person who asked.

    Attributes:
        message: what to show.
        plain: the same in blocks that every Slack shows, for when this one refuses the newer ones.
        in_place: it replaces the message that was clicked in. One that somebody shared is replaced for all
            who see it, but not by what a form asks for: that is shown to the person alone.
        readings: what was taken for what in answering, beside what the request knows of.
    """

    message: Message
    plain: Message | None = None
    in_place: bool = False
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenModal:
    """A modal for the person who asked.

    Attributes:
        view: what it shows at once, as Slack waits three seconds for it.
        fallback: what to say if Slack does not open it.
        push: it goes over the modal that was clicked in.
        fill: makes what it shows once that is known; may raise what a handler may.
    """

    view: Block
    fallback: Message
    push: bool = False
    fill: Callable[[], Awaitable["UpdateModal"]] | None = None


@dataclass(frozen=True, slots=True)
class FieldErrors:
    """What is wrong in a submitted modal, which stays open.

    Attributes:
        by_field: plain text by block id.
        fallback: what to say if the modal is closed by then.
    """

    by_field: Mapping[str, str]
    fallback: Message


@dataclass(frozen=True, slots=True)
class UpdateModal:
    """Another view in place of the submitted modal, or of the one in which a button was pressed.

    Attributes:
        view: what it shows.
        fallback: what to say if the modal is closed by then.
    """

    view: Block
    fallback: Message


@dataclass(frozen=True, slots=True)
class Accepted:
    """Nothing is wrong in a submitted modal: it closes at once, and the reply follows.

    Attributes:
        then: makes the reply; may raise what a handler may.
        again: what to type for the same reply; empty where there is no such command.
    """

    then: Callable[[], Awaitable["Reply"]]
    again: str = ""


@dataclass(frozen=True, slots=True)
class Delayed:
    """The reply takes a while: a notice comes first.

    Attributes:
        word: what to show meanwhile.
        then: waits and makes the reply; may raise what a handler may.
    """

    word: Message
    then: Callable[[], Awaitable["Reply"]]


@dataclass(frozen=True, slots=True)
class MenuOptions:
    """What a menu offers that loads as one types."""

    options: Sequence[Block]


@dataclass(frozen=True, slots=True)
class PostToChannel:
    """A message for everybody where the person asked, in the thread where they asked in one.

    It is posted once: where Slack does not say whether it shows it, the person is told so.

    Attributes:
        message: what to show; who shares it is added.
        plain: as of `ShowMessage`.
        view: the modal in which the button was pressed, which says what became of it; None in a message.
        done: what that says once it is posted.
    """

    message: Message
    plain: Message | None = None
    view: Block | None = None
    done: str = "Shared with everybody in this conversation."


@dataclass(frozen=True, slots=True)
class DeleteMessage:
    """The message that was clicked in goes, for everybody who saw it."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """The person has seen the answer already."""


Reply = (
    ShowMessage
    | OpenModal
    | UpdateModal
    | FieldErrors
    | Accepted
    | Delayed
    | MenuOptions
    | PostToChannel
    | DeleteMessage
    | Nothing
)


def in_place(reply: ShowMessage | Delayed) -> ShowMessage | Delayed:
    """Return the same reply, in place of the message that was clicked in."""
    if isinstance(reply, ShowMessage):
        return replace(reply, in_place=True)

    async def then() -> Reply:
        later = await reply.then()
        return in_place(later) if isinstance(later, ShowMessage | Delayed) else later

    return replace(reply, then=then)


async def without_word(reply: Reply) -> ShowMessage:
    """Return the message that a reply comes to, without a word before.

    Raises:
        TypeError: it comes to no message.
    """
    while isinstance(reply, Delayed):
        reply = await reply.then()
    if not isinstance(reply, ShowMessage):
        raise TypeError(f"it is shown by a {type(reply).__name__}")
    return reply


class UserError(Exception):
    """A request that ends with a message for the person; raised `from` the error that it words.

    Attributes:
        message: what they are told.
    """

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message
