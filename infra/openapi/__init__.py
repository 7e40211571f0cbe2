"""The published contract: what infra/api.yaml says in short, with all that the code knows besides.

    infra/api.yaml       routes, parameters and bodies, which gateway and packager read too
    domain/access.py     who may ask, and so the security schemes, 401 and 403
    web/sentences.py     each code of a refusal with its status and its words
    answers.yaml         what each operation answers, and how to ask for an example of it
    schemas.yaml         what a JSON answer looks like
    examples.json        what was answered, written by `python -m tests.docs.contract`

Nothing is said twice. `python -m infra.openapi` writes docs/openapi.json and docs/api.md from it.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class Incomplete(SystemExit):
    """Something that the published contract needs is not written down; says in which file to write it."""
