"""A bucket with object lock in memory, as S3's client shows one; `away` is a bucket that does not answer."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError

from chalicelib.services.trail_copy import Copies
from infra.gateway.roles import Roles

ROLES = Roles("")
MOST = 1000


class Bucket:
    """Versions of objects, the oldest first; None is a mark of deletion."""

    def __init__(self) -> None:
        self.versions: dict[str, list[bytes | None]] = {}
        self.away, self.most = False, MOST

    def copies(self) -> Copies:
        """The way to it."""
        return Copies(self, "copy")

    def forced(self, name: str, body: bytes | None) -> None:
        """What only somebody with rights over the bucket could do: another version, or a mark before the first."""
        self.versions.setdefault(name, []).append(body)

    def put_object(self, Bucket: str, Key: str, Body: bytes, IfNoneMatch: str) -> Any:  # noqa: N803 - S3's names
        """As S3 does it where a condition is given."""
        self._answer(Bucket, "PutObject", Key=Key, IfNoneMatch=IfNoneMatch)
        if self.versions.get(Key, [None])[-1] is not None:
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")
        self.forced(Key, Body)
        return {}

    def get_object(self, Bucket: str, Key: str, VersionId: str = "") -> Any:  # noqa: N803
        """The newest version, or the one named."""
        self._answer(Bucket, "GetObject", Key=Key)
        found = self.versions.get(Key, [None])
        body = found[int(VersionId)] if VersionId else found[-1]
        if body is None:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": io.BytesIO(body)}

    def list_object_versions(
        self,
        Bucket: str,  # noqa: N803
        Prefix: str,  # noqa: N803
        Delimiter: str = "",  # noqa: N803
        KeyMarker: str = "",  # noqa: N803
        VersionIdMarker: str = "",  # noqa: N803
    ) -> Any:
        """A page of them."""
        self._answer(Bucket, "ListObjectVersions", Prefix=Prefix)
        found = [name for name in sorted(self.versions) if name.startswith(Prefix) and name > KeyMarker]
        if Delimiter:
            folders = {name[: name.index(Delimiter, len(Prefix)) + 1] for name in found}
            return {"CommonPrefixes": [{"Prefix": one} for one in sorted(folders)], "IsTruncated": False}
        page, left = found[: self.most], found[self.most :]
        told = [(name, number, body) for name in page for number, body in enumerate(self.versions[name])]
        return {
            "Versions": [{"Key": n, "VersionId": str(v)} for n, v, body in told if body is not None],
            "DeleteMarkers": [{"Key": n, "VersionId": str(v)} for n, v, body in told if body is None],
            "IsTruncated": bool(left),
            "NextKeyMarker": page[-1] if page else "",
            "NextVersionIdMarker": "0",
        }

    def _answer(self, name: str, operation: str, **params: str) -> None:
        """To a function as its row of infra/permissions.yaml lets it."""
        assert name == "copy"
        ROLES.before_copy(params, SimpleNamespace(name=operation))
        if self.away:
            raise ConnectTimeoutError(endpoint_url="https://copy")
