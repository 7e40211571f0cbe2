"""The map: one line a step, in the order a person meets them. Each is a Lambda of its own."""

from chalice import Chalice

from chalicelib.steps import (
    account,
    account_activity,
    account_export,
    account_preferences,
    account_sessions,
    account_two_step,
    address_change,
    admin_address,
    admin_attempts,
    admin_brand,
    admin_contain,
    admin_delivery,
    admin_domains,
    admin_erase,
    admin_events,
    admin_invitations,
    admin_ip_ranges,
    admin_kind,
    admin_messages,
    admin_overview,
    admin_password,
    admin_services,
    admin_sessions,
    admin_status,
    admin_two_step,
    admin_user,
    admin_users,
    authorizer,
    copy_trail,
    erase_accounts,
    health,
    health_deep,
    help,  # noqa: A004 - the step's name
    home,
    logoff,
    logon,
    logon_code,
    message_reply,
    messages,
    move_accounts,
    not_me,
    password_change,
    password_criteria,
    password_forgot,
    password_reset,
    publish_event,
    reauthenticate,
    record_delivery,
    resume_events,
    resume_mail,
    seal_trail,
    send_mail,
    service_messages,
    session,
    setup,
    sweep_mail,
    walk_canary,
    watch_trail,
    well_known,
)

app = Chalice(app_name="portal")

app.register_blueprint(authorizer.step)  # before every other step: session, stage, kind, origin, IP ranges
app.register_blueprint(home.step)  # the bare address
app.register_blueprint(logon.step)  # address and password
app.register_blueprint(logon_code.step)  # the second step
app.register_blueprint(password_forgot.step)  # ask for a way back in
app.register_blueprint(password_reset.step)  # the mail's link, and the password it may set
app.register_blueprint(password_criteria.step)  # what a password must be
app.register_blueprint(password_change.step)  # after a temporary password, or by own wish
app.register_blueprint(messages.step)  # what it is all for
app.register_blueprint(message_reply.step)  # a word back to whoever wrote
app.register_blueprint(account.step)  # what the portal knows of one
app.register_blueprint(account_sessions.step)  # where one is logged on
app.register_blueprint(account_activity.step)  # what happened to one's account, and what to do about it
app.register_blueprint(account_export.step)  # all that is held about oneself, to take away
app.register_blueprint(account_preferences.step)  # which language, which time zone
app.register_blueprint(account_two_step.step)  # turn 2-step on or off
app.register_blueprint(reauthenticate.step)  # the password again, before sensitive writes
app.register_blueprint(not_me.step)  # freeze an account that somebody else changed
app.register_blueprint(address_change.step)  # a new address proves itself by the link of its mail
app.register_blueprint(session.step)  # who is there, for other applications
app.register_blueprint(logoff.step)  # the end of a session
app.register_blueprint(help.step)  # what to do when nothing works
app.register_blueprint(well_known.step)  # for password managers, researchers and crawlers
app.register_blueprint(health.step)  # for monitoring
app.register_blueprint(health_deep.step)  # what the portal depends on, for the canary alone
app.register_blueprint(admin_overview.step)  # console: what needs attention, and the last days
app.register_blueprint(admin_domains.step)  # console: Directories, Domains
app.register_blueprint(admin_brand.step)  # console: what the mails of a domain are known by
app.register_blueprint(admin_users.step)  # console: the users of a domain, and inviting one
app.register_blueprint(admin_invitations.step)  # console: invite several, again, or no longer
app.register_blueprint(admin_user.step)  # console: one user
app.register_blueprint(admin_contain.step)  # console: contain a compromised account, all measures at once
app.register_blueprint(admin_password.step)  # console: set a password, force a change
app.register_blueprint(admin_kind.step)  # console: recipient, support desk, administrator
app.register_blueprint(admin_sessions.step)  # console: end every session
app.register_blueprint(admin_erase.step)  # console: erase an account, closed at once and for good
app.register_blueprint(admin_status.step)  # console: disable, enable, unlock
app.register_blueprint(admin_two_step.step)  # console: require or reset the second step
app.register_blueprint(admin_address.step)  # console: another address, which proves itself first
app.register_blueprint(admin_ip_ranges.step)  # console: permitted IP ranges, with a dry run
app.register_blueprint(admin_delivery.step)  # console: mail to an address again
app.register_blueprint(admin_attempts.step)  # console: why a logon failed
app.register_blueprint(admin_events.step)  # console: the audit trail
app.register_blueprint(admin_messages.step)  # console: send a secure message
app.register_blueprint(admin_services.step)  # console: the systems that send by a key of their own
app.register_blueprint(service_messages.step)  # for sending systems: send, ask, take back
app.register_blueprint(send_mail.step)  # behind the events stream: every mail
app.register_blueprint(resume_mail.step)  # once a minute: mails that could not be sent at once
app.register_blueprint(sweep_mail.step)  # once an hour: mails that are still due after a day
app.register_blueprint(erase_accounts.step)  # every five minutes: what there is of accounts that are to go
app.register_blueprint(publish_event.step)  # behind the events stream: other systems hear of it
app.register_blueprint(resume_events.step)  # once a minute: events that the bus did not take
app.register_blueprint(move_accounts.step)  # once a minute: what lies under a former id goes to the new one
app.register_blueprint(watch_trail.step)  # behind the events stream: an event was changed or taken away
app.register_blueprint(walk_canary.step)  # every five minutes: a person's way through all this, from outside
app.register_blueprint(copy_trail.step)  # behind the events stream: each event once more, for good
app.register_blueprint(seal_trail.step)  # once an hour: the digest of each day of that copy
app.register_blueprint(record_delivery.step)  # behind SNS: what became of a mail
app.register_blueprint(setup.step)  # the first administrator, once, and the canary's account
