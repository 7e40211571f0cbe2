"""What an account was used from before: browsers, by a signed cookie, and networks, by a row that expires (LG-14).

Neither opens anything: an attempt from there is only counted apart from strangers'. May not read a clock or a table.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.keys import Ring, UnknownKey
from chalicelib.domain.refusals import Unavailable

KNOWN_SECONDS = 90 * 86400
LEARNED_AGAIN_SECONDS = 7 * 86400  # a network that is still in use is written no more often than this

_ID_BYTES = 8


def device_cookie(keyring: Ring, account_id: AccountId, now: float, random: Callable[[int], bytes]) -> str:
    """A value for the browser of a whole logon: key's id, expiry, a random id, and a signature over account and all.

    Attack: a cookie of one account, or of the attacker's own, presented for another. Defence: the account is signed
    and not told, so that the cookie is good for the address that is typed beside it, and names nobody.
    """
    told = f"{keyring.current}.{int(now) + KNOWN_SECONDS}.{random(_ID_BYTES).hex()}"
    return f"{told}.{_signature(keyring, keyring.current, account_id, told)}"


def knows(keyring: Ring, account_id: AccountId, cookie: str | None, now: float) -> bool:
    """Whether this browser has been given such a cookie for this account, and not too long ago."""
    told, _, signature = (cookie or "").rpartition(".")
    key_id, _, rest = told.partition(".")
    try:
        right = _signature(keyring, key_id, account_id, told)
    except (UnknownKey, Unavailable):
        # Attack: cookies with made-up key ids, so that whoever comes with a real one is answered 503. Defence: without
        # its key a browser is a stranger's, which opens and closes nothing.
        return False
    if not hmac.compare_digest(right.encode(), signature.encode()):
        return False
    return now < int(rest.partition(".")[0])


def network_key(account_id: AccountId, network: str) -> str:
    """The key of the row that says an account was used from this network; it tells neither to who reads the table."""
    return f"known#{account_id}#{hashlib.sha256(f'{account_id}|{network}'.encode()).hexdigest()[:16]}"


def _signature(keyring: Ring, key_id: str, account_id: AccountId, told: str) -> str:
    signed = hmac.digest(keyring.key(key_id), f"{account_id}|{told}".encode(), "sha256")
    return urlsafe_b64encode(signed).decode("ascii").rstrip("=")
