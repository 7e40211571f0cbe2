"""Every status CloudFormation has for a stack, and what a deployment does about it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType


class Answer(Enum):
    """What this program does about a stack that it finds in a status."""

    MAKE = auto()
    CHANGE = auto()
    # Something failed and what had been made stayed: only an operation that keeps it again may go on from here.
    GO_ON = auto()
    WAIT = auto()
    # Its first creation failed and was cleared away; the empty shell can only be deleted.
    MAKE_ANEW = auto()
    # Only a person can say what may be given up: `MENDED_BY` is the command.
    TELL = auto()


ANSWERS: Mapping[str, Answer] = MappingProxyType(
    {
        "REVIEW_IN_PROGRESS": Answer.MAKE,  # a change set and nothing more
        "DELETE_COMPLETE": Answer.MAKE,
        "CREATE_COMPLETE": Answer.CHANGE,
        "UPDATE_COMPLETE": Answer.CHANGE,
        "UPDATE_ROLLBACK_COMPLETE": Answer.CHANGE,
        "IMPORT_COMPLETE": Answer.CHANGE,
        "IMPORT_ROLLBACK_COMPLETE": Answer.CHANGE,
        "CREATE_FAILED": Answer.GO_ON,
        "UPDATE_FAILED": Answer.GO_ON,
        "CREATE_IN_PROGRESS": Answer.WAIT,
        "ROLLBACK_IN_PROGRESS": Answer.WAIT,
        "DELETE_IN_PROGRESS": Answer.WAIT,
        "UPDATE_IN_PROGRESS": Answer.WAIT,
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": Answer.WAIT,
        "UPDATE_ROLLBACK_IN_PROGRESS": Answer.WAIT,
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": Answer.WAIT,
        "IMPORT_IN_PROGRESS": Answer.WAIT,
        "IMPORT_ROLLBACK_IN_PROGRESS": Answer.WAIT,
        "ROLLBACK_COMPLETE": Answer.MAKE_ANEW,
        "ROLLBACK_FAILED": Answer.TELL,
        "DELETE_FAILED": Answer.TELL,
        "UPDATE_ROLLBACK_FAILED": Answer.TELL,
        "IMPORT_ROLLBACK_FAILED": Answer.TELL,
    }
)
# Deleting keeps whatever the template retains: of the data stack, all that holds data.
MENDED_BY: Mapping[str, str] = MappingProxyType(
    {
        "ROLLBACK_FAILED": "aws cloudformation delete-stack --stack-name {name}",
        "DELETE_FAILED": "aws cloudformation delete-stack --stack-name {name} --deletion-mode FORCE_DELETE_STACK",
        "UPDATE_ROLLBACK_FAILED": "aws cloudformation continue-update-rollback --stack-name {name}",
        "IMPORT_ROLLBACK_FAILED": "aws cloudformation delete-stack --stack-name {name}",
    }
)
WHAT_NOW: Mapping[Answer, str] = MappingProxyType(
    {
        Answer.CHANGE: "It is again as it was: mend this and run again",
        Answer.GO_ON: "What was made stays: mend this and run again, which goes on from here",
        Answer.MAKE_ANEW: "Nothing of it is left: mend this and run again",
    }
)
