"""Programs that `sessiond recover` starts again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._config import Config


def recovered(settings: Config) -> str | None:
    """Give the session that this program is to go on with, if `sessiond recover` started it; the first one takes it."""
    wanted = os.environ.get("SESSIOND_RESUME")
    if not wanted or settings.recover is None or settings.run_identifier not in (None, wanted):
        return None
    del os.environ["SESSIOND_RESUME"]
    return wanted
