"""The one place where real things are chosen: settings, clock, randomness, keys, store.

In Lambda it happens in the init phase, which runs at full speed whatever memory the function has. Importing a step in
a test builds nothing: there is no Lambda around it. With SnapStart a container is a copy of another's memory: what must
not be copied is let go before, and made anew after (`_forget`, `_renew`).
"""

import gc
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import botocore
import botocore.session
from botocore.config import Config

from chalicelib.portal import Portal
from chalicelib.runtime import log
from chalicelib.settings import Settings, read_settings
from chalicelib.storage.store import DynamoStore

if TYPE_CHECKING:
    from chalicelib.domain.hashing import Argon2Hasher
    from chalicelib.domain.keys import Keyring, Ring, Use
    from chalicelib.mail.worker import Worker
    from chalicelib.services.teller import Teller

# Left alone, botocore puts its name together twice for each call and looks for an endpoint of the account's own: that
# is a sixth of what a call costs.
CALLS = Config(user_agent=f"portal Botocore/{botocore.__version__}", account_id_endpoint_mode="disabled")
_held: "dict[Use, Ring]" = {}  # the keys of this container by their use
# The step whose function this container is; "" outside of Lambda, where nothing is made before it is asked for.
FUNCTION = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "").rpartition("-")[2]
if FUNCTION:
    log.STAGE = os.environ["AWS_LAMBDA_FUNCTION_NAME"].removeprefix("portal-").removesuffix(f"-{FUNCTION}")


class Needs(NamedTuple):
    """What a step makes ready while its function starts; anything else is loaded by the first request that needs it.

    `page`: it shows pages. `keys`: the uses whose keys it reads; its role may read these secrets and no others
    (infra/permissions.py). `mail`: it writes and sends mails. `bus`: it tells EventBridge. `store`: what is waited for.
    """

    page: bool = False
    keys: "tuple[Use, ...]" = ()
    mail: bool = False
    bus: bool = False
    store: tuple[str, ...] = ()


class SharedSession(botocore.session.Session):  # type: ignore[misc]  # botocore has no types
    """Knows every client that was made from it, so that the connections of none outlive a snapshot."""

    def __init__(self) -> None:
        super().__init__()
        self.clients: list[Any] = []

    def create_client(self, *args: Any, **kwargs: Any) -> Any:
        """As botocore's."""
        self.clients.append(super().create_client(*args, **kwargs))
        return self.clients[-1]


@cache
def session() -> SharedSession:
    """The container's one botocore session; the mail worker's SES client is made from it too."""
    made = SharedSession()
    made.set_default_client_config(CALLS)
    return made


@cache
def settings() -> Settings:
    """The environment, checked."""
    return read_settings(os.environ)


@cache
def portal() -> Portal:
    """The container's Portal."""
    chosen = settings()
    store = DynamoStore(
        session(),
        chosen.region,
        chosen.table_prefix,
        threshold=chosen.lock_threshold,
        cap=chosen.lock_seconds,
        trail_days=chosen.trail_days,
        attempt_days=chosen.attempt_days,
    )
    return Portal(
        settings=chosen,
        store=store,
        keyring=keyring,
        hashing=hasher,
        clock=time.time,
        random=os.urandom,
        breached=_breached(chosen.breached_url) if chosen.breached_url else None,
        sending=partial(_sending, chosen.region),
    )


def keyring(use: "Use") -> "Ring":
    """The keys of one use. In Lambda a container holds those that its step has named, and asks for no other later."""
    from chalicelib.domain.keys import USES, UndeclaredUse  # noqa: PLC0415 - for those who hold keys

    if not FUNCTION and not _held:
        _hold(USES)  # one process is every function: the local gateway says which may have which
    if use not in _held:
        raise UndeclaredUse(f"{use} is not among the keys in the NEEDS of {FUNCTION}")
    return _held[use]


@cache
def hasher(pepper: "Ring") -> "Argon2Hasher":
    """The container's one hasher; only those who have the pepper load Argon2."""
    from chalicelib.domain.hashing import Argon2Hasher  # noqa: PLC0415 - as above

    return Argon2Hasher(pepper)


@cache
def worker() -> "Worker":
    """The container's Portal with a way out to SES; only those that send mail have one."""
    from chalicelib.mail.worker import Worker  # noqa: PLC0415 - as above
    from chalicelib.services.ses import Mailer  # noqa: PLC0415 - templates and a second client for two functions of all

    said = settings()
    return Worker(portal(), Mailer(session(), said.region, said.mail_from, said.configuration_set))


@cache
def teller() -> "Teller":
    """The way out to EventBridge; only the steps that publish have one."""
    from chalicelib.services.event_bus import Publisher  # noqa: PLC0415 - a second client for two functions of all
    from chalicelib.services.teller import Teller  # noqa: PLC0415 - as above

    chosen = settings()
    what = chosen.publishes_everything, chosen.publishes_personal_data
    return Teller(Publisher(session(), chosen.region, chosen.event_bus), portal().store.bus, *what)


def _breached(url: str) -> Callable[[str], bool | None]:
    from chalicelib.services.breached_passwords import asking  # noqa: PLC0415 - an HTTP client for those who set a service

    return asking(url)


def _sending(region: str) -> tuple[str, str | None]:
    from chalicelib.services.ses_account import standing  # noqa: PLC0415 - a second client for one function of all

    return standing(session(), region)


def _hold(uses: "tuple[Use, ...]") -> None:
    """Have the keys of these uses: for good, or as Secrets Manager has them from now on."""
    from chalicelib.domain.keys import Keyring  # noqa: PLC0415 - as above

    chosen = settings()
    if chosen.keys:
        rings = Keyring.one_for_each_use(chosen.keys)
        _held.update({use: rings[use] for use in uses})
        return
    from chalicelib.domain.held_keys import HeldKeys  # noqa: PLC0415 - as above

    held = HeldKeys(uses, _rings, time.time)
    held.start()
    _held.update(held.rings)


def _rings(uses: "Sequence[Use]") -> "Mapping[Use, Keyring]":
    """One reading; what it fails with is a line of the log, whoever goes on without."""
    from chalicelib.domain.held_keys import KeysUnread  # noqa: PLC0415 - as above
    from chalicelib.services.key_secrets import read_rings  # noqa: PLC0415 - as above

    try:
        return read_rings(_manager(), settings().keys_secret, uses)
    except KeysUnread as unread:
        log.write(logging.ERROR, "keys_not_read", uses=uses, cause=unread.cause)
        raise


@cache
def _manager() -> Any:
    # A request may wait for it, in the midst of a rotation: three seconds at most where it hangs.
    config = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 2, "mode": "standard"})
    return session().create_client("secretsmanager", region_name=settings().region, config=config)


def needs(
    module: str,
    *,
    page: bool = False,
    keys: "tuple[Use, ...]" = (),
    mail: bool = False,
    bus: bool = False,
    store: tuple[str, ...] = (),
) -> Needs:
    """What the step of this module needs, said in one line of its own file; made ready if this is its function."""
    said = Needs(page, keys, mail, bus, store)
    if module.rpartition(".")[2] == FUNCTION:
        _start(said)
    return said


def _start(said: Needs) -> None:
    """The rest of Lambda's init phase, once the step and all it imports are loaded."""
    _make_ready(said)
    gc.freeze()  # what a container keeps for life, no collection during a request looks through
    gc.enable()  # off since `chalicelib/__init__.py`
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        from chalicelib.runtime import snapshot  # noqa: PLC0415 - the runtime's hooks exist nowhere else

        snapshot.guard(_forget, partial(_renew, said))


def _make_ready(said: Needs) -> None:
    store = portal().store
    for family in said.store:
        getattr(store, family)
    if said.page:
        import chalicelib.web.render  # noqa: F401, PLC0415 - templating, for those who show a page
    if said.keys:
        _hold(said.keys)
    if "pepper" in said.keys:
        hasher(keyring("pepper"))
    if said.mail:
        worker()
    if said.bus:
        teller()


def _forget() -> None:
    """Let go of what no copy of this container may have: the keys with what holds them, and open connections."""
    _held.clear()
    hasher.cache_clear()
    for client in session().clients:
        client.close()  # its pool is emptied; the client itself, which is dear, opens another when it is used


def _renew(said: Needs) -> None:
    """In a copy: the keys as they are now, over new connections. Attack: a snapshot lives for weeks and would go on
    with a withdrawn key. Defence: it holds none; where Secrets Manager is away, whoever needs a key asks it again.
    """
    _forget()
    _make_ready(said)
