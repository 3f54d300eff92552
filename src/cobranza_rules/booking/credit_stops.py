"""A customer who gets no more credit until somebody lifts the stop: Sales is asked to see to it, both times, and says so."""

from __future__ import annotations

import datetime as dt

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.tasks import open_task, withdraw_tasks
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import CustomerRow

STOP, GIVE = "stop-credit", "give-credit"  # Tasks of Sales, of which shipped rules tell it
SALES, WITHIN = "sales_manager", 2  # Who sees to it, within how many business days


def stop_credit(keeper: Bookkeeper, customer: CustomerRow, who: str, why: str, today: dt.date) -> None:
    """Raises ProblemError where it is stopped already."""
    if customer.credit_stopped_on is not None:
        what = _("the credit of {customer} is stopped since {day}", customer=customer.code, day=str(customer.credit_stopped_on))
        raise ProblemError([Problem(what, _("'cobranza customer credit {customer} --lift' lifts the stop", customer=customer.code))])
    customer.credit_stopped_on = today
    keeper.note(customer.id, "credit_stopped", today, {"who": who, "comment": why})
    withdraw_tasks(keeper, customer.id, (GIVE,), who, today)
    open_task(keeper, STOP, customer.id, SALES, today, [], {}, keeper.calendar.plus(today, WITHIN))


def lift_credit_stop(keeper: Bookkeeper, customer: CustomerRow, who: str, why: str, today: dt.date) -> None:
    """Sales, who was told to stop it, is told this, too, done or not. Raises ProblemError where it is not stopped."""
    if customer.credit_stopped_on is None:
        what = _("the credit of {customer} is not stopped", customer=customer.code)
        raise ProblemError([Problem(what, _("'cobranza case {customer}' shows what was decided", customer=customer.code))])
    customer.credit_stopped_on = None
    keeper.note(customer.id, "credit_stop_lifted", today, {"who": who, "comment": why})
    withdraw_tasks(keeper, customer.id, (STOP,), who, today)
    open_task(keeper, GIVE, customer.id, SALES, today, [], {}, keeper.calendar.plus(today, WITHIN))
