"""`python -m tests.docs.contract`: asks the portal for every example, and writes what is made from them."""

from __future__ import annotations

from infra import catalogues
from infra.openapi.__main__ import write
from infra.openapi.recorded import write_examples
from tests.docs.examples import examples

if __name__ == "__main__":
    catalogues.compiled()
    write_examples(examples())
    write()
