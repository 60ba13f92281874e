"""Who asks, from where, and which ways an answer can take."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from bot.ui.form_state import State
from bot.ui.sharing import Sharer, read_sharer

_SEPARATOR: Final = "/"
_NO_NAMES: Final = frozenset({"directmessage", "privategroup"})


@dataclass(frozen=True, slots=True)
class Interaction:
    """One command, click, submission or message.

    Attributes:
        user: Slack's id of the person, and the only one to see the answer; empty where Slack gives none.
        channel: Slack's id; None where there is none, as in a modal.
        response_url: takes five answers within thirty minutes.
        trigger_id: opens a modal within three seconds; no two requests have the same one.
        team: Slack's id of the workspace that the request comes from; empty where Slack gives none.
        home_teams: Slack's ids of the person's own workspace, or of its organisation on Enterprise Grid: all
            that Slack gives, and none with a command, whose `team` it is.
        app: Slack's id of the app that the request is for; empty where Slack gives none.
        fields: what was filled in, where a modal was submitted or a button in it pressed.
        carried: the text that the modal was opened with, see `dump`.
        signature: Slack's, of the HTTP request; empty in Socket Mode.
        in_modal: it was done in a modal, whose `channel` is the one that it was opened in.
        open_view: Slack's id of that modal where a button in it was pressed, so that it is still open.
        channel_name: without `#`; empty where Slack does not tell it.
        message: the `ts` of the message that they wrote; empty if they did something else.
        thread: the `ts` of the message in whose thread they wrote it, or clicked in a message; in a modal, of
            the one that it was opened from.
        user_name: the person's name; empty where Slack gives none.
        sharer: who shared the message that they clicked in, or that the modal was opened from; None if it is
            for one person alone, or the bot posted it by itself.
        block: the id of the block with the menu that they opened; else empty.
        is_direct: they wrote it to the bot directly, so that the answer needs not be hidden from others.
    """

    user: str
    channel: str | None = None
    response_url: str | None = None
    trigger_id: str = ""
    team: str = ""
    home_teams: frozenset[str] = frozenset()
    app: str = ""
    fields: State = field(default_factory=dict)
    carried: str = ""
    signature: str = ""
    in_modal: bool = False
    open_view: str = ""
    channel_name: str = ""
    message: str = ""
    thread: str | None = None
    user_name: str = ""
    sharer: Sharer | None = None
    block: str = ""
    is_direct: bool = False

    @property
    def identity(self) -> str:
        """Return what this request has in common with its repetitions, and with no other request.

        Slack sends a message again with another signature, and now and then with another `event_id`
        (slackapi/node-slack-sdk#2141).
        """
        return self.trigger_id or self.signature or (self.message and f"{self.channel} {self.message}")

    def acts_in(self, channel: str) -> bool:
        """Return whether Slack says that the person is in a channel now. A modal may be open for long."""
        return self.channel == channel and not self.in_modal

    @classmethod
    def of_command(cls, body: Mapping[str, Any]) -> "Interaction":
        """Read the body of a slash command."""
        return cls(
            user=_text(body.get("user_id")) or "",
            channel=_text(body.get("channel_id")),
            channel_name=_channel_name(body.get("channel_name")),
            user_name=_text(body.get("user_name")) or "",
            response_url=_text(body.get("response_url")),
            trigger_id=_text(body.get("trigger_id")) or "",
            team=_text(body.get("team_id")) or "",
            app=_text(body.get("api_app_id")) or "",
        )

    @classmethod
    def of_payload(cls, body: Mapping[str, Any]) -> "Interaction":
        """Read the payload of a click, of a shortcut on a message, or of a submission.

        One from a modal has no channel and no `response_url` of its own: those that `dump` wrote are used.
        """
        view = body.get("view")
        if not isinstance(view, dict):
            return cls._of_payload(body, _text(body.get("response_url")), _id(body.get("channel")))
        response_url, _, rest = str(view.get("private_metadata") or "").partition("\n")
        place, _, carried = rest.partition("\n")
        channel, thread, sharer = (*place.split(_SEPARATOR), "", "")[:3]
        state = view.get("state")
        fields = state.get("values") if isinstance(state, dict) else None
        fields = fields if isinstance(fields, dict) else {}
        interaction = cls._of_payload(body, response_url or None, channel or None)
        open_view = (_id(view) or "") if body.get("type") == "block_actions" else ""
        return replace(
            interaction,
            fields=fields,
            carried=carried,
            in_modal=True,
            open_view=open_view,
            thread=thread or None,
            sharer=Sharer(sharer) if sharer else None,
        )

    @classmethod
    def _of_payload(
        cls,
        body: Mapping[str, Any],
        response_url: str | None,
        channel: str | None,
    ) -> "Interaction":
        user, team = body.get("user"), body.get("team")
        is_click, message = "container" in body, _object(body.get("message"))
        home_team = (_text(user.get("team_id")) if isinstance(user, dict) else None) or ""
        return cls(
            user=_id(user) or "",
            channel=channel,
            channel_name=_channel_name(_of(body.get("channel"), "name")),
            response_url=response_url,
            trigger_id=_text(body.get("trigger_id")) or "",
            # An app of a whole organisation is sent no `team`, and an event has its id elsewhere.
            team=_id(team) or _text(body.get("team_id")) or home_team,
            home_teams=_texts(home_team),
            app=_text(body.get("api_app_id")) or "",
            thread=_thread(body.get("container") if is_click else message),
            user_name=_text(_of(user, "name")) or _text(_of(user, "username")) or "",
            sharer=read_sharer(message) if is_click else None,
            block=_text(body.get("block_id")) or "",
        )

    @classmethod
    def of_event(cls, body: Mapping[str, Any]) -> "Interaction":
        """Read the envelope of an event that tells of a message.

        In a channel that is shared with another organisation `team_id` may be that of the channel. The
        workspace of the bot is `context_team_id`, which older envelopes lack:
        https://docs.slack.dev/apis/events-api#callback-field
        """
        event = _object(body.get("event"))
        granted = body.get("authorizations")
        installation = _object(granted[0]) if isinstance(granted, list) and granted else {}
        teams = (body.get("context_team_id"), installation.get("team_id"), body.get("team_id"))
        profile = _object(event.get("user_profile"))
        return cls(
            user=_text(event.get("user")) or "",
            channel=_text(event.get("channel")),
            team=next(filter(None, map(_text, teams)), ""),
            home_teams=_texts(
                event.get("user_team"), event.get("source_team"), event.get("team"), profile.get("team")
            ),
            app=_text(body.get("api_app_id")) or "",
            message=_text(event.get("ts")) or "",
            thread=_text(event.get("thread_ts")),
            is_direct=event.get("channel_type") == "im",
        )

    def dump(self, carried: str) -> str:
        """Write what a modal has to remember as its `private_metadata`: where its answer goes, and a text.

        A line each and nothing escaped, so that any text fits: a button's value has 2,000 characters at most,
        and the other two have some hundred of the 3,000. The second line is the channel, with the thread and
        who shared the message behind it.
        """
        place = (self.channel or "", self.thread or "", self.sharer.id if self.sharer else "")
        where = _SEPARATOR.join(place).rstrip(_SEPARATOR)
        return "\n".join((self.response_url or "", where, carried))


def _id(thing: object) -> str | None:
    return _text(_of(thing, "id"))


def _of(thing: object, key: str) -> object:
    return thing.get(key) if isinstance(thing, dict) else None


def _channel_name(name: object) -> str:
    """Return a channel's name; empty if Slack sends a placeholder for it."""
    text = _text(name) or ""
    return "" if text in _NO_NAMES else text


def _thread(container: object) -> str | None:
    """Return the thread of the message that was clicked in; its first message stands in the channel.

    Slack's reference does not name the field (slackapi/java-slack-sdk#1200). A shortcut has no container, but
    the message itself.
    """
    message = _object(container)
    thread = _text(message.get("thread_ts"))
    return None if thread in {message.get("message_ts"), message.get("ts")} else thread


def _object(thing: object) -> Mapping[str, Any]:
    return thing if isinstance(thing, dict) else {}


def _texts(*things: object) -> frozenset[str]:
    return frozenset(filter(None, map(_text, things)))


def _text(thing: object) -> str | None:
    """Return a text that is not empty; odd payloads have anything in its place."""
    return thing if isinstance(thing, str) and thing else None
