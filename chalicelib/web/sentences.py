"""Every sentence a refusal says to a person, together, so that none of them says more than another (design, flow 2).

The precise cause is in the event and the log, found by the reference.
"""

from types import MappingProxyType
from typing import NamedTuple

from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.presentation.languages import marked


class Sentence(NamedTuple):
    """Status, title and detail of a problem document (RFC 9457)."""

    status: int
    title: str
    detail: str


INVALID_LOGON = marked(
    "Invalid username, password or permissions. Please check you are using the correct URL."
)

# Of NOT_PERMITTED, to staff of some domains alone.
OUTSIDE_LIMIT = Sentence(
    403,
    marked("Outside of your domains"),
    marked(
        "Your account looks after certain domains, and this is outside of them."
        " An administrator of the whole portal can do it."
    ),
)
OF_ALL_THERE = Sentence(
    403,
    marked("Not yours to change"),
    marked(
        "An administrator of the whole portal has an address in this domain, and its ranges count for them too."
        " Only an administrator of the whole portal can change them."
    ),
)

SENTENCES = MappingProxyType(
    {
        Code.INVALID_REQUEST: Sentence(
            422,
            marked("Please check what you entered"),
            marked("Something in the request is missing or not as expected."),
        ),
        Code.MALFORMED_JSON: Sentence(
            400, marked("Not readable"), marked("The request body is not one well-formed JSON object.")
        ),
        Code.TOO_LARGE: Sentence(
            413, marked("Too large"), marked("The request is larger than anything this page asks for.")
        ),
        Code.UNSUPPORTED_MEDIA_TYPE: Sentence(
            415, marked("Unsupported format"), marked("Send a form of this portal, or application/json.")
        ),
        Code.METHOD_NOT_ALLOWED: Sentence(
            405, marked("Not possible here"), marked("This address does not answer that kind of request.")
        ),
        Code.NOT_FOUND: Sentence(
            404,
            marked("Not found"),
            marked("There is nothing here for you. It may have expired, or the link may be incomplete."),
        ),
        Code.INVALID_LOGON: Sentence(401, marked("Log on not successful"), INVALID_LOGON),
        Code.INVALID_CODE: Sentence(
            401,
            marked("Code not accepted"),
            marked(
                "That code is not valid. Codes change every 30 seconds and work once;"
                " check the time of your device and try the next one."
            ),
        ),
        Code.THROTTLED: Sentence(
            429,
            marked("Too many attempts"),
            marked("There were too many attempts from here. Please wait a little and try again."),
        ),
        Code.LINK_UNUSABLE: Sentence(
            410,
            marked("This link can no longer be used"),
            marked(
                "It may have been used already, or it may be too old or incomplete."
                " Ask for a new one: that takes a minute."
            ),
        ),
        Code.CRITERIA_NOT_MET: Sentence(
            422,
            marked("Please choose another password"),
            marked("The new password does not meet all of the criteria yet."),
        ),
        Code.SESSION_REQUIRED: Sentence(
            401, marked("Please log on"), marked("You are not logged on, or your session has ended.")
        ),
        Code.STEP_REQUIRED: Sentence(
            403, marked("One more step"), marked("Another step comes first before you can go there.")
        ),
        Code.NOT_PERMITTED: Sentence(
            403, marked("Not permitted"), marked("Your account is not permitted to do this.")
        ),
        Code.ADDRESS_NOT_PERMITTED: Sentence(
            403, marked("Not permitted from here"), marked("The portal cannot be used from your network.")
        ),
        Code.CROSS_ORIGIN: Sentence(
            403,
            marked("Not sent from this portal"),
            marked(
                "The request did not come from a page of this portal. Open the portal and try again there."
            ),
        ),
        Code.REAUTHENTICATION_REQUIRED: Sentence(
            403, marked("Please confirm that it is you"), marked("Enter your password again to go on.")
        ),
        Code.TWO_STEP_REQUIRED: Sentence(
            403,
            marked("2-step authentication is required"),
            marked("Your account must keep 2-step authentication."),
        ),
        Code.EXISTS: Sentence(409, marked("Already exists"), marked("An entry like this already exists.")),
        Code.CONFLICT: Sentence(
            409,
            marked("Changed in the meantime"),
            marked("Something changed while you were working. Look again, then repeat it."),
        ),
        Code.OWN_ACCOUNT: Sentence(
            409,
            marked("Not for your own account"),
            marked("This cannot be done to your own account. Another administrator can do it."),
        ),
        Code.ALREADY_JOINED: Sentence(
            409,
            marked("Has come already"),
            marked("Whoever was invited has chosen a password. There is no invitation any more."),
        ),
        Code.LAST_ADMINISTRATOR: Sentence(
            409,
            marked("The last administrator"),
            marked("Nobody else could administer the portal. Make somebody an administrator first."),
        ),
        Code.WOULD_LOCK_YOU_OUT: Sentence(
            409,
            marked("This would lock you out"),
            marked("Your own address is outside these ranges. Confirm if you really mean it."),
        ),
        Code.SENDER_NOT_PERMITTED: Sentence(
            403,
            marked("Not permitted"),
            marked(
                "This service may not send under that address. An administrator says for which domains it may."
            ),
        ),
        Code.IDEMPOTENCY_MISMATCH: Sentence(
            422,
            marked("Sent before with other content"),
            marked("This Idempotency-Key came with another message in the last 24 hours. Use a new one."),
        ),
        Code.ALREADY_READ: Sentence(
            409,
            marked("Already read"),
            marked("The message was read, and can no longer be taken back."),
        ),
        Code.NO_REPLY: Sentence(
            409,
            marked("No replies here"),
            marked("Whoever sent this message reads no replies in the portal. Reach them another way."),
        ),
        Code.UNAVAILABLE: Sentence(
            503,
            marked("Please try again in a moment"),
            marked("Part of the portal is not answering right now. Nothing was lost."),
        ),
    }
)


def sentence_of(refusal: Refusal) -> Sentence:
    """What is said of a refusal: its code's sentence, or one that says more to somebody whom it tells nothing new."""
    if refusal.hint is Hint.OF_ALL_THERE:
        return OF_ALL_THERE
    return OUTSIDE_LIMIT if refusal.hint is Hint.OUTSIDE_LIMIT else SENTENCES[refusal.code]
