"""The way out to EventBridge. It may not decide what is published."""

from collections.abc import Callable, Mapping
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.events import Event
from chalicelib.domain.refusals import Unavailable

SOURCE = "secure-messaging-portal.accounts"


class Publisher:
    """Puts events on one bus. One client, made with the container."""

    def __init__(
        self,
        session: botocore.session.Session,
        region: str,
        bus: str,
        event_of: Callable[[Mapping[str, Any]], Event],
    ) -> None:
        config = Config(
            connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 2, "mode": "standard"}
        )
        self._client = session.create_client("events", region_name=region, config=config)
        self._bus = bus
        self.event_of = event_of

    def put(self, name: str, detail: str) -> None:
        """Put one event; raises `Unavailable` to try again. An answer of 200 can still tell of a failed entry."""
        entry = {"EventBusName": self._bus, "Source": SOURCE, "DetailType": name, "Detail": detail}
        try:
            answer = self._client.put_events(Entries=[entry])
        except (ClientError, BotoCoreError) as error:
            code = getattr(error, "response", {}).get("Error", {}).get("Code") or type(error).__name__
            raise Unavailable(f"events:{code}") from error
        if answer.get("FailedEntryCount"):
            raise Unavailable(f"events:{answer['Entries'][0].get('ErrorCode')}")
