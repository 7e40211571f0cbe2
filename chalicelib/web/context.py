"""What the authorizer tells a step, in the authorizer's context of API Gateway: a verdict, and who asks.

`write` is the authorizer's side, `read` the step's. Context values are strings on the wire.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from chalicelib.domain.accounts import Kind
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.domain.sessions import Caller, Credential, Next

if TYPE_CHECKING:
    from chalicelib.domain.services import Sender

PASS = "pass"  # noqa: S105 - a verdict


def write(caller: Caller | None, refusal: Refusal | None, sender: "Sender | None" = None) -> dict[str, str]:
    """The context of an Allow. It is a grant only with the literal verdict `pass`; all else is a refusal."""
    context = {"verdict": refusal.code.value if refusal else PASS}
    if refusal:
        context |= {"cause": refusal.cause, "facts": json.dumps(refusal.facts)}
        context |= {"hint": refusal.hint.value} if refusal.hint else {}
        context |= {"reference": refusal.reference} if refusal.reference else {}
    if caller:
        context["caller"] = json.dumps(caller._asdict())
    if sender:
        context["sender"] = json.dumps(sender._asdict())
    return context


def sender_of(context: Mapping[str, object]) -> "Sender | None":
    """Which service asks; None for a person or nobody, and for whoever was refused."""
    text = context.get("sender")
    if context.get("verdict") != PASS or not isinstance(text, str):
        return None
    from chalicelib.domain.services import Sender  # noqa: PLC0415 - for what services ask

    values = json.loads(text)
    return Sender(**values | {"domains": tuple(values["domains"])})


def read(context: Mapping[str, object]) -> Caller | None:
    """Who asks, or None for nobody; raises what the authorizer decided.

    Attack: an event that never met the authorizer (a Lambda invoked directly, a route wired without it). Defence: no
    verdict means no (IP-07).
    """
    verdict = context.get("verdict")
    if verdict == PASS:
        return _caller(context.get("caller"))
    if not isinstance(verdict, str) or verdict not in set(Code):
        raise Refusal(Code.SESSION_REQUIRED, "no_authorizer_context")
    facts = json.loads(str(context.get("facts") or "{}"))
    hint = context.get("hint")
    known = Hint(hint) if isinstance(hint, str) and hint in set(Hint) else None
    cause, reference = str(context.get("cause") or "authorizer"), str(context.get("reference") or "")
    raise Refusal(Code(verdict), cause, hint=known, facts=facts, reference=reference or None)


def refused(context: Mapping[str, object]) -> Caller | None:
    """Who was refused, as the authorizer knows them: for the page that says so and for the log; it grants nothing."""
    verdict = context.get("verdict")
    return _caller(context.get("caller")) if isinstance(verdict, str) and verdict in set(Code) else None


def _caller(text: object) -> Caller | None:
    if not isinstance(text, str):
        return None
    values = json.loads(text)
    values |= {
        "kind": Kind(values["kind"]),
        "next": Next(values["next"]),
        "opened_with": Credential(values["opened_with"]),
    }
    if values.get("domains") is not None:
        values["domains"] = tuple(values["domains"])
    # In a deployment, functions change one after another: an older authorizer may not know the newest fields yet.
    return Caller(**{name: values[name] for name in Caller._fields if name in values})
