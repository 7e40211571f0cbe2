"""The Portal: everything a step needs from outside of itself, chosen once in `wiring.py`, by hand in a test."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.runtime import log
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from chalicelib.domain.keys import Ring, Use
    from chalicelib.domain.ports import PasswordHasher, Store


# Farther from the container's own, the gateway's time is not believed.
FARTHEST_SECONDS = 900
LONGEST_ID = 64  # API Gateway's has 16 characters


class Portal(NamedTuple):
    """`keyring` gives the keys of one use to a step whose NEEDS name it, and raises for any other; `hashing` makes the
    hasher of a pepper.

    `clock` gives UTC epoch seconds, `random` that many random bytes from the operating system, `sleep` waits.

    `request_id` is that of the request which is answered (LO-11).

    `breached` tells whether a password is in a breached set (PW-07): None where nobody is asked, or nobody answers.
    `sending` says how SES stands to its sender: a word, and SES's code where it does not answer; None: nobody is asked.
    """

    settings: Settings
    store: "Store"
    keyring: "Callable[[Use], Ring]"
    hashing: "Callable[[Ring], PasswordHasher]"
    clock: Callable[[], float]
    random: Callable[[int], bytes]
    sleep: Callable[[float], None] = time.sleep
    breached: Callable[[str], bool | None] | None = None
    request_id: str | None = None
    sending: Callable[[], tuple[str, str | None]] | None = None

    @property
    def hasher(self) -> "PasswordHasher":
        """Argon2id with a pepper."""
        return self.hashing(self.keyring("pepper"))

    def demand_keys(self, *uses: "Use") -> None:
        """The keys of these uses are at hand, or this raises Unavailable: asked before an attempt is counted, so that
        none is spent while the secrets cannot be read (LO-10).
        """
        for use in uses:
            self.keyring(use).key()

    @contextmanager
    def invoked(self, event: Mapping[str, Any], context: object) -> "Iterator[Portal]":
        """The portal as one request has it: by the gateway's clock, and for as long as Lambda lets the function run."""
        identity = request_id(event, context)
        with self.store.request(seconds_left(context)), log.about(identity):
            yield self._replace(clock=gateways_clock(event, self.clock), request_id=identity)

    @contextmanager
    def at_work(self, context: object) -> "Iterator[None]":
        """A worker's run, which nobody asked for: for as long as Lambda lets it, under Lambda's id of it."""
        with self.store.request(seconds_left(context)), log.about(own_id(context)):
            yield


def seconds_left(context: object) -> float | None:
    """Until Lambda stops this function; None where nobody says."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    return None if remaining is None else float(remaining()) / 1000


def own_id(context: object) -> str | None:
    """Lambda's id of this invocation; None where nobody says."""
    identity = getattr(context, "aws_request_id", None)
    return identity if isinstance(identity, str) else None


def request_id(event: Mapping[str, Any], context: object) -> str | None:
    """The id under which every line and event of one request is found, the authorizer's and its mail's too (LO-11).

    Attack: `requestId` is the caller's to choose, by the header X-Amzn-RequestId: two requests of one id, or somebody
    else's, and the search for what they did finds what another did. Defence: the extended one, which API Gateway makes
    itself, the same for authorizer and step, and which no header changes. Where there is none, Lambda's own.
    """
    around = event.get("requestContext")
    told = around.get("extendedRequestId") if isinstance(around, Mapping) else None
    return told if isinstance(told, str) and 0 < len(told) <= LONGEST_ID else own_id(context)


def gateways_clock(event: Mapping[str, Any], own: Callable[[], float]) -> Callable[[], float]:
    """The time of this request: when API Gateway received it, and what has passed since it reached this function.

    Attack: containers whose clocks are minutes apart; at a slow one a link is still good that is over, at a fast one a
    code uses up the next one's time step. Defence: authorizer and step, of whatever container, take the time from the
    one that saw the request come in, as no caller can write it (RL-07). A container's own clock counts where there is
    none, or an absurd one: DynamoDB refuses what is signed by a clock that is wrong by a quarter of an hour, so of two
    so far apart it is the gateway's.
    """
    around = event.get("requestContext")
    told = around.get("requestTimeEpoch") if isinstance(around, Mapping) else None
    if told is None:
        return own
    ahead = told / 1000 - own() if type(told) in {int, float} else float("nan")
    if not abs(ahead) <= FARTHEST_SECONDS:
        log.write(logging.ERROR, "gateways_time_not_believed", told=str(told)[:40])
        return own
    return lambda: own() + ahead
