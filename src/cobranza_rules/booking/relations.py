"""Relations between CFDI, kept by UUID: the other one may come later."""

from __future__ import annotations

from cobranza_rules.booking.bookkeeper import Bookkeeper
from cobranza_rules.domain.document import Relation
from cobranza_rules.store.tables import RelationRow


def relate(keeper: Bookkeeper, source: str, relations: tuple[Relation, ...]) -> None:
    for kind, target in dict.fromkeys((relation.kind, uuid) for relation in relations for uuid in relation.uuids):
        keeper.session.add(RelationRow(source=source, kind=kind, target=target))
    keeper.session.flush()
