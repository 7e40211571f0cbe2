"""What of a typed password is hashed (PW-02, PW-03, PW-04): all of it, in Unicode's NFC, nothing else done.

Apart from the criteria (`passwords.py`), because logon needs this and must not load the word lists.
Control characters and NUL are accepted like any other: nothing after this ends at a NUL, since what is
hashed is an HMAC of the whole text, and a manager that made such a password can type it again.
"""

import unicodedata

PASSWORD_MAX_CODE_POINTS = 256
PASSWORD_MAX_BYTES = 1024


class UnusablePassword(ValueError):
    """Not a text that could be anybody's password; told apart before anything is hashed."""


class PasswordTooLong(UnusablePassword):
    """More than 256 code points or 1024 bytes."""


class PasswordNotText(UnusablePassword):
    """Holds half of a surrogate pair, which JSON can carry and UTF-8 cannot."""


class Password(str):
    """A typed password whose sizes were tested and that is in NFC: what is counted and hashed."""

    __slots__ = ()


def normalise(password: str) -> Password:
    """The password as it is counted and hashed: sizes first, then NFC (PW-01, PW-03, PW-04).

    Attack: normalising 100 000 alternating combining marks takes seconds, since it is quadratic. So the
    sizes are asked before NFC; and again after it, because some characters grow.
    """
    if isinstance(password, Password):
        return password
    _refuse_oversize(password)
    normal = unicodedata.normalize("NFC", password)
    _refuse_oversize(normal)
    return Password(normal)


def _refuse_oversize(password: str) -> None:
    if len(password) > PASSWORD_MAX_CODE_POINTS:
        raise PasswordTooLong
    try:
        encoded = password.encode("utf-8")
    except UnicodeEncodeError:
        raise PasswordNotText from None
    if len(encoded) > PASSWORD_MAX_BYTES:
        raise PasswordTooLong
