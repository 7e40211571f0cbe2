"""When operations is woken. What each alarm means, and what to do, is in docs/operations.md."""

from __future__ import annotations

from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Reason
from chalicelib.runtime import log
from infra.dashboard import WATCHED, dashboard
from infra.measured import (
    DAY,
    HOUR,
    QUARTER_OF_AN_HOUR,
    Resources,
    alarm,
    computed,
    heartbeat,
    metric,
    own,
)
from infra.objectives import burning
from infra.permissions import (
    behind_streams,
    function_name,
    logical,
    put_aside_queue,
    read_permissions,
    scheduled,
)
from infra.stages import Stage
from infra.tables import described_tables
from infra.workers import CANARY, DELIVERIES

OLDEST_RECORD_MILLISECONDS = 300_000
LOCKED_REFUSALS = 50
# Wrong passwords and unknown addresses in a quarter of an hour, and which part of all attempts they then are.
GUESSES, GUESSED_PART = 100, 0.25
FAULTY_ANSWERS = 5
# A twentieth of what SES puts an account under review for is too late to react to; these are half of it.
BOUNCES, COMPLAINTS = 0.025, 0.0005
MAILS_AN_HOUR = 5000
CANARY_LOGON_SECONDS = 3  # a cold start of authorizer and logon is within it
CERTIFICATE_DAYS = 30  # ACM renews by itself 60 days before the end, and gives up quietly


def watching(stage: Stage) -> Resources:
    """Every alarm, and the dashboard."""
    return {
        **answers(stage),
        **burning(stage),
        **functions(stage),
        **streams(stage),
        **clocks(stage),
        **canary(stage),
        **tables(stage),
        **certificate(stage),
        **guesses(stage),
        **mails(stage),
        "EventsLate": alarm(stage, "events-late", own(stage, log.EVENTS_LATE), 0, Period=QUARTER_OF_AN_HOUR),
        "TrailChanged": alarm(stage, "trail-changed", own(stage, log.TRAIL_CHANGES), 0),
        "TrailDoubts": alarm(stage, "trail-doubts", own(stage, log.TRAIL_DOUBTS), 0),
        "Dashboard": {
            "Type": "AWS::CloudWatch::Dashboard",
            "Properties": {"DashboardName": stage.stack, "DashboardBody": {"Fn::Sub": dashboard(stage)}},
        },
    }


def answers(stage: Stage) -> Resources:
    """The API as a whole."""
    faults = metric("AWS/ApiGateway", "5XXError", ApiName=f"portal-{stage.name}", Stage="portal")
    slow = metric("AWS/ApiGateway", "Latency", ApiName=f"portal-{stage.name}", Stage="portal")
    slowly = {"ExtendedStatistic": "p95", "EvaluationPeriods": 3}
    late = alarm(stage, "slow-answers", slow, 2000, **slowly)
    del late["Properties"]["Statistic"]
    return {"FaultyAnswers": alarm(stage, "faulty-answers", faults, FAULTY_ANSWERS), "SlowAnswers": late}


def functions(stage: Stage) -> Resources:
    """Functions whose failure nobody would otherwise see, and any that more is asked of than it may run at once."""
    resources = {}
    for step in WATCHED:
        named = {"FunctionName": function_name(stage.name, step)}
        errors, throttles = (metric("AWS/Lambda", one, **named) for one in ("Errors", "Throttles"))
        resources[f"{logical(step)}Errors"] = alarm(stage, f"{step}-errors", errors, 0)
        resources[f"{logical(step)}Throttles"] = alarm(stage, f"{step}-throttles", throttles, 0)
    return resources


def streams(stage: Stage) -> Resources:
    """How far the workers are behind, and what they have given up."""
    resources = {}
    workers = behind_streams(read_permissions())
    for step in workers:
        age = metric("AWS/Lambda", "IteratorAge", FunctionName=function_name(stage.name, step))
        resources[f"{logical(step)}Behind"] = alarm(
            stage, f"{step}-behind", age, OLDEST_RECORD_MILLISECONDS, Statistic="Maximum"
        )
        # A mapping that is at work says of an empty stream too that it looked: nought events.
        polled = metric(
            "AWS/Lambda", "PolledEventCount", EventSourceMappingUUID={"Ref": f"{logical(step)}Stream"}
        )
        resources[f"{logical(step)}Polled"] = heartbeat(stage, f"{step}-mapping", polled)
    for step in (*workers, DELIVERIES):
        waiting = metric(
            "AWS/SQS", "ApproximateNumberOfMessagesVisible", QueueName=put_aside_queue(stage.name, step)
        )
        resources[f"{logical(step)}Letters"] = alarm(
            stage, f"{step}-put-aside", waiting, 0, Statistic="Maximum"
        )
    return resources


def clocks(stage: Stage) -> Resources:
    """What must run by the clock: a rule that was switched off, or a function that may not be called, is a silence."""
    periods = {"resume_mail": 300, "resume_events": 300, "sweep_mail": HOUR, "seal_trail": HOUR}
    periods |= {"erase_accounts": HOUR}
    periods |= {"move_accounts": 300}
    resources = {}
    for step in scheduled(read_permissions()):
        if step == CANARY:
            continue
        runs = metric("AWS/Lambda", "Invocations", FunctionName=function_name(stage.name, step))
        resources[f"{logical(step)}Silent"] = heartbeat(stage, f"{step}-silent", runs, periods[step])
    return resources


def canary(stage: Stage) -> Resources:
    """What a person would meet: two walks of three that failed, none at all, or a logon that takes its time.

    A walk that ended counts, not one that was begun: what it says by itself is what it must be heard of by.
    """
    if not stage.canary:
        return {}
    walks = own(stage, log.WALKS)
    often = {"EvaluationPeriods": 3, "DatapointsToAlarm": 2}
    failing = {"Statistic": "Maximum", "ComparisonOperator": "LessThanThreshold", **often}
    return {
        "CanaryFailing": alarm(stage, "canary-failing", walks, 1, **failing),
        "CanarySilent": heartbeat(stage, "canary-silent", walks),
        "CanarySlow": alarm(
            stage,
            "canary-slow",
            own(stage, log.LEG_TIME, "logon"),
            CANARY_LOGON_SECONDS,
            Statistic="Maximum",
            **often,
        ),
    }


def tables(stage: Stage) -> Resources:
    """What DynamoDB does not take at once; whoever asks tries again, and somebody waits."""
    prefix = stage.shared["PORTAL_TABLE_PREFIX"]
    resources = {}
    for table in described_tables(prefix):
        name = table["TableName"].removeprefix(prefix)
        parts = {
            letter: (metric("AWS/DynamoDB", event, TableName=table["TableName"]), "Sum")
            for letter, event in (("r", "ReadThrottleEvents"), ("w", "WriteThrottleEvents"))
        }
        resources[f"{name.capitalize()}Throttled"] = computed(
            stage, f"throttled-{name}", parts, "FILL(r, 0) + FILL(w, 0)", 0
        )
    return resources


def certificate(stage: Stage) -> Resources:
    """Of the portal's own name, once it has one. ACM says every day how many days are left, until none are."""
    left = metric("AWS/CertificateManager", "DaysToExpiry", CertificateArn={"Ref": "CertificateArn"})
    ending = alarm(
        stage,
        "certificate-ending",
        left,
        CERTIFICATE_DAYS,
        Statistic="Minimum",
        ComparisonOperator="LessThanThreshold",
        Period=DAY,
        TreatMissingData="breaching",
    )
    return {"CertificateEnding": {**ending, "Condition": "HasName"}}


def guesses(stage: Stage) -> Resources:
    """Somebody at many accounts: locked out of them, or with so few tries at each that none is locked."""
    locked = own(stage, log.REFUSALS, Reason.LOCKED)
    parts = {
        "w": (own(stage, log.REFUSALS, Reason.WRONG_PASSWORD), "Sum"),
        "u": (own(stage, log.REFUSALS, Reason.UNKNOWN), "Sum"),
        "l": (own(stage, log.LOGONS), "Sum"),
    }
    wrong = "(FILL(w, 0) + FILL(u, 0))"
    share = f"{GUESSED_PART} * ({wrong} + FILL(l, 0))"
    spraying = f"IF({wrong} > {share}, {wrong}, 0)"
    return {
        "LockoutsRising": alarm(stage, "lock-outs-rising", locked, LOCKED_REFUSALS),
        "Spraying": computed(stage, "spraying", parts, spraying, GUESSES, QUARTER_OF_AN_HOUR),
    }


def mails(stage: Stage) -> Resources:
    """What became of them, what SES thinks of us, and how much we send. SES's rates are of the whole account here."""
    hourly = {"Period": HOUR}
    rated = {"Statistic": "Average", **hourly}
    failed, unknown = (
        own(stage, log.MAILS_BY_FATE, fate) for fate in (EventKind.MAIL_FAILED, EventKind.MAIL_UNKNOWN)
    )
    return {
        "MailFailed": alarm(stage, "mails-failed", failed, 0),
        "MailUnknown": alarm(stage, "mails-unknown", unknown, 0),
        "SweepFound": alarm(stage, "sweep-finds-work", own(stage, log.SWEPT), 0, **hourly),
        "RecordUnreadable": alarm(stage, "unreadable-records", own(stage, log.UNREADABLE_RECORDS), 0),
        "Bounces": alarm(stage, "bounces", metric("AWS/SES", "Reputation.BounceRate"), BOUNCES, **rated),
        "Complaints": alarm(
            stage, "complaints", metric("AWS/SES", "Reputation.ComplaintRate"), COMPLAINTS, **rated
        ),
        "ManyMails": alarm(stage, "many-mails", metric("AWS/SES", "Send"), MAILS_AN_HOUR, **hourly),
    }
