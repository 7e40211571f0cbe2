"""`python -m infra.event_page`: docs/events.md and docs/events.schema.json, from the tables that publish events."""
# ruff: noqa: E501 - sentences of a page

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import get_type_hints

from chalicelib.domain.details import Details
from chalicelib.domain.events import ATTEMPTS, EventKind
from chalicelib.domain.personal import PERSONAL, PERSONAL_FIELDS, PERSONAL_STATE
from chalicelib.domain.published import AUDIT_SOURCE, DETAILS, NOTICE_SOURCE, NOTICES, VERSIONS
from infra import event_words as words
from infra.event_schemas import Schema, every_event, every_schema, notice, of_type

DOCS = Path(__file__).parents[1] / "docs"
PAGE, SCHEMA = DOCS / "events.md", DOCS / "events.schema.json"


def page() -> str:
    """The whole document."""
    names = sorted(set(NOTICES.values()))
    fields = notice(names[0])["properties"]
    common = every_event()["properties"]
    parts = [
        BEGINNING,
        table(["detail-type", "when"], ([f"`{name}`", words.NOTICES[name]] for name in names)),
        NOTICE_FIELDS,
        table(["field", "type", "what it says"], (_row(name, fields, words.NOTICE) for name in words.NOTICE)),
        NOTICE_END,
        table(["of every event", "type", "what it says"], (_row(name, common, said()) for name in said())),
        KINDS,
        table(
            ["kind", "version", "what happened", "changes", "attempt", "its details"],
            (_kind(kind) for kind in sorted(EventKind)),
        ),
        "### The details",
        table(
            ["detail", "type", "personal", "what it says"], (_detail(name) for name in sorted(words.DETAILS))
        ),
        END,
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def written() -> str:
    """All schemas, as the file holds them."""
    return json.dumps(every_schema(), indent=1, ensure_ascii=False) + "\n"


def said() -> dict[str, str]:
    """Every field of an event, those that are seldom there included."""
    return {**words.FIELDS, **words.OPTIONAL}


def table(heading: list[str], rows: Iterable[list[str]]) -> str:
    """As Markdown."""
    return "\n".join(f"| {' | '.join(line)} |" for line in (heading, ["---"] * len(heading), *rows))


def _row(name: str, fields: Schema, sentences: Mapping[str, str]) -> list[str]:
    told = sentences[name]
    return [f"`{name}`", type_in_words(fields[name]), told]


def _kind(kind: EventKind) -> list[str]:
    marks = ["yes" if true else "" for true in (kind.changes, kind in ATTEMPTS)]
    names = ", ".join(f"`{name}`" for name in DETAILS[kind])
    return [f"`{kind.value}`", str(VERSIONS[kind]), words.KINDS[kind], *marks, names]


def _detail(name: str) -> list[str]:
    personal = "in part" if name in {"before", "after"} else "yes" if name in PERSONAL else ""
    return [f"`{name}`", type_in_words(of_type(get_type_hints(Details)[name])), personal, words.DETAILS[name]]


def type_in_words(one: Schema) -> str:
    """A schema's type as a person says it."""
    match one:
        case {"const": bool() as value}:
            return f"`{str(value).lower()}`"
        case {"const": value}:
            return f"`{value}`"
        case {"type": ["string", "null"]}:
            return "text or null"
        case {"type": "array"}:
            return "list of text"
        case {"type": kind}:
            return {"string": "text", "integer": "number", "boolean": "true or false"}.get(
                str(kind), str(kind)
            )
    raise ValueError(one)


BEGINNING = f"""\
# Events for directories, other applications and a SIEM

Written by `python -m infra.event_page` from the code that publishes them (`chalicelib/domain/published.py`); a test holds it
to that. [events.schema.json](events.schema.json) has the same as JSON schemas, one for each kind, and every event that any test
of ours makes is held to it. [siem.md](siem.md) shows how to take them into a bucket, a queue or a SIEM.

Events go to the EventBridge bus `PORTAL_EVENT_BUS` (`default` unless it is set), in two families, by their `source`:

| source | what | when |
|---|---|---|
| `{NOTICE_SOURCE}` | notices: what another system should act on | always |
| `{AUDIT_SOURCE}` | every event of the trail, as it stands there | with `PORTAL_PUBLISH_EVENTS=all` |

What is a notice comes under both, then. Neither ever holds a password, a link, a code, a hash or a key.

## Notices

When an account is contained here, its owner may still be at risk elsewhere: in a directory or another application, perhaps
with the same password. So the portal tells those systems. They subscribe with rules and decide for themselves what to do."""
NOTICE_FIELDS = "A containment that also disables is one `account.contained` with `disabled` among its measures, not two notices."
NOTICE_END = f"""\
`measures` are any of `password` (void), `sessions` (all ended), `disabled`, `force_change` (a temporary password was
mailed), `two_step` (now required) and `ranges` (permitted IP ranges changed). The first two are always among them.

A notice holds an address, by which other systems know people, and a reason in an administrator's words, whatever
`PORTAL_PUBLISH_PERSONAL_DATA` says: whoever may read the bus may read those.

An example, as a rule's target receives it:

```json
{{
  "source": "{NOTICE_SOURCE}",
  "detail-type": "account.contained",
  "detail": {{
    "version": 1,
    "id": "5f0c1c5b5d5e4bd0a6a6b1a7f7a0c2de",
    "at": "2026-11-22T09:30:00.000Z",
    "account_id": "2njqwi3nkowzhihn6fwmtglr3yc7kq5xvbzmoe4a",
    "email": "ann@example.com",
    "by": "administrator",
    "reason": "Reported by the user after an unexpected notification",
    "measures": ["password", "sessions", "disabled", "two_step"]
  }}
}}
```

A rule for everything that should lock a directory account:

```json
{{"source": ["{NOTICE_SOURCE}"], "detail-type": ["account.contained", "account.disabled", "account.frozen"]}}
```

## Every event

The `detail-type` is the kind. All fields are there, null where there is nothing to tell."""
KINDS = """\
An example:

```json
{
  "source": "secure-messaging-portal.audit",
  "detail-type": "authn_login_fail",
  "detail": {
    "version": 1,
    "id": "2njqwi3nkowzhihn6fwmtglr3yc7kq5xvbzmoe4a/2026-11-22T09:30:00.000Z#5f0c1c5b5d5e4bd0a6a6b1a7f7a0c2de",
    "at": "2026-11-22T09:30:00.000Z",
    "kind": "authn_login_fail",
    "changes": false,
    "attempt": true,
    "account_id": "2njqwi3nkowzhihn6fwmtglr3yc7kq5xvbzmoe4a",
    "actor_id": null,
    "reason": "wrong_password",
    "reference": "K7M2-Q9XD",
    "request": "JKJaXmPLvHcESHA=",
    "url": "https://portal.example.com/logon",
    "personal_data": true,
    "email": "ann@example.com",
    "actor": null,
    "source": "203.0.113.7",
    "user_agent": "Mozilla/5.0",
    "language": "en",
    "time_zone": "Europe/Berlin",
    "details": {"failures": 5, "locks": true}
  }
}
```

A rule for every refused attempt to get in:

```json
{"source": ["secure-messaging-portal.audit"], "detail": {"attempt": [true], "reason": [{"exists": true}], "kind": [{"suffix": "_fail"}]}}
```

### The kinds"""
END = f"""\
## Personal data

With `PORTAL_PUBLISH_PERSONAL_DATA=left_out`, which is the default, {", ".join(f"`{one}`" for one in PERSONAL_FIELDS)} are null, the
details that are personal are not there, and neither are {", ".join(f"`{one}`" for one in sorted(PERSONAL_STATE))} in `before` and
`after`. What is left out is everything that is not on the list of what is not personal, so a detail that is added later stays inside
until somebody has decided. With `kept` all of it is there.

`account_id`, `actor_id` and `id` are pseudonyms, not anonymous: whoever knows an address can compute its key. They stay, because without
them no two events of one account belong together. What somebody typed into the wrong field stands in `email`, as it was typed.

## Versions

A new field keeps the number, so take what you know and leave the rest: the schemas allow for it. A change of meaning, a field that goes,
or another type raises the number of that kind alone. Both numbers are then published beside each other for at least six months, and
the changelog says so; a rule chooses by `{{"detail": {{"version": [1]}}}}`. A new kind is no new version: a rule by `source` alone gets it.
Notices are not touched by any of this: what they are, they have been since before there was the second family.

## How reliable it is

The event is written in the same transaction as the change, so no change goes without its event. It reaches the
bus **at least once**: keep the `id` of each event you have acted on, and leave out what you have ([how](siem.md#doubles)). **No order is
promised**: sort by `at`. What the bus does not take, because it is away, throttles or refuses one of several, is put aside at once and
holds up nothing behind it; `resume_events` sends it every minute, and after two hours every tenth, for five days. After one hour the alarm `events-late`
rings. The change in the portal never waits for the bus and never fails because of it.

A mark is left for each event that the bus has. `make verify` finds by them an event that neither went nor waits
([what to do then](operations.md#events-that-the-bus-does-not-take)). What a restore puts back from a backup is not sent again.

An event larger than the 256 KB of a call goes without its details, its texts cut after 1,000 characters, and `cut` says so."""


def main() -> None:
    """Write both."""
    PAGE.write_text(page(), encoding="utf-8")
    SCHEMA.write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    main()
