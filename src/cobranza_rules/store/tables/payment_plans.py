"""Payment plans: what a customer agreed to pay in instalments, for which invoices, and who agreed to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cobranza_rules.store.tables.base import Base, Currency, Long, Minor, Word


class PaymentPlanRow(Base):
    """`invoices` and `discounts` are ids. `state` is what a person made of it: agreed, cancelled or replaced (domain.payment_plans has the rest).

    `who` agreed for us and `agreed_with` for the customer. `grace` is in business days. `task_id` is the intervention or the decision that
    brought it, `message` the digest of the mail that did. `broken_on` is the day on which it was found broken for the first time.
    """

    __tablename__ = "payment_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    currency: Mapped[Currency]
    invoices: Mapped[list[Any]]
    discounts: Mapped[list[Any]]
    agreed_on: Mapped[dt.date]
    who: Mapped[Long]
    agreed_with: Mapped[Long]
    comment: Mapped[Long]
    grace: Mapped[int]
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    message: Mapped[Long] = mapped_column(default="")
    state: Mapped[Word] = mapped_column(index=True)
    ended_on: Mapped[dt.date | None]
    ended_by: Mapped[Long] = mapped_column(default="")
    ended_why: Mapped[Long] = mapped_column(default="")
    replaced_by: Mapped[int | None] = mapped_column(ForeignKey("payment_plan.id"))
    broken_on: Mapped[dt.date | None]
    known_at: Mapped[dt.datetime]


class InstalmentRow(Base):
    """One payment of a plan, which never changes once it is agreed on."""

    __tablename__ = "instalment"
    __table_args__ = (CheckConstraint("minor > 0", name="minor"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("payment_plan.id"), index=True)
    position: Mapped[int]
    due_on: Mapped[dt.date]
    minor: Mapped[Minor]
