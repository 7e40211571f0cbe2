"""The flows of the design as a person goes through them: each a chapter of the tour, each a test on every screen."""

from tests.browser.flows import coming_in, console, console_people, console_policy, keeping_safe, refusals

EVERY = [
    coming_in.first_time,
    coming_in.refused,
    coming_in.forgotten,
    coming_in.by_temporary_password,
    coming_in.dead_link,
    coming_in.changed,
    keeping_safe.second_step,
    keeping_safe.sessions,
    keeping_safe.activity,
    keeping_safe.not_me,
    console.directories,
    console.compromised,
    console.measures,
    console.stuck,
    console_policy.ranges,
    console_policy.support,
    console_policy.sending,
    console_policy.asked_again,
    console_people.several,
    console_people.invitations,
    console_people.becomes,
    console_people.erased,
    console_people.answered,
    console_people.brand,
    refusals.nothing_there,
    refusals.too_much,
    refusals.out_of_order,
]
