"""What the two documents the portal was first described in say that the system does, and which tests show it.

They are told in our own words, a paragraph being a non-empty line of the document, counted from 1; a letter tells the
sentences of one paragraph apart. Each statement names the tests that fail when it stops being true; what is no
statement about the system says why.
"""

from __future__ import annotations

from tests.sources import logon_troubleshooting, password_reset_notification

TROUBLESHOOTING, NOTIFICATION = "logon-troubleshooting", "password-reset-notification"
PARAGRAPHS = {TROUBLESHOOTING: 41, NOTIFICATION: 33}
SAID = {TROUBLESHOOTING: logon_troubleshooting.SAID, NOTIFICATION: password_reset_notification.SAID}
STATEMENTS = {(document, place): said for document in SAID for place, said in SAID[document].items()}

HEADING, PUBLISHER, PICTURE, REFERENCE = "a heading", "about the publication", "a picture", "leads elsewhere"
SAYS_NOTHING: dict[str, dict[int, str]] = {
    TROUBLESHOOTING: {
        1: HEADING,
        **dict.fromkeys((2, 3, 4, 39, 40, 41), PUBLISHER),
        11: HEADING,
        21: HEADING,
        26: HEADING,
        38: REFERENCE,
    },
    NOTIFICATION: {
        **dict.fromkeys((1, 5, 6, 8, 11, 13, 20, 27, 29, 31), HEADING),
        **dict.fromkeys((2, 3, 4, 33), PUBLISHER),
        **dict.fromkeys((18, 25), PICTURE),
    },
}
