"""The indexes of the tables, each with no more than its reader needs. Only `tables.py` names them to their tables."""

from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

LISTED = "domain"  # the hash key that all domains share in their index


def named(table: str, **more: Any) -> Any:
    """What PynamoDB asks of a model: its table's name, without the stage's prefix."""
    return type("Meta", (), {"bare_name": table, "table_name": table, **more})


class ByDomain(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB's hook
    """The same as `UsersByDomain`, for the functions of the version before: it goes with the next version.

    What an index holds cannot be changed, so there is another; and CloudFormation makes or deletes one in an update.
    """

    class Meta:
        """Its name and what it holds."""

        index_name = "by_domain"
        projection = IncludeProjection(["kind", "status"])

    domain = UnicodeAttribute(hash_key=True)
    address = UnicodeAttribute(range_key=True)


class UsersByDomain(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB's hook
    """The users of a domain, by address."""

    class Meta:
        """Its name and what it holds."""

        index_name = "users_by_domain"
        projection = IncludeProjection(["kind", "status", "chosen_at", "created_at"])

    domain = UnicodeAttribute(hash_key=True)
    address = UnicodeAttribute(range_key=True)


class UsersByStatus(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB's hook
    """All users, by address, those of each status under one key: what a search over every domain asks (ADR 48)."""

    class Meta:
        """Its name and what it holds: never a seed, but whether there is one."""

        index_name = "users_by_status"
        projection = IncludeProjection(["domain", "kind", "chosen_at", "ts", "m"])

    status = UnicodeAttribute(hash_key=True)
    address = UnicodeAttribute(range_key=True)


class Administrators(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB's hook
    """The administrators, who hear of each other (AD-09); other accounts have no `staff`."""

    class Meta:
        """Its name and what it holds."""

        index_name = "administrators"
        projection = IncludeProjection(["status"])

    staff = UnicodeAttribute(hash_key=True)
    address = UnicodeAttribute(range_key=True)


class ByAccount(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB's hook
    """What was mailed to an account, for its page in the console."""

    class Meta:
        """Its name and what it holds: never a hash."""

        index_name = "by_account"
        projection = IncludeProjection(["purpose", "epoch", "address", "spent_at"])

    account_id = UnicodeAttribute(hash_key=True)
    valid_until = NumberAttribute(range_key=True)


class ByReference(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB's hook
    """The event a person read a reference of."""

    class Meta:
        """Its name and what it holds."""

        index_name = "by_reference"
        projection = AllProjection()

    reference = UnicodeAttribute(hash_key=True)


class ByDay(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB's hook
    """The attempts of one day, for the support desk's search by time, and of a month those of each rare kind that the
    console's home asks after; other events have no `attempt_day`.
    """

    class Meta:
        """Its name and what it holds."""

        index_name = "by_day"
        projection = AllProjection()

    attempt_day = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)


class ByMailHour(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB's hook
    """The events of one hour whose mail must go out; what makes no mail due has no `mail_hour`."""

    class Meta:
        """Its name and what it holds: where the events are, and no more."""

        index_name = "by_mail_hour"
        projection = KeysOnlyProjection()

    mail_hour = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)


class ByMessage(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB's hook
    """The note of a mail by SES's id of it, for what SES tells later; other events have no `message_id`."""

    class Meta:
        """Its name and what it holds."""

        index_name = "by_message"
        projection = IncludeProjection(["details"])

    message_id = UnicodeAttribute(hash_key=True)


class ByActor(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB's hook
    """What somebody did to others; what people do to themselves has no `acted_by` (docs/adr/0038)."""

    class Meta:
        """Its name and what it holds."""

        index_name = "by_actor"
        projection = AllProjection()

    acted_by = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)


class AllDomains(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB's hook
    """The list of domains, by name; the portal's own row is not in it."""

    class Meta:
        """Its name and what it holds."""

        index_name = "all_domains"
        projection = AllProjection()

    listed = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute(range_key=True)


class ByRecipient(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB's hook
    """What an account has got, a line of each message: a list costs no body (ADR 49)."""

    class Meta:
        """Its name and what it holds."""

        index_name = "by_recipient"
        projection = IncludeProjection(
            ["sender", "speaks_as", "subject", "sent_at", "expires_at", "read_at", "recalled_at"]
        )

    account_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class BySender(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB's hook
    """What one sender sent, for its state in the console; no body is in it."""

    class Meta:
        """Its name and what it holds."""

        index_name = "by_sender"
        projection = IncludeProjection(
            ["subject", "sent_at", "expires_at", "read_at", "recalled_at", "recipient"]
        )

    sender = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
