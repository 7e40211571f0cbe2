"""The seven tables as PynamoDB models. `infra/data.yaml` makes the tables; a test holds keys and indexes against it.

Nothing outside of `storage` sees a model; `rows.py` turns them into the domain's values.
"""

from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, IncludeProjection
from pynamodb.models import Model


class ByDomain(GlobalSecondaryIndex[Any]):
    """The users of a domain, by address."""

    class Meta:
        """Its name and what it holds."""

        index_name = "by_domain"
        projection = IncludeProjection(["kind", "status"])

    domain = UnicodeAttribute(hash_key=True)
    address = UnicodeAttribute(range_key=True)


class AccountRow(Model):
    """An account; kept under 1 KB, above which every write costs double."""

    class Meta:
        """Its name, without the stage's prefix."""

        bare_name = "accounts"
        table_name = "accounts"

    id = UnicodeAttribute(hash_key=True)
    address = UnicodeAttribute()
    domain = UnicodeAttribute()
    kind = UnicodeAttribute()
    status = UnicodeAttribute()
    epoch = NumberAttribute()
    password_hash = UnicodeAttribute(null=True)
    password_changed_at = NumberAttribute(null=True)
    must_change_password = BooleanAttribute(default=False)
    failures = NumberAttribute(default=0)
    attempted_at = NumberAttribute(default=0)
    locked_until = NumberAttribute(default=0)
    session_serial = NumberAttribute(default=0)
    last_logon_at = NumberAttribute(null=True)
    two_step_seed = UnicodeAttribute(null=True)
    two_step_last = NumberAttribute(default=0)
    two_step_pending = UnicodeAttribute(null=True)
    two_step_pending_until = NumberAttribute(null=True)
    two_step_failures = NumberAttribute(default=0)
    two_step_attempted_at = NumberAttribute(default=0)
    two_step_required = BooleanAttribute(default=False)
    recovery = ListAttribute(of=UnicodeAttribute, null=True)
    ranges = ListAttribute(of=UnicodeAttribute, null=True)
    alias_of = UnicodeAttribute(null=True)
    undeliverable = UnicodeAttribute(null=True)
    delivery_lifted_at = NumberAttribute(default=0)
    clients = ListAttribute(of=UnicodeAttribute, null=True)
    created_at = NumberAttribute()
    by_domain = ByDomain()


class ByAccount(GlobalSecondaryIndex[Any]):
    """What was mailed to an account, for its page in the console."""

    class Meta:
        """Its name and what it holds: never a hash."""

        index_name = "by_account"
        projection = IncludeProjection(["purpose", "epoch", "address", "spent_at"])

    account_id = UnicodeAttribute(hash_key=True)
    valid_until = NumberAttribute(range_key=True)


class ResetRow(Model):
    """What a mail carries, once each. `expires_at` is the TTL's, a month after `valid_until`, which counts."""

    class Meta:
        """Its name, without the stage's prefix."""

        bare_name = "resets"
        table_name = "resets"

    key = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute()
    purpose = UnicodeAttribute()
    epoch = NumberAttribute()
    valid_until = NumberAttribute()
    address = UnicodeAttribute()
    password_hash = UnicodeAttribute(null=True)
    spent_at = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    by_account = ByAccount()


class SessionRow(Model):
    """A session, found by account and digest in one strongly consistent read."""

    class Meta:
        """Its name, without the stage's prefix."""

        bare_name = "sessions"
        table_name = "sessions"

    account_id = UnicodeAttribute(hash_key=True)
    digest = UnicodeAttribute(range_key=True)
    epoch = NumberAttribute()
    serial = NumberAttribute()
    opened_with = UnicodeAttribute()
    code_entered = BooleanAttribute()
    kind = UnicodeAttribute()
    started_at = NumberAttribute()
    last_seen_at = NumberAttribute()
    expires_at = NumberAttribute()
    reauthenticated_at = NumberAttribute()
    address = UnicodeAttribute()
    user_agent = UnicodeAttribute()
    previous_logon_at = NumberAttribute(null=True)


class ByReference(GlobalSecondaryIndex[Any]):
    """The event a person read a reference of."""

    class Meta:
        """Its name and what it holds."""

        index_name = "by_reference"
        projection = AllProjection()

    reference = UnicodeAttribute(hash_key=True)


class ByDay(GlobalSecondaryIndex[Any]):
    """The attempts of one day, for the support desk's search by time; other events have no `attempt_day`."""

    class Meta:
        """Its name and what it holds."""

        index_name = "by_day"
        projection = AllProjection()

    attempt_day = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)


class EventRow(Model):
    """An event: trail, support record and outbox. `at` is time and id, so rows sort by time."""

    class Meta:
        """Its name, without the stage's prefix."""

        bare_name = "events"
        table_name = "events"

    account_id = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    time = NumberAttribute()
    id = UnicodeAttribute()
    reference = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    source = UnicodeAttribute(null=True)
    user_agent = UnicodeAttribute(null=True)
    url = UnicodeAttribute(null=True)
    actor = UnicodeAttribute(null=True)
    details = JSONAttribute(null=True)
    attempt_day = UnicodeAttribute(null=True)
    by_reference = ByReference()
    by_day = ByDay()


class AllDomains(GlobalSecondaryIndex[Any]):
    """The list of domains, by name; the portal's own row is not in it."""

    class Meta:
        """Its name and what it holds."""

        index_name = "all_domains"
        projection = AllProjection()

    listed = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute(range_key=True)


class PolicyRow(Model):
    """A domain's policy; the portal's own is one more row."""

    class Meta:
        """Its name, without the stage's prefix."""

        bare_name = "domains"
        table_name = "domains"

    domain = UnicodeAttribute(
        hash_key=True
    )  # the domain's id, so the authorizer can read it without the address
    name = UnicodeAttribute()
    internal = BooleanAttribute(default=False)
    two_step_required = BooleanAttribute(default=False)
    ranges = ListAttribute(of=UnicodeAttribute, null=True)
    admin_ranges = ListAttribute(of=UnicodeAttribute, null=True)
    listed = UnicodeAttribute(null=True)
    all_domains = AllDomains()


class ThrottleRow(Model):
    """A counter of one window of one thing."""

    class Meta:
        """Its name, without the stage's prefix."""

        bare_name = "throttles"
        table_name = "throttles"

    key = UnicodeAttribute(hash_key=True)
    count = NumberAttribute(default=0)
    expires_at = NumberAttribute()


class BySender(GlobalSecondaryIndex[Any]):
    """What one sender sent, for its state in the console; no body is in it."""

    class Meta:
        """Its name and what it holds."""

        index_name = "by_sender"
        projection = IncludeProjection(
            ["subject", "sent_at", "expires_at", "read_at", "recalled_at", "recipient"]
        )

    sender = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class MessageRow(Model):
    """A secure message, its body sealed."""

    class Meta:
        """Its name, without the stage's prefix."""

        bare_name = "messages"
        table_name = "messages"

    account_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    sender = UnicodeAttribute()
    recipient = UnicodeAttribute(null=True)
    subject = UnicodeAttribute()
    sealed_body = UnicodeAttribute(null=True)
    sent_at = NumberAttribute()
    expires_at = NumberAttribute()
    read_at = NumberAttribute(null=True)
    recalled_at = NumberAttribute(null=True)
    by_sender = BySender()


MODELS = (AccountRow, ResetRow, SessionRow, EventRow, PolicyRow, ThrottleRow, MessageRow)
