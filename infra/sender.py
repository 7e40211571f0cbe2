"""Whether SES sends for a stage, and the DNS records by which the owner of its domain lets it."""

from __future__ import annotations

from typing import Any

from infra.account import identity
from infra.stages import Stage

MAIL_FROM = "bounce"  # below the domain: where bounces go, so that SPF is aligned with the sender too (RFC 7489, 3.1.2)


def sends(ses: Any, stage: Stage) -> bool:
    """Whether SES sends for this stage; if not, what to do about it is said."""
    told = [identity(ses, one) for one in (stage.shared["PORTAL_MAIL_FROM"], stage.mail_domain)]
    known = [one for one in told if one is not None]
    if any(one.get("VerifiedForSendingStatus") for one in known):
        if told[1] is not None and not aligned(told[1]):
            print(unaligned(ses, told[1], stage))
        return True
    print("SES does not send for this stage yet. Publish these records, wait a little and run again:")
    print(records(ses, known[-1], stage) if known else f"  (none: verify {stage.mail_domain} in SES first)")
    return False


def unaligned(ses: Any, found: dict[str, Any], stage: Stage) -> str:
    """What is to be done so that SPF is aligned; mails go out meanwhile, under a return path of SES's own."""
    domain = stage.mail_domain
    if not found.get("MailFromAttributes", {}).get("MailFromDomain"):  # an identity that is not this stack's
        return (
            f"SPF of {domain} is not aligned: aws sesv2 put-email-identity-mail-from-attributes "
            f"--email-identity {domain} --mail-from-domain {MAIL_FROM}.{domain}, and publish\n{return_path(ses, stage)}"
        )
    return f"SES does not find these records of {domain} yet; until then SPF is not aligned:\n{return_path(ses, stage)}"


def aligned(found: dict[str, Any]) -> bool:
    """Whether SES has found where bounces go; until then it puts a domain of its own there, and mails go out."""
    return bool(found.get("MailFromAttributes", {}).get("MailFromDomainStatus") == "SUCCESS")


def records(ses: Any, found: dict[str, Any], stage: Stage) -> str:
    """All of them: DKIM, MX and SPF of the return path, DMARC."""
    tokens, domain = found.get("DkimAttributes", {}).get("Tokens", []), stage.mail_domain
    dkim = [f"    {one}._domainkey.{domain} CNAME {one}.dkim.amazonses.com" for one in tokens]
    return "\n".join(
        [*dkim, return_path(ses, stage), f'    _dmarc.{domain} TXT "v=DMARC1; p=none; rua=mailto:..."']
    )


def return_path(ses: Any, stage: Stage) -> str:
    """MX and SPF of the domain that bounces go to."""
    name = f"{MAIL_FROM}.{stage.mail_domain}"
    return (
        f"    {name} MX 10 feedback-smtp.{ses.meta.region_name}.amazonses.com\n"
        f'    {name} TXT "v=spf1 include:amazonses.com ~all"'
    )
