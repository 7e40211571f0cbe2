"""The rings that a running container holds: a rotation reaches it while it works, and a secret store that is away does
not stop it (LO-09, LO-10, docs/adr/0037).

May not know where keys come from. Each container works on one request at a time, so nothing here takes a lock.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from chalicelib.domain.keys import KEY_ID, Keyring, Use
from chalicelib.domain.refusals import Unavailable

REFRESH_SECONDS = (
    300  # a running container knows of a rotation within this time, as soon as it is asked for anything
)
AGAIN_SECONDS = 10  # no more often than this is one secret read for key ids that nobody knows
KEPT_SECONDS = 3600  # so long a container works with what it has while the secret store is away
MOST_LACKING = 16

Read = Callable[[Sequence[Use]], Mapping[Use, Keyring]]


class KeysUnread(Unavailable):
    """The secrets could not be read. `final`: asking again changes nothing, somebody must mend the stage."""

    def __init__(self, cause: str, *, final: bool = False) -> None:
        super().__init__(cause)
        self.final = final


class KeyNotYetKnown(Unavailable):
    """A value names a key that this container does not have, and it may not ask for it again yet."""

    def __init__(self) -> None:
        super().__init__("key_not_yet_known")
        self.retry_after = AGAIN_SECONDS


class HeldKeys:
    """The rings of some uses. They are read together, and are all as old as each other."""

    def __init__(self, uses: Sequence[Use], read: Read, clock: Callable[[], float]) -> None:
        self.rings = {use: HeldRing(self, use) for use in uses}
        self._read, self._clock = read, clock
        self._held: dict[Use, Keyring] = {}
        self._read_at = self._failed_at = 0.0
        self._asked: dict[Use, float] = {}
        self._lacking: dict[Use, set[str]] = {use: set() for use in uses}

    def start(self) -> None:
        """Read for the first time. A store that is away is asked again by whoever needs a key (LO-10)."""
        try:
            self._refresh()
        except KeysUnread as unread:
            if unread.final:
                raise

    def now(self, use: Use) -> Keyring:
        """The ring, not older than it may be; raises KeysUnread."""
        if not self._within(self._read_at, REFRESH_SECONDS) or not self._held:
            self._renew()
        return self._held[use]

    def knowing(self, use: Use, key_id: str) -> Keyring:
        """The ring on which a key of that id must be, if it is on any; raises KeyNotYetKnown.

        Attack: made-up ids in a cookie have every container read its secret with every request. Defence: once in ten
        seconds, each use by itself, so that a flood of cookies keeps nobody's password from being read (LO-09).
        """
        ring = self.now(use)
        if key_id in ring or key_id in self._lacking[use] or not re.fullmatch(KEY_ID, key_id):
            return ring
        if self._within(self._asked.get(use, -AGAIN_SECONDS), AGAIN_SECONDS):
            raise KeyNotYetKnown
        self._asked[use] = self._clock()
        ring = self._held[use] = self._read((use,))[use]
        # Whoever made the value had the key before; what was read after that and lacks it has lost it for good.
        if key_id not in ring and len(self._lacking[use]) < MOST_LACKING:
            self._lacking[use].add(key_id)
        return ring

    def fresh(self) -> bool:
        """Whether they are not older than they may be while the secret store answers."""
        return self._within(self._read_at, REFRESH_SECONDS)

    def _renew(self) -> None:
        """Read again. Where that fails the rings of before still serve, for a while."""
        # With rings in hand nobody waits for a store that hangs but once in a while; without them everybody asks.
        if self._usable() and self._within(self._failed_at, AGAIN_SECONDS):
            return
        try:
            self._refresh()
        except KeysUnread:
            self._failed_at = self._clock()
            if not self._usable():
                raise

    def _usable(self) -> bool:
        # Attack: a key was withdrawn because it leaked, and a container goes on with it. Defence: not for ever.
        return bool(self._held) and self._within(self._read_at, KEPT_SECONDS)

    def _refresh(self) -> None:
        began = self._clock()
        self._held = dict(self._read(tuple(self.rings)))
        self._read_at = began
        for lacking in self._lacking.values():
            lacking.clear()

    def _within(self, since: float, seconds: float) -> bool:
        return 0 <= self._clock() - since < seconds  # a clock that was set back makes everything old


class HeldRing:
    """One ring as it is now; for whoever makes, checks and opens things it is a Keyring."""

    __slots__ = ("_keys", "_use")

    def __init__(self, keys: HeldKeys, use: Use) -> None:
        self._keys, self._use = keys, use

    @property
    def current(self) -> str:
        """As a Keyring's."""
        return self._keys.now(self._use).current

    def __contains__(self, key_id: object) -> bool:
        """As a Keyring's, of the ring as it is after a rotation; raises KeyNotYetKnown."""
        return isinstance(key_id, str) and key_id in self._keys.knowing(self._use, key_id)

    @property
    def fresh(self) -> bool:
        """Whether the last reading is of the last minutes; asked behind `key`, which reads again where it is not."""
        return self._keys.fresh()

    def key(self, key_id: str | None = None) -> bytes:
        """As a Keyring's."""
        if key_id is None:
            return self._keys.now(self._use).key()
        return self._keys.knowing(self._use, key_id).key(key_id)
