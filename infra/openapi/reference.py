"""docs/api.md: what docs/api-walk.md says, and then every route with its request and its answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

from infra.openapi import Json
from infra.openapi.answers import Answers, read_answers
from infra.openapi.document import TAGS, tag
from infra.openapi.recorded import Example, example_of
from infra.openapi.refusals import always, every_code, guard, refusals

BEGINNING = Path(__file__).with_name("api.md")
WHO = {
    "nobody": "",
    "recipient": "Authorization: Bearer <a recipient's token>",
    "half-done": "Authorization: Bearer <the token of a logon whose code is missing>",
    "enrolling": "Authorization: Bearer <a recipient's token>",
    "enrolled": "Authorization: Bearer <a recipient's token>",
    "support": "Authorization: Bearer <a token of the support desk>",
    "service": "Authorization: Bearer <a sending system's key>",
    "canary": "Authorization: Bearer <the canary's token>",
    "administrator": "Authorization: Bearer <an administrator's token>",
}
CRLF, LF = "\r\n", "\n"
SHOWN = 1500  # characters of an answer; docs/openapi.json has the whole of it


def reference(whole: Json) -> str:
    """The page."""
    beginning = BEGINNING.read_text(encoding="utf-8").replace("VERSION", whole["info"]["version"])
    return "\n".join([beginning, *_codes(), *_routes(whole)]) + "\n"


def _codes() -> Iterator[str]:
    yield "## Every code of a refusal\n"
    yield "| status | code | what it says to a person |"
    yield "|---|---|---|"
    for code, told in sorted(every_code().items(), key=lambda one: (one[1]["status"], one[0])):
        yield f"| {told['status']} | `{code}` | {told['detail']} |"
    always_told = sorted({code for status in (400, 403, 429, 503) for code in always(status)})
    yield f"\nAny route can answer with {_listed(always_told)}; below stand the others.\n"


def _routes(whole: Json) -> Iterator[str]:
    summaries = {
        one["operationId"]: one["summary"] for methods in whole["paths"].values() for one in methods.values()
    }
    before = ""
    order = [name for name, _ in TAGS.values()]
    for answers in sorted(read_answers().values(), key=lambda one: order.index(tag(one.operation.path)[0])):
        name, told = tag(answers.operation.path)
        if name != before:
            yield f"## {name}\n\n{told}.\n"
            before = name
        yield _route(answers, summaries)


def _route(answers: Answers, summaries: dict[str, str]) -> str:
    example = example_of(answers.operation.operation_id)
    parts = [
        f"### `{answers.operation.method} {answers.operation.path}`\n",
        f"{summaries[answers.operation.operation_id]}. {_audience(answers)}\n",
        f"```http\n{_request(answers, example)}\n```\n",
        f"```http\n{_answer(example)}\n```\n",
        f"Refuses with {_listed(_own(answers))}.\n" if _own(answers) else "",
    ]
    return "\n".join(one for one in parts if one)


def _audience(answers: Answers) -> str:
    given = guard(answers)
    if given.service:
        return "For a sending system's key."
    if given.canary:
        return "For the canary alone."
    if given.next is None:
        return "For everybody."
    who = " or ".join(sorted(f"`{kind}`" for kind in given.kinds)) if given.kinds else "anybody"
    stages = ", ".join(f"`{one}`" for one in sorted(given.next))
    fresh = " whose password was typed in the last ten minutes" if given.fresh else ""
    return f"For a session of {who}{fresh}; `next` is {stages}."


def _own(answers: Answers) -> list[str]:
    return [
        code for status, codes in refusals(answers).items() for code in codes if code not in always(status)
    ]


def _listed(codes: list[str]) -> str:
    return ", ".join(f"`{code}`" for code in dict.fromkeys(codes))


def _request(answers: Answers, example: Example) -> str:
    where = answers.operation.path
    for name, value in example.path.items():
        where = where.replace(f"{{{name}}}", quote(value, safe="@"))
    where += f"?{urlencode(example.query)}" if example.query else ""
    lines = [f"{answers.operation.method} {where}", "Accept: application/json"]
    lines += [WHO[example.by]] if WHO[example.by] else []
    if example.body is not None:
        lines += ["Content-Type: application/json", "", json.dumps(example.body, ensure_ascii=False)]
    return "\n".join(lines)


def _answer(example: Example) -> str:
    head = f"{example.status}" + (f"\nContent-Type: {example.media}" if example.media else "")
    if example.told is None:
        return head
    text = (
        example.told
        if isinstance(example.told, str)
        else json.dumps(example.told, indent=1, ensure_ascii=False)
    )
    return f"{head}\n\n{_cut(text.replace(CRLF, LF).rstrip())}"


def _cut(text: str) -> str:
    """To whole lines."""
    if len(text) <= SHOWN:
        return text
    return text[:SHOWN].rpartition("\n")[0] + "\n…"
