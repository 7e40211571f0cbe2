"""The list of what ships is read from the package: the same package, the same list; nothing that is not in it."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

from infra.sbom import write_sbom

SHIPPED = {
    "Jinja2": ("3.1.6", "Requires-Dist: MarkupSafe>=2.0\nRequires-Dist: segno>=1; extra == 'codes'\n"),
    "MarkupSafe": ("3.0.4", "License-Expression: BSD-3-Clause\n"),
    "segno": ("1.6.6", "Classifier: License :: OSI Approved :: BSD License\n"),
}


def package(folder: Path, **more: str) -> Path:
    archive = folder / "deployment.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for name, (version, rest) in SHIPPED.items():
            described = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{rest}"
            made.writestr(zipfile.ZipInfo(f"{name}-{version}.dist-info/METADATA"), described)
        for name, text in more.items():
            made.writestr(zipfile.ZipInfo(name), text)
    return archive


def listed(archive: Path) -> Any:
    sbom = archive.with_suffix(".cdx.json")
    write_sbom(archive, sbom)
    return json.loads(sbom.read_text(encoding="utf-8"))


def test_every_library_is_named_as_lists_of_vulnerabilities_name_it(tmp_path: Path) -> None:
    named = {one["purl"] for one in listed(package(tmp_path))["components"]}
    assert named - {one for one in named if one.startswith("pkg:pypi/chalice@")} == {
        "pkg:pypi/jinja2@3.1.6",
        "pkg:pypi/markupsafe@3.0.4",
        "pkg:pypi/segno@1.6.6",
    }


def test_chalices_runtime_is_named_though_it_does_not_describe_itself(tmp_path: Path) -> None:
    assert "chalice" in {one["name"] for one in listed(package(tmp_path))["components"]}


def test_the_list_says_of_which_package_it_is(tmp_path: Path) -> None:
    archive = package(tmp_path)
    (digest,) = listed(archive)["metadata"]["component"]["hashes"]
    assert digest["content"] == hashlib.sha256(archive.read_bytes()).hexdigest()


def test_the_same_package_gives_the_same_list_and_another_one_another(tmp_path: Path) -> None:
    archive = package(tmp_path)
    first = listed(archive)
    assert listed(archive) == first
    assert listed(package(tmp_path, app="changed"))["serialNumber"] != first["serialNumber"]
    assert "timestamp" not in first["metadata"]


def test_who_needs_whom_is_told_of_what_is_in_the_package(tmp_path: Path) -> None:
    needed = {one["ref"]: one.get("dependsOn", []) for one in listed(package(tmp_path))["dependencies"]}
    assert needed["pkg:pypi/jinja2@3.1.6"] == ["pkg:pypi/markupsafe@3.0.4"]
    (product,) = (others for ref, others in needed.items() if not ref.startswith("pkg:"))
    assert {"pkg:pypi/jinja2@3.1.6", "pkg:pypi/segno@1.6.6"} <= set(product)
    assert "pkg:pypi/markupsafe@3.0.4" not in product


def test_licences_are_read_from_whichever_field_holds_them(tmp_path: Path) -> None:
    told = {one["name"]: one.get("licenses") for one in listed(package(tmp_path))["components"]}
    assert told["markupsafe"] == [{"license": {"id": "BSD-3-Clause"}}]
    assert told["segno"] == [{"license": {"name": "BSD License"}}]
    assert told["jinja2"] is None
