from tests.unit.language import unhurried

unhurried.load()
