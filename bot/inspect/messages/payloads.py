"""Params and outputs in Block Kit: folded in a message, whole in a modal, and what is said of their file."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from bot.cloudflare.instance_models import InstanceDetail
from bot.inspect.model import InstanceRef
from bot.inspect.payload_requests import OfPayload, ShowOutputs
from bot.inspect.payloads import PREVIEW, Payload, PayloadPolicy, preview_payload
from bot.ui.elements import (
    Message,
    actions,
    button,
    container,
    context,
    message,
    modal,
    preformatted,
    section,
    share_button,
)
from bot.ui.limits import Block
from bot.ui.mrkdwn import code, code_block, command, escape

IN_MODAL: Final = 3 * PREVIEW
"""Characters of a payload that a modal shows."""

IN_LIST: Final = 300
"""Characters of each output where several are shown."""

_TITLES: Final = {"params": "Params", "output": "Output", "step": "Output of a step"}
_HIDDEN: Final = "Hidden by this bot's settings."
_LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class PayloadControls:
    """The values of the buttons about payloads; one whose value could not be kept has none.

    Attributes:
        show_params: opens the params.
        show_output: opens the output.
        send_params: sends the params as a file.
        send_output: sends the output as a file.
        show_steps: opens the outputs of the steps that are shown; None where they have none, too.
    """

    show_params: str | None = None
    show_output: str | None = None
    send_params: str | None = None
    send_output: str | None = None
    show_steps: str | None = None


class PayloadBlocks(NamedTuple):
    """Params and output of one instance, for the one who asks alone.

    Attributes:
        folded: with their beginnings, for messages in a Slack that takes folds.
        buttons: with buttons that open them, for modals, which take no folds, and for every other Slack.
    """

    folded: list[Block]
    buttons: list[Block]

    @property
    def unfolded(self) -> "PayloadBlocks":
        """Return them for where no folds are taken."""
        return PayloadBlocks(self.buttons, self.buttons)


NO_PAYLOADS: Final = PayloadBlocks([], [])


@dataclass(frozen=True, slots=True)
class StepOutput:
    """The beginning of one step's output.

    Attributes:
        number: the step's, from 1.
        name: the step's, with its counter.
        payload: the beginning.
        show: the value of the button that opens the whole of it.
    """

    number: int
    name: str
    payload: Payload
    show: str | None


def payload_blocks(detail: InstanceDetail, policy: PayloadPolicy, controls: PayloadControls) -> PayloadBlocks:
    """Build params and output.

    Args:
        detail: the instance.
        policy: what may be seen of them.
        controls: the values of their buttons.
    """
    if not policy.show:
        said = [context(f"*Params and output*: {_HIDDEN}")]
        return PayloadBlocks(said, said)
    folded: list[Block] = []
    sizes: list[str] = []
    openers: list[Block] = []
    for name, value, shows, sends in (
        ("Params", detail.params, controls.show_params, controls.send_params),
        ("Output", detail.output, controls.show_output, controls.send_output),
    ):
        if value is None:
            continue
        payload = preview_payload(value, policy)
        sizes.append(f"*{name}*: {_size(payload)}")
        sending = [_send_button(name, sends)] if sends is not None and payload.text else []
        folded.append(container(f"{name} · {_size(payload)}", [*_content(payload), *actions(sending)]))
        if shows is not None and payload.text:
            openers.append(button(name, f"payload_{name.lower()}", shows, f"{name} of this instance"))
    of_steps = []
    if controls.show_steps is not None:
        of_steps = [
            button("Outputs of these steps", "outputs_show", controls.show_steps, "Outputs of these steps")
        ]
    said = [context(*(sizes or ["*Params and output*: none."]))]
    return PayloadBlocks([*(folded or said), *actions(of_steps)], [*said, *actions([*openers, *of_steps])])


def outputs_view(subject: InstanceRef, outputs: Sequence[StepOutput]) -> Block:
    """Build the modal of the outputs of some steps."""
    blocks = [section(f"*Outputs of steps* · {code(subject.instance)} of {code(subject.workflow)}")]
    for output in outputs:
        opener = None
        if output.show is not None:
            opener = button("Output of this step", "payload_step", output.show, f"Output of {output.name}")
        blocks.append(section(f"{output.number:,} · {code(output.name, _LONGEST_NAME)}", opener))
        blocks += _content(output.payload)
    if not outputs:
        blocks.append(context("None of these steps has an output."))
    return modal("Outputs", blocks, "Close")


def loading_view(title: str = "Payload") -> Block:
    """Build the modal of a payload until that is there."""
    return modal(title, [context("⏳ Looking it up…")], "Close")


def payload_view(
    request: OfPayload, payload: Payload, send: str | None, note: str = "", share: str | None = None
) -> Block:
    """Build the modal of a payload.

    Args:
        request: what was asked for.
        payload: its beginning.
        send: the value of the button that sends it as a file.
        note: what is said above it, in mrkdwn.
        share: the value of the button that shows it to all who are there.
    """
    blocks = [_heading(request), *([section(note)] if note else []), *_content(payload)]
    buttons = [] if send is None else [_send_button(_TITLES[request.what], send)]
    buttons += [] if share is None else [share_button(share, "payload")]
    return modal("Payload", [*blocks, *actions(buttons)], "Close")


def shared_payload_message(request: OfPayload, payload: Payload) -> Message:
    """Build what all in a channel see of a payload."""
    return message(_title(request), [_heading(request), *_content(payload)])


def no_payload_view(request: OfPayload, why: str) -> Block:
    """Build the modal of a payload of which there is nothing to show; `why` is mrkdwn."""
    return modal("Payload", [_heading(request), section(why)], "Close")


def step_error_text(text: str) -> str:
    """Return the sentence about a step that ended with an error and no output."""
    return f"It has no output, as it failed:\n{code_block(text, PREVIEW)}"


def hidden_view() -> Block:
    """Build the modal of payloads that the settings hide."""
    return modal("Payload", hidden_message().blocks, "Close")


def hidden_message() -> Message:
    """Say that the settings hide payloads."""
    words = f"Params and outputs: {_HIDDEN[0].lower()}{_HIDDEN[1:]}"
    return message(words, [section(words)])


def not_opened_message(request: OfPayload | ShowOutputs) -> Message:
    """Say that Slack did not open the modal."""
    words = (
        "Slack did not open it. Close the forms that are open and try again, "
        f"or type {command(request.command())}."
    )
    return message(words, [section(words)])


def introduction(request: OfPayload) -> str:
    """Return what the direct message says above a file."""
    return f"{_title(request)}, without what likely is secret. Only you see this message."


def nothing_to_send_message(payload: Payload) -> Message:
    """Say that a payload has no text that a file could hold."""
    words = " ".join(_notices(payload))
    return message(words, [section(words)])


def sent_message(name: str, payload: Payload) -> Message:
    """Say that a file was sent."""
    whole = "" if payload.total is None else f": {_cut_words(payload)}"
    words = f"Sent to you in a direct message, as {code(name)}{whole}."
    return message(words, [section(f"✅ {words}")])


def not_allowed_message(payload: Payload) -> Message:
    """Say that the bot may not send files, and what to do; show what fits."""
    words = (
        "This bot may not send files yet. Somebody who manages the Slack app can add the scope "
        "`files:write` under *OAuth & Permissions* and install it again."
    )
    return message(words, [section(f"⚠️ {words}"), *_content(payload)])


def not_sent_message(reason: str, payload: Payload) -> Message:
    """Say that Slack did not take a file; show what fits."""
    words = f"Slack did not take the file ({escape(reason)}). Try again in a minute."
    return message(words, [section(f"⚠️ {words}"), *_content(payload)])


def file_name(request: OfPayload, payload: Payload) -> str:
    """Return the name of a payload's file: letters that every system takes, at most 200 or so."""
    parts = (
        request.subject.workflow,
        request.subject.instance,
        _step_of(request) if request.what == "step" else request.what,
    )
    safe = (re.sub(r"[^A-Za-z0-9._-]+", "-", part)[:_LONGEST_NAME].strip(".-_") for part in parts)
    return f"{'_'.join(filter(None, safe)) or 'payload'}.{'json' if payload.is_json else 'txt'}"


def _heading(request: OfPayload) -> Block:
    return section(_title(request))


def _title(request: OfPayload) -> str:
    of_step = f" {code(_step_of(request), _LONGEST_NAME)}" if request.what == "step" else ""
    what = "Output of step" if request.what == "step" else _TITLES[request.what]
    return f"*{what}{of_step}* · {code(request.subject.instance)} of {code(request.subject.workflow)}"


def _step_of(request: OfPayload) -> str:
    """Return the name of a step, or its number where the name holds a secret."""
    return request.step if request.place is None else f"{request.place + 1}"


def _content(payload: Payload) -> list[Block]:
    """Build what is seen of a payload, and what is to be said of it."""
    notices = list(_notices(payload))
    blocks = [preformatted(chunk) for chunk in _chunks(payload.text)] if payload.text else []
    return [*blocks, *([context(*notices)] if notices else [])]


def _chunks(text: str) -> Iterator[str]:
    """Cut a text at line breaks into parts that a block takes."""
    while len(text) > PREVIEW:
        end = text.rfind("\n", PREVIEW // 2, PREVIEW)
        cut = end if end > 0 else PREVIEW
        yield text[:cut]
        text = text[cut:].removeprefix("\n")
    if text:
        yield text


def _notices(payload: Payload) -> Iterator[str]:
    if payload.hidden_by_workflow:
        yield "Hidden by the workflow: it calls this output sensitive."
    if payload.total is not None:
        yield f"{_cut_words(payload)}."
    if payload.cut_by_cloudflare:
        yield "Cut by Cloudflare, which keeps the whole of a step's output with the step."
    if "[hidden: " in payload.text:
        yield "`[hidden: …]` stands for what likely is secret, or is named in this bot's settings."
    if not payload.text and not payload.hidden_by_workflow:
        yield "An empty text."


def _cut_words(payload: Payload) -> str:
    return f"The first {len(payload.text):,} of {payload.total:,} characters"


def _size(payload: Payload) -> str:
    if payload.hidden_by_workflow:
        return "hidden by the workflow"
    count = len(payload.text) if payload.total is None else payload.total
    return f"{count:,} character" + ("" if count == 1 else "s")


def _send_button(name: str, value: str) -> Block:
    return button("Send me the whole as a file", "payload_send", value, f"Send me as a file: {name}")
