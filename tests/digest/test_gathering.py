"""What a digest says of a day, in numbers that were counted by hand."""

from __future__ import annotations

import datetime as dt

from click.testing import CliRunner

from cobranza_rules.catalogue import translator
from cobranza_rules.cli import cobranza
from cobranza_rules.cli.command import Call
from cobranza_rules.digest.as_json import digest_json
from cobranza_rules.digest.gathering import gather_digest
from cobranza_rules.digest.page import written_digest
from cobranza_rules.digest.value import Digest, Messages
from cobranza_rules.digest.wording import sections_of
from cobranza_rules.domain.entry import EntryKind
from cobranza_rules.language import in_english
from tests.cfdi_files import invoice, receipt
from tests.conftest import DAY, publish_anew
from tests.dispatch.test_internal_mail import faulty
from tests.stories.desk import UNIVERSITY, Desk
from tests.stories.fixtures import OPENING, DeskMaker

TUESDAY = DAY + dt.timedelta(days=1)


def gathered(desk: Desk) -> Digest:
    return gather_digest(desk.workspace)


def read_today(desk: Desk) -> Desk:
    """Mailbox and bank data are read, and nothing else is done: a run in which nothing may happen yet."""
    desk.on(DAY).tick()
    return desk


def test_what_left_today_and_what_comes_in_the_week(desk: Desk) -> None:
    desk.take(invoice("FA-2", "580.00"), opening=OPENING)
    read_today(desk)
    digest = gathered(desk)
    assert digest.today.planned == digest.today.ready == ()
    assert digest.today.left == (Messages("first-reminder", 1, 1, 2, {"MXN": 174_000}),)
    days = {day.on: day.messages for day in digest.week}
    assert list(days) == [dt.date(2026, 3, day) for day in (3, 4, 5, 6, 9)]
    assert days[dt.date(2026, 3, 9)] == (Messages("second-reminder", 1, 1, 2, {"MXN": 174_000}),)
    assert [day for day, messages in days.items() if messages] == [dt.date(2026, 3, 9)]


def test_the_second_reminder_of_what_is_reminded_this_week_is_in_it(desk: Desk) -> None:
    """On Tuesday nothing has left yet: the week has the first reminder's day already behind it, and the second one in it."""
    desk.on(TUESDAY)
    digest = gathered(desk)
    assert [(str(day.on), [one.rule_id for one in day.messages]) for day in digest.week if day.messages] == [
        ("2026-03-10", ["second-reminder"])
    ]


def test_what_is_planned_before_the_run(desk: Desk) -> None:
    read_today(desk)
    desk.take(invoice("FA-9", "100.00", DAY - dt.timedelta(days=60)), opening=OPENING)
    desk.take(invoice("FA-8", "900.00", DAY - dt.timedelta(days=60)), opening=OPENING)
    desk.on(dt.date(2026, 3, 5)).tick()
    desk.take(invoice("FA-7", "700.00", DAY - dt.timedelta(days=60)), opening=OPENING)
    desk.on(dt.date(2026, 3, 5))
    digest = gathered(desk)
    assert digest.today.left == (Messages("first-reminder", 1, 1, 2, {"MXN": 100_000}),)
    assert digest.today.planned == ()  # One message a customer in three business days.


def test_the_coming_days_can_be_left_out(desk: Desk) -> None:
    digest = gather_digest(read_today(desk).workspace, week=False)
    assert digest.week == ()
    assert [str(section.title) for section in sections_of(digest)] == ["What leaves today", "What waits for people", "What is out of order"]


def test_a_day_before_its_run(make_desk: DeskMaker) -> None:
    desk = make_desk()
    desk.tick()
    desk.take(invoice("FA-1", "1160.00"), opening=OPENING)
    digest = gathered(desk)
    assert digest.today.planned == (Messages("first-reminder", 1, 1, 1, {"MXN": 116_000}),)
    assert digest.today.left == ()


def test_who_has_to_agree_and_what_people_have_to_do(supervised: Desk) -> None:
    supervised.take(invoice("FA-2", "500.00", DAY))
    supervised.tick()
    found = {(one.queue, one.who, one.name): (one.count, one.since, one.amounts) for one in gathered(supervised).waiting}
    assert found == {
        ("approvals", "administration_manager", "sign"): (1, DAY, {"MXN": 50_000}),
        ("approvals", "collections_analyst", "release"): (2, DAY, {"MXN": 166_000}),
    }
    (who_waits,) = (section for section in sections_of(gathered(supervised)) if str(section.title) == "What waits for people")
    assert [str(row[1]) for row in who_waits.rows] == ["approvals: signature", "approvals: release"]
    supervised.approve("collections_analyst")
    supervised.run(TUESDAY)
    for day in (9, 10):
        supervised.run(dt.date(2026, 3, day))
        supervised.approve("collections_analyst")
    supervised.tick()
    tasks = [one for one in gathered(supervised).waiting if one.queue == "tasks"]
    assert [(one.who, one.name, one.count, one.since, one.due_on, one.late) for one in tasks] == [
        ("sales_manager", "sales-intervention", 1, dt.date(2026, 3, 10), dt.date(2026, 3, 18), 0)
    ]
    supervised.on(dt.date(2026, 3, 19))
    assert [one.late for one in gathered(supervised).waiting if one.queue == "tasks"] == [1]


def test_messages_files_and_customers_that_wait(make_desk: DeskMaker) -> None:
    desk = make_desk(UNIVERSITY.replace("pagos@robotica.example", "").replace("facturas@robotica.example", ""))
    desk.take(invoice("FA-1", "1160.00"), opening=OPENING)
    desk.write("¿Me pueden mandar la factura?", sender="alguien@desconocido.example")
    desk.tick()
    found = {one.queue: (one.count, one.since, one.customers) for one in gathered(desk).waiting}
    assert found["inbox"] == (1, DAY, ())
    assert found["addresses"] == (1, None, ("C-001",))
    assert found["tasks"] == (1, DAY, ())


def test_what_is_out_of_order(desk: Desk) -> None:
    desk.enter("FA-1", EntryKind.DISPUTE_OPENED, reason="precio")
    before = gathered(desk).out_of_order
    assert [hold for hold, _why in before.stale] == ["bank-data-stale", "mailbox-stale"]
    assert (before.hours_since_mailbox_poll, before.workdays_since_bank_statement) == (None, None)
    desk.tick()
    after = gathered(desk).out_of_order
    assert (after.stale, after.hours_since_mailbox_poll, after.workdays_since_bank_statement) == ((), 0, 0)
    assert [(one.hold_id, one.invoices, one.customers, one.amounts) for one in after.holds] == [("dispute", 1, 1, {"MXN": 116_000})]


def test_refused_messages_are_told_until_the_next_business_day_is_over(desk: Desk) -> None:
    faulty(desk, "refused message")
    desk.tick()
    for day in (DAY, TUESDAY):
        desk.on(day)
        assert [(one.to, one.kind, one.state) for one in gathered(desk).out_of_order.failures] == [
            (("pagos@robotica.example",), "first-reminder", "failed")
        ]
    desk.on(TUESDAY + dt.timedelta(days=1))
    assert gathered(desk).out_of_order.failures == ()


def test_a_run_beyond_its_limit_says_why_nothing_leaves(desk: Desk) -> None:
    rules = desk.workspace.base / "rules" / "collections.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("per_run: 500", "per_run: 1"), encoding="utf-8")
    publish_anew(desk.workspace)
    desk.take(invoice("FA-2", "500.00", currency="USD"), opening=OPENING)
    desk.tick()
    stopped = gathered(desk).out_of_order.stopped
    assert str(stopped) == (
        "2 messages would leave, and the rules allow 1 a run; check the plan and raise `per_run`, or find out why there are so many"
    )


def test_the_mail_says_the_same_as_the_screen(desk: Desk) -> None:
    read_today(desk)
    written = written_digest(gathered(desk), "ESCUELA KEMPER URGATE", "en", in_english)
    assert written.subject == "ESCUELA KEMPER URGATE: collections on 2026-03-02"
    lines = [" ".join(line.split()) for line in written.text.splitlines() if line.strip()]
    assert lines == [
        "ESCUELA KEMPER URGATE: collections on 2026-03-02",
        "What leaves today",
        "How far | Rule | Messages | Customers | Invoices | Amount",
        "has left | first-reminder | 1 | 1 | 1 | 1,160.00 MXN",
        "What waits for people",
        "Nothing waits for anybody.",
        "What is out of order",
        "Everything is in order.",
        "The next business days, if nothing new happens and everybody agrees to what waits",
        "Day | Rule | Messages | Customers | Invoices | Amount",
        *(f"2026-03-0{day} | - | | | |" for day in (3, 4, 5, 6)),
        "2026-03-09 | second-reminder | 1 | 1 | 1 | 1,160.00 MXN",
        "What people of the company will be asked and told on those days",
        "Day | Rule | What | Who | Count | Customers",
        "2026-03-09 | second-reminder | task: sales-intervention | sales_manager | 1 | 1",
    ]
    assert "<script" not in written.html


def test_names_from_outside_stay_text_in_the_page(make_desk: DeskMaker) -> None:
    desk = make_desk()
    desk.take(invoice("FA-1", "1160.00"), opening=OPENING)
    page = written_digest(gathered(desk), "A & <b>B</b>", "es", translator("es")).html
    assert "A &amp; &lt;b&gt;B&lt;/b&gt;" in page


def test_the_command_and_its_json(desk: Desk) -> None:
    read_today(desk)
    call = Call(desk.workspace.base)
    shown = CliRunner().invoke(cobranza, ["digest", "--on", DAY.isoformat()], obj=call, catch_exceptions=False)
    call.close()
    assert shown.exit_code == 0
    assert "1,160.00 MXN" in shown.output
    kept = digest_json(gathered(desk), in_english)
    assert kept["today"]["left"] == [
        {
            "rule": "first-reminder",
            "messages": 1,
            "customers": 1,
            "invoices": 1,
            "amounts": [{"currency": "MXN", "amount": "1160.00"}],
        }
    ]


def test_pue_invoices_that_were_paid_late_or_in_part_are_told_once(desk: Desk) -> None:
    desk.take(
        *(invoice(f"FA-{number}", "1000.00", dt.date(2026, 2, 10), method="PUE") for number in (5, 6, 7, 8)),
        invoice("FA-9", "1000.00", dt.date(2026, 2, 10)),
        receipt("P-5", {"FA-5": "1000.00"}, dt.date(2026, 2, 28), operation="5"),
        receipt("P-6", {"FA-6": "1000.00"}, dt.date(2026, 3, 1), operation="6"),
        receipt("P-7", {"FA-7": "400.00"}, dt.date(2026, 2, 20), operation="7"),
        receipt("P-8", {"FA-8": "400.00", "FA-9": "400.00"}, dt.date(2026, 3, 2), operation="8"),
    )
    digest = gathered(desk)
    (section,) = [section for section in sections_of(digest) if str(section.title) == "What is out of order"]
    told = [row for row in section.rows if "PUE" in str(row[0])]
    assert [(str(what), amount, str(how)) for what, _invoices, _customers, amount, how in told] == [
        ("invoice FA-6, issued as PUE", "1,000.00 MXN", "paid on 2026-03-01, after its month"),
        ("invoice FA-7, issued as PUE", "400.00 MXN", "paid in part on 2026-02-20"),
        ("invoice FA-8, issued as PUE", "400.00 MXN", "paid in part on 2026-03-02, after its month"),
    ]
    first = digest_json(digest, in_english)["out_of_order"]["pue_payments"][0]
    amounts = [{"currency": "MXN", "amount": "1000.00"}]
    assert first == {"invoice": "FA-6", "customer": "C-001", "paid_on": "2026-03-01", "amounts": amounts, "late": True, "in_part": False}
    desk.on(DAY + dt.timedelta(days=2))
    assert gathered(desk).out_of_order.pue_payments == ()


def test_how_late_pue_may_be_paid_the_settings_say(desk: Desk) -> None:
    sat = desk.workspace.settings.sat.model_copy(update={"pue_days": 1})
    desk.workspace.settings = desk.workspace.settings.model_copy(update={"sat": sat})
    desk.take(
        *(invoice(f"FA-{number}", "1000.00", dt.date(2026, 2, 10), method="PUE") for number in (5, 6)),
        receipt("P-5", {"FA-5": "1000.00"}, dt.date(2026, 3, 1), operation="5"),
        receipt("P-6", {"FA-6": "1000.00"}, dt.date(2026, 3, 2), operation="6"),
    )
    assert [payment.invoice for payment in gathered(desk).out_of_order.pue_payments] == ["FA-6"]
