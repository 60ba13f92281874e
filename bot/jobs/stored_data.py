"""What the database holds of jobs: JSON, and from earlier versions of the bot pickles of plain data.

DBOS unpickles what a row says is a pickle: a row that somebody wrote into the database would run as code.
"""

import base64
import io
import pickle
from typing import Any

from dbos._serialization import DBOSDefaultSerializer, DBOSPortableJSON, Serializer


def use_json() -> Serializer:
    """Have DBOS load no code from pickles, and return the serializer for what it stores from now on."""
    DBOSDefaultSerializer.deserialize = _read_plain_pickle  # type: ignore[assignment, method-assign]  # no setting does it
    return DBOSPortableJSON


class _PlainUnpickler(pickle.Unpickler):
    """Reads texts, numbers and what holds them, and nothing that names code."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as pickle has it
        raise pickle.UnpicklingError(f"{module}.{name} in the database is not loaded")


def _read_plain_pickle(text: str) -> Any:  # noqa: ANN401 - as DBOS has it
    """Read what an earlier version of the bot stored.

    Raises:
        pickle.UnpicklingError: it is more than plain data.
    """
    return _PlainUnpickler(io.BytesIO(base64.b64decode(text))).load()
