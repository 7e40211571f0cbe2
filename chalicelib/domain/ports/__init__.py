"""The ports: what the steps ask of the store, one file for each family of acts, and how passwords are hashed.

Each method is one atomic act and may raise `Unavailable`: then nothing of it happened, or asking again is safe.
`storage` implements them on DynamoDB and the tests in memory, in files of the same names. These are types alone: no
code loads this package at run time (ADR 16).
"""

from chalicelib.domain.ports.accounts import AccountActs
from chalicelib.domain.ports.administration import AdministrationActs
from chalicelib.domain.ports.directory import DirectoryActs
from chalicelib.domain.ports.erasing import ErasingActs
from chalicelib.domain.ports.events import EventActs
from chalicelib.domain.ports.hasher import PasswordHasher
from chalicelib.domain.ports.health import HealthActs
from chalicelib.domain.ports.logons import LogonActs
from chalicelib.domain.ports.messages import MessageActs
from chalicelib.domain.ports.moves import MoveActs
from chalicelib.domain.ports.outbox import OutboxActs
from chalicelib.domain.ports.overview import OverviewActs
from chalicelib.domain.ports.passwords import PasswordActs
from chalicelib.domain.ports.preferences import PreferenceActs
from chalicelib.domain.ports.replies import ReplyActs
from chalicelib.domain.ports.sendings import SendingActs
from chalicelib.domain.ports.services import ServiceActs
from chalicelib.domain.ports.sessions import SessionActs
from chalicelib.domain.ports.store import Store
from chalicelib.domain.ports.two_steps import TwoStepActs

__all__ = [
    "AccountActs",
    "AdministrationActs",
    "DirectoryActs",
    "ErasingActs",
    "EventActs",
    "HealthActs",
    "LogonActs",
    "MessageActs",
    "MoveActs",
    "OutboxActs",
    "OverviewActs",
    "PasswordActs",
    "PasswordHasher",
    "PreferenceActs",
    "ReplyActs",
    "SendingActs",
    "ServiceActs",
    "SessionActs",
    "Store",
    "TwoStepActs",
]
