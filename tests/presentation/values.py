"""Every value that a page or a mail is given: who wrote it, and what it is let be (WB-14).

A value that is not here fails its test, and so does one of another form. A path that means different things on
different pages has its page before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from tests.presentation import forms_of_values as form
from tests.presentation.forms_of_values import Form

STRANGER = "whoever sends requests, logged on or not"
LINK = "whoever made the link that a reader follows"
SERVER = "whoever answers for a mailbox"
READER = "who sent this very request, and is answered"
STAFF = "an administrator, for others to read"
STAGE = "the stage's settings"
US = "this code"

Walk = Mapping[tuple[str, Form], str]


class Value(NamedTuple):
    """One value's writer and form."""

    writer: str
    form: Form


PAGES: Walk = MappingProxyType(
    {
        (STRANGER, form.BROWSER_NAME): "support.browser attempts[].browser",
        (STRANGER, form.VERSION): "support.browser_version attempts[].browser_version",
        (STRANGER, form.SYSTEM): "support.operating_system attempts[].operating_system",
        (STRANGER, form.BROWSER): "sessions[].browser events[].browser",
        (STRANGER, form.quoted): "attempts[].agent",
        (STRANGER, form.address_typed): "attempts[].email dry_run.refused[].email events[].email",
        (
            STRANGER,
            form.address,
        ): "events[].details.events_of events[].details.acts_of attempts[].spelled attempts[].user",
        (STRANGER, form.key): "events[].details",
        (STRANGER, form.text_by_staff): "replies[].body",
        (STRANGER, form.zone_name): "zone",
        (STRANGER, form.IP): """
            attempts[].address events[].source events[].address sessions[].address dry_run.refused[].address
        """,
        (LINK, form.path_next): "path_next",
        (LINK, form.key): "notice",
        (LINK, form.search): """
            q search.reference search.email search.since search.network search.outcome search.reason
            search.from search.until search.q search.status search.kind search.two_step search.idle_days
            search.sort
        """,
        (LINK, form.own_path): "reauthenticate_first",
        (
            LINK,
            form.our_url,
        ): "next_url newest_url later_url earlier_url first_url previous_url csv_url jsonl_url",
        (LINK, form.address_or_service): "admin_events:email admin_events:actor",
        (LINK, form.domain): "admin_users:domain admin_brand:domain search.domain",
        (LINK, form.TOKEN): "token",
        (SERVER, form.quoted): "mails[].detail",
        (READER, form.IP): "support.address your_address",
        (READER, form.address_typed): "support.email",
        (READER, form.address_or_domain_typed): "respelled.typed respelled[].typed",
        (READER, form.quoted): "groups.invalid[]",
        (READER, form.domains_typed): "admin_services:respelled.typed admin_kind:respelled.typed",
        (READER, form.domains): "admin_services:respelled.canonical admin_kind:respelled.canonical",
        (READER, form.address_or_domain): "respelled.canonical",
        (READER, form.line_by_staff): "errors.ranges",
        (READER, form.known_zone): "time_zone caller.zone",
        (READER, form.WORD): """
            lists[].scope lists[].restriction asked.restriction account_preferences:language
        """,
        (READER, form.typed): """
            logon:email password_forgot:email link_unusable:email
            typed.csv typed.email typed.kind typed.to typed.subject typed.body typed.expires_in_days
            typed.domains[] typed.ranges[] typed.restriction message_reply:typed admin_messages:results[].to
            typed.new_email
            typed.reason typed.confirm typed.domain typed.name typed.colour typed.logo typed.support_contact
            admin_kind:domains[]
            admin_two_step:reason admin_delivery:reason admin_invitation:reason admin_kind:reason admin_address:reason
            asked.reason asked.ranges[] lists[].ranges[]
        """,
        (STAFF, form.address): """
            groups.invited[] groups.known[] groups.duplicate[] groups.outside[] groups.not_yet[] respelled[].canonical
            address email user.email users[].email attention[].users[] caller.address
            messages[].to messages[].from message.from message.to replies[].from events[].actor
            services[].created_by services[].revoked_by waits[].by
        """,
        (STAFF, form.domain): """
            user.domain domains[].domain domains[].name services[].domains[]
            events[].before.domains[] events[].after.domains[] caller.domains[] waits[].domains[]
        """,
        (STAFF, form.named_by_staff): "services[].name made.name events[].details.service",
        (STAFF, form.address_or_domain): "name",
        (STAFF, form.line_by_staff): """
            message.subject messages[].subject shown.name shown.support_contact
            events[].before.name events[].after.name
            events[].before.support_contact events[].after.support_contact
            events[].before.notes[] events[].after.notes[] now_saved[]
        """,
        (STAFF, form.text_by_staff): "message.body events[].reason",
        (STAFF, form.NETWORK): """
            domains[].ranges[] services[].ranges[] ranges.own[] ranges.domain[] ranges.effective[] inherited[]
            events[].before.ranges[] events[].after.ranges[] events[].after.admin_ranges[]
        """,
        (STAFF, form.COLOUR): "shown.colour events[].before.colour events[].after.colour",
        (STAFF, form.DIGEST): "events[].before.logo events[].after.logo",
        (STAGE, form.sentence): "portal_name support_contact stage.name stage.support_contact",
        (STAGE, form.COLOUR): "colour stage.colour",
        (STAGE, form.our_url): "portal_url",
        (STAGE, form.MAIL_FROM): "mail_from",
        (US, form.sentence): """
            title detail problem errors logo account:notice diagnosis[] criteria[].label strength.label
            supported_browsers[] time_zones[] language languages.en languages.de languages.fr languages.es
            languages_spoken.en languages_spoken.de languages_spoken.fr languages_spoken.es
            qr_svg secret recovery_codes[] label otpauth_uri
        """,
        (US, form.WORD): """
            made.done
            state action why subject lang reason account_sessions:notice criteria[].id undeliverable
            account_two_step:done admin_kind:kind admin_kind:reach admin_user_messages:kind admin_erase:status
            caller.kind caller.next caller.language caller.opened_with users[].kind users[].status
            not_me:two_step user.kind user.status password.state two_step.required_by[] ranges.source shown.logo.kind
            attention[].kind waits[].act attempts[].outcome attempts[].reason attempts[].rule
            messages[].state results[].result mails[].what mails[].state
            account_activity:events[].reason events[].if_not_you
            events[].kind events[].by events[].details.about events[].before.status events[].after.status
            events[].before.kind events[].after.kind events[].before.password events[].after.password
        """,
        (US, form.key): """
            admin_user:kind admin_user:status admin_user:domain admin_user:password_state
            admin_user:created_at admin_user:last_logon_at user.undeliverable user.ranges user.two_step
        """,
        (
            US,
            form.our_url,
        ): "support.url attempts[].url account_two_step:next_url message_reply:action caller.answered attention[].url",
        (US, form.REFERENCE): "reference support.reference attempts[].reference events[].reference",
        (US, form.TOKEN): """
            services[].id services[].handle messages[].service services[].keys[].handle made.id made.key
            before after form form_name sessions[].handle link message.id messages[].id replies[].id
            caller.account_id caller.digest caller.logon
        """,
        (US, form.REFERRER): "referrer",
        (US, form.DIGITS): "number",
        (US, form.INSTANT): """
            waits[].until
            attempts[].at events[].at events[].first_at events[].last_at mails[].at
            dry_run.refused[].at lock.locked_until
            message.sent_at message.read_at message.expires_at
            replies[].sent_at replies[].read_at replies[].expires_at replied_at
            messages[].sent_at messages[].read_at messages[].expires_at
            services[].created_at services[].last_used_at services[].revoked_at
            services[].keys[].made_at services[].keys[].last_used_at
            sessions[].started_at sessions[].last_seen_at users[].invited_at users[].last_logon_at
            days[].day
            two_step.disputed_at user.created_at user.last_logon_at password.changed_at password.expires_at
        """,
        (US, form.no_text): """
            moving alone console_shut fresh kept.attempts kept.events kept.read_messages dormant_days
            bars at_least now
            at retry_after lock_seconds last_logon_at password_changed_at size supported recovery_codes_left
            required tried most two_step_required done first saved sent force_change would_lock_you_out
            begins_here preview waits[].own may_act may_choose_password own_account changes more cookies unsent
            can_reply user.limited messages[].replies messages[].new_replies received sees_replies
        """,
    }
)
MAILS: Walk = MappingProxyType(
    {
        (STRANGER, form.BROWSER): "browser",
        (STRANGER, form.IP): "source_address",
        (STRANGER, form.zone_name): "zone",
        (STAFF, form.address): "address sender whose actor new_address",
        (STAFF, form.line_by_staff): "portal_name support_contact",
        (STAGE, form.COLOUR): "plate ink dark",
        (US, form.WORD): "by which change kind reason two_step measure measures[] lang direction",
        (US, form.our_url): "reset_url logon_url not_me_url message_url forgot_url user_url confirm_url",
        (US, form.TEMPORARY): "temporary_password",
        (
            US,
            form.no_text,
        ): "at expires_at lifetime codes_left few logged_on logo_size tell_by two_step_follows waits limited",
    }
)


def by_path(walk: Walk) -> Mapping[str, Value]:
    """To be looked up in."""
    return {path: Value(*row) for row, paths in walk.items() for path in paths.split()}
