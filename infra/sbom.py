"""What is in a deployment package, as CycloneDX: the list that a scanner, an auditor or a customer asks for.

It is read from the finished archive and from nothing else, so it cannot name what does not ship. The same archive gives
the same bytes: no time, and a serial number that is the archive's own.
"""

from __future__ import annotations

import email
import hashlib
import importlib.metadata
import uuid
import zipfile
from email.message import Message
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

PRODUCT = "secure-messaging-portal-accounts"
NAMES = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:{PRODUCT}:package")
# Chalice puts its runtime into the package without saying so; it needs none of what its command line needs.
RUNTIME = "chalice"


def write_sbom(archive: Path, sbom: Path) -> None:
    """The list of an archive, beside it."""
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    bom = Bom(serial_number=uuid.uuid5(NAMES, digest))
    bom.metadata.timestamp = None  # type: ignore[assignment] # it may be left out, and would differ each time
    bom.metadata.component = product = Component(
        name=PRODUCT,
        type=ComponentType.APPLICATION,
        bom_ref=PRODUCT,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
    )
    described = {canonicalize_name(str(one["Name"])): one for one in descriptions(archive)}
    libraries = {name: library(name, one) for name, one in described.items()}
    needed = {name: needs(one) & libraries.keys() for name, one in described.items()}
    for name, one in libraries.items():
        bom.components.add(one)
        bom.register_dependency(one, [libraries[other] for other in needed[name]])
    ours = libraries.keys() - set().union(*needed.values())
    bom.register_dependency(product, [libraries[name] for name in ours])
    sbom.write_text(JsonV1Dot6(bom).output_as_string(indent=2) + "\n", encoding="utf-8")


def descriptions(archive: Path) -> list[Message]:
    """Each library's own description of itself."""
    with zipfile.ZipFile(archive) as packed:
        names = [name for name in packed.namelist() if name.endswith(".dist-info/METADATA")]
        found = [email.message_from_bytes(packed.read(name)) for name in names]
    runtime = Message()
    for key in ("Name", "Version", "License"):
        runtime[key] = importlib.metadata.metadata(RUNTIME)[key]
    return [*found, runtime]


def library(name: str, described: Message) -> Component:
    """One library, under the name by which PyPI and every list of vulnerabilities know it."""
    address = PackageURL("pypi", None, name, described["Version"])
    licence = licence_of(described)
    return Component(
        name=name,
        version=described["Version"],
        type=ComponentType.LIBRARY,
        bom_ref=str(address),
        purl=address,
        licenses=[LicenseFactory().make_from_string(licence)] if licence else [],
    )


def licence_of(described: Message) -> str:
    """Today's field, the one before it, or the one before that."""
    classified = [
        one.rpartition(" :: ")[2]
        for one in described.get_all("Classifier", [])
        if one.startswith("License :: ")
    ]
    return described["License-Expression"] or described["License"] or " or ".join(classified)


def needs(described: Message) -> set[NormalizedName]:
    """The libraries it asks for here, without its options."""
    asked = [Requirement(line) for line in described.get_all("Requires-Dist", [])]
    return {
        canonicalize_name(one.name)
        for one in asked
        if one.marker is None or one.marker.evaluate({"extra": ""})
    }
