"""Every mail in every language: nothing is left in English, and the rules of a text part hold in each."""

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import AccountId, CanonicalAddress
from chalicelib.domain.brand import OURS
from chalicelib.domain.events import Event, EventKind
from chalicelib.mail.letters import Sender, password_was_reset
from chalicelib.presentation.engine import wrapped
from chalicelib.presentation.languages import LANGUAGES, translation
from tests.fakes.pseudo import PSEUDO, pseudo_language, texts_of, unmarked, visible
from tests.mail.test_letters_look import COMMON, EVERY, SAMPLES, letter, lone_words
from tests.world.world import World

pytestmark = pytest.mark.slow  # every page or mail in every state and language: make proofs

every_mail = pytest.mark.parametrize(("name", "number"), EVERY)
every_language = pytest.mark.parametrize("language", LANGUAGES)
NAMES = {"UTC"}


@every_mail
def test_no_word_of_a_mail_is_left_out_of_the_catalogues(name: str, number: int) -> None:
    data = texts_of(COMMON | SAMPLES[name][number]) | NAMES
    with pseudo_language():
        mail = letter(name, number, lang=PSEUDO)
    assert unmarked(mail.subject, data) == []
    assert unmarked(mail.text, data) == []
    assert unmarked(visible(mail.html), data) == []


@every_language
@every_mail
def test_password_and_links_stand_alone_in_every_language(name: str, number: int, language: str) -> None:
    values = SAMPLES[name][number]
    given = [
        str(value) for key, value in values.items() if key == "temporary_password" or key.endswith("_url")
    ]
    mail = letter(name, number, lang=language, zone="America/Argentina/Buenos_Aires")
    assert sorted(lone_words(mail.text)) == sorted(given)
    assert max(map(len, mail.text.splitlines())) < 110
    assert f'lang="{language}"' in mail.html
    assert mail.subject.isprintable()


def test_no_wrapped_line_is_a_single_word() -> None:
    for length in range(1, 200):
        text = ("word " * length).strip()
        assert length == 1 or all(" " in line for line in wrapped(text).splitlines())
        assert " ".join(wrapped(text).split()) == text


def test_mail_speaks_the_language_of_the_browser_that_asked(premises: World) -> None:
    ann = premises.person()
    premises.visitor(**{"Accept-Language": "fr"}).post("/password/forgot", {"email": ann.address})
    premises.delivers()
    subject = premises.mails(ann)[-1].subject
    assert subject == translation("fr")("Choose a new password") != "Choose a new password"


@pytest.mark.parametrize(
    ("actor", "language"), [("admin@portal.test", "es"), (None, "de"), ("ann@portal.test", "de")]
)
def test_only_the_reader_s_own_browser_says_which_language_a_mail_speaks(
    actor: str | None, language: str
) -> None:
    """An administrator's says nothing about whoever opens the mail."""
    ann = Account(AccountId("a"), CanonicalAddress("ann@portal.test"))
    event = Event(ann.id, EventKind.PASSWORD_RESET, 1.8e9, "id", actor=actor, language="de")
    written = password_was_reset(Sender("https://portal.example", OURS, "es"), event, ann, "https://x/y")
    assert f'lang="{language}"' in written.html
