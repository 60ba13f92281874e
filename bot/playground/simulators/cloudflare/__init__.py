"""A simulated Cloudflare account on loopback that behaves like production.

simulation = Simulation(clock=clock)
simulation.seed(1, instances=300)
async with simulation.serve() as url:
    ...  # any client, with url as its base URL
"""

from bot.playground.simulators.cloudflare.auth import ANALYTICS_PERMISSION, READ_PERMISSIONS, ApiKey, ApiToken
from bot.playground.simulators.cloudflare.behaviour import Behaviour
from bot.playground.simulators.cloudflare.calls import Operation, RecordedCall
from bot.playground.simulators.cloudflare.connection_faults import (
    CorruptGzip,
    CutOff,
    Dropped,
    Reset,
    SlowBody,
)
from bot.playground.simulators.cloudflare.faults import (
    Challenge,
    Changed,
    ChangedRows,
    Fault,
    Held,
    HtmlPage,
    JsonError,
    PartialAnswer,
    PlainText,
    Redirected,
    Slow,
    TooManyRequests,
    TruncatedJson,
    WrongShape,
)
from bot.playground.simulators.cloudflare.many_steps import MOST_STEPS, ManySteps
from bot.playground.simulators.cloudflare.model import (
    STATUSES,
    Cron,
    InstanceRecord,
    Schedule,
    WorkflowRecord,
)
from bot.playground.simulators.cloudflare.rate_limiter import RateLimit
from bot.playground.simulators.cloudflare.simulation import (
    DEFAULT_ACCOUNT_ID,
    DEFAULT_ANALYTICS_TOKEN,
    DEFAULT_TOKEN,
    Simulation,
)
from bot.playground.simulators.cloudflare.steps import (
    Attempt,
    Failure,
    Sleep,
    Step,
    Termination,
    WaitForEvent,
)

__all__ = [
    "ANALYTICS_PERMISSION",
    "DEFAULT_ACCOUNT_ID",
    "DEFAULT_ANALYTICS_TOKEN",
    "DEFAULT_TOKEN",
    "MOST_STEPS",
    "READ_PERMISSIONS",
    "STATUSES",
    "ApiKey",
    "ApiToken",
    "Attempt",
    "Behaviour",
    "Challenge",
    "Changed",
    "ChangedRows",
    "CorruptGzip",
    "Cron",
    "CutOff",
    "Dropped",
    "Failure",
    "Fault",
    "Held",
    "HtmlPage",
    "InstanceRecord",
    "JsonError",
    "ManySteps",
    "Operation",
    "PartialAnswer",
    "PlainText",
    "RateLimit",
    "RecordedCall",
    "Redirected",
    "Reset",
    "Schedule",
    "Simulation",
    "Sleep",
    "Slow",
    "SlowBody",
    "Step",
    "Termination",
    "TooManyRequests",
    "TruncatedJson",
    "WaitForEvent",
    "WorkflowRecord",
    "WrongShape",
]
