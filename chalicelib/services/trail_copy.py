"""The way to the copy of the trail: a bucket where nothing is written over or goes before its time (ADR 44)."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.refusals import Unavailable

THERE, LACKING = "PreconditionFailed", {"NoSuchKey", "404"}


class Version(NamedTuple):
    """One version of what lies under a name. `hidden`: a mark that says there is nothing, before what is there."""

    name: str
    version: str
    hidden: bool


class Copies(NamedTuple):
    """The bucket. Raises `Unavailable` where it does not answer as it should."""

    client: Any
    bucket: str

    def put(self, name: str, body: bytes) -> bool:
        """Write what is not there. False where it is: what was written first stays, and a repetition is done."""
        try:
            self.client.put_object(Bucket=self.bucket, Key=name, Body=body, IfNoneMatch="*")
        except (ClientError, BotoCoreError) as error:
            if _code(error) == THERE:
                return False
            raise Unavailable(f"s3:{_code(error)}") from error
        return True

    def read(self, name: str, version: str = "") -> bytes | None:
        """What lies under a name; None for nothing."""
        of_version = {"VersionId": version} if version else {}
        try:
            body: bytes = self.client.get_object(Bucket=self.bucket, Key=name, **of_version)["Body"].read()
        except (ClientError, BotoCoreError) as error:
            if _code(error) in LACKING:
                return None
            raise Unavailable(f"s3:{_code(error)}") from error
        return body

    def versions(self, folder: str) -> Iterator[Version]:
        """Everything below a folder, by name, also what somebody has tried to hide or to write over."""
        after: dict[str, str] = {}
        while True:
            page = self._page(Prefix=f"{folder}/", **after)
            found = [Version(one["Key"], one["VersionId"], False) for one in page.get("Versions", [])]
            found += [Version(one["Key"], one["VersionId"], True) for one in page.get("DeleteMarkers", [])]
            yield from sorted(found)
            if not page.get("IsTruncated"):
                return
            after = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}

    def names(self, folder: str) -> list[str]:
        """What was ever written below a folder, hidden or not."""
        return sorted({one.name for one in self.versions(folder) if not one.hidden})

    def folders(self, folder: str) -> list[str]:
        """The names of the folders in a folder."""
        found, after = set[str](), dict[str, str]()
        while True:
            page = self._page(Prefix=f"{folder}/", Delimiter="/", **after)
            found |= {one["Prefix"].split("/")[-2] for one in page.get("CommonPrefixes", [])}
            if not page.get("IsTruncated"):
                return sorted(found)
            after = {"KeyMarker": page["NextKeyMarker"]}

    def _page(self, **asked: str) -> dict[str, Any]:
        try:
            page: dict[str, Any] = self.client.list_object_versions(Bucket=self.bucket, **asked)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable(f"s3:{_code(error)}") from error
        return page


@cache
def copies_in(session: botocore.session.Session, region: str, bucket: str) -> Copies:
    """With the container's one client of its own."""
    config = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 2, "mode": "standard"})
    return Copies(session.create_client("s3", region_name=region, config=config), bucket)


def _code(error: Exception) -> str:
    told = getattr(error, "response", None) or {}  # a read that timed out has one that is None
    return told.get("Error", {}).get("Code") or type(error).__name__
