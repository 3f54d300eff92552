"""Rows that tests of the store and of the ledger put in by hand."""

from __future__ import annotations

from cobranza_rules.store.tables import CustomerRow


def a_customer(code: str = "C-001") -> CustomerRow:
    return CustomerRow(
        code=code,
        identity=f"code:{code}",
        rfc="URE180429TM6",
        name="UNIVERSIDAD ROBOTICA ESPAÑOLA",
        tax_id="",
        kind="domestic",
        language="es",
        credit_days=30,
        delivery="email",
        address="",
        status="active",
    )
