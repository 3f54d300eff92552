"""Signatures: the bytes that leave are those that were shown; what waits ages, goes to the substitute, is written anew and asked again."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY, publish_anew
from tests.semantics.letters_shown import LENGTH, SIGNER, SUBSTITUTE, SUBSTITUTE_AFTER, Shown, is_open
from tests.stories.desk import Desk, customer_list, days
from tests.stories.fixtures import DeskMaker, another_folder, make_desk, on_desks

__all__ = ["make_desk"]


def asking(make_desk: DeskMaker) -> Desk:
    desk = make_desk(folder=another_folder())
    rules = desk.workspace.base / "rules" / "collections.yaml"
    old = f" sign: {SIGNER}\n"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace(old, f"{old}        sign_substitute: {{{SUBSTITUTE}: {SUBSTITUTE_AFTER} workdays}}\n"), encoding="utf-8")
    publish_anew(desk.workspace)
    desk.take(invoice("FA-7", "1160.00", DAY))
    desk.tick()
    return desk


def letter_of(desk: Desk) -> str:
    return desk.documents(desk.action("transmittal"))["letter"].decode()


@on_desks(4)
@given(paid_after=st.sets(st.integers(1, LENGTH - 1), max_size=3), signed_after=st.sampled_from([2, 4, LENGTH - 1]), late=st.booleans())
def test_a_letter_leaves_as_it_was_shown_to_whom_it_is_asked_of_and_is_asked_again_when_it_says_something_else(
    make_desk: DeskMaker, paid_after: set[int], signed_after: int, late: bool
) -> None:
    """Payments change what it says on some days; on one it is signed, and may be paid in part between the signature and the wire."""
    desk, shown = asking(make_desk), Shown()
    for ahead, today in enumerate(days(DAY + dt.timedelta(days=1), LENGTH), 1):
        desk.on(today)
        if ahead in paid_after:
            shown.changed = True
            desk.take(receipt(f"P-{ahead}", {"FA-7": "10.00"}, day=today))
        anew = shown.morning(today)
        desk.tick()
        action = desk.action("transmittal")
        assert (action.revision, action.rendered_on, action.state) == (shown.revision, shown.on, "awaiting_signature")
        (asked,) = desk.approvals("waiting")
        assert (asked.role, asked.revision, asked.content) == (shown.role, shown.revision, action.content)
        assert len(desk.mails()) == 0
        assert ("COB-2026-" in letter_of(desk), "BORRADOR" in letter_of(desk)) == (False, True)
        assert anew is (shown.on == today)
        if ahead >= signed_after and is_open(today):
            break
    desk.approve(shown.role)
    (signed,) = desk.approvals("approved")
    if late:
        desk.take(receipt("P-LATE", {"FA-7": "10.00"}, day=desk.today))
        assert desk.tick().states["awaiting_signature"] == 1
        assert desk.mails() == []
        assert [(approval.role, approval.revision) for approval in desk.approvals("waiting")] == [(shown.role, shown.revision + 1)]
        desk.approve(shown.role)
        (signed,) = desk.approvals("approved")
    desk.tick()
    action = desk.action("transmittal")
    assert (action.state, action.revision, action.content) == ("sent", signed.revision, signed.content)
    assert ("COB-2026-00001" in letter_of(desk), "BORRADOR" in letter_of(desk)) == (True, False)
    (mail,) = desk.mails()
    assert next(mail.iter_attachments()).get_content() == desk.documents(action)["letter"]


def change_what_it_says(desk: Desk, what: str) -> None:
    """Balance, recipient, account or template of a letter that is signed already."""
    workspace = desk.workspace
    if what == "balance":
        desk.take(receipt("P-9", {"FA-7": "10.00"}, day=desk.today))
    elif what == "recipient":
        desk.take(customer_list("C-001,UNIVERSIDAD ROBOTICA ESPAÑOLA,URE180429TM6,nacional,es,30,correo,otra@robotica.example,,"))
    elif what == "account":
        account = workspace.company.account_for("MXN")
        assert account is not None
        others = tuple(each for each in workspace.company.accounts if each.currency != "MXN")
        workspace.__dict__["company"] = replace(workspace.company, accounts=(replace(account, bank="Otro Banco"), *others))
    elif what == "template":
        template = workspace.base / "templates" / "mail" / "transmittal.es.html"
        template.write_text(template.read_text(encoding="utf-8") + "<p>Otra frase.</p>\n", encoding="utf-8")
        workspace.__dict__.pop("templates", None)


@on_desks(6)
@example(what=set())
@example(what={"balance"})
@example(what={"recipient"})
@example(what={"account"})
@example(what={"template"})
@given(what=st.sets(st.sampled_from(["balance", "recipient", "account", "template"]), min_size=2))
def test_whatever_a_signed_letter_says_otherwise_now_has_it_shown_and_signed_again(make_desk: DeskMaker, what: set[str]) -> None:
    desk = asking(make_desk)
    desk.approve(SIGNER)
    for one in sorted(what):
        change_what_it_says(desk, one)
    desk.tick()
    left = not what
    assert (len(desk.mails()), [approval.state for approval in desk.approvals()][-1:]) == (int(left), ["approved" if left else "waiting"])
    if not left:
        desk.approve(SIGNER)
        desk.tick()
        assert len(desk.mails()) == 1


@on_desks(3)
@given(
    order=st.permutations(range(5)), fates=st.lists(st.sampled_from(["signed", "signed", "rejected", "left alone"]), min_size=5, max_size=5)
)
def test_numbers_are_given_when_a_letter_is_signed_in_that_order_and_without_gaps(
    make_desk: DeskMaker, order: list[int], fates: list[str]
) -> None:
    """Some are rejected, some wait for ever."""
    names = [f"CUSTOMER {number}" for number in range(5)]
    rows = [f"X-{n},{name},XEXX010101000,extranjero,es,30,correo,f@x{n}.example,p@x{n}.example," for n, name in enumerate(names)]
    desk = make_desk(*rows, folder=another_folder())
    desk.take(*(invoice(f"FX-{n}", day=DAY, receiver=("XEXX010101000", name)) for n, name in enumerate(names)))
    desk.tick()
    waiting = [(approval.id, approval.action_id) for approval in desk.approvals("waiting")]
    numbers: list[int] = []
    for (approval_id, action_id), fate in zip([waiting[place] for place in order], fates, strict=True):
        if fate != "left alone":
            desk.approve(SIGNER, only=[approval_id], agreed=fate == "signed", comment="por esto")
            desk.tick()
        if fate == "signed":
            numbers.append(action_id)
    letters = {action.id: desk.documents(action)["letter"].decode() for action in desk.actions("transmittal")}
    numbered = {action_id: int(letter.split("COB-2026-")[1][:5]) for action_id, letter in letters.items() if "COB-2026-" in letter}
    assert numbered == {action_id: place for place, action_id in enumerate(numbers, 1)}
