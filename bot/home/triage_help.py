"""Help on what failed, on finding an instance, on statistics and on exports."""

from typing import Final

from bot.browse.command.options import ACCOUNT
from bot.export.command import EXPORT_OPTIONS, OF_ONE_MESSAGE
from bot.failures.command import FAILURE_OPTIONS
from bot.home.help_parts import Example, Topic, lines
from bot.stats.command import STATS_OPTIONS

_NOT_TAKEN: Final = [f"`{option.key}:`" for option in OF_ONE_MESSAGE]
"""What `list` takes, and `export` does not."""

FAILURES: Final[Topic] = (
    Example("failures", "what failed in the last 24 hours in every workflow, by cause"),
    Example("failures {name} since:2h", "of one workflow, since then"),
    "`failures orders,emails` and `failures order-*` ask for several workflows.",
    f"*What may follow*\n{lines(FAILURE_OPTIONS)}",
    (
        "Failures of one step with the same error are one cause: ids, numbers and times in it do not count. "
        "Each cause says how often it came, when first and last, and in which version. *List them* shows its "
        "instances, which `list` can narrow down further."
    ),
    (
        "*In words*\n`what failed today`  `errors last night`  `whats broken`  `failures by cause`  "
        "`when did orders start failing`"
    ),
)
FIND: Final[Topic] = (
    Example(
        "find ID",
        "the instance of that id, or of the only id that begins so, in whichever workflow",
        can_be_tried=False,
    ),
    Example("find ID*", "all whose ids begin so", can_be_tried=False),
    Example("find ID everywhere", "asks every workflow for it", can_be_tried=False),
    "A link to the dashboard, several ids, or a message pasted whole work, too.",
    f"*What may follow*\n{lines((ACCOUNT,))}",
    Example("search:{part}", "the workflows whose names hold a text"),
)
STATS: Final[Topic] = (
    Example("stats {name}", "the last seven days: runs, failure rate, run and queue times"),
    Example("stats *", "all workflows, compared"),
    Example("stats {name} since:24h", "since another time"),
    f"*What may follow*\n{lines(STATS_OPTIONS)}",
    "Instances count by when they were *created*, so that `since:` and `created:` mean the same here.",
    (
        "*In words*\n`how is orders doing`  `slowest`  `flaky steps`  `error rate today`  "
        "`how long does orders take`"
    ),
)
EXPORT: Final[Topic] = (
    Example("export {name} errored since:24h", "a CSV file, in your direct messages", can_be_tried=False),
    Example("export * since:24h as jsonl", "JSON, a line for each instance", can_be_tried=False),
    Example("export {name} to here", "the file for everybody in this channel", can_be_tried=False),
    "`to #ops` sends it to another channel, which you and the bot are in. Without `as jsonl` it is CSV.",
    f"*What may follow*\n{lines(EXPORT_OPTIONS)}",
    f"A file has all rows of a list, so it takes no {', '.join(_NOT_TAKEN[:-1])} or {_NOT_TAKEN[-1]}.",
)
