"""SpamAssassin over every mail in every language, under the stock name: `python -m tests.mail.spam` (make spam).

Only with the rules that come with it, and no network: what a mail's own words and form tell. That a mail has an HTML
part is no fault: the rule has no weight.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from email.message import EmailMessage

from chalicelib.presentation.languages import LANGUAGES
from chalicelib.services.ses import RenderedMail
from tests.mail.test_look import EVERY, sample

INFORMS = {"HTML_MESSAGE"}
STATUS = re.compile(r"^X-Spam-Status: .*?tests=(.*?)\sautolearn.*?^X-Mail: (\S+)$", re.MULTILINE | re.DOTALL)
WHEN = "Sat, 28 Nov 2026 09:00:00 +0000"
CERTAIN_SPAM = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"


def as_received(mail: RenderedMail, called: str) -> EmailMessage:
    """As SES hands it over: two parts, quoted-printable; with a line that says which it is."""
    message = EmailMessage()
    message["Received"] = (
        "from a4-2.smtp-out.eu-west-1.amazonses.com (a4-2.smtp-out.eu-west-1.amazonses.com [54.240.4.2])"
        f" by mx.portal.test (Postfix) with ESMTPS id ABC123 for <recipient@portal.test>; {WHEN}"
    )
    message["From"] = f'"{mail.sender_name}" <portal@portal.example>'
    message["To"] = "recipient@portal.test"
    message["Subject"] = mail.subject
    message["Date"] = WHEN
    message["Message-ID"] = f"<0102{len(mail.text):010x}-{called.replace('/', '-')}@eu-west-1.amazonses.com>"
    message["X-Mail"] = called
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message


def judged(messages: list[EmailMessage]) -> dict[str, set[str]]:
    """The rules that each of them meets; they come back in another order."""
    box = b"".join(
        b"From x@portal.test Sat Nov 28 09:00:00 2026\n"
        + re.sub(rb"(?m)^From ", b">From ", one.as_bytes())
        + b"\n"
        for one in messages
    )
    command = ["spamassassin", "--local", "--test-mode", "--mbox"]
    answer = subprocess.run(command, input=box, capture_output=True, check=True)
    found = STATUS.findall(answer.stdout.decode("utf-8", "replace"))
    return {called: set(re.split(r"[,\s]+", rules)) - INFORMS for rules, called in found}


def main() -> int:
    """Say what each mail meets; 1 where there is anything, or where the check itself is blind."""
    if not shutil.which("spamassassin"):
        sys.stderr.write("SpamAssassin is needed (Debian: apt-get install spamassassin)\n")
        return 1
    mails = [
        as_received(sample(name, number, lang=lang), f"{lang}/{name}/{number}")
        for lang in LANGUAGES
        for name, number in EVERY
    ]
    bad = as_received(sample("invitation", 0)._replace(text=CERTAIN_SPAM), "control")
    found = judged([*mails, bad])
    control = found.pop("control", set())
    wrong = {called: rules for called, rules in found.items() if rules}
    for called, rules in wrong.items():
        sys.stdout.write(f"{called}: {', '.join(sorted(rules))}\n")
    if "GTUBE" not in control or len(found) != len(mails):
        sys.stderr.write("SpamAssassin read no rules, or not every mail: what is spam for certain was none\n")
        return 1
    sys.stdout.write(f"{len(found)} mails, {len(wrong)} of them met a rule\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
