"""The order of the steps: the one pure function that knows who comes next.

Every step asks it when it is done, and the authorizer asks it again before every request, so a step cannot be
skipped by calling the next one (TF-07, TP-03).
"""

from chalicelib.domain.accounts import Account
from chalicelib.domain.sessions import Credential, Next


def next_step(
    account: Account, *, opened_with: Credential, code_entered: bool, two_step_required: bool
) -> Next:
    """The one step a session of this account may take now.

    The code comes before the change page: a thief of the mailbox, who holds a temporary password, must not be able to
    set a password without the second step (TP-05). Enrolment comes last, when the password is the person's own.
    """
    if account.two_step.active and not code_entered:
        return Next.ENTER_CODE
    if opened_with is Credential.TEMPORARY or account.must_change_password:
        return Next.CHANGE_PASSWORD
    if two_step_required and not account.two_step.active:
        return Next.ENROL_TWO_STEP
    return Next.PORTAL
