"""The claim in ten questions: what each answer says, and that silence is told."""

from __future__ import annotations

import datetime as dt

from cobranza_rules.domain.late_interest import Stretch
from cobranza_rules.language import Sentence
from cobranza_rules.money import Money
from cobranza_rules.packets.claim_pages import QUESTIONS, answers, interest_rows, original_rows
from cobranza_rules.packets.material import (
    AcknowledgementPaper,
    BorneInterest,
    InvoicePapers,
    MailPaper,
    Material,
    OriginalPaper,
    PaymentPaper,
    SentPaper,
    StoredFile,
)

DAY = dt.date(2026, 3, 17)
RAW = StoredFile("out-1.eml", "message/rfc822", "0" * 64)


def pesos(minor: int) -> Money:
    return Money(minor, "MXN")


def said(material: Material) -> list[tuple[str, str]]:
    return [(str(question), str(answer)) for question, answer in answers(material)]


def test_every_question_has_an_answer_even_where_nothing_is_on_file() -> None:
    told = said(Material(invoices=(), on=DAY))
    assert [question for question, _answer in told] == [f"{place}. {name}" for place, name in enumerate(QUESTIONS, start=1)]
    assert {answer for _question, answer in told} == {"nothing is on file"}


def test_the_answers() -> None:
    acknowledged = AcknowledgementPaper(dt.date(2026, 1, 6), "stamp", (("person", "Alma Prueba"), ("title", "Recepción")), None)
    invoice = InvoicePapers(
        number="FA-1",
        uuid="",
        issued_on=dt.date(2026, 1, 5),
        due_on=dt.date(2026, 2, 4),
        total=pesos(100_00),
        balance=pesos(60_00),
        xml=None,
        printed=None,
        acknowledgements=(acknowledged,),
        services=("Servicio de muestra",),
        delivered_on=dt.date(2026, 1, 5),
        delivered_to="pagos@robotica.example",
    )
    reminder = MailPaper(dt.date(2026, 3, 2), "first-reminder", "", "pagos@robotica.example", "Recordatorio", "", (), RAW)
    reply = MailPaper(dt.date(2026, 3, 3), "delay_reason", "pagos@robotica.example", "", "Sin fecha", "", (), RAW)
    stretch = Stretch(dt.date(2026, 2, 5), DAY, pesos(60_00), pesos(40))
    told = said(
        Material(
            invoices=(invoice,),
            sent=(SentPaper(dt.date(2026, 3, 2), "first-reminder", delivers=False, letters=(), mail=reminder),),
            received=(reply,),
            payments=(PaymentPaper(dt.date(2026, 2, 10), "FA-1", pesos(40_00), Sentence("payment")),),
            interest=(BorneInterest("FA-1", "6", 365, "", pesos(40), (stretch,)),),
            on=DAY,
        )
    )
    assert told == [
        ("1. What is claimed", "60.00 MXN of 1 invoices"),
        ("", "FA-1 of 2026-01-05: 60.00 MXN of 100.00 MXN"),
        ("2. On which contract", "nothing is on file"),
        ("3. For what", "FA-1: Servicio de muestra"),
        ("4. Delivered when and to whom", "FA-1: on 2026-01-05, to pagos@robotica.example"),
        ("5. Who acknowledged it", "FA-1: 2026-01-06, stamp: Alma Prueba, Recepción"),
        ("6. When it was due", "FA-1: 2026-02-04"),
        ("7. Asked for when and how", "2026-03-02: first-reminder, by mail to pagos@robotica.example"),
        ("8. What was answered", "2026-03-03, pagos@robotica.example: delay_reason (Sin fecha)"),
        ("9. What was paid", "2026-02-10, FA-1: 40.00 MXN, payment"),
        ("10. What interest is due on which day", "0.40 MXN up to and including 2026-03-17, and more for each day after it"),
    ]


def test_interest_can_be_reckoned_again() -> None:
    stretch = Stretch(dt.date(2026, 2, 5), dt.date(2026, 2, 14), pesos(60_00), pesos(10))
    rows = interest_rows([BorneInterest("FA-1", "6", 365, "CT-1", pesos(10), (stretch,))])
    assert [(str(number), str(text)) for number, text in rows] == [
        ("FA-1", "6 % a year of 365 days (agreed in CT-1): 0.10 MXN"),
        ("", "2026-02-05 to 2026-02-14, 10 days on 60.00 MXN: 0.10 MXN"),
        ("Total", "0.10 MXN"),
    ]


def test_who_holds_an_original_and_whose_receipt_is_missing() -> None:
    held = OriginalPaper("Contrato", "contract", "ventas@kemper.example", DAY, "gerencia@kemper.example", DAY, (), ())
    asked = OriginalPaper("Acuses", "acknowledgement", "ventas@kemper.example", DAY, "", None, (), ())
    assert [str(said) for _name, said in original_rows([asked])][-1] == "not handed over yet"
    kept = OriginalPaper("Pagaré", "promissory_note", "gerencia@kemper.example", DAY, "", None, ((DAY, "gerencia@kemper.example"),), ())
    assert [(str(name), str(said)) for name, said in original_rows([held, kept])] == [
        ("Contrato", "contract"),
        ("", "with ventas@kemper.example since 2026-03-17"),
        ("", "handed over on 2026-03-17 to gerencia@kemper.example, who has not confirmed it"),
        ("", "nobody has confirmed to have received it"),
        ("Pagaré", "promissory_note"),
        ("", "with gerencia@kemper.example since 2026-03-17"),
        ("", "received by gerencia@kemper.example on 2026-03-17"),
    ]
