"""All scenes there are, for the tests that break every call of every flow."""

from __future__ import annotations

from tests.faults.account_scenes import ACCOUNT_SCENES
from tests.faults.scenes import SCENES as SCENES_OF_LOGON

SCENES = [*SCENES_OF_LOGON, *ACCOUNT_SCENES]
