"""Errors of an instance as people may see them: authors write into them whatever their code was handed."""

from dataclasses import replace
from typing import Final

from bot.cloudflare.causes import Cause
from bot.cloudflare.instance_models import InstanceError
from bot.inspect.model import InstanceView
from bot.inspect.payloads import PayloadPolicy, mask_text

_LONGEST: Final = 4_000
"""Characters of an error that are looked through; messages show some 1,500."""


def mask_error(error: InstanceError | None, policy: PayloadPolicy) -> InstanceError | None:
    """Return an error whose texts are without secrets."""
    if error is None:
        return None
    name, message = (
        None if text is None else mask_text(text, policy, _LONGEST) for text in (error.name, error.message)
    )
    return InstanceError(name=name, message=message)


def mask_cause(cause: Cause, policy: PayloadPolicy) -> Cause:
    """Return why an instance failed, without secrets."""
    error = mask_error(InstanceError(name=cause.name, message=cause.message), policy) or InstanceError()
    return replace(cause, name=error.name, message=error.message)


def mask_errors(view: InstanceView, policy: PayloadPolicy) -> InstanceView:
    """Return what is shown of an instance, with no secrets in its errors."""
    detail, key_step = view.detail, view.key_step
    changes: dict[str, object] = {"error": mask_error(detail.error, policy)}
    if detail.rollback is not None:
        error = mask_error(detail.rollback.error, policy)
        changes["rollback"] = detail.rollback.model_copy(update={"error": error})
    if key_step is not None:
        groups = tuple(replace(group, error=mask_error(group.error, policy)) for group in key_step.groups)
        key_step = replace(key_step, error=mask_error(key_step.error, policy), groups=groups)
    return replace(view, detail=detail.model_copy(update=changes), key_step=key_step)
