"""Languages are told from the words and, where these are few, from the letters."""

import pytest

from ogp_graph.extract.language import identify


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Formularul de pe internet înlocuiește ghișeul, deși mulți locuitori încă preferă ghișeul.", "ro"),
        ("El formulario en línea sustituye a la ventanilla, aunque muchos vecinos la prefieren.", "es"),
        ("O formulário na internet substitui o balcão, embora muitos moradores o prefiram.", "pt"),
        ("Le formulaire en ligne remplace le guichet, que beaucoup d'habitants préfèrent.", "fr"),
        ("Formulir daring menggantikan loket, walaupun banyak warga masih memilih loket.", "id"),
        ("The Secretaría de Educación prints the guide every spring and reads it out in the halls.", "en"),
        ("რეესტრი მარტში გაიხსნა და მას შემდეგ ყოველ კვირას ახლდება ოფისის მიერ.", "ka"),
    ],
)
def test_one_sentence_is_enough(text: str, language: str):
    assert identify(text) == language


def test_a_language_without_the_letters_of_the_text_is_not_it():
    text = (
        "Formularul de pe internet înlocuiește ghișeul, deși mulți locuitori încă preferă ghișeul. Direcția de drumuri"
        " a tipărit hărți ale fiecărei stații și le-a afișat în sălile de așteptare."
    )
    assert identify(text) == "ro"


@pytest.mark.parametrize(
    "text", ["", "2.1.3 68%", "Anexo", "https://portal.example.org/una-direccion-muy-larga/del-portal"]
)
def test_what_is_too_short_is_not_judged(text: str):
    assert identify(text) is None
