"""A message that no mail server would take is not written: a person takes something off, or brings it in another way."""

from __future__ import annotations

import math

from sqlalchemy import select

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.booking.tasks import open_task
from cobranza_rules.dispatch.attached_files import attached_files
from cobranza_rules.rules.planned import PlannedAction
from cobranza_rules.rules.recipients import message_step
from cobranza_rules.store.tables import ActionRow, TaskRow
from cobranza_rules.workspace import Workspace

TOO_LARGE = "message-too-large"
MB = 1024 * 1024
BASE64 = 78 / 57  # RFC 2045, 6.8: 57 bytes become a line of 76 letters and its end.


def fits_a_mail(keeper: Bookkeeper, workspace: Workspace, row: ActionRow, action: PlannedAction) -> bool:
    """Looked at before anybody is asked to sign. The task that it opens is withdrawn by itself once the message fits."""
    waiting = keeper.session.scalar(select(TaskRow).where(TaskRow.action_id == row.id, TaskRow.name == TOO_LARGE, TaskRow.state == "open"))
    size = _size(keeper, workspace, action) if message_step(action) is not None else 0
    fits = size <= workspace.settings.mail.largest_mb * MB
    if fits and waiting is not None:
        waiting.state = "withdrawn"
    elif not fits and waiting is None:
        detail = {"megabytes": math.ceil(size / MB), "limit": workspace.settings.mail.largest_mb}
        ids = action.invoice_ids
        open_task(keeper, TOO_LARGE, row.customer_id, "collections_analyst", workspace.clock.today(), list(ids), detail, action_id=row.id)
    return fits


def _size(keeper: Bookkeeper, workspace: Workspace, action: PlannedAction) -> float:
    """In bytes, of what is attached as it came; letters are small beside it."""
    digests = [file.document for _group, _invoice, file in attached_files(keeper, action)]
    if action.subject == "invoice" and any("cfdi" in step.attach for step in action.steps):
        digests += [row.document for row in keeper.invoices(list(action.invoice_ids)) if row.document]
    return sum(map(workspace.archive.size, digests)) * BASE64
