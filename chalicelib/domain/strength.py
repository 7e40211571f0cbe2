"""How hard a typed password would be to guess, as zxcvbn judges it: a hint beside the criteria, which refuses nothing.

zxcvbn takes 40 ms to import and holds its word lists a second time, so it is loaded with the first password that is
judged, and only by the functions where one is chosen. May not decide whether a password may be set.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from math import prod

# What is left out could only make the password stronger: the hint is of the rest, and errs on the careful side.
LONGEST_JUDGED = 32
MOST_SPELLINGS = 8


def score(password: str, names: Iterable[str]) -> int:
    """From 0, guessed at once, to 4. `names` are what a stranger would try first, the address above all."""
    from zxcvbn import matching, scoring, time_estimates  # noqa: PLC0415 - the word lists, see above

    text = _judged(password, matching.L33T_TABLE)
    if not text:
        return 0
    # The package's own function would keep the address in a dictionary that all requests share.
    lists = matching.RANKED_DICTIONARIES | {"user_inputs": matching.build_ranked_dict(sorted(names))}
    found = matching.omnimatch(text, lists)
    guesses = scoring.most_guessable_match_sequence(text, found)["guesses"]
    return int(time_estimates.guesses_to_score(guesses))


def _judged(password: str, leet: Mapping[str, Sequence[str]]) -> str:
    """As much of the password as is judged.

    Attack: "4@8({[<369!1|70$5+7%2" can be read as leetspeak in 576 ways, and zxcvbn reads every part of it in each of
    them: 72 characters took 3.5 s. Defence: a short beginning, without the signs that would make the readings many;
    the worst then takes about as long as verifying a password.
    """
    text = ""
    for sign in unicodedata.normalize("NFC", password[:LONGEST_JUDGED])[:LONGEST_JUDGED]:
        if _spellings(text + sign, leet) <= MOST_SPELLINGS:
            text += sign
    return text


def _spellings(text: str, leet: Mapping[str, Sequence[str]]) -> int:
    return prod(sum(sign in text for sign in signs) or 1 for signs in leet.values())
