"""The code of a stage made small, quick to start and always the same: what Chalice zipped, without what never runs.

A cold start pays for every module that Lambda must compile and every megabyte that it must fetch. So modules are
compiled here, of botocore's descriptions of all of AWS only ours stay, and nothing that merely builds or describes a
library goes along: no statement of a library is changed, its manual is left out. The same input gives the same bytes:
names in order, one date.
"""

from __future__ import annotations

import gzip
import json
import re
import struct
import zipfile
from pathlib import Path
from typing import Any

from infra.compiling import compiled

# botocore's names of the services that functions call, and the prefixes under which endpoints.json has them.
SERVICES = {
    "dynamodb": "dynamodb",
    "events": "events",
    "s3": "s3",
    "secretsmanager": "secretsmanager",
    "sesv2": "email",
}
DESCRIPTION = "/service-2.json.gz"
METADATA = ".dist-info/METADATA"
SERVICE_FILES = (DESCRIPTION, "endpoint-rule-set-1.json.gz")
ENDPOINTS = "botocore/data/endpoints.json"
ROOTS = "botocore/cacert.pem"
FEWEST_ROOTS = 5
# Of a library's papers its name, version and licence stay; stubs, manuals, console scripts and test data do not. Of the
# three forms in which ua-parser has its rules it reads one.
PAPERS = re.compile(r"[^/]+\.dist-info/(METADATA|LICEN[CS]E[^/]*|COPYING[^/]*|NOTICE[^/]*|licenses/.+)")
NOT_RUN = re.compile(
    r"[^/]+\.(dist-info|data)/|bin/|REVISION$|.*\.(pyi|typed|c|h|exe)$|.*/__pycache__/|.*/tests?/"
    r"|chalicelib/presentation/locales/.*\.po$|ua_parser_builtins/(matchers|regexes)\.py$"
)
# They build the two encryption bindings; what runs is the compiled _cffi_backend alone.
BUILDERS = re.compile(r"(cffi|pycparser|setuptools|pip|wheel)/|pycparser-[^/]+\.dist-info/|cffi-gen-src")
# What only another system or another use of a library loads: a browser's Python, proxies, other libraries for TLS,
# Windows, calendars' rules, command lines, templates of strangers.
ELSEWHERE = re.compile(
    r"urllib3/contrib/(emscripten/|pyopenssl\.py$|socks\.py$)|dateutil/(rrule|easter|tzwin|tz/win)\.py$"
    r"|segno/cli\.py$|jinja2/(sandbox|nativetypes|meta)\.py$"
)
# The world's time zones, which dateutil brings and AWS's times in UTC never ask for.
ZONES = "dateutil/zoneinfo/dateutil-zoneinfo.tar.gz"
FIRST_DATE = (1980, 1, 1, 0, 0, 0)


def bundle(archive: Path, instead: dict[str, bytes]) -> None:
    """Rewrite Chalice's archive in place, with some of its files replaced by others."""
    with zipfile.ZipFile(archive) as given:
        files = {name: given.read(name) for name in given.namelist() if is_run(name)}
    if not instead.keys() <= files.keys():
        raise ValueError(f"not in the package: {instead.keys() - files.keys()}")
    write(archive, without_sources(trimmed(files | instead)))


def is_run(name: str) -> bool:
    """Whether a function could ever need this file."""
    if name.endswith("/") or name == ZONES or BUILDERS.match(name) or ELSEWHERE.match(name):
        return False
    if name.startswith("botocore/data/") and name.count("/") > 2:  # noqa: PLR2004 - below data/: one folder a service
        service = name.split("/")[2]
        return service in SERVICES and name.endswith(SERVICE_FILES)
    return bool(PAPERS.fullmatch(name)) or not NOT_RUN.match(name)


def trimmed(files: dict[str, bytes]) -> dict[str, bytes]:
    """Of endpoints, descriptions and roots our services' only; machine code without its debugger's notes."""
    slim = {name: loaded_part(data) if name.endswith(".so") else data for name, data in files.items()}
    for name, shorten in ((ENDPOINTS, our_endpoints), (ROOTS, our_roots)):
        if name in slim:
            slim[name] = shorten(slim[name])
    slim |= {name: undocumented(data) for name, data in slim.items() if name.endswith(DESCRIPTION)}
    return slim | {name: headed(data) for name, data in slim.items() if name.endswith(METADATA)}


def headed(metadata: bytes) -> bytes:
    """A library's name, version and licence, without the manual below them."""
    return metadata.partition(b"\n\n")[0] + b"\n"


def our_roots(text: bytes) -> bytes:
    """The certificates that AWS's own endpoints are signed with. botocore reads the whole list for each connection:
    31 ms of processor time for all of the world's, 5 for these. A list in another form stays as it is.
    """
    certificates = re.findall(rb"# Issuer: [^\n]*\n(?:#[^\n]*\n)*-----BEGIN[^#]*-----END[^\n]*\n", text)
    ours = [one for one in certificates if re.match(rb"# Issuer: [^\n]*O=(Amazon|Starfield)", one)]
    return b"\n".join(ours) if len(ours) >= FEWEST_ROOTS else text


def undocumented(description: bytes) -> bytes:
    """A service's description without its manual, which is five sixths of it: 3.8 ms of each start for DynamoDB's."""
    document = without_manual(json.loads(gzip.decompress(description)))
    for one in document.get("clientContextParams", {}).values():
        one["documentation"] = ""  # of these alone botocore reads it: a client of S3 is not made without
    return gzip.compress(json.dumps(document, separators=(",", ":")).encode(), mtime=0)


def without_manual(part: Any) -> Any:
    """The texts are under `documentation`; a structure's member of that name is no text and stays."""
    if isinstance(part, list):
        return [without_manual(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        name: without_manual(one)
        for name, one in part.items()
        if name != "documentation" or not isinstance(one, str)
    }


def our_endpoints(text: bytes) -> bytes:
    """Every partition and region, of our services."""
    document: dict[str, Any] = json.loads(text)
    wanted = set(SERVICES.values())
    for partition in document["partitions"]:
        known = partition["services"].items()
        partition["services"] = {name: one for name, one in known if name in wanted}
    return json.dumps(document, separators=(",", ":")).encode()


def loaded_part(library: bytes) -> bytes:
    """An ELF file up to the end of what is loaded into memory; behind it stand only notes for debuggers.

    The loader goes by the program headers; the section headers, which point at those notes, are said to be none.
    """
    if library[:6] != b"\x7fELF\x02\x01":  # 64 bits, low byte first: every machine that Lambda has
        return library
    start, size, count = *struct.unpack_from("<Q", library, 32), *struct.unpack_from("<HH", library, 54)
    headers = [struct.unpack_from("<IIQQQQQQ", library, start + size * number) for number in range(count)]
    end = max(offset + length for _, _, offset, _, _, length, _, _ in headers)
    head = bytearray(library[:end])
    struct.pack_into("<Q", head, 40, 0)
    struct.pack_into("<HHH", head, 58, 0, 0, 0)
    return bytes(head)


def without_sources(files: dict[str, bytes]) -> dict[str, bytes]:
    """Each module instead of its source: no traceback that would quote one leaves a function (`runtime/log.py`)."""
    sources = {name: data for name, data in files.items() if name.endswith(".py")}
    modules = {f"{name}c": data for name, data in compiled(sources).items()}
    return modules | {name: data for name, data in files.items() if name not in sources}


def write(archive: Path, files: dict[str, bytes]) -> None:
    """In the order of their names, all of one date, readable by everybody."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, FIRST_DATE)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, files[name])
