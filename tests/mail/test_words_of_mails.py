"""Every mail in every language: nothing is left in English, and the rules of a text part hold in each."""

import pytest

from chalicelib.presentation.engine import wrapped
from chalicelib.presentation.languages import LANGUAGES
from tests.fakes.pseudo import PSEUDO, pseudo_language, texts_of, unmarked, visible
from tests.mail.test_look import COMMON, EVERY, SAMPLES, lone_words, sample

pytestmark = pytest.mark.slow  # every page or mail in every state and language: make proofs

every_mail = pytest.mark.parametrize(("name", "number"), EVERY)
every_language = pytest.mark.parametrize("language", LANGUAGES)
NAMES = {"UTC"}


@every_mail
def test_no_word_of_a_mail_is_left_out_of_the_catalogues(name: str, number: int) -> None:
    data = texts_of(COMMON | SAMPLES[name][number]) | NAMES
    with pseudo_language():
        mail = sample(name, number, lang=PSEUDO)
    assert unmarked(mail.subject, data) == []
    assert unmarked(" ".join(mail.text.split()), data) == []  # a name may be broken over two lines
    assert unmarked(visible(mail.html), data) == []


@every_language
@every_mail
def test_password_and_links_stand_alone_in_every_language(name: str, number: int, language: str) -> None:
    values = SAMPLES[name][number]
    given = [
        str(value) for key, value in values.items() if key == "temporary_password" or key.endswith("_url")
    ]
    mail = sample(name, number, lang=language, zone="America/Argentina/Buenos_Aires")
    assert sorted(lone_words(mail.text)) == sorted(given)
    assert max(map(len, mail.text.splitlines())) < 110
    assert f'lang="{language}"' in mail.html
    assert mail.subject.isprintable()


def test_no_wrapped_line_is_a_single_word() -> None:
    for length in range(1, 200):
        text = ("word " * length).strip()
        assert length == 1 or all(" " in line for line in wrapped(text).splitlines())
        assert " ".join(wrapped(text).split()) == text
