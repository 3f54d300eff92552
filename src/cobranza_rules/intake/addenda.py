"""The customer's purchase order, where an Addenda tells it. An Addenda is free XML: it is looked through within bounds and never trusted."""

from __future__ import annotations

from itertools import islice

from lxml import etree

MOST_ELEMENTS = 5000
MOST_ORDERS = 5
_LONGEST = 40
_NAMES = frozenset(
    {
        "ordencompra",
        "ordendecompra",
        "noordencompra",
        "numordencompra",
        "numeroordencompra",
        "numeroordendecompra",
        "folioordencompra",
        "pedidocliente",
        "purchaseorder",
        "purchaseordernumber",
        "ponumber",
        "numeropedido",
        "nopedido",
    }
)


def purchase_order(addenda: etree._Element) -> str:
    """The distinct orders in the order of the document, joined by a comma; empty where none is told."""
    orders: dict[str, None] = {}
    for element in islice(addenda.iter(etree.Element), MOST_ELEMENTS):
        name = _plain(element.tag)
        if name in _NAMES and len(element) == 0:
            _take(orders, element.text)
        elif name == "referenceidentification" and element.get("type") == "ON" and _plain(_parent_tag(element)) == "orderidentification":
            _take(orders, element.text)  # AMECE 7.1, the retailers' addenda: ON is the buyer's order number.
        for attribute, value in element.attrib.items():
            if _plain(str(attribute)) in _NAMES:
                _take(orders, str(value))
        if len(orders) >= MOST_ORDERS:
            break
    return ", ".join(orders)


def _take(orders: dict[str, None], text: str | None) -> None:
    order = " ".join((text or "").split())
    if order and len(order) <= _LONGEST and order.isprintable():
        orders[order] = None


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2].replace("_", "").replace("-", "").lower()


def _parent_tag(element: etree._Element) -> str:
    parent = element.getparent()
    return "" if parent is None else str(parent.tag)
