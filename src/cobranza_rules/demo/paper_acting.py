"""What the people of the story do with contracts and originals on paper, by the functions behind the commands that they would type."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from cobranza_rules.booking.agreement_files import Attaching
from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.handing_over import close_handing_over
from cobranza_rules.booking.originals import OriginalKind, OriginalsDesk
from cobranza_rules.demo.story import Act
from cobranza_rules.intake.sources import walk
from cobranza_rules.people import person_named
from cobranza_rules.starting import shipped
from cobranza_rules.store.tables import CustomerRow, OriginalRow
from cobranza_rules.workspace import Workspace


def keep_with_agreement(keeper: Bookkeeper, workspace: Workspace, act: Act) -> int:
    who = person_named(workspace.company, act.role).email
    attaching = Attaching(keeper, workspace.archive, who, workspace.clock.today())
    report = attaching.to(act.more["agreement"], walk([shipped("samples") / act.more["file"]]))
    assert not report.problems, "the story's files can be kept"
    return len(report.new)


def enter_original(keeper: Bookkeeper, workspace: Workspace, act: Act) -> int:
    _desk(keeper, workspace, act).enter(act.customer, OriginalKind(act.more["kind"]), act.more["name"])
    return 1


def hand_over_originals(keeper: Bookkeeper, workspace: Workspace, act: Act) -> int:
    desk = _desk(keeper, workspace, act)
    held = _numbers(keeper, act.customer, OriginalRow.holder == desk.who)
    return len(desk.hand_over(held, person_named(workspace.company, act.more["to"]).email))


def receive_originals(keeper: Bookkeeper, workspace: Workspace, act: Act) -> int:
    desk = _desk(keeper, workspace, act)
    rows = desk.receive(_numbers(keeper, act.customer, OriginalRow.handed_to == desk.who))
    close_handing_over(keeper, (row.customer_id for row in rows), desk.who, desk.today)
    return len(rows)


def _desk(keeper: Bookkeeper, workspace: Workspace, act: Act) -> OriginalsDesk:
    scan = workspace.archive.put((shipped("samples") / act.more["file"]).read_bytes()) if "file" in act.more else ""
    return OriginalsDesk(keeper, person_named(workspace.company, act.role).email, workspace.clock.today(), scan)


def _numbers(keeper: Bookkeeper, customer: str, which: ColumnElement[bool]) -> list[int]:
    query = select(OriginalRow.id).join(CustomerRow, CustomerRow.id == OriginalRow.customer_id)
    return list(keeper.session.scalars(query.where(CustomerRow.code == customer, which).order_by(OriginalRow.id)))
