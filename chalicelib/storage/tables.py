"""The eight tables as PynamoDB models, for `storage` alone. `infra/data.yaml` makes them; a test compares the two."""

from typing import Any

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.models import Model

from chalicelib.storage import indexes
from chalicelib.storage.indexes import named


class AccountRow(Model):
    """An account; kept under 1 KB, above which every write costs double: so the long names are short in the row."""

    Meta = named("accounts")
    id = UnicodeAttribute(hash_key=True)
    address = UnicodeAttribute()
    domain = UnicodeAttribute()
    kind = UnicodeAttribute()
    status = UnicodeAttribute()
    epoch = NumberAttribute()
    password_hash = UnicodeAttribute(null=True)
    password_changed_at = NumberAttribute(null=True, attr_name="chosen_at")
    must_change_password = BooleanAttribute(default=False, attr_name="must_change")
    failures = NumberAttribute(default=0)
    attempted_at = NumberAttribute(default=0, attr_name="tried_at")
    locked_until = NumberAttribute(default=0, attr_name="lu")
    known_failures = NumberAttribute(default=0, attr_name="kf")
    known_attempted_at = NumberAttribute(default=0, attr_name="ka")
    known_locked_until = NumberAttribute(default=0, attr_name="ku")
    session_serial = NumberAttribute(default=0, attr_name="serial")
    half_done_serial = NumberAttribute(default=0, attr_name="hs")
    known_half_done_serial = NumberAttribute(default=0, attr_name="kh")
    last_logon_at = NumberAttribute(null=True, attr_name="logon_at")
    last_logon_month = NumberAttribute(null=True, attr_name="m")  # an older row has it from its next logon
    reserved_by = UnicodeAttribute(null=True, attr_name="rb")
    two_step_seed = UnicodeAttribute(null=True, attr_name="seed")
    two_step_last = NumberAttribute(default=0, attr_name="code_last")
    two_step_pending = UnicodeAttribute(null=True)
    two_step_pending_until = NumberAttribute(null=True)
    two_step_failures = NumberAttribute(default=0, attr_name="cf")
    two_step_attempted_at = NumberAttribute(default=0, attr_name="ca")
    two_step_known_failures = NumberAttribute(default=0, attr_name="kc")
    two_step_known_attempted_at = NumberAttribute(default=0, attr_name="kd")
    two_step_unused_since = NumberAttribute(null=True, attr_name="us")
    two_step_disputed_at = NumberAttribute(null=True, attr_name="di")
    two_step_required = BooleanAttribute(default=False)
    two_step_on = UnicodeAttribute(null=True, attr_name="ts")  # a seed is there, since the last logon
    recovery: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    ranges: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    alias_of = UnicodeAttribute(null=True)
    undeliverable = UnicodeAttribute(null=True)
    delivery_lifted_at = NumberAttribute(default=0, attr_name="dl")
    clients: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    language = UnicodeAttribute(null=True, attr_name="lang")
    time_zone = UnicodeAttribute(null=True, attr_name="zone")
    created_at = NumberAttribute()
    staff = UnicodeAttribute(null=True)
    by_domain = indexes.ByDomain()
    users_by_domain = indexes.UsersByDomain()
    users_by_status = indexes.UsersByStatus()
    administrators = indexes.Administrators()


class ResetRow(Model):
    """What a mail carries, once each. `expires_at` is the TTL's, a month after `valid_until`, which counts."""

    Meta = named("resets")
    key = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute()
    purpose = UnicodeAttribute()
    epoch = NumberAttribute()
    valid_until = NumberAttribute()
    address = UnicodeAttribute()
    password_hash = UnicodeAttribute(null=True)
    spent_at = NumberAttribute(null=True)
    enrolled_at = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    by_account = indexes.ByAccount()


class SessionRow(Model):
    """A session, found by account and digest in one strongly consistent read."""

    Meta = named("sessions")
    account_id = UnicodeAttribute(hash_key=True)
    digest = UnicodeAttribute(range_key=True)
    epoch = NumberAttribute()
    serial = NumberAttribute()
    opened_with = UnicodeAttribute()
    code_entered = BooleanAttribute()
    next = UnicodeAttribute()
    started_at = NumberAttribute()
    last_seen_at = NumberAttribute()
    expires_at = NumberAttribute()
    reauthenticated_at = NumberAttribute()
    source = UnicodeAttribute()
    user_agent = UnicodeAttribute()
    previous_logon_at = NumberAttribute(null=True)
    confirmations = NumberAttribute(default=0)
    reserved_by = UnicodeAttribute(null=True)
    known = BooleanAttribute(default=False)
    whole: BooleanAttribute | None = BooleanAttribute(null=True)
    logon = UnicodeAttribute(null=True)
    handed_over_at = NumberAttribute(null=True)
    repeats = NumberAttribute(default=0)
    answered = UnicodeAttribute(null=True)


class EventRow(Model):
    """An event: trail, support record and outbox. `at` is time and id, so rows sort by time."""

    Meta = named("events", kept_seconds=0, attempts_seconds=0)  # what the store is told; 0: for good
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
    language = UnicodeAttribute(null=True)
    zone = UnicodeAttribute(null=True)
    details = JSONAttribute(null=True)
    request = UnicodeAttribute(null=True)
    filed_at = NumberAttribute(null=True)
    attempt_day = UnicodeAttribute(null=True)
    mail_hour = UnicodeAttribute(null=True)
    message_id = UnicodeAttribute(null=True)
    acted_by = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)  # where events are kept for so many days
    aside = UnicodeAttribute(null=True)  # of a row that only keeps a worker's place: it wakes nobody
    erased = UnicodeAttribute(null=True)  # by which decision the person's data were taken out of it (ADR 53)
    restored = UnicodeAttribute(null=True)  # when it was put back from a backup: it wakes nobody (RL-13)
    by_reference = indexes.ByReference()
    by_day = indexes.ByDay()
    by_mail_hour = indexes.ByMailHour()
    by_message = indexes.ByMessage()
    by_actor = indexes.ByActor()


class PolicyRow(Model):
    """A domain's policy; the portal's own is one more row."""

    Meta = named("domains")
    domain = UnicodeAttribute(hash_key=True)  # its id, so the authorizer can read it without the address
    name = UnicodeAttribute()
    internal = BooleanAttribute(default=False)
    two_step_required = BooleanAttribute(default=False)
    ranges: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    admin_ranges: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    notes = UnicodeAttribute(null=True)  # whose networks they are, as JSON
    listed = UnicodeAttribute(null=True)
    all_domains = indexes.AllDomains()


class BrandRow(Model):
    """A domain's brand, in the same table: what its mails are known by. What is not there is the stage's."""

    Meta = named("domains")
    domain = UnicodeAttribute(hash_key=True)  # see `domain/brand.py`, brand_key
    brand_name = UnicodeAttribute(null=True)
    colour = UnicodeAttribute(null=True)
    logo = BinaryAttribute(null=True, legacy_encoding=False)
    support_contact = UnicodeAttribute(null=True)
    all_domains = indexes.AllDomains()  # the table's; without `listed`, a brand is in no list


class LimitRow(Model):
    """The domains of a limited account, in the same table and in no list: one of staff has no room for them."""

    Meta = named("domains")
    domain = UnicodeAttribute(hash_key=True)  # see `domain/addresses.py`, limit_key
    domains: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute)
    all_domains = indexes.AllDomains()


class ThrottleRow(Model):
    """A count in its window, a network an account is known from, a form's mark, or the claim on a mail."""

    Meta = named("throttles")
    key = UnicodeAttribute(hash_key=True)
    count = NumberAttribute(default=0)  # type: ignore[assignment]  # hides Model.count, a query nobody makes
    expires_at = NumberAttribute()
    claimed_at = NumberAttribute(null=True)  # when the mail was handed over last; `count` says how often
    claimed_by = UnicodeAttribute(null=True)  # by which run
    key_id = UnicodeAttribute(null=True)  # with which key
    done = UnicodeAttribute(null=True)  # what the form has done
    seen = UnicodeSetAttribute(null=True)  # which accounts a source has asked about


class MessageRow(Model):
    """A secure message, its body sealed."""

    Meta = named("messages")
    account_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    sender = UnicodeAttribute()  # but of what no person's list may have: then in `speaks_as`
    speaks_as = UnicodeAttribute(null=True)
    recipient = UnicodeAttribute(null=True)
    subject = UnicodeAttribute()
    sealed_body = UnicodeAttribute(null=True)
    sent_at = NumberAttribute()
    expires_at = NumberAttribute()
    read_at = NumberAttribute(null=True)
    recalled_at = NumberAttribute(null=True)
    mail = UnicodeAttribute(null=True)
    mail_at = NumberAttribute(null=True)
    answers_to = UnicodeAttribute(null=True)
    answered_at = NumberAttribute(null=True)
    by_sender = indexes.BySender()
    by_recipient = indexes.ByRecipient()


class ServiceRow(Model):
    """A sending system, with the digests of its two keys. All lie under one key, to be listed as they are now."""

    Meta = named("services")
    owner = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    domains: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute)
    ranges: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    created_at = NumberAttribute()
    created_by = UnicodeAttribute()
    digest = UnicodeAttribute()
    made_at = NumberAttribute()
    used_at = NumberAttribute(null=True)
    former = UnicodeAttribute(null=True)
    former_made_at = NumberAttribute(null=True)
    former_used_at = NumberAttribute(null=True)
    revoked_at = NumberAttribute(null=True)
    revoked_by = UnicodeAttribute(null=True)


OF_DOMAINS = PolicyRow, BrandRow, LimitRow
MODELS = AccountRow, ResetRow, SessionRow, EventRow, *OF_DOMAINS, ThrottleRow, MessageRow, ServiceRow
