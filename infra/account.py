"""What an account must have before a stage is deployed to it: found out before anything is made.

Each answers what would fail for certain with a sentence, or with "". They ask, and change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.choices import chosen, is_trial
from infra.data_stack import Retained, retained
from infra.permissions import function_name, read_permissions
from infra.stacks import Failed, answer_to, description, kept
from infra.stages import Stage

Clients = Callable[[str], Any]
ARN_PARTS = 6
LEFT_UNRESERVED = 100  # Lambda keeps so many for functions without a reservation
GUIDE = "docs/operations.md"


def no_log_role(_: Stage, client: Clients) -> str:
    """API Gateway writes access logs only where the account, once for a region, has given it a role for that."""
    if client("apigateway").get_account().get("cloudwatchRoleArn"):
        return ""
    return f"a role with which API Gateway may write logs in this region: {GUIDE}, before you begin"


def too_few_at_once(stage: Stage, client: Clients) -> str:
    """Lambda reserves for a function only what leaves a hundred to all others; a new account has ten in all."""
    told = {step: stage.function(step).get("reserved_concurrency", 0) for step in read_permissions()}
    reserved = {step: number for step, number in told.items() if number}
    if not reserved:
        return ""
    wanted = sum(reserved.values())
    functions = client("lambda")
    limits = functions.get_account_settings()["AccountLimit"]
    own = sum(reserved_now(functions, function_name(stage.name, step)) for step in reserved)
    free = limits["UnreservedConcurrentExecutions"] + own
    if free >= wanted + LEFT_UNRESERVED:
        return ""
    quota = limits["ConcurrentExecutions"] + wanted + LEFT_UNRESERVED - free
    return (
        f"a quota of {quota} functions at once (it is {limits['ConcurrentExecutions']}): aws service-quotas "
        f"request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value {quota}"
    )


def reserved_now(functions: Any, name: str) -> int:
    """What this stage has reserved already."""
    try:
        return int(
            functions.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions", 0)
        )
    except functions.exceptions.ResourceNotFoundException:
        return 0


def mail_that_goes_nowhere(stage: Stage, client: Clients) -> str:
    """In its sandbox SES sends to verified recipients alone: to nobody whom this portal would write to."""
    account = client("sesv2").get_account()
    if not account.get("SendingEnabled", True):
        return "an account whose SES sends: it is paused or suspended; see the SES console"
    if account.get("ProductionAccessEnabled"):
        return ""
    if stage.in_sandbox:
        print(f"SES is in its sandbox: {stage.name} can mail verified identities of this account alone.")
        return ""
    return (
        "production access to SES in this region: aws sesv2 put-account-details --production-access-enabled "
        f"--mail-type TRANSACTIONAL --website-url {stage.shared['PORTAL_URL']}; AWS answers within a day"
    )


def certificate(stage: Stage, stacks: Any) -> str:
    """The certificate that the stage will have: what this run says, else what its stack keeps."""
    given = chosen("CERTIFICATE_ARN")
    return kept(description(stacks, stage.stack)).get("CertificateArn", "") if given is None else given


def unusable_certificate(stage: Stage, client: Clients) -> str:
    """Links, cookies and pages assume that the portal answers at the root of its name, and only its name does."""
    arn = certificate(stage, client("cloudformation"))
    if not arn:
        if is_trial():
            return ""
        return (
            f"CERTIFICATE_ARN, an ACM certificate of {stage.host} in this region: without one no usable portal exists "
            "(TRIAL=yes deploys one that answers under API Gateway's address, where no link and no cookie works)"
        )
    return wrong_with(client("acm"), arn, stage.host)


def wrong_with(certificates: Any, arn: str, host: str) -> str:
    """What a certificate lacks for this host."""
    here, parts = certificates.meta.region_name, arn.split(":")
    if len(parts) < ARN_PARTS or parts[3] != here:
        return f"a certificate of this region, {here}: {arn} is not"
    try:
        found = certificates.describe_certificate(CertificateArn=arn)["Certificate"]
    except certificates.exceptions.ResourceNotFoundException:
        return f"a certificate that exists: ACM does not know {arn}"
    if found["Status"] != "ISSUED":
        return f"a certificate that is issued: {arn} is {found['Status']}; ACM shows the record that it looks for"
    names = {found.get("DomainName", ""), *found.get("SubjectAlternativeNames", [])}
    if not any(covers(one.lower(), host.lower()) for one in names):
        return f"a certificate of {host}: {arn} is for {', '.join(sorted(names))}"
    return ""


def covers(name: str, host: str) -> bool:
    """Whether a certificate's name is good for a host; a star stands for one label (RFC 6125, 6.4.3)."""
    return name == host or (name.startswith("*.") and name[2:] == host.partition(".")[2])


def taken_name(stage: Stage, client: Clients) -> str:
    """The portal's name, answered for by something else of this account."""
    gateway = client("apigateway")
    try:
        gateway.get_domain_name(domainName=stage.host)
    except gateway.exceptions.NotFoundException:
        return ""
    if "Name" in resources(client("cloudformation"), stage.stack):
        return ""
    return f"the name {stage.host} free: an API of this account has it as its custom domain name already"


def foreign_identity(stage: Stage, client: Clients) -> str:
    """A domain that SES knows already is not made again; one that nobody makes must be there."""
    told = kept(description(client("cloudformation"), stage.data_stack))
    makes = (chosen("MAKE_IDENTITY") or told.get("MakeIdentity", "yes")) != "no"
    known = identity(client("sesv2"), stage.mail_domain) is not None
    if makes and known and "MailIdentity" not in resources(client("cloudformation"), stage.data_stack):
        return f"MAKE_IDENTITY=no: SES of this account knows {stage.mail_domain} already, and it is not this stack's"
    if not makes and not known and identity(client("sesv2"), stage.shared["PORTAL_MAIL_FROM"]) is None:
        return (
            f"{stage.mail_domain} in SES: MAKE_IDENTITY=no says that it is verified, and SES does not know it"
        )
    return ""


def identity(ses: Any, name: str) -> dict[str, Any] | None:
    """What SES knows of an address or a domain."""
    try:
        found: dict[str, Any] = ses.get_email_identity(EmailIdentity=name)
    except ses.exceptions.NotFoundException:
        return None
    return found


def names_that_are_taken(stage: Stage, client: Clients) -> str:
    """What an earlier data stack left behind on purpose has the very names that this one would make."""
    own = resources(client("cloudformation"), stage.data_stack)
    named = [one for one in retained(stage) if one.name and one.logical not in own]
    taken = [one for one in named if is_there(one, client)]
    if not taken:
        return ""
    names = ", ".join(f"{one.kind} {one.name}" for one in taken)
    return f"these names free, or taken in again by `make adopt STAGE={stage.name}` ({GUIDE}): {names}"


def is_there(one: Retained, client: Clients) -> bool:
    """Whether the account has it. An identity has a sentence of its own: it may belong to somebody else."""
    return one.logical != "MailIdentity" and one.found(client) is not None


def stuck_stack(stage: Stage, client: Clients) -> str:
    """What this deployment would stop at: told with the rest, before anything is packaged."""
    stacks = client("cloudformation")
    for name in (stage.data_stack, stage.stack):
        try:
            answer_to(stacks, description(stacks, name))
        except Failed as failed:
            return f"stacks that can be changed: {failed}"
    return ""


def resources(stacks: Any, name: str) -> set[str]:
    """The logical names of what a stack has made."""
    return set(physical(stacks, name))


def physical(stacks: Any, name: str) -> dict[str, str]:
    """What a stack has made, by logical name."""
    if description(stacks, name) is None:
        return {}
    return {
        one["LogicalResourceId"]: one.get("PhysicalResourceId", "")
        for page in stacks.get_paginator("list_stack_resources").paginate(StackName=name)
        for one in page["StackResourceSummaries"]
        if not one["ResourceStatus"].startswith(("DELETE_C", "CREATE_F"))
    }


QUESTIONS = (
    stuck_stack,
    no_log_role,
    too_few_at_once,
    mail_that_goes_nowhere,
    unusable_certificate,
    taken_name,
    foreign_identity,
    names_that_are_taken,
)


def lacking_in(stage: Stage, client: Clients) -> Iterator[str]:
    """All of it. A question that AWS does not let us ask is one more thing that is missing."""
    for question in QUESTIONS:
        try:
            answer = question(stage, client)
        except ClientError as error:
            answer = f"an answer from AWS ({question.__name__.replace('_', ' ')}): {error}"
        if answer:
            yield answer
