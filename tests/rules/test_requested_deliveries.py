"""What billing requests say of the delivery, in the decision: who shares a message, to whom it goes, and in which way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cobranza_rules.domain.billing_request import DeliveryContact
from cobranza_rules.domain.customer import DeliveryMode
from cobranza_rules.domain.requested_delivery import RequestedDelivery
from cobranza_rules.facts.vocabulary import Value
from cobranza_rules.plan.codec import from_json, to_json
from cobranza_rules.rules.planned import Plan
from cobranza_rules.rules.subjects import InvoiceSubject
from tests.rules.decide_books import DESK, book, customer, invoice, plan_for, rules_of

RULES = rules_of(DESK)
RITA = DeliveryContact(name="Rita Muestra", email="rita@b.example")
PEOPLE = st.sampled_from(
    [DeliveryContact(), RITA, DeliveryContact(name="Omar Prueba"), DeliveryContact(email="omar@b.example"), DeliveryContact(phone="55")]
)
DELIVERIES = st.none() | st.builds(RequestedDelivery, PEOPLE, st.none() | st.sampled_from(DeliveryMode), st.integers(1, 3))


def pending(key: int, requested: RequestedDelivery | None) -> InvoiceSubject:
    return invoice(key, facts={"delivery": "pending", "acknowledged": False}, requested=requested)


def planned(usual: DeliveryMode, *requested: RequestedDelivery | None) -> Plan:
    subjects = [pending(key, one) for key, one in enumerate(requested, 1)]
    return plan_for(RULES, book(*subjects, customers=[customer(delivery_mode=usual.value)]))


def meant(usual: DeliveryMode, asked: RequestedDelivery | None) -> tuple[str, str, str]:
    """Mode, name and address, said plainly: what a request says counts where somebody can be reached by it."""
    mode = asked.mode if asked is not None and asked.mode is not None else usual
    contact = asked.contact if asked is not None else DeliveryContact()
    if mode is DeliveryMode.EMAIL:
        return ("email", contact.name, contact.email) if contact.email else ("email", "", "invoice_contact@customer-1.example")
    return (mode.value, contact.name, "")


@given(st.sampled_from(DeliveryMode), st.lists(DELIVERIES, min_size=1, max_size=6))
def test_invoices_share_a_delivery_just_where_person_and_way_are_the_same(
    usual: DeliveryMode, asked: list[RequestedDelivery | None]
) -> None:
    plan = planned(usual, *asked)
    got = {item.subject_id: action for action in plan.actions for item in action.items}
    assert sorted(got) == list(range(1, len(asked) + 1))
    for key, one in enumerate(asked, 1):
        mode, name, address = meant(usual, one)
        action = got[key]
        assert action.recipients == ((address,) if address else ())
        assert (action.requested.contact.name if action.requested else "") == name
        assert (action.requested.mode if action.requested else usual) == mode
        for other, beside in enumerate(asked, 1):
            if meant(usual, one) != meant(usual, beside):
                assert got[other] is not action
            elif one == beside:
                assert got[other] is action
        assert from_json(to_json(action)).requested == action.requested


def test_the_reason_names_the_requests() -> None:
    both = planned(DeliveryMode.EMAIL, RequestedDelivery(RITA, None, 7), RequestedDelivery(RITA, DeliveryMode.EMAIL, 3))
    (action,) = both.actions
    assert str(action.reason).endswith("; as billing request 3, 7 says: email, Rita Muestra, rita@b.example")
    (usual,) = planned(DeliveryMode.EMAIL, None).actions
    assert "billing request" not in str(usual.reason)


def test_what_a_request_says_of_the_usual_way_is_nothing_new() -> None:
    (action,) = planned(DeliveryMode.EMAIL, RequestedDelivery(DeliveryContact(), DeliveryMode.EMAIL), None).actions
    assert (action.invoices, action.requested) == (("F-1", "F-2"), None)


def test_a_reminder_goes_to_whom_it_always_goes() -> None:
    sent: dict[str, Value] = {"delivery": "sent", "acknowledged": True}
    subjects = [invoice(1, facts=sent, requested=RequestedDelivery(RITA, DeliveryMode.PORTAL)), invoice(2, facts=sent)]
    (action,) = plan_for(RULES, book(*subjects)).actions
    assert (action.rule_id, action.invoices, action.recipients) == ("first", ("F-1", "F-2"), ("collections_contact@customer-1.example",))


def test_what_goes_to_people_of_the_company_or_to_another_role_goes_there_whatever_a_request_says() -> None:
    to_us = DESK.replace("deliver: transmittal, to: invoice_contact", "deliver: transmittal, to: supervisor")
    both = [pending(1, RequestedDelivery(RITA, None)), pending(2, None)]
    recipients = [action.recipients for action in plan_for(rules_of(to_us), book(*both)).actions]
    assert set(recipients) == {("supervisor@kemper.example",)}
    asked = DESK.replace("email: request, to: invoice_contact", "email: request, to: collections_contact")
    sent: dict[str, Value] = {"delivery": "sent", "acknowledged": False, "workdays_since_delivery": 3, "balance": 0}
    waiting = [invoice(key, overdue=None, facts=sent, requested=one) for key, one in ((1, RequestedDelivery(RITA, None)), (2, None))]
    (action,) = plan_for(rules_of(asked), book(*waiting)).actions
    assert (action.invoices, action.recipients) == (("F-1", "F-2"), ("collections_contact@customer-1.example",))
