"""Properties are looked at without a stopwatch: a busy machine is no failure of the code."""

from hypothesis import HealthCheck, settings


def load() -> None:
    """Makes it so for all tests, on top of what hypothesis itself chooses for CI."""
    patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("unhurried", patient)
    settings.load_profile("unhurried")
