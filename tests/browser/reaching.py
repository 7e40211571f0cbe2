"""Where the portal is, for people who all sit at one address."""

from __future__ import annotations

from tests.journeys.town import Town


def reached(town: Town) -> str:
    """Its address, as mails say it. What others tried from this machine before is forgotten: it counts by source."""
    client, table = town.engine.client("dynamodb"), f"{town.prefix}throttles"
    for row in client.scan(TableName=table)["Items"]:
        client.delete_item(TableName=table, Key={"key": row["key"]})
    return town.url.replace("127.0.0.1", "localhost")
