"""Mask secrets in errors and step names: both may hold the input of a workflow."""

from dataclasses import replace
from typing import Final

from bot.cloudflare.causes import Cause
from bot.cloudflare.instance_models import InstanceError
from bot.inspect.model import InstanceView, TimelineStep
from bot.inspect.payloads import PayloadPolicy, mask_text

_LONGEST: Final = 4_000
"""Characters of an error that are looked through; messages show some 1,500."""


def mask_error(error: InstanceError | None, policy: PayloadPolicy) -> InstanceError | None:
    """Return an error whose texts are without secrets."""
    if error is None:
        return None
    return InstanceError(name=_mask(error.name, policy), message=_mask(error.message, policy))


def mask_cause(cause: Cause, policy: PayloadPolicy) -> Cause:
    """Return why an instance failed, without secrets: authors write them into names of steps, too."""
    return Cause(*(_mask(text, policy) for text in (cause.step, cause.name, cause.message)))


def mask_step_name(name: str, policy: PayloadPolicy) -> str:
    """Return the name of a step without secrets, as `mask_cause` has it."""
    return mask_text(name, policy, _LONGEST)


def mask_view(view: InstanceView, policy: PayloadPolicy) -> InstanceView:
    """Return what is shown of an instance, with no secrets in its errors and the names of its steps.

    Buttons mean steps by their place, so that they need no names.
    """
    detail, key_step = view.detail, view.key_step
    changes: dict[str, object] = {"error": mask_error(detail.error, policy)}
    if detail.rollback is not None:
        error = mask_error(detail.rollback.error, policy)
        changes["rollback"] = detail.rollback.model_copy(update={"error": error})
    if key_step is not None:
        groups = tuple(replace(group, error=mask_error(group.error, policy)) for group in key_step.groups)
        entry, error = _mask_entry(key_step.entry, policy), mask_error(key_step.error, policy)
        key_step = replace(key_step, entry=entry, error=error, groups=groups)
    page = replace(view.page, entries=tuple(_mask_entry(entry, policy) for entry in view.page.entries))
    return replace(view, detail=detail.model_copy(update=changes), key_step=key_step, page=page)


def _mask_entry(entry: TimelineStep, policy: PayloadPolicy) -> TimelineStep:
    return replace(entry, name=mask_step_name(entry.name, policy), event_type=_mask(entry.event_type, policy))


def _mask(text: str | None, policy: PayloadPolicy) -> str | None:
    return None if text is None else mask_text(text, policy, _LONGEST)
