from tests.query import unhurried

unhurried.load()
