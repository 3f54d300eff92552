"""What a template for an instalment may name of it and of its payment plan."""

from __future__ import annotations

from cobranza_rules.language import N_
from cobranza_rules.letters.template_field import flag, text_field

DUE_INSTALMENT = (
    text_field("number", N_("its number, from 1")),
    text_field("due", N_("the day of the payment")),
    text_field("amount", N_("what is left to pay of it")),
    text_field("amount_in_words", N_("the same in words")),
    flag("late", N_("its day has passed")),
    text_field("until", N_("the last day on which it may still be paid, in words")),
)
PAYMENT_PLAN = (
    text_field("number", N_("its number")),
    text_field("agreed", N_("the day on which it was agreed on, in words")),
    text_field("agreed_with", N_("who agreed to it at the customer")),
    text_field("kept", N_("what was paid of it so far; empty if there is nothing")),
    text_field("invoices", N_("the numbers of the invoices")),
)
