"""What Chalice zipped, made small: the rules, on an archive of a few files."""

from __future__ import annotations

import gzip
import json
import ssl
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.model import ServiceModel

from infra.bundle import SERVICES, bundle, headed, is_run, loaded_part, our_roots, undocumented

SOURCE = b"def answer():\n    return 42\n"
ENDPOINTS = json.dumps({"partitions": [{"services": {"dynamodb": {}, "email": {}, "ec2": {}}}]}).encode()
SHAPE = {"members": {"documentation": {"shape": "Text"}, "Key": {"shape": "Key"}}}
MANUAL = {"documentation": "<p>Long.</p>"}
DESCRIBED = json.dumps({"metadata": {}, "shapes": {"One": SHAPE | MANUAL}} | MANUAL).encode()
GIVEN = {
    "app.py": SOURCE,
    "chalicelib/__init__.py": b"",
    "chalicelib/steps/logon.py": SOURCE,
    "chalicelib/presentation/static/portal.css": b"",
    "library/core.py": SOURCE,
    "library/core.pyi": b"",
    "library-1.0.dist-info/METADATA": b"",
    "library-1.0.dist-info/licenses/LICENSE": b"",
    "library-1.0.dist-info/RECORD": b"",
    "botocore/data/endpoints.json": ENDPOINTS,
    "botocore/data/partitions.json": b"{}",
    "botocore/data/dynamodb/2012-08-10/service-2.json.gz": gzip.compress(DESCRIBED),
    "botocore/data/dynamodb/2012-08-10/paginators-1.json": b"",
    "botocore/data/ec2/2016-11-15/service-2.json.gz": b"",
    "cffi/api.py": SOURCE,
    "pycparser/c_parser.py": SOURCE,
    "pycparser-3.0.dist-info/METADATA": b"",
}


def bundled(folder: Path, names: list[str], instead: dict[str, bytes] | None = None) -> Path:
    archive = folder / "deployment.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for name in names:
            made.writestr(name, GIVEN[name])
    bundle(archive, instead or {})
    return archive


def test_what_never_runs_stays_behind(tmp_path: Path) -> None:
    with zipfile.ZipFile(bundled(tmp_path, list(GIVEN))) as archive:
        assert archive.namelist() == sorted(
            [
                "app.pyc",
                "chalicelib/__init__.pyc",
                "chalicelib/steps/logon.pyc",
                "chalicelib/presentation/static/portal.css",
                "library/core.pyc",
                "library-1.0.dist-info/METADATA",
                "library-1.0.dist-info/licenses/LICENSE",
                "botocore/data/endpoints.json",
                "botocore/data/partitions.json",
                "botocore/data/dynamodb/2012-08-10/service-2.json.gz",
            ]
        )
        assert json.loads(archive.read("botocore/data/endpoints.json")) == {
            "partitions": [{"services": {"dynamodb": {}, "email": {}}}]
        }


def test_service_is_described_without_its_manual(tmp_path: Path) -> None:
    with zipfile.ZipFile(bundled(tmp_path, list(GIVEN))) as archive:
        packed = archive.read("botocore/data/dynamodb/2012-08-10/service-2.json.gz")
    assert json.loads(gzip.decompress(packed)) == {"metadata": {}, "shapes": {"One": SHAPE}}


def test_same_input_gives_the_same_bytes_in_whatever_order_it_comes(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    one = bundled(first, list(GIVEN)).read_bytes()
    assert one == bundled(second, list(reversed(GIVEN))).read_bytes()


def test_file_is_packaged_instead_of_the_one_of_its_name(tmp_path: Path) -> None:
    with zipfile.ZipFile(
        bundled(tmp_path, list(GIVEN), {"chalicelib/presentation/static/portal.css": b"p {}"})
    ) as archive:
        assert archive.read("chalicelib/presentation/static/portal.css") == b"p {}"
    with pytest.raises(ValueError, match="renamed"):
        bundled(tmp_path, list(GIVEN), {"library/renamed.so": b""})


@pytest.mark.parametrize(
    "name",
    [
        "library/tests/test_core.py",
        "bin/tool",
        "library/__pycache__/core.pyc",
        "ua_parser_builtins/matchers.py",
        "chalicelib/presentation/locales/de/pages.po",
        "urllib3/contrib/emscripten/fetch.py",
        "urllib3/contrib/pyopenssl.py",
        "dateutil/rrule.py",
        "segno/cli.py",
        "jinja2/sandbox.py",
    ],
)
def test_tests_scripts_and_leftovers_are_not_run(name: str) -> None:
    assert not is_run(name)


def test_of_a_library_s_papers_the_manual_is_left_out() -> None:
    assert headed(b"Name: library\nVersion: 1\n\nIts manual.\n") == b"Name: library\nVersion: 1\n"


def test_roots_of_aws_stay_and_no_others() -> None:
    whole = Path(str(botocore.__file__)).with_name("cacert.pem").read_bytes()
    kept = our_roots(whole)
    assert 5 <= kept.count(b"-----BEGIN CERTIFICATE-----") <= 10
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=kept.decode())
    subjects: list[Any] = [one["subject"] for one in context.get_ca_certs()]
    owners = {dict(part[0] for part in one)["organizationName"] for one in subjects}
    assert owners == {"Amazon", "Starfield Technologies, Inc."}
    assert our_roots(b"another form") == b"another form"


def test_machine_code_is_cut_behind_what_is_loaded_and_still_loads() -> None:
    library = next(Path(sysconfig.get_path("platlib"), "nacl").glob("_sodium*.so"))
    cut = loaded_part(library.read_bytes())
    assert len(cut) < 1_000_000
    assert loaded_part(cut) == cut
    assert loaded_part(b"no machine code") == b"no machine code"


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_client_can_be_made_of_what_is_left_of_a_description(service: str) -> None:
    """botocore reads a manual in one place: the context of an endpoint, which S3 has."""
    *_, file = sorted((Path(botocore.__file__).parent / "data" / service).glob("*/service-2.json.gz"))
    model = ServiceModel(json.loads(gzip.decompress(undocumented(file.read_bytes()))), service)
    assert bool(model.client_context_parameters) == (service == "s3")
    assert model.operation_names
