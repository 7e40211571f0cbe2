"""The map: one line a step, in the order a person meets them. Each is a Lambda of its own."""

from chalice import Chalice

from chalicelib.steps import (
    account,
    account_sessions,
    account_two_step,
    authorizer,
    health,
    help,
    home,
    logoff,
    logon,
    logon_code,
    messages,
    not_me,
    password_change,
    password_criteria,
    password_forgot,
    password_reset,
    reauthenticate,
    send_mail,
    setup,
)

app = Chalice(app_name="portal")

app.register_blueprint(authorizer.step)  # in front of every other step: session, stage, kind, origin, IP ranges
app.register_blueprint(home.step)  # the bare address
app.register_blueprint(logon.step)  # address and password
app.register_blueprint(logon_code.step)  # the second step
app.register_blueprint(password_forgot.step)  # ask for a way back in
app.register_blueprint(password_reset.step)  # the mail's link, and the password it may set
app.register_blueprint(password_criteria.step)  # what a password must be
app.register_blueprint(password_change.step)  # after a temporary password, or by own wish
app.register_blueprint(messages.step)  # what it is all for
app.register_blueprint(account.step)  # what the portal knows of one
app.register_blueprint(account_sessions.step)  # where one is logged on
app.register_blueprint(account_two_step.step)  # turn 2-step on or off
app.register_blueprint(reauthenticate.step)  # the password again, before sensitive writes
app.register_blueprint(not_me.step)  # freeze an account that somebody else changed
app.register_blueprint(logoff.step)  # the end of a session
app.register_blueprint(help.step)  # what to do when nothing works
app.register_blueprint(health.step)  # for monitoring
app.register_blueprint(send_mail.step)  # behind the events stream: every mail
app.register_blueprint(setup.step)  # the first administrator, once
