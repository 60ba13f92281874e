"""Faults of the simulated Cloudflare account that the page can select."""

from dataclasses import dataclass
from typing import Final

from bot.playground.simulators.cloudflare import (
    Dropped,
    Fault,
    HtmlPage,
    PartialAnswer,
    Simulation,
    Slow,
    TooManyRequests,
)

HEALTHY: Final = "none"


@dataclass(frozen=True, slots=True)
class FaultOption:
    """A fault that can be selected, with texts for people."""

    name: str
    label: str
    description: str
    fault: Fault | None


FAULT_OPTIONS: Final = (
    FaultOption(HEALTHY, "Healthy", "Cloudflare works normally.", None),
    FaultOption("slow", "Slow", "Every answer takes 5 seconds.", Slow(5)),
    FaultOption(
        "rate_limited",
        "Rate limited",
        "Every request gets HTTP 429 with a wait of 20 seconds.",
        TooManyRequests(20),
    ),
    FaultOption("down", "Down", "Every connection breaks.", Dropped()),
    FaultOption(
        "html", "HTML", "Every answer is a web page instead of JSON.", HtmlPage(200, "Just a moment...")
    ),
    FaultOption(
        "partial",
        "Partial",
        "Every instance comes with an internal error beside it, and without its last step.",
        PartialAnswer(),
    ),
)
_BY_NAME: Final = {choice.name: choice for choice in FAULT_OPTIONS}


class FaultSwitch:
    """Applies the selected fault to every request."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.selected = HEALTHY

    def select(self, name: str) -> None:
        """Select a fault by name; a LookupError lists the names."""
        if name not in _BY_NAME:
            raise LookupError(f"there is no fault {name!r}: {', '.join(_BY_NAME)}")
        self.simulation.clear_faults()
        fault = _BY_NAME[name].fault
        if fault is not None:
            self.simulation.inject(fault, times=None)
        self.selected = name
