"""What can be made to go wrong at the simulated Cloudflare, by a switch."""

from dataclasses import dataclass
from typing import Final

from bot.playground.simulators.cloudflare import Dropped, Fault, HtmlPage, Simulation, Slow, Throttled

HEALTHY: Final = "none"


@dataclass(frozen=True, slots=True)
class FaultOption:
    """One position of the switch; `description` is what it does, for people."""

    name: str
    label: str
    description: str
    fault: Fault | None


FAULT_OPTIONS: Final = (
    FaultOption(HEALTHY, "Healthy", "Cloudflare answers as it should.", None),
    FaultOption("slow", "Slow", "Every answer takes 5 seconds.", Slow(5)),
    FaultOption(
        "throttled", "Throttled", "Every request is refused for now, with 20 seconds to wait.", Throttled(20)
    ),
    FaultOption("down", "Down", "Every connection breaks.", Dropped()),
    FaultOption(
        "html", "Answers HTML", "A web page comes where JSON should.", HtmlPage(200, "Just a moment...")
    ),
)
_BY_NAME: Final = {choice.name: choice for choice in FAULT_OPTIONS}


class FaultSwitch:
    """Chooses one fault for every request, or none."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.selected = HEALTHY

    def select(self, name: str) -> None:
        """Turn it; a LookupError says which positions there are."""
        if name not in _BY_NAME:
            raise LookupError(f"there is no fault {name!r}: {', '.join(_BY_NAME)}")
        self.simulation.clear_faults()
        fault = _BY_NAME[name].fault
        if fault is not None:
            self.simulation.inject(fault, times=None)
        self.selected = name
