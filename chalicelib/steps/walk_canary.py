"""The canary, every five minutes: a person's way through the portal, walked from outside and by its own name.

It logs on, asks how the portal is, asks for a reset mail and waits until SES has it, then logs off: a leg each, with
its time or its failure as a metric, and the walk as a whole. That it walks no more is an alarm too. It may touch no
table and send no mail: all it can do is what anybody can from there, with an account that reaches nothing (ADR 43).
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalice import Blueprint

from chalicelib.domain.canary import canary_address, canary_password
from chalicelib.domain.refusals import Unavailable
from chalicelib.portal import Portal
from chalicelib.runtime import log
from chalicelib.services.own_portal import Answer, Ask, asking
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, keys=("canary",))

MAIL_SECONDS = 75.0  # in the function's two minutes, with three answers that hang
PAUSES = (0.5, 1.0, 2.0, 4.0)  # between two looks at its fate; the last one again and again
OVER = frozenset({"bounced", "complained", "failed", "withheld", "unknown"})


class Missed(Exception):
    """A leg did not end as it must; `cause` says how, in words of ours and no secret."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass
class Walker:
    """One walk. `fate` is what its mail must come to: where SES tells of deliveries, that it was delivered."""

    portal: Portal
    ask: Ask
    elapsed: Callable[[], float]
    token: str | None = None
    mailed_before: str | None = None

    @property
    def fates(self) -> frozenset[str]:
        """Where SES tells what became of a mail, it must be delivered; elsewhere it is enough that SES has it."""
        told = bool(self.portal.settings.configuration_set)
        return frozenset({"delivered"} if told else {"sent", "delivered"})

    def health(self) -> None:
        """It answers at all."""
        self._asks("GET", "/health", 200)

    def logon(self) -> None:
        """Address and password are taken, and open the portal."""
        ring = self.portal.keyring("canary")
        fields = {"email": canary_address(ring), "password": canary_password(ring)}
        told = self._asks("POST", "/logon", 200, fields).document
        session = told.get("session")
        self.token = session.get("token") if isinstance(session, dict) else None
        if told.get("next") != "portal" or not self.token:
            raise Missed("the logon is not whole")

    def deep(self) -> None:
        """Nothing that the portal depends on is failing."""
        mail = self._asks("GET", "/health/deep", 200).document.get("mail")
        self.mailed_before = mail["asked_at"] if mail else None

    def reset(self) -> None:
        """Somebody has forgotten the password."""
        email = canary_address(self.portal.keyring("canary"))
        self._asks("POST", "/password/forgot", 202, {"email": email})

    def mail(self) -> None:
        """The mail goes out. What is failing meanwhile is told by the words of that answer."""
        began, looked, fate = self.elapsed(), 0, "waiting"
        while fate not in self.fates:
            if fate in OVER or self.elapsed() - began >= MAIL_SECONDS:
                raise Missed(f"the mail is {fate}")
            self.portal.sleep(PAUSES[min(looked, len(PAUSES) - 1)])
            looked += 1
            mail = self._asks("GET", "/health/deep", 200).document.get("mail") or {}
            fate = mail["fate"] if mail.get("asked_at") != self.mailed_before else "waiting"

    def logoff(self) -> None:
        """The session is over."""
        token = self.token
        self._asks("POST", "/logoff", 204, {})
        self.token = None
        self._expect(self.ask("GET", "/session", None, token), 401)

    def _asks(self, method: str, path: str, status: int, fields: dict[str, str] | None = None) -> Answer:
        return self._expect(self.ask(method, path, fields, self.token), status)

    @staticmethod
    def _expect(answer: Answer, status: int) -> Answer:
        if answer.status == status:
            return answer
        failing = [
            f"{name} {word}"
            for name in ("keys", "store", "stream", "ses")
            if (word := answer.document.get(name)) in {"down", "paused"}
        ]
        raise Missed(" ".join([str(answer.status), _code(answer), *failing]))


@step.lambda_function(name="walk_canary")
def walk_canary(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Walk once. It raises nothing: EventBridge would have it walk again at once, and the walk tells by itself."""
    here = portal()
    with here.at_work(context):
        return walk(here, asking(here.settings.portal_url), time.monotonic)


def walk(portal: Portal, ask: Ask, elapsed: Callable[[], float]) -> dict[str, Any]:
    """Leg after leg, until one fails; a session that was opened is ended all the same."""
    walker = Walker(portal, ask, elapsed)
    legs = (walker.health, walker.logon, walker.deep, walker.reset, walker.mail, walker.logoff)
    failed = next((leg.__name__ for leg in legs if not _goes(leg, elapsed)), None)
    if walker.token and failed != "logoff":
        _goes(walker.logoff, elapsed)
    level = logging.ERROR if failed else logging.INFO
    log.write(level, "canary_walked", log.WALKS.of(0 if failed else 1), failed=failed)
    return {"failed": failed}


def _goes(leg: Callable[[], None], elapsed: Callable[[], float]) -> bool:
    """One leg, and the line of it. Of what a library raises only its name is told: its message may hold the answer."""
    name, began = leg.__name__, elapsed()
    try:
        leg()
    except Missed as missed:
        cause = missed.cause
    except Unavailable as unread:
        cause = unread.cause
    except OSError as error:
        cause = f"no answer: {type(error).__name__}"
    except Exception as error:  # noqa: BLE001 - whatever it is, its leg has failed, and the walk is told of
        log.fault(error)
        cause = type(error).__name__
    else:
        log.write(logging.INFO, "canary_leg", log.LEG_TIME.of(round(elapsed() - began, 3), name))
        return True
    log.write(logging.ERROR, "canary_leg", log.LEG_FAILURES.of(which=name), cause=cause)
    return False


def _code(answer: Answer) -> str:
    """The problem's code, where it is one of ours: nothing else of an answer is told."""
    code = answer.document.get("code")
    return code if isinstance(code, str) and code.isidentifier() and len(code) < 40 else "no code"  # noqa: PLR2004
